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


# A run's rejects count until a later one has read its layers anew. A file that holds only a part takes the place of
# another part at most, for it says nothing of the other rows of a whole one; a replay reads no file at all.
NEWEST = """
    NOT EXISTS (SELECT FROM ingest_run later
                WHERE later.source = run.source AND later.state = 'done'
                  AND (later.layers && run.layers OR run.layers = '{}')
                  AND later.id > run.id AND (run.partial OR NOT later.partial)
                  AND EXISTS (SELECT FROM ingest_run_file WHERE ingest_run_file.run = later.id))
"""


REJECT = (
    *("run", "source", "file", "sha256", "row_number", "stage", "code", "field", "value", "message_en", "message_es"),
    *("resolved_by_run", "raw"),
)


def rejects(
    connection: Connection, run: int | None, source: str | None, *, resolved: bool = False
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The rejects of one run, or of each layer's newest; those that a replay resolved only if asked."""
    return connection.execute(
        text(f"""
            SELECT reject.run, run.source, file.name AS file, file.sha256, reject.row_number, reject.stage, reject.code,
                   reject.field, reject.value, reject.message_en, reject.message_es, reject.resolved_by_run, reject.raw
            FROM reject
            JOIN ingest_run run ON run.id = reject.run
            JOIN source_file file ON file.id = reject.file
            WHERE CASE WHEN CAST(:run AS int) IS NOT NULL THEN run.id = :run ELSE {NEWEST} END
              AND (CAST(:source AS text) IS NULL OR run.source = :source)
              AND (:resolved OR reject.resolved_by_run IS NULL)
            ORDER BY reject.run, file.id, reject.row_number
        """),
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
