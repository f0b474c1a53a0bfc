"""Reads the relational release of MRDS (rdbms-tab-all): the rows of all of its tables that belong to one deposit.

I am line 2 of Names.txt: I wait in a temporary database until my table and all others are read, and come out beside
the other rows of my dep_id. If Deposits has no such dep_id I come out all the same, and it is said. My ordinal stays
behind, for it numbers the lines of one extract: with it, every deposit would look changed in the next.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import orjson

from app.errors import FileFault
from app.words import Words
from ingest.rows import Fault, FileRead, Raw, Reading, Row, file_fault
from ingest.sources.mrds.flat import said_flat
from ingest.sources.mrds.tables import SHORT, Record, Table, has_table, left_aside, tables

FORM = "relational"

# A row of one of these makes a deposit; the tables beside them only tell more of it.
_MAIN = ("Deposits", SHORT)
_PLACED = ("Deposits", "Coords", SHORT)

_AT_ONCE = 10_000
# What the temporary database keeps in memory, and as much again while it sorts.
_MEMORY_KIB = 32 * 1024

_Staged = tuple[str, int, int, bytes]


def recognises(path: Path) -> bool:
    """Whether it is a folder, or a zip or a text with a table of this release, by the names."""
    return path.is_dir() or has_table(path)


def holds_deposits(paths: Sequence[Path]) -> bool:
    """Whether there are deposits in it: a release in parts may hold only tables that tell more of them."""
    return any(table.name in _PLACED for table in tables(paths))


def read(paths: Sequence[Path]) -> Reading:
    """A row for each dep_id; raises `FileFault` where there is no table of MRDS, or one that cannot be read.

    The temporary database lies where SQLITE_TMPDIR or TMPDIR says; it has no name and ends with the reading.
    """
    found = sorted(tables(paths), key=lambda table: (table.name not in _MAIN, table.name))
    columns = [table.columns for table in found]
    return Reading(tuple(_file_read(path, file, found) for file, path in enumerate(paths)), _rows(found, columns))


def _file_read(path: Path, file: int, found: Sequence[Table]) -> FileRead:
    here = [table for table in found if table.file == file]
    looks = [table.text.look.as_file_read(Path(table.text.name)) for table in here]
    notes = [look.note for look in looks if look.note]
    aside = ", ".join(left_aside(path))
    if aside:
        notes.append(Words(f"{path.name}: left aside: {aside}", f"{path.name}: no se leyó: {aside}"))
    told = Words("; ".join(note.en for note in notes), "; ".join(note.es for note in notes))
    # Nearly all rows of the other tables come out with those of the leading one.
    leading = looks[0].rows_expected if here and here[0] is found[0] else 0
    encodings = dict.fromkeys(look.encoding for look in looks)
    return FileRead("+".join(encodings) or "utf-8", leading, told if notes else None)


def _rows(found: Sequence[Table], columns: Sequence[Sequence[str]]) -> Iterator[Row | Fault]:
    # SQLite deletes a database without a name itself: at once from its folder, for good when it is closed.
    with closing(sqlite3.connect("", isolation_level=None)) as store:
        try:
            store.execute("PRAGMA journal_mode = OFF")
            store.execute(f"PRAGMA cache_size = -{_MEMORY_KIB}")
            store.execute('CREATE TABLE line (dep_id, "table", number, "values")')
            for place, table in enumerate(found):
                yield from _stage(store, place, table)
            # A table has no order of its own: by their values, its rows come out alike whatever the extract's order.
            staged = store.execute('SELECT * FROM line ORDER BY dep_id, "table", "values", number')
            for _, lines in groupby(staged, key=itemgetter(0)):
                yield _row(found, columns, list(lines))
        except sqlite3.OperationalError as fault:
            raise _no_room(found[0].text.path, fault) from fault


def _stage(store: sqlite3.Connection, place: int, table: Table) -> Iterator[Fault]:
    waiting: list[_Staged] = []
    for record in table.records():
        if isinstance(record, Fault):
            yield record
        else:
            waiting.append((record.dep_id, place, record.number, orjson.dumps(record.values)))
        if len(waiting) == _AT_ONCE:
            _keep(store, waiting)
    _keep(store, waiting)


def _keep(store: sqlite3.Connection, waiting: list[_Staged]) -> None:
    store.execute("BEGIN")
    store.executemany("INSERT INTO line VALUES (?, ?, ?, ?)", waiting)
    store.execute("COMMIT")
    waiting.clear()


def _row(found: Sequence[Table], columns: Sequence[Sequence[str]], lines: Sequence[_Staged]) -> Row:
    """All that is said of one dep_id; it is found again by its line of Deposits, or else of its first table."""
    dep_id, leading, number, _ = lines[0]
    said: dict[str, list[dict[str, str]]] = {}
    for _, place, _, values in lines:
        named = dict(zip(columns[place], orjson.loads(values), strict=True))
        said.setdefault(found[place].name, []).append(named)
    raw: Raw = {"form": FORM, "tables": said}
    if found[leading].name not in _MAIN:
        raw["without_deposit"] = True
    return Row(found[leading].file, number, dep_id, "mrds", raw)


def _no_room(path: Path, fault: sqlite3.OperationalError) -> FileFault:
    return file_fault(
        path,
        f"its tables do not fit into the temporary folder ({fault}); name a larger one in TMPDIR",
        f"sus tablas no caben en la carpeta temporal ({fault}); indique una mayor en TMPDIR",
    )


def as_flat(raw: Raw) -> dict[str, str]:
    """The deposit in the words of `mrds.csv`."""
    return said_flat(raw["tables"])


def duplicate_pairs(paths: Sequence[Path]) -> Iterator[tuple[str, str, str | None]]:
    """The pairs of dep_ids that USGS holds to be one deposit, with its note; nothing where there is no table Dups.

    A pair comes once, the lesser id first, in the order in which Dups first names it; nearly all stand there twice,
    once from either side. An id paired with itself says nothing.
    """
    notes: dict[tuple[str, str], str | None] = {}
    for dep_id, other, note in _dups(paths):
        if other and other != dep_id:
            pair = (min(dep_id, other), max(dep_id, other))
            notes[pair] = notes.get(pair) or note
    for (one, other), note in notes.items():
        yield one, other, note


def _dups(paths: Sequence[Path]) -> Iterable[tuple[str, str, str | None]]:
    for table in tables(paths):
        if table.name == "Dups":
            columns = [name.lower() for name in table.columns]
            for record in table.records():
                if isinstance(record, Record):
                    said = dict(zip(columns, record.values, strict=True))
                    yield record.dep_id, said["dep_id_dup"].strip(), said.get("notes", "").strip() or None
