"""Record batches kept in a file of their own for a while, where all must be seen before the first one is written."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa


@contextmanager
def spooled(columns: pa.Schema, batches: Iterable[pa.RecordBatch], beside: Path) -> Iterator[Iterator[pa.RecordBatch]]:
    """All the batches, kept in the folder of a file while they are read; memory does not grow with their number."""
    with TemporaryDirectory(dir=beside.parent) as folder:
        path = Path(folder, "batches.arrow")
        with pa.ipc.new_stream(path, columns) as into:
            for batch in batches:
                into.write_batch(batch)
        with pa.OSFile(str(path)) as kept, pa.ipc.open_stream(kept) as reader:
            yield iter(reader)
