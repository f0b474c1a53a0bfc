"""One run, from a survey's files to records that the next release will hold.

I am row 10013821 of mrds.csv: my file is hashed, I am read under my header's names and compared with what was
last said of me. If nothing changed I am counted and left alone. Else I am kept verbatim, and what I mean is set
beside it. If I have no identity or no position I am a reject, with the reason and my words. All of my file's rows
take effect together, or none does.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import blake2b
from pathlib import Path
from time import perf_counter
from typing import Any

import orjson
from psycopg import Connection as Psycopg
from sqlalchemy import Connection, Engine, text

from app.db.tables import MEANING
from app.domain.deposit import Harmonised
from app.words import Words
from ingest.ledger import Counts, Step, begin, fail, finish, keep_files, receive, run_of_same_files, sole_run
from ingest.report import Teller
from ingest.rows import Fault, Raw, Reading, Reason, Row, RowRejected
from ingest.sources import Source
from ingest.verbatim import shown, verbatim
from ingest.vocabularies import store_vocabularies

_REPEATED = Words(
    "an earlier row of the same file has the same id and says something else; the earlier one is kept",
    "una fila anterior del mismo archivo tiene el mismo identificador y dice otra cosa; se conserva la anterior",
)
_REPEATED_ROW = Words(
    "an earlier row of the same file is the same, word for word",
    "una fila anterior del mismo archivo es igual, palabra por palabra",
)
_NO_ID = Words(
    "the row has no identifier, so it could not be found again in the next file",
    "la fila no tiene identificador, así que no se podría reconocer en el siguiente archivo",
)
_BAD_ID = Words(
    "an identifier has letters, digits, hyphens and underscores, at most 64 of them",
    "un identificador lleva letras, cifras, guiones y guiones bajos, 64 a lo más",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did; `repeat_of` is the earlier run that had already read the same files."""

    run: int
    counts: Counts
    repeat_of: int | None = None


def ingest(
    source: Source,
    paths: Sequence[Path],
    engine: Engine,
    teller: Teller,
    *,
    partial: bool = False,
    synthetic: bool = False,
    retrieved: date | None = None,
) -> Outcome:
    """Reads files of one source into the store. They hold the whole of each layer in them, unless `partial`.
    Rows of `synthetic` files are called so wherever they appear.

    Raises `FileFault` where a file is not one of the source's, `Busy` where the source is being ingested already;
    then, and on any crash, the records stay as they were.
    """
    name = source.about.id
    files = [receive(path, retrieved) for path in paths]
    with sole_run(engine, f"ingest {name}"):
        with engine.begin() as connection:
            store_vocabularies(connection)
            digest = source.crosswalks.digest
            earlier = run_of_same_files(connection, name, files, digest, partial=partial, synthetic=synthetic)
        if earlier is not None:
            return Outcome(earlier, Counts(), repeat_of=earlier)
        reading = source.read(paths)
        for look in reading.files:
            if look.note:
                teller.say(look.note)
        with engine.begin() as connection:
            run = begin(connection, name, digest, partial=partial)
        try:
            with engine.begin() as connection:
                ids = keep_files(connection, run, name, files, reading.files, synthetic=synthetic)
                counts = _carry_out(connection, run, source, ids, reading, teller, partial=partial, synthetic=synthetic)
                return Outcome(run, counts)
        except BaseException as fault:
            fail(engine, run, fault)
            raise


def _carry_out(
    connection: Connection,
    run: int,
    source: Source,
    files: Sequence[int],
    reading: Reading,
    teller: Teller,
    *,
    partial: bool,
    synthetic: bool,
) -> Counts:
    started = perf_counter()
    judge = _Judge(source, _current(connection, source), synthetic=synthetic)
    total = sum(file.rows_expected for file in reading.files)
    doing = Words(f"reading {source.about.id}", f"leyendo {source.about.id}")
    _land(connection, (judge(row, files) for row in teller.track(reading, total, doing)))
    read_in = perf_counter()
    ended = _settle(connection, run, source.about.id, sorted(judge.layers), partial=partial)
    counts = judge.counts(ended)
    finish(connection, run, counts, sorted(judge.layers), judge.steps(read_in - started, perf_counter() - read_in))
    return counts


def _current(connection: Connection, source: Source) -> dict[str, tuple[bytes, bool]]:
    """What was last said under each id: its hash, and whether today's crosswalks explained it."""
    rows = connection.execute(
        text("""
            SELECT record.source_id, record.row_hash, harmonised.crosswalk_digest = :digest
            FROM record JOIN harmonised ON harmonised.record = record.id
            WHERE record.source = :source AND record.valid_to_run IS NULL
        """),
        {"source": source.about.id, "digest": source.crosswalks.digest},
    )
    return {source_id: (row_hash, understood) for source_id, row_hash, understood in rows}


