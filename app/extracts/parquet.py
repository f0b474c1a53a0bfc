"""GeoParquet 1.1: groups of rows that lie together, each with its box, so that a reader of a place skips the others."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyproj import CRS

from app.domain.crs import CRS84, Crs
from app.extracts.batches import GEOMETRY, with_titles
from app.extracts.order import Order
from app.extracts.points import Numbers, numbers, x_and_y

_GROUP = 10_000
# The column of boxes that is called the covering of the geometry, and its members by their names in the standard.
_COVERING = "bbox"
_SIDES = ("xmin", "ymin", "xmax", "ymax")
_BOX = pa.struct([pa.field(side, pa.float64(), nullable=False) for side in _SIDES])


def write(order: Order, batches: Iterable[pa.RecordBatch], path: Path) -> None:
    """Writes the file; without positions it is a Parquet file like any other."""
    columns, places = _columns(order), _Places()
    with pq.ParquetWriter(path, columns, compression="zstd") as writer:
        for group in _grouped(batches):
            writer.write_table(_told(order, columns, group, places), row_group_size=_GROUP)
        writer.add_key_value_metadata(_about(order, places))


class _Places:
    """The box around all positions that were seen; None before the first."""

    def __init__(self) -> None:
        self.box: list[float] | None = None

    def add(self, places: Numbers) -> None:
        known = places[~np.isnan(places).any(axis=1)]
        if len(known):
            west, south, east, north = self.box or [np.inf, np.inf, -np.inf, -np.inf]
            low, high = known.min(axis=0), known.max(axis=0)
            self.box = [*np.minimum((west, south), low).tolist(), *np.maximum((east, north), high).tolist()]


def _columns(order: Order) -> pa.Schema:
    columns = list(with_titles(order, "title", "description"))
    return pa.schema([*columns, pa.field(_COVERING, _BOX)] if order.shown.geometry else columns[:-1])


def _grouped(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    some: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        some.append(batch)
        rows += batch.num_rows
        if rows >= _GROUP:
            table = pa.Table.from_batches(some)
            whole = rows - rows % _GROUP
            yield table.slice(0, whole)
            some, rows = table.slice(whole).to_batches(), rows - whole
    if rows:
        yield pa.Table.from_batches(some)


def _told(order: Order, columns: pa.Schema, group: pa.Table, places: _Places) -> pa.Table:
    if not order.shown.geometry:
        return group.drop_columns([GEOMETRY]).cast(columns)
    points = group.column(GEOMETRY).combine_chunks()
    x, y = x_and_y(points)
    places.add(np.column_stack((x, y)))
    sides = [numbers(x), numbers(y)]
    boxes = pa.StructArray.from_arrays(sides * 2, fields=list(_BOX), mask=pc.is_null(points))
    return group.append_column(_COVERING, boxes).cast(columns)


def _about(order: Order, places: _Places) -> dict[str, str]:
    of = order.provenance
    about = {
        "title": of.title().speak(order.lang),
        "description": of.prose(order.lang),
        "provenance": json.dumps(of.members(), ensure_ascii=False),
    }
    return about | {"geo": json.dumps(_geo(order.shown.crs, places.box))} if order.shown.geometry else about


def _geo(crs: Crs, box: list[float] | None) -> dict[str, Any]:
    system = "OGC:CRS84" if crs == CRS84 else f"EPSG:{crs.srid}"
    column = {
        "encoding": "WKB",
        "geometry_types": ["Point"],
        # Its axes as its authority has them; the standard puts x before y all the same.
        "crs": CRS(system).to_json_dict(),
        "covering": {"bbox": {side: [_COVERING, side] for side in _SIDES}},
    }
    column |= {} if box is None else {"bbox": box}
    return {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
