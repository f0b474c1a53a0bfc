"""Pairs that a source itself holds to be one deposit, kept as it says them."""

from collections.abc import Iterable

from sqlalchemy import Connection, text

from ingest.landing import copy_rows
from ingest.rows import Link

_LANDED = "CREATE TEMPORARY TABLE asserted (source text, one text, other text, note text) ON COMMIT DROP"

_KEEP = """
    INSERT INTO source_link (source, one, other, note, run)
    SELECT source, one, other, note, :run FROM asserted
    ON CONFLICT (source, one, other) DO UPDATE SET note = excluded.note, run = excluded.run
    WHERE source_link.note IS DISTINCT FROM excluded.note
"""

_END = """
    DELETE FROM source_link
    WHERE source = :source
      AND NOT EXISTS (SELECT FROM asserted WHERE asserted.one = source_link.one AND asserted.other = source_link.other)
"""


def keep_links(connection: Connection, run: int, source: str, links: Iterable[Link]) -> tuple[int, int]:
    """Stores the pairs in place of those of before; returns how many there are, and how many are new or changed."""
    connection.execute(text(_LANDED))
    copy_rows(
        connection,
        "asserted",
        ("source", "one", "other", "note"),
        ((source, link.one, link.other, link.note) for link in links),
    )
    connection.execute(text("ANALYZE asserted"))
    total: int = connection.execute(text("SELECT count(*) FROM asserted")).scalar_one()
    if not total:
        return 0, 0
    written = connection.execute(text(_KEEP), {"run": run}).rowcount
    connection.execute(text(_END), {"source": source})
    return total, written