class _Judge:
    """Decides what becomes of each row, and counts."""

    def __init__(self, source: Source, current: dict[str, tuple[bytes, bool]], *, synthetic: bool) -> None:
        self._source = source
        # What was made up and what a survey said are never the same, though word for word they are.
        self._kind = b"synthetic" if synthetic else b""
        self._current = current
        self._seen: dict[str, bytes] = {}
        self._verdicts: Counter[str] = Counter()
        self._unreadable = 0
        self.layers: set[str] = set()

    def __call__(self, row: Row | Fault, files: Sequence[int]) -> tuple[Any, ...]:
        """The row as the table `landed` takes it."""
        place = files[row.file], row.number
        if isinstance(row, Fault):
            return self._unread(place, row.reason, row.raw)
        try:
            raw = verbatim(row.raw)
        except RowRejected as damage:
            return self._unread(place, damage.reason, shown(row.raw))
        self.layers.add(row.layer)
        row_hash = blake2b(raw, digest_size=16, person=self._kind).digest()
        try:
            key, verdict = self._verdict(row, row_hash)
            meaning = None if verdict == "unchanged" else self._source.harmonise(row.raw, self._source.crosswalks)
        except RowRejected as rejection:
            return self._refuse(place, row.key, row.layer, rejection.reason, row.raw)
        self._seen[key] = row_hash
        self._verdicts[verdict] += 1
        kept = raw.decode() if verdict in ("new", "changed") else None
        return (verdict, *place, key, row.layer, row_hash, kept, None, *_meaning(meaning, self._source))

    def _verdict(self, row: Row, row_hash: bytes) -> tuple[str, str]:
        """The row's id, and what it is against what was last said; raises `RowRejected` without a usable id."""
        if row.key is None:
            self._source.harmonise(row.raw, self._source.crosswalks)  # a missing position is the better reason
            raise RowRejected(Reason("id-missing", None, None, _NO_ID))
        if len(row.key) > 64 or not row.key.replace("-", "").replace("_", "").isalnum() or not row.key.isascii():
            raise RowRejected(Reason("id-malformed", None, row.key, _BAD_ID))
        if row.key in self._seen:
            same = self._seen[row.key] == row_hash
            code, words = ("row-repeated", _REPEATED_ROW) if same else ("id-repeated", _REPEATED)
            raise RowRejected(Reason(code, None, row.key, words))
        before = self._current.get(row.key)
        if before is None:
            return row.key, "new"
        if before[0] != row_hash:
            return row.key, "changed"
        return row.key, "unchanged" if before[1] else "reread"

    def _unread(self, place: tuple[int, int], reason: Reason, raw: Raw) -> tuple[Any, ...]:
        self._unreadable += 1
        return self._refuse(place, None, None, reason, raw)

    def _refuse(
        self, place: tuple[int, int], key: str | None, layer: str | None, reason: Reason, raw: Raw
    ) -> tuple[Any, ...]:
        self._verdicts["rejected"] += 1
        return ("rejected", *place, key, layer, None, verbatim(raw).decode(), _json(asdict(reason)), *_NO_MEANING)

    def counts(self, ended: int) -> Counts:
        seen = self._verdicts
        return Counts(
            rows_in=seen.total(),
            published=seen["new"] + seen["changed"],
            rejected=seen["rejected"],
            unchanged=seen["unchanged"] + seen["reread"],
            reread=seen["reread"],
            ended=ended,
        )

    def steps(self, reading_s: float, storing_s: float) -> list[Step]:
        """Reading and understanding go row by row, so their time is one; a row is counted where it stopped."""
        counts = self.counts(0)
        readable = counts.rows_in - self._unreadable
        return [
            Step("read", counts.rows_in, readable, self._unreadable, 0, 0.0),
            Step(
                "harmonise", readable, counts.published, counts.rejected - self._unreadable, counts.unchanged, reading_s
            ),
            Step("store", counts.published, counts.published, 0, 0, storing_s),
        ]


_MEANT = (*MEANING, "commodities", "unmapped", "crosswalk_digest")
_NO_MEANING = (None,) * len(_MEANT)


