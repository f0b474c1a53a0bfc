"""Reads `mrds.csv`, plain, gzipped or in its zip, by the names in its header."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from app.errors import FileFault
from app.words import Words
from ingest.readers import CsvTable, Look, csv_table, look_over
from ingest.rows import Fault, Reading, Row

MEMBER = "mrds.csv"

# Without these no deposit can be told or placed; every other column may be missing in an older layout.
_NEEDED = ("dep_id", "site_name", "latitude", "longitude")


def read(paths: Sequence[Path]) -> Reading:
    """The rows of one or more `mrds.csv`; raises `FileFault` for a file that is not one."""
    looks = [look_over(path, MEMBER) for path in paths]
    for path, look in zip(paths, looks, strict=True):
        with csv_table(path, look, MEMBER, 0) as table:
            _check_header(path, table)
    files = tuple(look.as_file_read(path) for path, look in zip(paths, looks, strict=True))
    return Reading(files, _rows(paths, looks))


def _check_header(path: Path, table: CsvTable) -> None:
    missing = [name for name in _NEEDED if name not in table.header]
    if missing:
        lacking, found = ", ".join(missing), ", ".join(table.header[:12])
        raise FileFault(
            Words(
                f"{path.name} is not an MRDS table: its header lacks {lacking}; it begins with: {found}",
                f"{path.name} no es una tabla de MRDS: a su encabezado le falta {lacking}; comienza con: {found}",
            )
        )


def _rows(paths: Sequence[Path], looks: Sequence[Look]) -> Iterator[Row | Fault]:
    for file, (path, look) in enumerate(zip(paths, looks, strict=True)):
        with csv_table(path, look, MEMBER, file) as table:
            for row in table.rows:
                if isinstance(row, Fault):
                    yield row
                else:
                    raw = dict(zip(table.header, row[1], strict=True))
                    yield Row(file, row[0], raw["dep_id"].strip() or None, "mrds", raw)
