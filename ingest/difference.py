"""What differs between two kept releases: which deposits came, went or changed, and in which of their fields."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, CursorResult, Row, text
from sqlalchemy.dialects.postgresql import ARRAY

from app.db.tables import deposit
from app.errors import NothingPublished, NotThere
from app.words import Words


class Releases(NamedTuple):
    """Two releases, each by its number and its name."""

    older: int
    older_name: str
    newer: int
    newer_name: str


def releases(connection: Connection, older: str | None, newer: str | None) -> Releases:
    """The releases of these names; else the current one, and the one before the newer.

    Raises `NotThere` with those kept, and `NothingPublished` where there is none.
    """
    kept = connection.execute(
        text("""
            SELECT release.id, release.name, release.id = catalogue.current_release AS current
            FROM release CROSS JOIN catalogue WHERE release.state = 'published' ORDER BY release.id DESC
        """)
    ).all()
    after = next((one for one in kept if (one.name == newer if newer else one.current)), None)
    if after is None:
        raise _not_there(newer, kept) if newer else NothingPublished
    before = next((one for one in kept if (one.name == older if older else one.id < after.id)), None)
    if before is None:
        raise _not_there(older, kept)
    return Releases(before.id, before.name, after.id, after.name)


def _not_there(name: str | None, kept: Sequence[Row[*tuple[Any, ...]]]) -> NotThere:
    listed = ", ".join(one.name for one in kept)
    if name is None:
        return NotThere(
            Words(
                f"there is no older release to compare with; those kept are: {listed}",
                f"no hay una edición más antigua con la cual comparar; las conservadas son: {listed}",
            )
        )
    return NotThere(
        Words(
            f"there is no release {name!r}; those kept are: {listed}",
            f"no existe la edición {name!r}; las conservadas son: {listed}",
        )
    )


# A deposit that its source says again, in another file or on another day, has not changed: of these columns some say
# only that (the status is as of the day of retrieval where its source does not date it), the rest say over again what
# another column says.
_NOT_COMPARED = {
    *("release", "id", "record", "source", "source_id", "source_file", "source_row", "retrieved", "status_as_of"),
    *("commodity_ranks", "commodity_words", "geom", "geom_3857", "release_level"),
}
_FIELDS = [column for column in deposit.columns if column.name not in _NOT_COMPARED]


def _row(side: str) -> str:
    return f"ROW({', '.join(f'{side}.{column.name}' for column in _FIELDS)})"


def _words(side: str, column: Column[Any]) -> str:
    value = f"({side}).{column.name}"
    return f"nullif(array_to_string({value}, ','), '')" if isinstance(column.type, ARRAY) else f"{value}::text"


# Compared as wholes first: few deposits differ, and only those are taken apart.
_CHANGED = f"""
    WITH changed AS MATERIALIZED (
        SELECT coalesce(after.id, before.id) AS id, coalesce(after.source, before.source) AS source,
               CASE WHEN before.id IS NULL THEN 'added' WHEN after.id IS NULL THEN 'removed' ELSE 'changed' END
                   AS change, before, after
        FROM (SELECT * FROM deposit WHERE release = :older) before
        FULL JOIN (SELECT * FROM deposit WHERE release = :newer) after ON after.id = before.id
        WHERE before.id IS NULL OR after.id IS NULL OR {_row("before")} IS DISTINCT FROM {_row("after")}
    )
"""
_COMPARED = ", ".join(
    f"({place}, '{column.name}', {_words('before', column)}, {_words('after', column)})"
    for place, column in enumerate(_FIELDS)
)
_SAID = f"""
    LATERAL (SELECT * FROM (VALUES {_COMPARED}) AS field (place, field, old, new)
             WHERE change = 'changed' AND old IS DISTINCT FROM new) AS said
"""

_COUNTS = f"""
    {_CHANGED}
    SELECT source, count(*) FILTER (WHERE change = 'added') AS added,
           count(*) FILTER (WHERE change = 'removed') AS removed, count(*) FILTER (WHERE change = 'changed') AS changed
    FROM changed GROUP BY source ORDER BY source
"""

_BY_FIELD = f"""
    {_CHANGED}
    SELECT source, field, count(*) AS deposits FROM changed CROSS JOIN {_SAID}
    GROUP BY source, field ORDER BY source, deposits DESC, field
"""

_ONE_BY_ONE = f"""
    {_CHANGED}
    SELECT change, id, coalesce((after).name, (before).name) AS name, field, old, new
    FROM changed LEFT JOIN {_SAID} ON true
    ORDER BY id, place LIMIT :limit
"""


def counts(connection: Connection, pair: Releases) -> Sequence[Row[*tuple[Any, ...]]]:
    """How many deposits came, went and changed, by source; a source in which nothing did is not among them."""
    return connection.execute(text(_COUNTS), pair._asdict()).all()


def by_field(connection: Connection, pair: Releases) -> Sequence[Row[*tuple[Any, ...]]]:
    """In how many deposits each field changed, by source."""
    return connection.execute(text(_BY_FIELD), pair._asdict()).all()


def changes(connection: Connection, pair: Releases, limit: int | None = None) -> CursorResult[Any]:
    """Each change as the database tells it: a deposit that came or went is one, and each changed field is one."""
    asked = {**pair._asdict(), "limit": limit}
    return connection.execute(text(_ONE_BY_ONE), asked, execution_options={"yield_per": 1000})
