"""What differs between the deposits that a filter wants of two releases, each as both of its extracts would say it."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

from sqlalchemy import VARCHAR, Boolean, ColumnClause, Integer, Row, Text, bindparam, column, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.selectable import TextualSelect

from app.db.tables import release as release_table
from app.domain.changes import GEOMETRY, OF_PROVENANCE, RELEASE
from app.errors import Gone
from app.queries.catalogue import Release
from app.queries.deposits import Walk, batches, features
from app.queries.filter import DepositFilter
from app.words import Words

# Texts are compared first, as they are but for the release's name: few differ, and only those are taken apart. JSON has
# a backslash before a quotation mark inside a value, so that no value looks like the member.
_CHANGES = """
    SELECT id,
           CASE WHEN before.body IS NULL THEN 'added' WHEN after.body IS NULL THEN 'removed' ELSE 'changed' END
               AS change,
           of_content, names, was, coalesce(after.body, before.body) AS body,
           count(*) FILTER (WHERE before.body IS NULL) OVER () AS added,
           count(*) FILTER (WHERE after.body IS NULL) OVER () AS removed,
           count(*) FILTER (WHERE of_content) OVER () AS content,
           count(*) FILTER (WHERE NOT of_content) OVER () AS provenance
    FROM before FULL JOIN after USING (id)
    LEFT JOIN LATERAL (
        SELECT coalesce(bool_or(NOT name = ANY (:of_provenance)), false) AS of_content,
               CAST(coalesce(string_agg(name, ',' ORDER BY place), '') AS varchar) AS names,
               CAST(string_agg(concat(to_json(name), ':', old), ',' ORDER BY place) FILTER (WHERE old IS NOT NULL)
                    AS varchar) AS was
        FROM (
            SELECT 0 AS place, :geometry AS name, CAST(before.body AS json) -> 'geometry' AS old,
                   CAST(after.body AS json) -> 'geometry' AS new
            UNION ALL
            SELECT coalesce(new.place, old.place), name, old.value, new.value
            FROM json_each(CAST(before.body AS json) -> 'properties') WITH ORDINALITY AS old (name, value, place)
            FULL JOIN json_each(CAST(after.body AS json) -> 'properties') WITH ORDINALITY AS new (name, value, place)
                USING (name)
            WHERE name <> :release
        ) AS said
        WHERE CAST(old AS text) IS DISTINCT FROM CAST(new AS text)
    ) AS differing ON before.body IS NOT NULL AND after.body IS NOT NULL
    WHERE before.body IS NULL OR after.body IS NULL OR replace(before.body, :older, :newer) <> after.body
    ORDER BY id
"""
_COLUMNS: tuple[ColumnClause[Any], ...] = (
    column("id", Text),
    column("change", Text),
    column("of_content", Boolean),
    column("names", VARCHAR),
    column("was", VARCHAR),
    column("body", VARCHAR),
    *(column(name, Integer) for name in ("added", "removed", "content", "provenance")),
)


def changes(wanted: DepositFilter, older: Release, newer: Release) -> TextualSelect:
    """Each deposit that came, went or differs, by id: what happened to it, the names of what differs and its old values
    as members of a JSON object, the deposit as it is or last was, and how many changes there are of each kind."""
    before, after = (
        features(wanted, release, Walk()).order_by(None).cte(name)
        for name, release in (("before", older), ("after", newer))
    )
    values = {
        "of_provenance": list(OF_PROVENANCE),
        "geometry": GEOMETRY,
        "release": RELEASE,
        "older": f'"{RELEASE}":"{older.name}"',
        "newer": f'"{RELEASE}":"{newer.name}"',
    }
    said = (bindparam(name, value, ARRAY(Text) if isinstance(value, list) else Text) for name, value in values.items())
    return text(_CHANGES).bindparams(*said).columns(*_COLUMNS).add_cte(before, after)


async def stream(
    connection: AsyncConnection, wanted: DepositFilter, older: Release, newer: Release, timeout_s: float
) -> AsyncGenerator[Sequence[Row[*tuple[Any, ...]]]]:
    """The rows of `changes`, batch by batch, an empty one where there is none; raises `Gone`."""
    begun = False
    async with aclosing(batches(connection, changes(wanted, older, newer), timeout_s)) as coming:
        async for batch in coming:
            if not begun:
                await _check_kept(connection, older, newer)
            begun = True
            yield batch
        if not begun:
            await _check_kept(connection, older, newer)
            yield ()


async def _check_kept(connection: AsyncConnection, *releases: Release) -> None:
    """Raises `Gone`. The tables of a release go one by one: what is still kept when the rows begin to come was all
    there when they were looked for, and stays while they come."""
    kept = select(release_table.c.id).where(release_table.c.state == "published")
    ids = set(await connection.scalars(kept))
    for release in releases:
        if release.id not in ids:
            raise no_longer_kept(release.name)


async def was_published(connection: AsyncConnection, name: str) -> bool:
    """Whether there was once a release of that name."""
    asked = select(func.count()).where(release_table.c.name == name, release_table.c.published_at.is_not(None))
    return bool(await connection.scalar(asked))


def no_longer_kept(name: str, kept: Sequence[Release] = ()) -> Gone:
    listed = ", ".join(one.name for one in kept)
    en, es = (f"; those kept are: {listed}", f"; las conservadas son: {listed}") if kept else ("", "")
    return Gone(
        Words(
            f"release {name} is no longer kept; take the whole extract anew{en}",
            f"la edición {name} ya no se conserva; tome de nuevo el extracto entero{es}",
        )
    )
