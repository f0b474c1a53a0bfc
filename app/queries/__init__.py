"""Asks: one question, one statement, one file. SQL, never HTTP."""
