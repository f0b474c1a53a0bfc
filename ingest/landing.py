"""Puts judged rows where they belong: new ones straight into `record`, the others once all have been read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Self, cast

import orjson
from psycopg import Connection as Psycopg
from sqlalchemy import Connection, text

from app.db.tables import MEANING
from app.domain.deposit import DepositCommodity, Harmonised

_MEMORY = 32 << 20


class Verdict(StrEnum):
    """What a row is against what was last said under its id. Reread: unchanged, but to be understood anew."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REREAD = "reread"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Judged:
    """A row's verdict and its values: `RECORD`'s for one that can be used, `REJECT`'s for one that cannot."""

    verdict: Verdict
    values: tuple[Any, ...]


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
_ID = RECORD.index("source_id")
REJECT = ("run", "file", "row_number", "stage", "code", "field", "value", "message_en", "message_es", "raw")


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


class Aside:
    """Rows that must wait until all have been read, on disk when they are many."""

    def __init__(self) -> None:
        self._kept: dict[Verdict, IO[bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for kept in self._kept.values():
            kept.close()

    def all_but_new(self, rows: Iterable[Judged]) -> Iterator[tuple[Any, ...]]:
        """Hands on the values of new rows, and keeps those of the others."""
        for row in rows:
            if row.verdict is Verdict.NEW:
                yield row.values
            elif row.values:
                self._of(row.verdict).write(orjson.dumps(row.values) + b"\n")

    def of(self, verdict: Verdict) -> Iterator[list[Any]]:
        """The values kept of rows with a verdict."""
        kept = self._of(verdict)
        kept.seek(0)
        yield from map(orjson.loads, kept)

    def _of(self, verdict: Verdict) -> IO[bytes]:
        if verdict not in self._kept:
            self._kept[verdict] = cast("IO[bytes]", SpooledTemporaryFile(max_size=_MEMORY))  # noqa: SIM115
        return self._kept[verdict]


def keep_new(connection: Connection, rows: Iterable[Sequence[Any]]) -> None:
    copy_rows(connection, "record", RECORD, rows)


_REREAD = f"""
    UPDATE record SET ({", ".join(("crosswalk_digest", *MEANING, "unmapped"))})
        = ({", ".join(f"landed.{name}" for name in ("crosswalk_digest", *MEANING, "unmapped"))})
    FROM landed
    WHERE record.source = :source AND record.valid_to_run IS NULL AND record.source_id = landed.source_id
"""


def settle(connection: Connection, run: int, source: str, aside: Aside, ended: list[str]) -> None:
    """Keeps the rejects, ends what the files no longer have, and puts changed and reread rows in place."""
    copy_rows(connection, "reject", REJECT, aside.of(Verdict.REJECTED))
    told = {"run": run, "source": source}
    _end(connection, told, ended)
    _end(connection, told, [values[_ID] for values in aside.of(Verdict.CHANGED)])
    copy_rows(connection, "record", RECORD, aside.of(Verdict.CHANGED))
    _land(connection, aside.of(Verdict.REREAD))
    connection.execute(text(_REREAD), {"source": source})
    connection.execute(text("DROP TABLE landed"))


def _end(connection: Connection, told: dict[str, Any], ids: list[str]) -> None:
    if ids:
        statement = """
            UPDATE record SET valid_to_run = :run
            WHERE source = :source AND valid_to_run IS NULL AND source_id = ANY(:ids)
        """
        connection.execute(text(statement), {**told, "ids": ids})


def _land(connection: Connection, rows: Iterable[Sequence[Any]]) -> None:
    connection.execute(text("CREATE TEMPORARY TABLE landed (LIKE record) ON COMMIT DROP"))
    for needless in ("id", "valid_to_run"):
        connection.execute(text(f"ALTER TABLE landed DROP COLUMN {needless}"))
    copy_rows(connection, "landed", RECORD, rows)
    connection.execute(text("ANALYZE landed (source_id)"))


def copy_rows(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Writes rows by COPY as they come."""
    driver: Psycopg = connection.connection.driver_connection  # type: ignore[assignment]
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
