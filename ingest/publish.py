"""Releases: built beside the current one, checked, then flipped in one short transaction; three are kept."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from app.db.tables import MEANING
from app.domain.vocabulary import TITLES
from app.errors import NothingPublished, NotThere
from app.tiles.pyramid import path_of
from app.words import Words
from ingest import archives, baking, features, gates, outlines, tile_points
from ingest.ledger import sole_run
from ingest.report import Teller
from ingest.vocabularies import store_vocabularies

KEPT = 3
_PARTITIONED = ("deposit", "deposit_commodity", features.TABLE, tile_points.KINDS, tile_points.POINTS)
_WAIT_TO_DETACH, _WAIT_TO_DROP = "5s", "100ms"


@dataclass(frozen=True, slots=True)
class Published:
    """A release by its name, with its deposits; `fresh` is false where there was nothing new to publish."""

    name: str
    deposits: int
    fresh: bool


# Attaching takes these locks one by one, for the foreign keys. In the order of `store_vocabularies` and all at once,
# an ingest that starts meanwhile waits; else the two could wait for one another. Readers pass.
_LOCK_VOCABULARIES = f"LOCK TABLE {', '.join((*TITLES, 'source'))} IN SHARE ROW EXCLUSIVE MODE"


def publish(engine: Engine, teller: Teller, accepted: Sequence[str] = (), folder: Path | None = None) -> Published:
    """Builds the next release from the records as they stand, and makes it the current one.

    Its tiles are baked into the folder; without one, the service makes them when they are asked for. Raises
    `GateClosed` where something is odd (see `gates`) that was not accepted by name.
    """
    with sole_run(engine, "publish"):
        if folder:
            archives.prepare(folder)
        with engine.begin() as connection:
            _clear_unfinished(connection)
            store_vocabularies(connection)
        # One moment's records for the gates and for the release, though an ingest may finish meanwhile.
        with engine.execution_options(isolation_level="REPEATABLE READ").begin() as connection:
            connection.execute(text(_LOCK_VOCABULARIES))
            current = _current_if_fresh(connection)
            if current:
                return current
            if connection.scalar(text("SELECT NOT EXISTS (SELECT FROM record WHERE valid_to_run IS NULL)")):
                raise NothingPublished
            gates.check(connection, accepted)
            release, name = _begin(connection)
            teller.say(Words(f"building release {name}", f"construyendo la edición {name}"))
            deposits = _build(connection, release)
        _make_ready(engine, release)
        vacuum(engine)
        if folder:
            teller.say(Words("baking its tiles", "preparando sus teselas"))
            _bake(engine, release, folder)
        with engine.begin() as connection:
            before = _flip(connection, release)
        _retire_old(engine, before)
        if folder:
            _drop_unused(engine, folder)
    return Published(name, deposits, fresh=True)


def rollback(engine: Engine, name: str | None = None) -> str:
    """Makes an older kept release the current one: the one named, else the one before; returns its name.

    Raises `Busy` during a publish, which at its end drops the release that falls out of those kept.
    """
    with sole_run(engine, "publish"), engine.begin() as connection:
        chosen = connection.execute(
            text("""
                SELECT release.id, release.name
                FROM release, catalogue
                WHERE release.state = 'published'
                  AND CASE WHEN CAST(:name AS text) IS NULL THEN release.id < catalogue.current_release
                           ELSE release.name = :name END
                ORDER BY release.id DESC LIMIT 1
            """),
            {"name": name},
        ).first()
        if chosen is None:
            raise _no_release(connection, name)
        connection.execute(text("UPDATE catalogue SET current_release = :id"), {"id": chosen.id})
    return str(chosen.name)


def _no_release(connection: Connection, name: str | None) -> NotThere:
    kept = connection.scalars(text("SELECT name FROM release WHERE state = 'published' ORDER BY id"))
    listed = ", ".join(kept) or "-"
    if name is None:
        return NotThere(
            Words(
                f"there is no release before the current one; those kept are: {listed}",
                f"no hay edición anterior a la actual; las conservadas son: {listed}",
            )
        )
    return NotThere(
        Words(
            f"there is no release {name!r}; those kept are: {listed}",
            f"no existe la edición {name!r}; las conservadas son: {listed}",
        )
    )


def _clear_unfinished(connection: Connection) -> None:
    """What a publish that was killed left behind was never current; it goes with the next old release."""
    connection.execute(text("UPDATE release SET state = 'retired' WHERE state = 'building'"))


def _current_if_fresh(connection: Connection) -> Published | None:
    """The newest release, where it is current and holds every run that changed anything. Runs end in another order
    than they begin, so no run's number says which those are."""
    row = connection.execute(
        text("""
            SELECT release.name, release.deposits
            FROM catalogue JOIN release ON release.id = catalogue.current_release
            WHERE release.id = (SELECT max(id) FROM release WHERE state = 'published')
              AND NOT EXISTS (SELECT FROM ingest_run run
                              WHERE run.state = 'done' AND run.id <> ALL (release.runs)
                                AND (run.rows_published > 0 OR run.rows_ended > 0 OR run.rows_reread > 0))
        """)
    ).first()
    return Published(row.name, row.deposits, fresh=False) if row else None


