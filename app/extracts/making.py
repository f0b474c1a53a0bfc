"""An order made whole, in whatever process this runs: read by one server-side cursor, written while it is read."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from app.extracts import csv
from app.extracts import text as texts
from app.extracts.batches import batches
from app.extracts.formats import FORMATS, Making
from app.extracts.order import Order
from app.queries.deposits import features

_BATCH = 2000

_Rows = Sequence[Sequence[Any]]
Coming = Iterator[_Rows]
Watch = Callable[[Coming], Coming]


def _unwatched(coming: Coming) -> Coming:
    return coming


def make(engine: Engine, order: Order, path: Path, watch: Watch = _unwatched) -> None:
    """Makes the file of an order at the path; `watch` sees the batches of rows go by."""
    with engine.connect() as connection, closing(rows(connection, order)) as read:
        coming = watch(read)
        if FORMATS[order.ending].making is Making.FILE:
            # Imported only where it is needed: the libraries behind it take a while.
            from app.extracts import writing

            writing.write(order, coming, path)
        else:
            with path.open("wb") as out:
                out.writelines(pieces(order, coming))


def pieces(order: Order, coming: Coming) -> Iterator[bytes]:
    """An order that is made piece by piece, of its rows."""
    if FORMATS[order.ending].making is Making.PIECES:
        return csv.pieces(order, batches(order, coming))
    return texts.pieces(order, coming)


def rows(connection: Connection, order: Order) -> Generator[_Rows, None, None]:
    """The rows of an order, some at a time, all of one moment."""
    statement = features(order.wanted, order.provenance.release, order.walk())
    result = connection.execution_options(yield_per=_BATCH, stream_results=True).execute(statement)
    # Whoever stops early leaves a cursor open.
    with closing(result):
        yield from result.partitions(_BATCH)
