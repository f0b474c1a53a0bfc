"""Tiles: the pyramid and its grid, the SQL that draws them, and the archives that serve them without the database."""
