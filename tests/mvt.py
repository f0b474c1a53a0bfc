"""What a vector tile of deposits draws, for tests to count."""

from collections.abc import Mapping
from typing import Any

import mapbox_vector_tile

EXTENT = 4096


def features(tile: bytes, layer: str = "deposits") -> list[dict[str, Any]]:
    """The features of a layer; y goes down, as in the tile."""
    decoded = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})
    found: list[dict[str, Any]] = decoded.get(layer, {}).get("features", [])
    return found


def inside(feature: Mapping[str, Any]) -> bool:
    """In the tile itself, not in the ring around it."""
    return all(0 <= axis < EXTENT for axis in feature["geometry"]["coordinates"])


def counted(tile: bytes) -> int:
    """How many deposits are drawn in the tile itself, alone or in a cluster."""
    return sum(feature["properties"].get("point_count", 1) for feature in features(tile) if inside(feature))
