"""Speaks: what may come in, which query answers, how it is said. HTTP, never SQL."""
