"""FlatGeobuf: with its index, its columns titled, and where it comes from in its header."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa

from app.extracts.batches import GEOMETRY
from app.extracts.order import Order
from app.extracts.spool import spooled
from app.extracts.vector import titled, write_layer

_DRIVER = "FlatGeobuf"


def write(order: Order, batches: Iterable[pa.RecordBatch], path: Path) -> None:
    """Writes the file. Its index cannot hold a deposit without a position: where there is one, there is no index."""
    if order.shown.projection is None:
        _write(order, batches, path, indexed=order.shown.geometry)
        return
    unplaced = 0

    def counted() -> Iterator[pa.RecordBatch]:
        nonlocal unplaced
        for batch in batches:
            unplaced += batch.column(GEOMETRY).null_count
            yield batch

    with spooled(titled(order), counted(), path) as kept:
        _write(order, kept, path, indexed=not unplaced)


def _write(order: Order, batches: Iterable[pa.RecordBatch], path: Path, *, indexed: bool) -> None:
    of = order.provenance
    options = {
        "TITLE": of.title().speak(order.lang),
        "DESCRIPTION": of.prose(order.lang),
        "SPATIAL_INDEX": "YES" if indexed else "NO",
    }
    said = {"provenance": json.dumps(of.members(), ensure_ascii=False)}
    write_layer(order, titled(order), batches, path, _DRIVER, options=options, metadata=said)
