"""Feature collections (RFC 7946) put together from the features' texts that the database made."""

import json
from collections.abc import Sequence
from typing import Any

from fastapi.responses import Response

GEOJSON = "application/geo+json"


class GeoJSONResponse(Response):
    media_type = GEOJSON


def opening(members: dict[str, Any]) -> str:
    """A feature collection up to its first feature; `members` are RFC 7946's foreign ones, said before the features."""
    said = json.dumps({"type": "FeatureCollection", **members}, ensure_ascii=False)
    return f'{said[:-1]}, "features": ['


CLOSING = "]}"


def collection(features: Sequence[str], members: dict[str, Any]) -> bytes:
    return (opening(members) + ",\n".join(features) + CLOSING).encode()
