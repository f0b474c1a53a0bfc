"""Reads the trimmed MRDS as a vector file (mrds-trim): five attributes and a point each."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ingest.coordinates import WGS84
from ingest.layers import Layer, only_member, read_layer, vector_members
from ingest.rows import FileRead, Raw, Reading, Row, file_fault

FORM = "trim"

_VECTOR_FILES = (".shp", ".gpkg")
_NEEDED = ("dep_id", "site_name")
_COLUMNS = ("dep_id", "site_name", "dev_stat", "url")


def recognises(path: Path) -> bool:
    """Whether it is a vector file, or a zip with one, by the names."""
    return path.suffix.lower() in _VECTOR_FILES or bool(vector_members(path, _VECTOR_FILES))


def read(paths: Sequence[Path]) -> Reading:
    """The features of one or more vector files; raises `FileFault` for one whose attributes are not those of MRDS."""
    layers = [read_layer(path, only_member(path, _VECTOR_FILES)) for path in paths]
    rows = [list(_rows(file, layer)) for file, layer in enumerate(layers)]
    for path, these in zip(paths, rows, strict=True):
        _check(path, these)
    files = (FileRead(layer.encoding, len(these), layer.note) for layer, these in zip(layers, rows, strict=True))
    return Reading(tuple(files), [row for these in rows for row in these])


def _rows(file: int, layer: Layer) -> Iterator[Row]:
    for number, (attributes, point) in enumerate(layer.features, 1):
        x, y = point or (None, None)
        raw = {"form": FORM, "attributes": attributes, "x": x, "y": y, "crs": layer.source_crs}
        yield Row(file, number, _said(raw).get("dep_id", "").strip() or None, "mrds", raw)


def _check(path: Path, rows: Sequence[Row]) -> None:
    names = [name.lower() for name in rows[0].raw["attributes"]] if rows else list(_NEEDED)
    missing = [name.upper() for name in _NEEDED if name not in names]
    if missing:
        lacking, found = ", ".join(missing), ", ".join(rows[0].raw["attributes"])
        raise file_fault(
            path,
            f"it is not a layer of MRDS: it lacks {lacking}; it has: {found}",
            f"no es una capa de MRDS: le falta {lacking}; tiene: {found}",
        )


def as_flat(raw: Raw) -> dict[str, str]:
    """The feature in the columns of `mrds.csv`, with its `code_list` and, as `datum`, the frame that its layer states.

    In the frame's own units `longitude` is the easting and `latitude` the northing.
    """
    said = _said(raw)
    return {
        **{column: said.get(column, "") for column in _COLUMNS},
        "longitude": "" if raw["x"] is None else repr(raw["x"]),
        "latitude": "" if raw["y"] is None else repr(raw["y"]),
        "datum": "WGS84" if raw["crs"] == WGS84 else raw["crs"],
        "code_list": said.get("code_list", "").strip(),
    }


def _said(raw: Raw) -> dict[str, str]:
    """The attributes under lower-case names: a shapefile writes DEP_ID, a copy of it in another format may not."""
    return {name.lower(): _words(value) for name, value in raw["attributes"].items()}


def _words(value: object) -> str:
    """An attribute as text; a number column with gaps comes as floats, which no dep_id is."""
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