def _begin(connection: Connection) -> tuple[int, str]:
    """A release named YYYY-MM-DD.N, the N-th of its day (UTC)."""
    row = connection.execute(
        text("""
            INSERT INTO release (name, state, runs)
            SELECT today || '.' || (SELECT coalesce(max(split_part(name, '.', 2)::int), 0) + 1
                                    FROM release WHERE name LIKE today || '.%'),
                   'building', ARRAY(SELECT id FROM ingest_run WHERE state = 'done' ORDER BY id)
            FROM to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS today
            RETURNING id, name
        """)
    ).one()
    return row.id, row.name


_MEANT = ", ".join(f"record.{name}" for name in MEANING)

# Latitudes beyond 85.06 degrees have no place in Web Mercator; a point there is drawn on the map's edge.
_MERCATOR = """
    ST_Transform(ST_SetSRID(ST_MakePoint(
        record.longitude, greatest(least(record.latitude, 85.05), -85.05)), 4326), 3857)
"""

# The lists are looked up once for each set of commodities that occurs, of which there are far fewer than deposits.
_LISTED = """
    CREATE TEMPORARY TABLE listed ON COMMIT DROP AS
    SELECT sets.commodities,
           array_agg(DISTINCT critical.list) AS lists,
           array_agg(DISTINCT critical.country) FILTER (WHERE critical.in_force) AS countries,
           array_agg(DISTINCT critical.commodity) FILTER (WHERE critical.in_force) AS listed
    FROM (SELECT DISTINCT commodities FROM record WHERE valid_to_run IS NULL) sets
    CROSS JOIN unnest(sets.commodities) AS one
    JOIN critical ON critical.commodity = one
    GROUP BY sets.commodities
"""

_FILL_DEPOSITS = f"""
    INSERT INTO deposit_r{{release}} (
        release, id, record, source, source_id, layer, {", ".join(MEANING)},
        feature_kind, occurrence_type, mine_status, status_as_of, critical_lists, critical_to, critical_commodities,
        geom, geom_3857,
        source_file, source_row, retrieved, synthetic, release_level)
    SELECT {{release}}, record.source || '-' || record.source_id, record.id, record.source, record.source_id,
           record.layer, {_MEANT},
           status.feature_kind, status.occurrence_type, status.mine_status,
           CASE WHEN record.status IS NOT NULL THEN coalesce(source.status_as_of, source_file.retrieved::text) END,
           coalesce(listed.lists, '{{{{}}}}'), coalesce(listed.countries, '{{{{}}}}'),
           coalesce(listed.listed, '{{{{}}}}'),
           ST_SetSRID(ST_MakePoint(record.longitude, record.latitude), 4326), {_MERCATOR},
           source_file.sha256, record.row_number, source_file.retrieved, source_file.synthetic,
           source.release_level
    FROM record
    JOIN source_file ON source_file.id = record.file
    JOIN source ON source.id = record.source
    LEFT JOIN status ON status.code = record.status
    LEFT JOIN listed ON listed.commodities = record.commodities
    WHERE record.valid_to_run IS NULL
"""

