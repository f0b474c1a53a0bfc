"""Puts judged rows where they belong: new ones straight into `record`, the others once all have been read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, Any, NamedTuple, Self, cast

import orjson
from psycopg import Connection as Psycopg
from sqlalchemy import Connection, text

from app.db.tables import MEANING
from app.domain.deposit import DepositCommodity, Harmonised

_MEMORY = 32 << 20
_PIECE = 1 << 16
_LINES = 50


class Verdict(StrEnum):
    """What a row is against what was last said under its id. Reread: unchanged, but to be understood anew."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REREAD = "reread"
    REJECTED = "rejected"


class Judged(NamedTuple):
    """A row's verdict, and what is to be kept of it as COPY reads it: `RECORD`'s values for a row that can be used,
    `REJECT`'s for one that cannot, None for one that is kept already."""

    verdict: Verdict
    line: bytes | None


RECORD = (
    "source",
    "source_id",
    "layer",
    "row_hash",
    "raw",
    "file",
    "row_number",
    "valid_from_run",
    "crosswalk_digest",
    *MEANING,
    "unmapped",
)
REJECT = (
    *("run", "file", "row_number", "layer", "source_id", "stage"),
    *("code", "field", "value", "message_en", "message_es", "raw"),
)


def meant(row: Harmonised) -> tuple[Any, ...]:
    """A row's meaning as the columns `MEANING` and `unmapped`."""
    commodities, place = row.commodities, row.position
    at = _COMMODITIES
    unmapped = orjson.dumps(row.unmapped).decode() if row.unmapped else None
    return (*row[:at], *_arrays(commodities), *row[at + 1 : -3], *place, row.source_url, unmapped)


_COMMODITIES = Harmonised._fields.index("commodities")


@lru_cache(maxsize=100_000)
def _arrays(commodities: tuple[DepositCommodity, ...]) -> tuple[str, ...]:
    """The arrays of commodities as PostgreSQL writes them: the same few sets recur, so each is written once."""
    ranks = ",".join("NULL" if one.rank is None else str(one.rank) for one in commodities)
    by_rank = (_array(one.code for one in commodities if one.rank == rank) for rank in (1, 2, 3))
    codes, words = _array(one.code for one in commodities), _array(one.words for one in commodities)
    return (codes, f"{{{ranks}}}", words, *by_rank)


def _array(items: Iterable[str]) -> str:
    quoted = (item.replace("\\", "\\\\").replace('"', '\\"') for item in items)
    return "{" + ",".join(f'"{item}"' for item in quoted) + "}"


# What COPY's text format writes as two characters.
_ESCAPED = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def as_copied(values: Sequence[Any]) -> bytes:
    """Values as a line of COPY's text format; raises `ValueError` for NUL and half characters, which no text has."""
    # A NUL stands for COPY's own backslashes until the values' have been escaped.
    said = ["\0N" if value is None else value if value.__class__ is str else _said(value) for value in values]
    line = "\t".join(said)
    if line.count("\0") != values.count(None) + 2 * list(map(type, values)).count(bytes):
        raise ValueError("a value holds a NUL", line)
    # Few rows hold any of the four, and to escape field by field takes longer than all else here.
    if "\\" in line or "\n" in line or "\r" in line or line.count("\t") >= len(said):
        line = "\t".join([field.translate(_ESCAPED) for field in said])
    return f"{line}\n".replace("\0", "\\").encode()


def _said(value: Any) -> str:
    return f"\0\0x{value.hex()}" if isinstance(value, bytes) else str(value)


class Aside:
    """Rows that must wait until all have been read, on disk when they are many."""

    def __init__(self) -> None:
        self._kept: dict[Verdict, IO[bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for kept in self._kept.values():
            kept.close()

    def all_but_new(self, rows: Iterable[Judged]) -> Iterator[bytes]:
        """Hands on the lines of new rows, and keeps those of the others."""
        for verdict, line in rows:
            if line is None:
                continue
            if verdict is Verdict.NEW:
                yield line
            else:
                self._of(verdict).write(line)

    def of(self, verdict: Verdict) -> Iterator[bytes]:
        """The lines kept of rows with a verdict, in pieces."""
        kept = self._of(verdict)
        kept.seek(0)
        while piece := kept.read(_PIECE):
            yield piece

    def _of(self, verdict: Verdict) -> IO[bytes]:
        if verdict not in self._kept:
            self._kept[verdict] = cast("IO[bytes]", SpooledTemporaryFile(max_size=_MEMORY))  # noqa: SIM115
        return self._kept[verdict]


def keep_new(connection: Connection, lines: Iterable[bytes]) -> None:
    _copy_lines(connection, "record", RECORD, lines)


_REREAD = f"""
    UPDATE record SET ({", ".join(("crosswalk_digest", *MEANING, "unmapped"))})
        = ({", ".join(f"landed.{name}" for name in ("crosswalk_digest", *MEANING, "unmapped"))})
    FROM landed
    WHERE record.source = :source AND record.valid_to_run IS NULL AND record.source_id = landed.source_id
"""


_OVER = text("""
    UPDATE record SET valid_to_run = :run
    WHERE source = :source AND valid_to_run IS NULL AND source_id = ANY(:ids)
""")


def settle(connection: Connection, run: int, source: str, aside: Aside, over: list[str]) -> None:
    """Keeps the rejects, ends the versions that are over (those of ids that ended or changed), and puts changed and
    reread rows in place."""
    _copy_lines(connection, "reject", REJECT, aside.of(Verdict.REJECTED))
    if over:
        connection.execute(_OVER, {"run": run, "source": source, "ids": over})
    _copy_lines(connection, "record", RECORD, aside.of(Verdict.CHANGED))
    _land(connection, aside.of(Verdict.REREAD))
    connection.execute(text(_REREAD), {"source": source})
    connection.execute(text("DROP TABLE landed"))


_MOVE = text("UPDATE record SET file = :newer WHERE file = :older AND valid_to_run IS NULL")


def move(connection: Connection, files: Mapping[int, int]) -> None:
    """Records of these files are henceforth of those with the same bytes that take their places."""
    if files:
        connection.execute(_MOVE, [{"older": older, "newer": newer} for older, newer in files.items()])


def _land(connection: Connection, lines: Iterable[bytes]) -> None:
    connection.execute(text("CREATE TEMPORARY TABLE landed (LIKE record) ON COMMIT DROP"))
    for needless in ("id", "valid_to_run"):
        connection.execute(text(f"ALTER TABLE landed DROP COLUMN {needless}"))
    _copy_lines(connection, "landed", RECORD, lines)
    connection.execute(text("ANALYZE landed (source_id)"))


def copy_rows(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Writes rows by COPY as they come."""
    _copy_lines(connection, table, columns, map(as_copied, rows))


def _copy_lines(connection: Connection, table: str, columns: Sequence[str], lines: Iterable[bytes]) -> None:
    driver: Psycopg = connection.connection.driver_connection  # type: ignore[assignment]
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        lines = iter(lines)
        # A write of its own for each line would double the time of COPY.
        while several := b"".join(islice(lines, _LINES)):
            copy.write(several)
