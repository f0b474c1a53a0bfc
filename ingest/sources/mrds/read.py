"""Reads MRDS in the form that its files have; here, `mrds.csv`, plain, gzipped or zipped, by its header's names."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from app.errors import FileFault
from app.words import Words
from ingest.readers import CsvTable, Look, csv_table, look_over
from ingest.rows import Fault, Link, Raw, Reading, Row
from ingest.sources.mrds import relational, tables
from ingest.sources.mrds.forms import FORMS, as_flat, form_of

MEMBER = "mrds.csv"

# Without these no deposit can be told or placed; every other column may be missing in an older layout.
_NEEDED = ("dep_id", "site_name", "latitude", "longitude")


def read(paths: Sequence[Path]) -> Reading:
    """The rows of MRDS's files in any of its forms; raises `FileFault` for a file that has none of them."""
    form = form_of(paths)
    if form:
        return form.read(paths)
    looks = [look_over(path, MEMBER) for path in paths]
    for path, look in zip(paths, looks, strict=True):
        with csv_table(path, look, MEMBER, 0) as table:
            _check_header(path, table)
    files = tuple(look.as_file_read(path) for path, look in zip(paths, looks, strict=True))
    return Reading(files, _rows(paths, looks))


def files_of(path: Path) -> list[Path]:
    """The files that a folder of the relational release stands for; a file stands for itself."""
    return tables.files_of(path)


def holds_records(paths: Sequence[Path]) -> bool:
    """False for a relational release without its tables of deposits: it only says more of deposits known already."""
    return form_of(paths) is not FORMS[relational.FORM] or relational.holds_deposits(paths)


def links(paths: Sequence[Path]) -> Iterator[Link]:
    """The pairs that USGS itself holds to be one deposit, from the relational release's table Dups."""
    if form_of(paths) is FORMS[relational.FORM]:
        for one, other, note in relational.duplicate_pairs(paths):
            yield Link(one, other, note)


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
                    yield Row(file, row[0], *key_and_layer(raw, ()), raw)


def key_and_layer(raw: Raw, _: Collection[str]) -> tuple[str | None, str]:
    """The dep_id of a row of any form, and the one layer that MRDS is."""
    return as_flat(raw)["dep_id"].strip() or None, "mrds"