_FILL_COMMODITIES = """
    INSERT INTO deposit_commodity_r{release} (release, deposit, ordinal, commodity, rank, source_words)
    SELECT {release}, record.source || '-' || record.source_id, said.n, said.commodity, said.rank, said.words
    FROM record
    CROSS JOIN unnest(record.commodities, record.commodity_ranks, record.commodity_words)
        WITH ORDINALITY AS said (commodity, rank, words, n)
    WHERE record.valid_to_run IS NULL
"""

# Filled first and indexed after; with the parent's constraints already true, attaching reads no row again.
_MAKE = """
    CREATE TABLE {table}_r{release} (LIKE {table} INCLUDING CONSTRAINTS);
    {fill};
    ALTER TABLE {table}_r{release} ADD CONSTRAINT one_release CHECK (release = {release});
    ALTER TABLE {table} ATTACH PARTITION {table}_r{release} FOR VALUES IN ({release});
    ALTER TABLE {table}_r{release} DROP CONSTRAINT one_release;
    ANALYZE {table}_r{release}
"""

_COUNT = """
    INSERT INTO release_source (release, source, records, deposits, synthetic, retrieved)
    SELECT :id, record.source, count(*),
           (SELECT count(*) FROM deposit WHERE deposit.release = :id AND deposit.source = record.source),
           count(*) FILTER (WHERE source_file.synthetic), max(source_file.retrieved)
    FROM record JOIN source_file ON source_file.id = record.file
    WHERE record.valid_to_run IS NULL
    GROUP BY record.source
"""

_MEASURE = """
    UPDATE release SET (deposits, bounds) = (
        SELECT count(*), ARRAY[min(ST_X(geom)), min(ST_Y(geom)), max(ST_X(geom)), max(ST_Y(geom))]
        FROM deposit WHERE deposit.release = :id)
    WHERE id = :id RETURNING deposits
"""


def _build(connection: Connection, release: int) -> int:
    """Fills the release's partitions and counts them; the table's CHECK holds the counts to the records'."""
    connection.execute(text(_LISTED))
    _make(connection, "deposit", release, _FILL_DEPOSITS.format(release=release))
    _make(connection, "deposit_commodity", release, _FILL_COMMODITIES.format(release=release))
    connection.execute(text(_COUNT), {"id": release})
    deposits: int = connection.execute(text(_MEASURE), {"id": release}).scalar_one()
    return deposits


def _make_ready(engine: Engine, release: int) -> None:
    """What is made of the deposits of a release to answer sooner, by two connections at once."""

    def fill(tables: Sequence[tuple[str, str]]) -> None:
        with engine.begin() as connection:
            for table, filling in tables:
                if connection.scalar(text(f"SELECT to_regclass('{table}_r{release}') IS NULL")):
                    _make(connection, table, release, filling)

    points = (
        (tile_points.KINDS, tile_points.filling_kinds(release)),
        (tile_points.POINTS, tile_points.filling_points(release)),
    )
    with ThreadPoolExecutor() as pool:
        list(pool.map(fill, (((features.TABLE, features.filling(release)),), points)))


def _make(connection: Connection, table: str, release: int, fill: str) -> None:
    # Enough for the shares of some hundred codes, in a third of the time that the usual 100 takes.
    connection.execute(text("SET LOCAL default_statistics_target = 50"))
    for statement in _MAKE.format(table=table, release=release, fill=fill).split(";\n"):
        connection.execute(text(statement))


