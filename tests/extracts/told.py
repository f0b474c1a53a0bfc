"""What a row of a file has to say, from the feature of the API."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import shapely

from app.domain.properties import Kind, properties


def row(feature: Mapping[str, Any], geometry: str | None) -> dict[str, Any]:
    """The id, the properties with their types, and the point as WKB under the name that its column has."""
    told = {"id": feature["id"]} | {name: value(name, said) for name, said in feature["properties"].items()}
    if geometry is not None:
        at = feature["geometry"]
        told[geometry] = shapely.to_wkb(shapely.Point(at["coordinates"])) if at else None
    return told


def value(name: str, said: Any) -> Any:
    """A property's value with the type that it has."""
    if said is None:
        return None
    match properties()[name].kind:
        case Kind.DATE:
            return date.fromisoformat(said)
        case Kind.NUMBER:
            return float(said)
    return said
