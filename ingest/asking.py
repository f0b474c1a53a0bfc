"""What a steward asks of the store: what is current, what was rejected, which words no crosswalk knows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, text


def current_release(connection: Connection) -> str | None:
    """The name of the current release."""
    name: str | None = connection.scalar(
        text("SELECT release.name FROM catalogue JOIN release ON release.id = catalogue.current_release")
    )
    return name


def releases(connection: Connection) -> Sequence[Row[*tuple[Any, ...]]]:
    return connection.execute(
        text("""
            SELECT release.name, release.published_at, release.deposits,
                   release.id = catalogue.current_release AS current
            FROM release CROSS JOIN catalogue WHERE release.state = 'published' ORDER BY release.id DESC
        """)
    ).all()


def runs(connection: Connection, limit: int = 10) -> Sequence[Row[*tuple[Any, ...]]]:
    """The newest runs, with their files."""
    return connection.execute(
        text("""
            SELECT run.id, run.source, run.state, run.started_at, run.rows_in, run.rows_published, run.rows_rejected,
                   run.rows_unchanged, run.rows_ended, run.message_en, run.message_es,
                   (SELECT string_agg(file.name, ', ' ORDER BY link.ordinal)
                    FROM ingest_run_file link JOIN source_file file ON file.id = link.file
                    WHERE link.run = run.id) AS files
            FROM ingest_run run ORDER BY run.id DESC LIMIT :limit
        """),
        {"limit": limit},
    ).all()


# A reject (with its `run` and its `file`) stands until a later run speaks of its row again: by the whole of its layer,
# by the same bytes, by another reject or another version of its id. A part says nothing of the rows that it lacks. Of a
# row too damaged to tell its layer, a whole file of any of its run's layers speaks again. A replay, which has no file,
# speaks of no row.
STANDS = """
    NOT EXISTS (SELECT FROM ingest_run later
                WHERE later.source = run.source AND later.id > run.id AND later.state = 'done' AND NOT later.partial
                  AND CASE WHEN reject.layer IS NOT NULL THEN reject.layer = ANY (later.layers)
                           WHEN run.layers = '{}' THEN later.layers <> '{}'
                           ELSE later.layers && run.layers END)
    AND NOT EXISTS (SELECT FROM ingest_run_file link JOIN source_file other ON other.id = link.file
                    JOIN ingest_run later ON later.id = link.run
                    WHERE later.id > run.id AND later.state = 'done'
                      AND (other.source, other.sha256) = (file.source, file.sha256))
    AND NOT EXISTS (SELECT FROM reject newer JOIN ingest_run later ON later.id = newer.run
                    WHERE later.source = run.source AND later.id > run.id AND newer.source_id = reject.source_id)
    AND NOT EXISTS (SELECT FROM record newer JOIN ingest_run_file link ON link.run = newer.valid_from_run
                    WHERE newer.source = run.source AND newer.source_id = reject.source_id
                      AND newer.valid_from_run > run.id)
"""


# What `STANDS` speaks of.
REJECTS = """
    reject JOIN ingest_run run ON run.id = reject.run JOIN source_file file ON file.id = reject.file
"""


# Of a run or not is decided here, not in SQL: behind an OR, `STANDS` would be asked row by row.
def _rejects(run: int | None) -> str:
    return f"""
    FROM {REJECTS}
    WHERE {STANDS if run is None else "run.id = :run"}
      AND (CAST(:source AS text) IS NULL OR run.source = :source)
      AND (:resolved OR reject.resolved_by_run IS NULL)
"""


REJECT = (
    *("run", "source", "file", "sha256", "row_number", "stage", "code", "field", "value", "message_en", "message_es"),
    *("resolved_by_run", "raw"),
)


def rejects(
    connection: Connection, run: int | None, source: str | None, *, resolved: bool = False, limit: int | None = None
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The first rejects of one run, or of those that stand; those that a replay resolved only if asked."""
    return connection.execute(
        text(f"""
            SELECT reject.run, run.source, file.name AS file, file.sha256, reject.row_number, reject.stage, reject.code,
                   reject.field, reject.value, reject.message_en, reject.message_es, reject.resolved_by_run, reject.raw
            {_rejects(run)} ORDER BY reject.run, file.id, reject.row_number LIMIT :limit
        """),
        {"run": run, "source": source, "resolved": resolved, "limit": limit},
    ).all()


def reasons(
    connection: Connection, run: int | None, source: str | None, *, resolved: bool = False
) -> Sequence[Row[*tuple[Any, ...]]]:
    """How many of the same rejects there are of each reason, the most frequent first."""
    return connection.execute(
        text(f"SELECT reject.code, count(*) AS rows {_rejects(run)} GROUP BY 1 ORDER BY 2 DESC, 1"),
        {"run": run, "source": source, "resolved": resolved},
    ).all()


def unmapped(connection: Connection, source: str | None) -> Sequence[Row[*tuple[Any, ...]]]:
    """Words of current records that no crosswalk explains, by how many rows carry them, with up to three of those."""
    return connection.execute(
        text("""
            SELECT record.source, item->>'attribute' AS attribute, item->>'word' AS word, count(*) AS rows,
                   (array_agg(jsonb_build_object('id', record.source || '-' || record.source_id, 'name', record.name)
                              ORDER BY record.source_id))[1:3] AS examples,
                   'ingest/sources/' || record.source || '/crosswalk/' || (item->>'crosswalk') AS crosswalk
            FROM record CROSS JOIN jsonb_array_elements(record.unmapped) AS item
            WHERE record.valid_to_run IS NULL AND (CAST(:source AS text) IS NULL OR record.source = :source)
            GROUP BY 1, 2, 3, 6 ORDER BY 4 DESC, 1, 2, 3
        """),
        {"source": source},
    ).all()


def run_exists(connection: Connection, run: int) -> bool:
    found: bool = connection.scalar(text("SELECT EXISTS (SELECT FROM ingest_run WHERE id = :run)"), {"run": run})
    return found
