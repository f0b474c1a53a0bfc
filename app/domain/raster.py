"""A raster that an agency brought: a grid of values (geophysics) or a picture (a scanned map), and where it lies."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from app.errors import BadValue
from app.words import Words, quoted

# Deeper tiles would each be a part of one pixel.
DEEPEST_ZOOM = 24
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}", re.ASCII)


class Kind(StrEnum):
    """Values are drawn by a ramp of colours, pictures as they are."""

    VALUES = "values"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class Band:
    """A band as the file describes it: its type of number, its unit, and the value that stands for none.

    That is text where JSON has no number for it.
    """

    name: str
    dtype: str
    unit: str | None
    nodata: float | str | None


@dataclass(frozen=True, slots=True)
class Raster:
    """What is known of a raster.

    Its file is called by `sha256`; what was brought had `source_name` and `source_sha256`. `bounds` are west, south,
    east and north in degrees. `low` and `high` are the ends of the ramp of values, None for a picture.
    """

    id: str
    title: Words
    licence: str
    citation: str
    kind: Kind
    sha256: str
    bytes: int
    source_name: str
    source_sha256: str
    crs: str
    width: int
    height: int
    bounds: tuple[float, float, float, float]
    min_zoom: int
    max_zoom: int
    bands: tuple[Band, ...]
    low: float | None
    high: float | None
    added_at: datetime


def path_of(folder: Path, sha256: str) -> Path:
    """Where the raster of those bytes is, a Cloud-Optimised GeoTIFF."""
    return folder / f"{sha256}.tif"


def checked_id(text: str) -> str:
    """The id of a raster, as it can stand in an address; raises `BadValue`."""
    if not _ID.fullmatch(text):
        raise BadValue(
            Words(
                f"{quoted(text)} cannot be the id of a raster; it is up to 63 of a-z, 0-9 and -, such as mx-magnetics",
                f"{quoted(text)} no puede ser el id de un ráster; son hasta 63 de a-z, 0-9 y -, como mx-magnetica",
            )
        )
    return text
