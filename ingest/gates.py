"""What stops a publish until a person accepts it by name: too many unmapped words, and drift from the release before.

Drift is measured layer by layer against the current release, for layers that it has and whose data are as real (or as
made-up) as before: the first real file in place of the sample is no drift. Shares of fewer than `FEWEST` rows say
little, and are not measured; a deposit that has moved is odd among however few.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import ARRAY

from app.db.tables import MEANING, record
from app.errors import GateClosed
from app.words import Words

UNMAPPED_SHARE = 0.01
ROWS_SHARE = 0.02
FILL_POINTS = 5.0
MOVED_M = 10_000
FEWEST = 100

GATES = ("unmapped", "rows", "fill", "reused", "moved")


@dataclass(frozen=True, slots=True)
class Drift:
    """A gate that would be closed, and why."""

    gate: str
    words: Words


def check(connection: Connection, accepted: Sequence[str]) -> None:
    """Raises `GateClosed` with all that is odd and was not accepted."""
    odd = [drift for drift in drifts(connection) if drift.gate not in accepted]
    if odd:
        gates = " ".join(f"--accept {gate}" for gate in dict.fromkeys(drift.gate for drift in odd))
        en, es = "\n".join(drift.words.en for drift in odd), "\n".join(drift.words.es for drift in odd)
        command = f"vetalode publish {gates}"
        raise GateClosed(Words(f"{en}\nif that is right: {command}", f"{es}\nsi es correcto: {command}"))


def drifts(connection: Connection) -> Iterator[Drift]:
    """All that is odd now; leaves temporary tables behind until the transaction ends."""
    yield from _unmapped(connection)
    for statement in (_COMPARED, _NOW, _BEFORE):
        connection.execute(text(statement))
    yield from _rows(connection)
    yield from _fill(connection)
    yield from _ids(connection)


def _unmapped(connection: Connection) -> Iterator[Drift]:
    shares = connection.execute(
        text("""
            SELECT source, count(unmapped) AS unmapped, count(*) AS rows
            FROM record WHERE valid_to_run IS NULL
            GROUP BY source ORDER BY source
        """)
    )
    for source, unmapped, rows in shares:
        if unmapped > UNMAPPED_SHARE * rows:
            yield Drift(
                "unmapped",
                Words(
                    f"{unmapped} of {rows} rows of {source} carry words that no crosswalk explains, more than 1 %; "
                    "see `vetalode unmapped`, complete the CSVs and ingest again",
                    f"{unmapped} de {rows} filas de {source} llevan palabras que ninguna tabla explica, más del 1 %; "
                    "vea `vetalode unmapped`, complete los CSV e ingiera de nuevo",
                ),
            )


# The layers that can be compared, with their rows now and in the current release.
_COMPARED = """
    CREATE TEMPORARY TABLE compared ON COMMIT DROP AS
    SELECT source, layer, now.rows AS rows_now, before.rows AS rows_before
    FROM (SELECT record.source, layer, count(*) AS rows, bool_or(synthetic) AS synthetic
          FROM record JOIN source_file ON source_file.id = record.file
          WHERE valid_to_run IS NULL GROUP BY 1, 2) now
    RIGHT JOIN (SELECT source, layer, count(*) AS rows, bool_or(synthetic) AS synthetic
                FROM deposit JOIN catalogue ON catalogue.current_release = deposit.release GROUP BY 1, 2) before
         USING (source, layer)
    WHERE now.synthetic IS NULL OR now.synthetic = before.synthetic
"""


_LISTS = {column.name for column in record.columns if isinstance(column.type, ARRAY)}


def _share(column: str) -> str:
    """Per cent of rows in which a column says something; a list that is empty says nothing."""
    is_list = column in _LISTS
    said = f"cardinality({column}) > 0" if is_list else f"{column} IS NOT NULL"
    return f"100.0 * count(*) FILTER (WHERE {said}) / count(*) AS {column}"


# What `filled_now` and `filled_before` hold: the share of each column.
FILLED = ", ".join(map(_share, MEANING))
_NOW = f"""
    CREATE TEMPORARY TABLE filled_now ON COMMIT DROP AS
    SELECT source, layer, {FILLED} FROM record JOIN compared USING (source, layer)
    WHERE valid_to_run IS NULL AND least(rows_now, rows_before) >= {FEWEST} GROUP BY 1, 2
