"""Deposits as comma-separated values (RFC 4180, UTF-8): a header, and a line each.

A value that is not stated is empty, an empty text is `""`. Spreadsheets run a text that begins like a formula, so an
apostrophe is put before it, and before one that already stands there: taking one away always gives back the text.
"""

from collections.abc import Iterable, Iterator
from io import BytesIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import shapely

from app.extracts.batches import GEOMETRY, ID
from app.extracts.order import Order

_MARK = "\ufeff".encode()
_LIKE_A_FORMULA = r"\A('*[=+\-@\t\r])"


def pieces(order: Order, batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    """The lines of an order, piece by piece."""
    names = order.columns
    head = (_MARK if order.spreadsheet else b"") + ",".join(f'"{name}"' for name in names).encode() + b"\n"
    for batch in batches:
        yield head + _lines(pa.RecordBatch.from_arrays([_neutral(one) for one in _columns(order, batch)], names=names))
        head = b""
    yield head


def _columns(order: Order, batch: pa.RecordBatch) -> list[pa.Array]:
    points = shapely.from_wkb(batch.column(GEOMETRY).to_numpy(zero_copy_only=False))
    places = [pa.array(axis(points), from_pandas=True) for axis in (shapely.get_x, shapely.get_y)]
    return [batch.column(ID), *places, *(batch.column(one.name) for one in order.properties)]


def _neutral(column: pa.Array) -> pa.Array:
    if not pa.types.is_string(column.type):
        return column
    return pc.replace_substring_regex(column, _LIKE_A_FORMULA, r"'\1", max_replacements=1)


def _lines(batch: pa.RecordBatch) -> bytes:
    out = BytesIO()
    pacsv.write_csv(batch, out, pacsv.WriteOptions(include_header=False))
    return out.getvalue()