def _meaning(meant: Harmonised | None, source: Source) -> tuple[Any, ...]:
    """The values of `_MEANT`."""
    if meant is None:
        return _NO_MEANING
    place = meant.position
    return (
        meant.name,
        meant.source_name,
        meant.other_names,
        meant.country,
        meant.source_country,
        meant.source_state,
        meant.source_county,
        meant.source_commodities,
        meant.status,
        meant.source_status,
        f"SRID=4326;POINT({place.longitude!r} {place.latitude!r})",
        place.accuracy_m,
        place.source_crs,
        place.transform,
        meant.source_url,
        orjson.dumps(meant.commodities).decode(),
        orjson.dumps(meant.unmapped).decode() if meant.unmapped else None,
        source.crosswalks.digest,
    )


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


_LANDED = """
    CREATE TEMPORARY TABLE landed (
        verdict text, file int, row_number int, source_id text COLLATE "C", layer text COLLATE "C",
        row_hash bytea, raw jsonb, reason jsonb, LIKE harmonised
    ) ON COMMIT DROP;
    ALTER TABLE landed DROP COLUMN record;
"""


def _land(connection: Connection, rows: Iterator[tuple[Any, ...]]) -> None:
    for statement in _LANDED.strip().split(";\n"):
        connection.execute(text(statement.strip().rstrip(";")))
    for name in _MEANT:
        connection.execute(text(f"ALTER TABLE landed ALTER COLUMN {name} DROP NOT NULL"))
    columns = ("verdict", "file", "row_number", "source_id", "layer", "row_hash", "raw", "reason", *_MEANT)
    driver: Psycopg = connection.connection.driver_connection  # type: ignore[assignment]
    with driver.cursor() as cursor, cursor.copy(f"COPY landed ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    connection.execute(text("ANALYZE landed"))


_KEEP_REJECTS = """
    INSERT INTO reject (run, file, row_number, stage, code, field, value, message_en, message_es, raw)
    SELECT :run, file, row_number,
           CASE WHEN layer IS NULL THEN 'read' ELSE 'harmonise' END,
           reason->>'code', reason->>'field', reason->>'value',
           reason->'words'->>'en', reason->'words'->>'es', raw
    FROM landed WHERE verdict = 'rejected'
"""

# An id whose row can no longer be used ends as well: publishing its older words would say what no source says now.
_END_MISSING = """
    UPDATE record SET valid_to_run = :run
    WHERE source = :source AND valid_to_run IS NULL
      AND NOT EXISTS (SELECT FROM landed
                      WHERE landed.source_id = record.source_id AND landed.verdict <> 'rejected')
      AND (NOT :partial AND layer = ANY(:layers)
           OR EXISTS (SELECT FROM landed WHERE landed.source_id = record.source_id))
"""

_END_CHANGED = """
    UPDATE record SET valid_to_run = :run
    FROM landed
    WHERE record.source = :source AND record.valid_to_run IS NULL
      AND landed.source_id = record.source_id AND landed.verdict = 'changed'
"""

_KEEP_RECORDS = """
    INSERT INTO record (source, source_id, layer, row_hash, raw, file, row_number, valid_from_run)
    SELECT :source, source_id, layer, row_hash, raw, file, row_number, :run
    FROM landed WHERE verdict IN ('new', 'changed')
    ORDER BY file, row_number
"""

_FORGET_MEANINGS = """
    DELETE FROM harmonised USING record, landed
    WHERE harmonised.record = record.id AND record.source = :source AND record.valid_to_run IS NULL
      AND landed.source_id = record.source_id AND landed.verdict = 'reread'
"""

_KEEP_MEANINGS = f"""
    INSERT INTO harmonised (record, {", ".join(_MEANT)})
    SELECT record.id, {", ".join(f"landed.{name}" for name in _MEANT)}
    FROM landed JOIN record ON record.source = :source AND record.source_id = landed.source_id
                           AND record.valid_to_run IS NULL
    WHERE landed.verdict IN ('new', 'changed', 'reread')
"""


def _settle(connection: Connection, run: int, source: str, layers: list[str], *, partial: bool) -> int:
    """Puts what landed where it belongs; returns how many records ended because the files no longer have them."""
    told = {"run": run, "source": source, "partial": partial, "layers": layers}

    def carry_out(statement: str) -> int:
        wanted = {name: value for name, value in told.items() if f":{name}" in statement}
        return connection.execute(text(statement), wanted).rowcount

    carry_out(_KEEP_REJECTS)
    ended = carry_out(_END_MISSING)
    for statement in (_END_CHANGED, _KEEP_RECORDS, _FORGET_MEANINGS, _KEEP_MEANINGS):
        carry_out(statement)
    return ended