"""
_BEFORE = f"""
    CREATE TEMPORARY TABLE filled_before ON COMMIT DROP AS
    SELECT source, layer, {FILLED} FROM deposit JOIN compared USING (source, layer)
    JOIN catalogue ON catalogue.current_release = deposit.release
    WHERE least(rows_now, rows_before) >= {FEWEST} GROUP BY 1, 2
"""


def _named(source: str, layer: str) -> str:
    """A layer as people know it; a source's only one has its name."""
    return source if layer == source else f"{source} {layer}"


def _rows(connection: Connection) -> Iterator[Drift]:
    for source, layer, now, before in connection.execute(text("SELECT * FROM compared ORDER BY 1, 2")):
        if before >= FEWEST and abs((now or 0) - before) > ROWS_SHARE * before:
            yield Drift(
                "rows",
                Words(
                    f"{_named(source, layer)} has {now or 0} rows, {before} in the current release: "
                    "more than 2 % apart",
                    f"{_named(source, layer)} tiene {now or 0} filas, {before} en la edición actual: "
                    "difieren más del 2 %",
                ),
            )


def _fill(connection: Connection) -> Iterator[Drift]:
    pairs = connection.execute(
        text("""
            SELECT source, layer, to_jsonb(now) AS now, to_jsonb(before) AS before
            FROM filled_now now JOIN filled_before before USING (source, layer) ORDER BY 1, 2
        """)
    )
    for source, layer, now, before in pairs:
        for name in MEANING:
            # Shares are cut off at some digit: 13 of 120 less 7 of 120 would be a hair more than 5 points.
            if round(abs(now[name] - before[name]), 6) > FILL_POINTS:
                yield Drift(
                    "fill",
                    Words(
                        f"{name} is filled in {now[name]:.2f} % of {_named(source, layer)}, "
                        f"and in {before[name]:.2f} % in the current release: more than 5 points apart",
                        f"{name} está lleno en {now[name]:.2f} % de {_named(source, layer)}, "
                        f"y en {before[name]:.2f} % en la edición actual: difieren más de 5 puntos",
                    ),
                )


def _ids(connection: Connection) -> Iterator[Drift]:
    """Ids whose place is another now; with another name too, the id was probably given to something else."""
    row = connection.execute(
        text(f"""
            SELECT count(*) FILTER (WHERE renamed) AS reused, min(id) FILTER (WHERE renamed) AS one_reused,
                   count(*) FILTER (WHERE NOT renamed) AS moved, min(id) FILTER (WHERE NOT renamed) AS one_moved
            FROM (
                SELECT deposit.id, record.name IS DISTINCT FROM deposit.name AS renamed
                FROM record JOIN compared USING (source, layer)
                -- A sub-select, not a join: so that just one partition is looked at.
                JOIN deposit ON deposit.release = (SELECT current_release FROM catalogue)
                            AND deposit.id = record.source || '-' || record.source_id
                -- Most have not moved at all, which is sooner known than how far. A record that is the same may have:
                -- what it means is renewed when a crosswalk is edited, and so may be the repair of its position.
                WHERE record.valid_to_run IS NULL
                  AND (ST_X(deposit.geom), ST_Y(deposit.geom)) IS DISTINCT FROM (record.longitude, record.latitude)
                  AND ST_DistanceSphere(ST_MakePoint(record.longitude, record.latitude), deposit.geom) > {MOVED_M}
            ) far
        """)
    ).one()
    if row.reused:
        yield Drift(
            "reused",
            Words(
                f"ids that have another name and lie more than 10 km off: {row.reused}, such as {row.one_reused}",
                f"identificadores con otro nombre y a más de 10 km: {row.reused}, como {row.one_reused}",
            ),
        )
    if row.moved:
        yield Drift(
            "moved",
            Words(
                f"deposits that lie more than 10 km from where they were: {row.moved}, such as {row.one_moved}",
                f"yacimientos a más de 10 km de donde estaban: {row.moved}, como {row.one_moved}",
            ),
        )