def vacuum(engine: Engine) -> None:
    """Marks the rows of the kept releases as seen by all, so that a count of a box is answered by its index alone.

    Where a snapshot of before a release is still open, or an older version of Vetalode made it, it stays unmarked
    until this is done again.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        unmarked = connection.scalars(
            text("""
                SELECT relname FROM pg_class
                JOIN release ON relname IN ('deposit_r' || release.id, 'tile_point_r' || release.id)
                WHERE release.state <> 'retired' AND relallvisible <> relpages
            """)
        ).all()
        for partition in unmarked:
            connection.execute(text(f"VACUUM (INDEX_CLEANUP off, TRUNCATE off) {partition}"))


def fill_missing(engine: Engine) -> None:
    """Makes what releases lack that an older version of Vetalode published."""
    with engine.connect() as connection:
        published = connection.scalars(text("SELECT id FROM release WHERE state = 'published' ORDER BY id")).all()
    for release in published:
        _make_ready(engine, release)


def bake_missing(engine: Engine, folder: Path) -> None:
    """Bakes the tiles of releases that were published without them, or whose archive this folder lacks."""
    with engine.connect() as connection:
        published = connection.execute(
            text("SELECT id, archive, boundaries FROM release WHERE state = 'published' ORDER BY id")
        ).all()
    for release in published:
        names = (release.archive, release.boundaries)
        if not all(name and path_of(folder, name).is_file() for name in names):
            with sole_run(engine, "publish"):
                archives.prepare(folder)
                _bake(engine, release.id, folder)


def _bake(engine: Engine, release: int, folder: Path) -> None:
    names = {"archive": baking.bake(engine, release, folder), "boundaries": outlines.bake(engine, folder)}
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE release SET archive = :archive, boundaries = :boundaries WHERE id = :id"),
            {"id": release, **names},
        )


def _drop_unused(engine: Engine, folder: Path) -> None:
    """Removes the archives and files that are only of releases no longer kept."""
    with engine.begin() as connection:
        # Whoever makes the same bytes of another release waits, and then makes them anew.
        connection.execute(text("LOCK TABLE release_file IN SHARE ROW EXCLUSIVE MODE"))
        unused = connection.scalars(
            text("""
                SELECT made FROM (
                    SELECT state, unnest(ARRAY[archive, boundaries]) || '.pmtiles' AS made FROM release
                    UNION ALL
                    SELECT state, sha256 || '.' || ending FROM release JOIN release_file ON release = id
                ) AS told
                WHERE made IS NOT NULL GROUP BY made HAVING bool_and(state = 'retired')
            """)
        ).all()
        for name in unused:
            (folder / name).unlink(missing_ok=True)
        connection.execute(text("DELETE FROM release_file USING release WHERE id = release AND state = 'retired'"))


def _flip(connection: Connection, release: int) -> int | None:
    """Makes the release current; returns the one that was."""
    before: int | None = connection.scalar(text("SELECT current_release FROM catalogue"))
    connection.execute(
        text("UPDATE release SET state = 'published', published_at = clock_timestamp() WHERE id = :id"), {"id": release}
    )
    connection.execute(text("UPDATE catalogue SET current_release = :id"), {"id": release})
    return before


def _retire_old(engine: Engine, before: int | None) -> None:
    """Drops the releases beyond the three newest, but the one current `before`: those who serve believe in it for a
    moment yet. Detached CONCURRENTLY, so that no reader waits; a partition that a long extract still reads stays for
    the next publish to drop."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        old = connection.scalars(
            text("""
                SELECT id FROM release, catalogue
                WHERE state = 'published' AND id IS DISTINCT FROM current_release
                ORDER BY id DESC OFFSET :kept
            """),
            {"kept": KEPT - 1},
        ).all()
        for release in set(old) - {before}:
            connection.execute(text("UPDATE release SET state = 'retired' WHERE id = :id"), {"id": release})
        gone = connection.scalars(
            text("""
                SELECT relname FROM pg_class JOIN release
                  ON relname = ANY (ARRAY(SELECT one || '_r' || release.id FROM unnest(CAST(:tables AS text[])) AS one))
                WHERE release.state = 'retired' AND relkind = 'r'
            """),
            {"tables": list(_PARTITIONED)},
        ).all()
        for partition in gone:
            try:
                _drop(connection, partition)
            except OperationalError:
                continue


def _drop(connection: Connection, partition: str) -> None:
    attached = connection.execute(
        text("""
            SELECT inhparent::regclass::text AS parent, inhdetachpending AS pending
            FROM pg_inherits WHERE inhrelid = CAST(:name AS regclass)
        """),
        {"name": partition},
    ).first()
    if attached:
        how = "FINALIZE" if attached.pending else "CONCURRENTLY"
        connection.execute(text(f"SET lock_timeout = '{_WAIT_TO_DETACH}'"))
        connection.execute(text(f"ALTER TABLE {attached.parent} DETACH PARTITION {partition} {how}"))
    # For its foreign keys, dropping locks the vocabularies and `source` too, and whoever reads them queues behind.
    connection.execute(text(f"SET lock_timeout = '{_WAIT_TO_DROP}'"))
    connection.execute(text(f"DROP TABLE {partition}"))
