"""Deposits as EarthResourceML-Lite 2.0.1: the flat views that geological portals read, as GML and as GeoJSON."""
