"""Deposits as files: each format from the text that was made at publishing. SQL by `app.queries`, never HTTP."""
