"""The one door to GDAL within app: record batches as a layer of one of its formats, written as they come."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyogrio

from app.extracts.batches import GEOMETRY, with_titles
from app.extracts.order import Order

# What GDAL reads a field's title, description and width from.
_TITLE, _ABOUT, _WIDTH = (f"GDAL:OGR:{name}" for name in ("alternative_name", "comment", "width"))


def write_layer(
    order: Order,
    columns: pa.Schema,
    batches: Iterable[pa.RecordBatch],
    path: Path,
    driver: str,
    *,
    options: Mapping[str, str],
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Writes a layer of points named as the collection, or a table where the order wants no positions."""
    if not order.shown.geometry:
        columns = columns.remove(columns.get_field_index(GEOMETRY))
    # In GDAL's files x is before y, whatever the authority of the system says.
    placed = {"geometry_name": GEOMETRY, "geometry_type": "Point", "crs": f"EPSG:{order.shown.crs.srid}"}
    with _heard(columns, batches) as reader:
        pyogrio.write_arrow(
            reader,
            path,
            layer=order.provenance.collection,
            driver=driver,
            layer_metadata=metadata,
            encoding="UTF-8",
            **options,
            **(placed if order.shown.geometry else {}),
        )


@contextmanager
def _heard(columns: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatchReader]:
    """The batches as GDAL takes them. Of an error in them it only says that there was one; that is raised here."""
    faults: list[Exception] = []

    def read() -> Iterator[pa.RecordBatch]:
        try:
            for batch in batches:
                yield batch.select(columns.names).cast(columns)
        except Exception as fault:
            faults.append(fault)
            raise

    try:
        yield pa.RecordBatchReader.from_batches(columns, read())
    except RuntimeError:
        if faults:
            raise faults[0] from None
        raise


def titled(order: Order) -> pa.Schema:
    """The columns of an order, with their titles and descriptions where GDAL reads them."""
    return with_titles(order, _TITLE, _ABOUT)


def as_wide(field: pa.Field, width: int) -> pa.Field:
    """The column with room for texts of so many bytes, in formats of fixed width."""
    return field.with_metadata({_WIDTH: str(width)})
