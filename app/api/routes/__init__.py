"""The routes: each says what may come in, which query answers, and how it is said."""
