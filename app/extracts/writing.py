"""Files of deposits, each by the writer of its format."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from app.extracts import flatgeobuf, geopackage, kml, parquet, shapefile
from app.extracts.batches import batches
from app.extracts.order import Order

_Writer = Callable[[Order, Iterable[pa.RecordBatch], Path], None]

_WRITERS: Mapping[str, _Writer] = MappingProxyType(
    {
        "fgb": flatgeobuf.write,
        "gpkg": geopackage.write,
        "parquet": parquet.write,
        "shp.zip": shapefile.write,
        "kml": kml.write,
    }
)


def write(order: Order, rows: Iterable[Sequence[Sequence[Any]]], path: Path) -> None:
    """Writes the rows of `app.queries.deposits.features`, some at a time, as a file in the order's format."""
    # To a GeoPackage that is there, GDAL would add a layer.
    path.unlink(missing_ok=True)
    _WRITERS[order.ending](order, batches(order, rows), path)
