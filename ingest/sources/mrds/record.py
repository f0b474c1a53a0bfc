"""Reads one record as the JSON service of MRDS answers it, at /mrds/json/ and the dep_id.

A table of which the deposit has one row is an object there, and a list where it has several.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from app.errors import FileFault
from ingest.readers import opened
from ingest.rows import FileRead, Raw, Reading, Row, file_fault
from ingest.sources.mrds.flat import said_flat

FORM = "record"
MEMBER = "record.json"

_LARGEST_BYTES = 64 << 20

# The service's name of a table, where that is another than the table's own.
_TABLES = {
    "name": "Names",
    "geo_coordinates": "Coords",
    "bib_references": "Reference",
    "deposits": "Deposits",
}


def recognises(path: Path) -> bool:
    """Whether the file holds a JSON object, of whatever kind."""
    try:
        with opened(path, MEMBER) as stream:
            return stream.read(512).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")
    except FileFault:
        return False


def read(paths: Sequence[Path]) -> Reading:
    """A row for each file; raises `FileFault` for one that is not a record of the service."""
    return Reading(tuple(FileRead("utf-8", 1) for _ in paths), list(_rows(paths)))


def _rows(paths: Sequence[Path]) -> Iterator[Row]:
    for file, path in enumerate(paths):
        feature = _parsed(path)
        raw = {"form": FORM, "feature": feature}
        yield Row(file, 1, as_flat(raw)["dep_id"] or None, "mrds", raw)


def _parsed(path: Path) -> dict[str, Any]:
    with opened(path, MEMBER) as stream:
        data = stream.read(_LARGEST_BYTES)
    try:
        feature = json.loads(data.decode("utf-8-sig"), parse_constant=str)
    except (ValueError, RecursionError) as fault:
        raise file_fault(
            path,
            f"it is cut short or not JSON ({fault}); ask the service again",
            f"está cortado o no es JSON ({fault}); consulte el servicio de nuevo",
        ) from fault
    if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
        raise _no_record(path)
    if not isinstance(feature["properties"].get("deposits"), dict | list):
        raise _no_record(path)
    return feature


def _no_record(path: Path) -> FileFault:
    return file_fault(
        path,
        "it is JSON, but not a record of MRDS: it has no properties with deposits",
        "es JSON, pero no un registro de MRDS: no tiene properties con deposits",
    )


def as_flat(raw: Raw) -> dict[str, str]:
    """The deposit in the words of `mrds.csv`; its grade is what that calls score."""
    said = raw["feature"]["properties"]
    tables = {_TABLES.get(name, name.capitalize()): _children(child) for name, child in said.items()}
    flat, grade = said_flat(tables), said.get("grade")
    flat["score"] = grade if isinstance(grade, str) else ""
    return flat


def _children(child: object) -> list[dict[str, Any]]:
    listed = child if isinstance(child, list) else [child]
    return [one for one in listed if isinstance(one, dict)]
