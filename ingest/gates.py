"""What stops a publish until a person accepts it by name: too many unmapped words, and drift from the release before.

Drift is measured layer by layer against the current release, for layers that it has and whose data are as real (or as
made-up) as before: the first real file in place of the sample is no drift. Shares of fewer than `FEWEST` rows say
little, and are not measured.
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
        raise GateClosed(Words(f"{en}\nif that is right: publish {gates}", f"{es}\nsi es correcto: publish {gates}"))


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


def _rows(connection: Connection) -> Iterator[Drift]:
    for source, layer, now, before in connection.execute(text("SELECT * FROM compared ORDER BY 1, 2")):
        if before >= FEWEST and abs((now or 0) - before) > ROWS_SHARE * before:
            yield Drift(
                "rows",
                Words(
                    f"{source} {layer} has {now or 0} rows, {before} in the current release: more than 2 % apart",
                    f"{source} {layer} tiene {now or 0} filas, {before} en la edición actual: difieren más del 2 %",
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
            if abs(now[name] - before[name]) > FILL_POINTS:
                yield Drift(
                    "fill",
                    Words(
                        f"{name} is filled in {now[name]:.1f} % of {source} {layer}, "
                        f"and in {before[name]:.1f} % in the current release",
                        f"{name} está lleno en {now[name]:.1f} % de {source} {layer}, "
                        f"y en {before[name]:.1f} % en la edición actual",
                    ),
                )


def _ids(connection: Connection) -> Iterator[Drift]:
    """Ids whose place is another now; with another name too, the id was probably given to something else."""
    row = connection.execute(
        text(f"""
            SELECT count(*) FILTER (WHERE record.name IS DISTINCT FROM deposit.name) AS reused,
                   count(*) FILTER (WHERE record.name IS NOT DISTINCT FROM deposit.name) AS moved,
                   min(deposit.id) AS example
            FROM record JOIN compared USING (source, layer)
            -- A sub-select, not a join: so that just one partition is looked at, and the ids before the distances.
            JOIN deposit ON deposit.release = (SELECT current_release FROM catalogue)
                        AND deposit.id = record.source || '-' || record.source_id
            WHERE record.valid_to_run IS NULL AND deposit.record <> record.id
              AND ST_DistanceSphere(ST_MakePoint(record.longitude, record.latitude), deposit.geom) > {MOVED_M}
        """)
    ).one()
    if row.reused:
        yield Drift(
            "reused",
            Words(
                f"{row.reused} ids have another name and lie more than 10 km off, such as {row.example}",
                f"{row.reused} identificadores tienen otro nombre y están a más de 10 km, como {row.example}",
            ),
        )
    if row.moved:
        yield Drift(
            "moved",
            Words(
                f"{row.moved} deposits have moved by more than 10 km, such as {row.example}",
                f"{row.moved} yacimientos se movieron más de 10 km, como {row.example}",
            ),
        )
