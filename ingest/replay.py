"""Judges rejects again, without their file, after a crosswalk or the code was mended.

A reject that can be used now becomes a record as if it had come so with its file, and says which run resolved it; the
others stay as they are. So does one whose id has been accepted meanwhile: it was said once more, and better.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, Engine, Row, text

from app.errors import BadValue, Refused
from app.words import Words
from ingest.asking import REJECTS, STANDS, run_exists
from ingest.landing import Verdict, keep_new
from ingest.ledger import Counts, Step, begin, fail, finish, sole_run
from ingest.pipeline import Judge, Known, known_records
from ingest.report import Teller
from ingest.rows import Row as Read
from ingest.sources import Alone, Source, source
from ingest.understanding import Understanding
from ingest.vocabularies import store_vocabularies

# The id of a file by the id of a file.
_FILES = range(1 << 31)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of the rejects of the run `of`, judged again by `run`; None where there was nothing to judge.

    `damaged` are rejects that their file damages, which only a better file mends, and `damage` their codes.
    """

    of: int
    run: int | None
    counts: Counts
    damaged: int
    damage: str


_WAITING = text(f"""
    SELECT run.id, run.source, run.layers, bool_or(file.synthetic) AS synthetic,
           count(*) FILTER (WHERE reject.stage = 'harmonise') AS rows,
           count(*) FILTER (WHERE reject.stage = 'read') AS damaged,
           coalesce(string_agg(DISTINCT reject.code, ', ') FILTER (WHERE reject.stage = 'read'), '') AS damage
    FROM {REJECTS}
    WHERE {STANDS} AND reject.resolved_by_run IS NULL
      AND (CAST(:source AS text) IS NULL OR run.source = :source) AND (CAST(:run AS int) IS NULL OR run.id = :run)
    GROUP BY run.id ORDER BY run.id DESC
""")

_REJECTS = text(f"""
    SELECT reject.id, reject.file, row_number, raw
    FROM {REJECTS}
    WHERE reject.run = :run AND stage = 'harmonise' AND resolved_by_run IS NULL AND {STANDS} ORDER BY reject.id
""")

_OVERTAKEN = text(f"""
    SELECT EXISTS (SELECT FROM reject WHERE run = :run AND resolved_by_run IS NULL)
       AND NOT EXISTS (
           SELECT FROM {REJECTS}
           WHERE reject.run = :run AND resolved_by_run IS NULL AND {STANDS})
""")


def replay(engine: Engine, teller: Teller, name: str | None = None, run: int | None = None) -> list[Replayed]:
    """Judges the rejects that stand again, or only those of one source, or of one run.

    Raises `BadValue` for a run that there is not, `Refused` for one none of whose rejects stand, `Busy` where the
    source is being ingested.
    """
    with engine.connect() as connection:
        if run is not None:
            _check_standing(connection, run)
        waiting = connection.execute(_WAITING, {"source": name, "run": run}).all()
    return [_replay_run(engine, teller, one) for one in waiting]


def _check_standing(connection: Connection, run: int) -> None:
    if not run_exists(connection, run):
        raise BadValue(Words(f"there is no run {run}", f"no existe la ejecución {run}"))
    if connection.scalar(_OVERTAKEN, {"run": run}):
        raise Refused(
            Words(
                f"later runs have read anew all rows that run {run} rejected; replay the rejects of those",
                f"ejecuciones posteriores ya leyeron todas las filas que rechazó la ejecución {run}; repita los"
                " rechazos de aquellas",
            )
        )


def _replay_run(engine: Engine, teller: Teller, waiting: Row[*tuple[Any, ...]]) -> Replayed:
    told = {"of": waiting.id, "damaged": waiting.damaged, "damage": waiting.damage}
    if not waiting.rows:
        return Replayed(**told, run=None, counts=Counts())
    of_source = source(waiting.source)
    alone = of_source.key_and_layer
    if alone is None:
        raise Refused(
            Words(
                f"a row of {waiting.source} cannot be told apart without its file; ingest the file again",
                f"una fila de {waiting.source} no se distingue sin su archivo; ingiera el archivo de nuevo",
            )
        )
    digest = of_source.crosswalks.digest
    of_source.crosswalks.check()
    with sole_run(engine, f"ingest {waiting.source}"):
        with engine.begin() as connection:
            store_vocabularies(connection)
            run = begin(connection, waiting.source, digest, partial=True)
        try:
            with engine.begin() as connection, _rejects(engine, waiting.id) as rejects:
                doing = Words(f"replaying {waiting.source}", f"repitiendo {waiting.source}")
                again = _Again(of_source, known_records(connection, of_source), run, waiting, alone)
                counts = _carry_out(connection, run, waiting.id, again, teller.track(rejects, waiting.rows, doing))
        except BaseException as fault:
            fail(engine, run, fault)
            raise
    return Replayed(**told, run=run, counts=counts)


@contextmanager
def _rejects(engine: Engine, run: int) -> Iterator[Iterable[Any]]:
    """The rejects as they come, on a connection of their own: COPY has the other to itself."""
    with (
        engine.connect().execution_options(yield_per=1000) as connection,
        connection.execute(_REJECTS, {"run": run}) as rejects,
    ):
        yield rejects


def _carry_out(connection: Connection, run: int, of: int, again: "_Again", rejects: Iterable[Any]) -> Counts:
    started = perf_counter()
    keep_new(connection, again(rejects))
    connection.execute(
        text("UPDATE reject SET resolved_by_run = :run WHERE id = ANY(:ids)"), {"run": run, "ids": again.resolved}
    )
    usable, staying = len(again.resolved), again.rows - len(again.resolved)
    counts = Counts(rows_in=again.rows, published=usable, rejected=staying)
    # Without layers: it read no file of theirs, so the rejects of which it makes nothing go on standing.
    finish(connection, run, counts, (), [Step("replay", again.rows, usable, staying, 0, perf_counter() - started)])
    connection.execute(
        text("UPDATE ingest_run SET message_en = :en, message_es = :es WHERE id = :run"),
        {
            "run": run,
            "en": f"the rejects of run {of}, judged again",
            "es": f"los rechazos de la ejecución {of}, juzgados de nuevo",
        },
    )
    return counts


class _Again:
    """Hands on what rejects that can be used now are as records; counts all, and remembers those."""

    def __init__(
        self, of_source: Source, known: dict[str, Known], run: int, waiting: Row[*tuple[Any, ...]], alone: Alone
    ) -> None:
        self._alone = alone
        self._layers = waiting.layers
        self._known = known
        # Each reject names its file by the id itself.
        self._judge = Judge(known, run, _FILES)
        self._understand = Understanding(of_source, run, _FILES, synthetic=waiting.synthetic)
        self.rows = 0
        self.resolved: list[int] = []

    def __call__(self, rejects: Iterable[Any]) -> Iterator[bytes]:
        for reject in rejects:
            self.rows += 1
            row = Read(reject.file, reject.row_number, *self._alone(reject.raw, self._layers), reject.raw)
            if row.key in self._known:
                continue
            verdict, record = self._judge(row, self._understand(self._judge.ask(row)))
            if verdict is Verdict.NEW and record:
                self.resolved.append(reject.id)
                yield record
