"""One run, from a survey's files to records that the next release will hold.

I am row 10013821 of mrds.csv: my file is hashed, I am read under my header's names and compared with what was
last said of me. If nothing changed I am counted and left alone. Else I am kept verbatim, and what I mean is set
beside it. If I have no identity or no position I am a reject, with the reason and my words. All of my file's rows
take effect together, or none does.
"""

import gc
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from sqlalchemy import Connection, Engine, text

from app.words import Words
from ingest.keys import keep_keys, known_identities
from ingest.landing import Aside, Judged, Verdict, as_copied, keep_new, move, settle
from ingest.ledger import (
    Counts,
    Step,
    begin,
    fail,
    finish,
    keep_files,
    of_another_day,
    receive,
    run_of_same_files,
    sole_run,
)
from ingest.links import keep_links
from ingest.report import Teller
from ingest.rows import Fault, FileRead, Raw, Reading, Reason, Row, RowRejected
from ingest.sources import Source
from ingest.understanding import Asked, Said
from ingest.verbatim import shown, verbatim
from ingest.vocabularies import store_vocabularies
from ingest.workers import understood

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
    """What a run did; `repeat_of` is the earlier run that had already read the same files.

    `links` are the pairs that the source itself holds to be one deposit, `new_links` those that it did not before.
    """

    run: int
    counts: Counts
    repeat_of: int | None = None
    links: int = 0
    new_links: int = 0


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

    Raises `FileFault` where a file is not one of the source's or a crosswalk cannot be trusted, `Busy` where the source
    is being ingested already; then, and on any crash, the records stay as they were.
    """
    name = source.about.id
    # Before they are read: an edit in between costs another reading, and no edit is taken for understood.
    digest = source.crosswalks.digest
    source.crosswalks.check()
    paths = [file for path in paths for file in source.files_of(path)]
    files = [receive(path, retrieved) for path in paths]
    with sole_run(engine, f"ingest {name}"):
        with engine.begin() as connection:
            store_vocabularies(connection)
            earlier = run_of_same_files(
                connection, name, files, digest, partial=partial, synthetic=synthetic, retrieved=retrieved
            )
        if earlier is not None:
            return Outcome(earlier, Counts(), repeat_of=earlier)
        reading = source.read(paths) if source.holds_records(paths) else _only_links(paths, teller)
        for look in reading.files:
            if look.note:
                teller.say(look.note)
        with engine.begin() as connection:
            run = begin(connection, name, digest, partial=partial)
        try:
            with engine.begin() as connection:
                ids = keep_files(connection, run, name, files, reading.files, synthetic=synthetic)
                said, fresh = keep_links(connection, run, name, source.links(paths))
                corrected = of_another_day(connection, ids) if retrieved else {}
                counts = _carry_out(
                    connection, run, source, ids, reading, teller, corrected, partial=partial, synthetic=synthetic
                )
                return Outcome(run, counts, links=said, new_links=fresh)
        except BaseException as fault:
            fail(engine, run, fault)
            raise


def _only_links(paths: Sequence[Path], teller: Teller) -> Reading:
    """A release without its deposits: nothing in it can be put on a map, and nothing known ends because of it."""
    teller.say(
        Words(
            "there is no table of deposits or coordinates among the files; only the pairs that they assert are taken",
            "entre los archivos no hay tabla de yacimientos ni de coordenadas; solo se toman los pares que afirman",
        )
    )
    return Reading(tuple(FileRead("utf-8", 0) for _ in paths), ())


@contextmanager
def _rarely_collecting() -> Iterator[None]:
    """Rows form no cycles; to look for some, over and over among all ids of a source, takes a tenth of a run."""
    usual = gc.get_threshold()
    gc.set_threshold(100 * usual[0], *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@_rarely_collecting()
def _carry_out(
    connection: Connection,
    run: int,
    source: Source,
    files: Sequence[int],
    reading: Reading,
    teller: Teller,
    corrected: Mapping[int, int],
    *,
    partial: bool,
    synthetic: bool,
) -> Counts:
    """`corrected`: by the ids of files whose day was mended, those that take their places."""
    started = perf_counter()
    judge = Judge(known_records(connection, source, list(corrected)), run, files)
    total = sum(file.rows_expected for file in reading.files)
    doing = Words(f"reading {source.about.id}", f"leyendo {source.about.id}")
    rows = teller.track(_keyed(connection, source, reading), total, doing)
    with Aside() as aside:
        asked, unknown = map(judge.ask, rows), total - judge.understood
        with closing(understood(asked, source, run, files, synthetic=synthetic, unknown=unknown)) as told:
            keep_new(connection, aside.all_but_new(judge(row, said) for row, said in told))
        read_in = perf_counter()
        ended = judge.ended(partial=partial)
        settle(connection, run, source.about.id, aside, ended + judge.changed)
        move(connection, corrected)
    counts = judge.counts(ended=len(ended))
    finish(connection, run, counts, sorted(judge.layers), judge.steps(read_in - started, perf_counter() - read_in))
    return counts


def _keyed(connection: Connection, source: Source, reading: Reading) -> Iterable[Row | Fault]:
    """The rows; where their source publishes no key, each under the key that its deposit has had."""
    identity = source.identity
    if identity is None:
        return reading
    told = ((row, identity(row.raw, row.layer) if isinstance(row, Row) else None) for row in reading)
    return keep_keys(told, known_identities(connection, source.about.id))


class Known(NamedTuple):
    """What was last said under an id: its hash, whether it stands as it is (today's crosswalks explained it, and the
    day of its file is right), and its layer."""

    row_hash: bytes
    understood: bool
    layer: str


def known_records(connection: Connection, source: Source, corrected: Sequence[int] = ()) -> dict[str, Known]:
    """What was last said under each id of a source. `corrected` are files whose day is not right."""
    rows = connection.execute(
        text("""
            SELECT source_id, row_hash, crosswalk_digest = :digest AND file <> ALL(:corrected), layer
            FROM record WHERE source = :source AND valid_to_run IS NULL
        """),
        {"source": source.about.id, "digest": source.crosswalks.digest, "corrected": list(corrected)},
    )
    return {source_id: Known(*known) for source_id, *known in rows}


class Judge:
    """Decides what becomes of each row, and counts. `files` are the ids of the run's files, in their order."""

    def __init__(self, current: dict[str, Known], run: int, files: Sequence[int]) -> None:
        self._current = current
        self._run = run
        self._files = files
        self._seen: dict[str, bytes] = {}
        self._refused: set[str] = set()
        self._verdicts: Counter[Verdict] = Counter()
        self._unreadable = 0
        self.layers: set[str] = set()
        self.changed: list[str] = []

    @property
    def understood(self) -> int:
        """How many records today's crosswalks explain already."""
        return sum(known.understood for known in self._current.values())

    def ask(self, row: Row | Fault) -> Asked:
        """The row, with what was last said under its id where today's crosswalks explained that."""
        known = self._current.get(row.key or "") if isinstance(row, Row) else None
        return Asked(row, known.row_hash if known and known.understood else None)

    def __call__(self, row: Row | Fault, said: Said) -> Judged:
        """What becomes of a row that says this."""
        if isinstance(row, Fault):
            return self._unread(row, row.reason, row.raw)
        if said.reason and not said.row_hash:
            return self._unread(row, said.reason, shown(row.raw))
        self.layers.add(row.layer)
        try:
            key, verdict = self._verdict(row, said)
            if said.reason:
                raise RowRejected(said.reason)
        except RowRejected as rejection:
            if row.key:
                self._refused.add(row.key)
            return self._refuse(row, (row.layer, row.key, "harmonise"), rejection.reason, row.raw)
        self._seen[key] = said.row_hash
        self._verdicts[verdict] += 1
        if verdict is Verdict.CHANGED:
            self.changed.append(key)
        return Judged(verdict, said.record)

    def _verdict(self, row: Row, said: Said) -> tuple[str, Verdict]:
        """The row's id, and what it is against what was last said; raises `RowRejected` without a usable id."""
        if row.key is None:
            # A missing position is the better reason.
            raise RowRejected(said.reason or Reason("id-missing", None, None, _NO_ID))
        if len(row.key) > 64 or not row.key.replace("-", "").replace("_", "").isalnum() or not row.key.isascii():
            raise RowRejected(Reason("id-malformed", None, row.key, _BAD_ID))
        if row.key in self._seen:
            same = self._seen[row.key] == said.row_hash
            code, words = ("row-repeated", _REPEATED_ROW) if same else ("id-repeated", _REPEATED)
            raise RowRejected(Reason(code, None, row.key, words))
        before = self._current.get(row.key)
        if before is None:
            return row.key, Verdict.NEW
        if before.row_hash != said.row_hash:
            return row.key, Verdict.CHANGED
        return row.key, Verdict.UNCHANGED if before.understood else Verdict.REREAD

    def _unread(self, row: Row | Fault, reason: Reason, raw: Raw) -> Judged:
        self._unreadable += 1
        return self._refuse(row, (None, None, "read"), reason, raw)

    def _refuse(self, row: Row | Fault, of: tuple[str | None, str | None, str], reason: Reason, raw: Raw) -> Judged:
        """`of`: the row's layer and id, as far as they can be told, and the step where it stops."""
        self._verdicts[Verdict.REJECTED] += 1
        at = self._run, self._files[row.file], row.number, *of
        said = reason.code, reason.field, reason.value, reason.words.en, reason.words.es
        return Judged(Verdict.REJECTED, as_copied((*at, *said, verbatim(raw).decode())))

    def ended(self, *, partial: bool) -> list[str]:
        """Ids that the files no longer have, or no longer have in a form that can be used: publishing their older
        words would say what no source says now. Of files that hold only a part, just the latter."""
        return [
            key
            for key, known in self._current.items()
            if key not in self._seen and (key in self._refused or (not partial and known.layer in self.layers))
        ]

    def counts(self, *, ended: int = 0) -> Counts:
        seen = self._verdicts
        return Counts(
            rows_in=seen.total(),
            published=seen[Verdict.NEW] + seen[Verdict.CHANGED],
            rejected=seen[Verdict.REJECTED],
            unchanged=seen[Verdict.UNCHANGED] + seen[Verdict.REREAD],
            reread=seen[Verdict.REREAD],
            ended=ended,
        )

    def steps(self, reading_s: float, storing_s: float) -> list[Step]:
        """Reading and understanding go row by row, so their time is one; a row is counted where it stopped."""
        counts = self.counts()
        readable = counts.rows_in - self._unreadable
        refused = counts.rejected - self._unreadable
        return [
            Step("read", counts.rows_in, readable, self._unreadable, 0, 0.0),
            Step("harmonise", readable, counts.published, refused, counts.unchanged, reading_s),
            Step("store", counts.published, counts.published, 0, 0, storing_s),
        ]
