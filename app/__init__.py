"""Serves: what the published release holds, over HTTP."""
