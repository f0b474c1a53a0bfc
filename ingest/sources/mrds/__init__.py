"""MRDS, the Mineral Resources Data System of the USGS."""
