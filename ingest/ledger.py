"""The ledger: which files were received, which runs read them, what became of their rows."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from app.db.tables import ingest_run, ingest_run_file, ingest_step, source_file
from app.errors import Busy, FileFault, VetalodeError
from app.words import Words
from ingest.rows import FileRead
from ingest.verbatim import escaped


@dataclass(frozen=True, slots=True)
class Received:
    """The bytes of a file as they came: their digest, their number, and the day they were fetched."""

    path: Path
    sha256: str
    size: int
    retrieved: date


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of a run's rows; `rows_in` = `published` + `rejected` + `unchanged`, which the database holds.

    Published: new or changed, and in line for the next release. Reread: unchanged, but understood anew because
    a crosswalk was edited or the day of its file was corrected. Ended: records that the file no longer has.
    """

    rows_in: int = 0
    published: int = 0
    rejected: int = 0
    unchanged: int = 0
    reread: int = 0
    ended: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run, with the rows that went in and where they went."""

    name: str
    rows_in: int
    rows_out: int
    rows_rejected: int
    rows_unchanged: int
    seconds: float


def receive(path: Path, retrieved: date | None) -> Received:
    """Digest and size of a file; fetched on the day given, else on the day it was last written."""
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        about = path.stat()
    except OSError as fault:
        why = fault.strerror or str(fault)
        raise FileFault(Words(f"{path}: it cannot be read: {why}", f"{path}: no se puede leer: {why}")) from fault
    day = retrieved or datetime.fromtimestamp(about.st_mtime, UTC).date()
    return Received(path, digest, about.st_size, day)


@contextmanager
def sole_run(engine: Engine, what: str) -> Iterator[None]:
    """Holds a lock that ends with this process, however it ends; raises `Busy` when another holds it."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(select(func.pg_try_advisory_lock(func.hashtext(f"vetalode {what}")))):
            raise Busy(
                Words(
                    f"another run is at {what} now; wait until it has finished (`vetalode status`)",
                    f"otra ejecución ocupa {what} ahora; espere a que termine (`vetalode status`)",
                )
            )
        try:
            yield
        finally:
            connection.scalar(select(func.pg_advisory_unlock(func.hashtext(f"vetalode {what}"))))


_SAME_RUN = text("""
    SELECT run.id
    FROM ingest_run run
    WHERE run.source = :source AND run.state = 'done'
      AND run.crosswalk_digest = :digest AND run.partial = :partial
      AND (SELECT array_agg(file.sha256 ORDER BY link.ordinal)
           FROM ingest_run_file link JOIN source_file file ON file.id = link.file
           WHERE link.run = run.id AND file.synthetic = :synthetic
             AND (CAST(:retrieved AS date) IS NULL OR file.retrieved = :retrieved)) = CAST(:digests AS text[])
      AND NOT EXISTS (SELECT FROM ingest_run later
                      WHERE later.source = run.source AND later.state = 'done' AND later.id > run.id
                        AND later.layers && run.layers)
    ORDER BY run.id DESC LIMIT 1
""")


def run_of_same_files(
    connection: Connection,
    source: str,
    files: Sequence[Received],
    digest: str,
    *,
    partial: bool,
    synthetic: bool,
    retrieved: date | None,
) -> int | None:
    """The run that read just these bytes with just these crosswalks, if its layers were not touched since; of the day
    that a person gave, if one did. A file's own day is no word of anybody's: copying alters it."""
    asked = {"source": source, "digest": digest, "partial": partial, "synthetic": synthetic, "retrieved": retrieved}
    run: int | None = connection.scalar(_SAME_RUN, asked | {"digests": [file.sha256 for file in files]})
    return run


def begin(connection: Connection, source: str, digest: str, *, partial: bool) -> int:
    """A new run; one that a crash left open is closed first, for the lock says that nobody works on it."""
    connection.execute(
        update(ingest_run)
        .where(ingest_run.c.source == source, ingest_run.c.state == "running")
        .values(state="failed", finished_at=func.now(), message_en="interrupted", message_es="interrumpida")
    )
    opened = insert(ingest_run).values(source=source, state="running", partial=partial, crosswalk_digest=digest)
    run: int = connection.execute(opened.returning(ingest_run.c.id)).scalar_one()
    return run


_AS_RECEIVED = ("source", "sha256", "name", "retrieved", "synthetic")


def keep_files(
    connection: Connection,
    run: int,
    source: str,
    files: Sequence[Received],
    read: Sequence[FileRead],
    *,
    synthetic: bool,
) -> list[int]:
    """The ids of the files, each kept once as it was received, and linked to the run in their order."""
    ids = []
    for ordinal, (file, look) in enumerate(zip(files, read, strict=True)):
        row = upsert(source_file).values(
            source=source,
            sha256=file.sha256,
            name=escaped(file.path.name),
            bytes=file.size,
            encoding=look.encoding,
            retrieved=file.retrieved,
            synthetic=synthetic,
        )
        # To "update" a name to itself makes the id of a file known before come back.
        kept = row.on_conflict_do_update(index_elements=_AS_RECEIVED, set_={"name": row.excluded.name})
        ids.append(connection.execute(kept.returning(source_file.c.id)).scalar_one())
        connection.execute(insert(ingest_run_file).values(run=run, ordinal=ordinal, file=ids[-1]))
    return ids


_OF_ANOTHER_DAY = text("""
    SELECT older.id AS older, newer.id AS newer
    FROM source_file newer JOIN source_file older USING (source, sha256, synthetic)
    WHERE newer.id = ANY(:files) AND older.retrieved <> newer.retrieved
""")


def of_another_day(connection: Connection, files: Sequence[int]) -> dict[int, int]:
    """By the ids of files that were received before as of another day: the one among `files` with the same bytes."""
    return {row.older: row.newer for row in connection.execute(_OF_ANOTHER_DAY, {"files": list(files)})}


def finish(connection: Connection, run: int, counts: Counts, layers: Sequence[str], steps: Sequence[Step]) -> None:
    """Closes a run with its counts and steps."""
    connection.execute(
        insert(ingest_step),
        [
            {
                "run": run,
                "ordinal": ordinal,
                "name": step.name,
                "rows_in": step.rows_in,
                "rows_out": step.rows_out,
                "rows_rejected": step.rows_rejected,
                "rows_unchanged": step.rows_unchanged,
                "seconds": step.seconds,
            }
            for ordinal, step in enumerate(steps)
        ],
    )
    connection.execute(
        update(ingest_run)
        .where(ingest_run.c.id == run)
        .values(
            state="done",
            finished_at=func.clock_timestamp(),
            layers=list(layers),
            rows_in=counts.rows_in,
            rows_published=counts.published,
            rows_rejected=counts.rejected,
            rows_unchanged=counts.unchanged,
            rows_reread=counts.reread,
            rows_ended=counts.ended,
        )
    )


def fail(engine: Engine, run: int, fault: BaseException) -> None:
    """Closes a run that could not be carried out; nothing else of it stays."""
    words = fault.words if isinstance(fault, VetalodeError) else Words(repr(fault), repr(fault))
    with engine.begin() as connection:
        connection.execute(
            update(ingest_run)
            .where(ingest_run.c.id == run)
            .values(state="failed", finished_at=func.now(), message_en=escaped(words.en), message_es=escaped(words.es))
        )
