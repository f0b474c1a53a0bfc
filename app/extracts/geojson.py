"""Features (RFC 7946) from the texts that were made at publishing: passed on as they are, or said otherwise."""

from collections.abc import Sequence
from typing import Any

import orjson

from app.asked.values import Shown
from app.domain.crs import Crs

GEOJSON = "application/geo+json"

CLOSING = b"]}"


def opening(members: dict[str, Any]) -> bytes:
    """A feature collection up to its first feature; `members` are RFC 7946's foreign ones, said before the features."""
    return orjson.dumps({"type": "FeatureCollection", **members})[:-1] + b',"features":['


def collection(features: Sequence[bytes], members: dict[str, Any]) -> bytes:
    # Joined once: a page of ten thousand has twenty megabytes.
    parts = list(features) or [b""]
    parts[0] = opening(members) + parts[0]
    parts[-1] += CLOSING
    return b",\n".join(parts)


def features(rows: Sequence[Sequence[Any]], shown: Shown) -> list[bytes]:
    """The rows of a page as they were asked for."""
    return [row[0] for row in rows] if shown.as_stored else [_said(row, shown) for row in rows]


def _said(row: Sequence[Any], shown: Shown) -> bytes:
    """A row of a page as it was asked for: fewer properties, without its place, or with its place in another system."""
    said = orjson.loads(row[0])
    if shown.names is not None:
        said["properties"] = {name: said["properties"][name] for name in shown.names}
    if not shown.geometry:
        said["geometry"] = None
    elif shown.projection is not None:
        said["geometry"] = _point(row[1], row[2], shown.crs)
    else:
        x, y = said["geometry"]["coordinates"]
        said["geometry"] = _point(x, y, shown.crs)
    return orjson.dumps(said)


def _point(x: float | None, y: float | None, crs: Crs) -> dict[str, Any] | None:
    if x is None or y is None:
        return None
    axes = (y, x) if crs.northing_first else (x, y)
    return {"type": "Point", "coordinates": [round(axis, crs.decimals) for axis in axes]}
