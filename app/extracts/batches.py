"""Deposits as Arrow record batches, read from the GeoJSON text that was made at publishing: no second truth."""

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from app.domain.properties import Kind, Property
from app.extracts.order import Order
from app.extracts.points import Numbers, as_wkb

ID, GEOMETRY = "id", "geometry"

_TYPES = {Kind.INTEGER: pa.int32(), Kind.NUMBER: pa.float64(), Kind.BOOLEAN: pa.bool_(), Kind.DATE: pa.date32()}


def type_of(one: Property) -> pa.DataType:
    """The Arrow type of a property's values."""
    return _TYPES.get(one.kind, pa.string())


def schema(order: Order) -> pa.Schema:
    """The columns of an order: its id, its properties, and its position as WKB, x before y in every system."""
    return pa.schema(
        [
            pa.field(ID, pa.string(), nullable=False),
            *(pa.field(one.name, type_of(one)) for one in order.properties),
            pa.field(GEOMETRY, pa.binary()),
        ]
    )


def with_titles(order: Order, title: str, about: str) -> pa.Schema:
    """The columns of an order, with what they are called and mean in its language under these names of metadata."""
    said = {one.name: (one.title.speak(order.lang), one.about.speak(order.lang)) for one in order.properties}
    return pa.schema(
        field.with_metadata(dict(zip((title, about), said[field.name], strict=True))) if field.name in said else field
        for field in schema(order)
    )


def batches(order: Order, rows: Iterable[Sequence[Sequence[Any]]]) -> Iterator[pa.RecordBatch]:
    """The rows of `app.queries.deposits.features`, some at a time: text of the feature, and x and y if asked for."""
    columns, read = schema(order), _reading(order)
    for some in rows:
        yield _batch(order, columns, read, some)


def _reading(order: Order) -> pj.ParseOptions:
    # Arrow reads no dates out of JSON.
    said = [(one.name, pa.string() if one.kind is Kind.DATE else type_of(one)) for one in order.properties]
    feature = pa.schema(
        [
            (ID, pa.string()),
            (GEOMETRY, pa.struct([("coordinates", pa.list_(pa.float64()))])),
            ("properties", pa.struct(said)),
        ]
    )
    return pj.ParseOptions(explicit_schema=feature, unexpected_field_behavior="ignore")


def _batch(order: Order, columns: pa.Schema, read: pj.ParseOptions, rows: Sequence[Sequence[Any]]) -> pa.RecordBatch:
    text = b"\n".join(row[0] for row in rows)
    # Never parted into blocks: one batch in, one out.
    said = pj.read_json(BytesIO(text), pj.ReadOptions(block_size=len(text) + 1), read).combine_chunks()
    properties = said.column("properties").combine_chunks()
    values = [
        pc.cast(properties.field(one.name), type_of(one)) if one.kind is Kind.DATE else properties.field(one.name)
        for one in order.properties
    ]
    points = _points(order, said, rows)
    return pa.RecordBatch.from_arrays([said.column(ID).combine_chunks(), *values, points], schema=columns)


def _points(order: Order, said: pa.Table, rows: Sequence[Sequence[Any]]) -> pa.Array:
    if order.shown.projection is None:
        flat = said.column(GEOMETRY).combine_chunks().field("coordinates").flatten()
        places: Numbers = np.from_dlpack(flat).reshape(-1, 2).astype(float, copy=False)
    else:
        places = np.array([row[1:3] for row in rows], dtype=float)
        places = np.round(places, order.shown.crs.decimals)
    # Null where the system has no position for a deposit.
    return as_wkb(places)
