"""What turns deposits into files; no HTTP here."""
