"""FlatGeobuf: with its index, its columns titled, and where it comes from in its header."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa

from app.errors import BadValue
from app.extracts.batches import GEOMETRY
from app.extracts.order import Order
from app.extracts.vector import titled, write_layer
from app.words import Words


def write(order: Order, batches: Iterable[pa.RecordBatch], path: Path) -> None:
    """Writes the file; raises `BadValue` where a deposit has no position, or none in the system that is asked for."""
    if not order.shown.geometry:
        raise _placeless()
    of, unplaced = order.provenance, 0

    def placed() -> Iterator[pa.RecordBatch]:
        nonlocal unplaced
        for batch in batches:
            unplaced += batch.column(GEOMETRY).null_count
            if not unplaced:
                yield batch

    options = {
        "TITLE": of.title().speak(order.lang),
        "DESCRIPTION": of.prose(order.lang),
        "SPATIAL_INDEX": "YES",
    }
    said = {"provenance": json.dumps(of.members(), ensure_ascii=False)}
    write_layer(order, titled(order), placed(), path, "FlatGeobuf", options=options, metadata=said)
    # Its index cannot hold them; and without an index, GDAL 3.12 misreads the rows beside one (as Arrow).
    if unplaced:
        path.unlink()
        raise _unplaced(order, unplaced)


def _placeless() -> BadValue:
    return BadValue(
        Words(
            "skipGeometry=true: FlatGeobuf holds no deposit without its position; CSV, GeoPackage and GeoParquet do",
            "skipGeometry=true: FlatGeobuf no admite yacimientos sin su posición; CSV, GeoPackage y GeoParquet sí",
        )
    )


def _unplaced(order: Order, number: int) -> BadValue:
    name = order.shown.crs.name
    return BadValue(
        Words(
            f"{number} of these deposits have no position in {name}, and FlatGeobuf holds none without; ask for a box "
            "(bbox=…) or for another crs, or for another format",
            f"{number} de estos yacimientos no tienen posición en {name}, y FlatGeobuf no admite ninguno sin ella; "
            "pida un recuadro (bbox=…), otro crs u otro formato",
        )
    )
