"""What the store knows of a run, as one value that JSON can hold: numbers, codes, and words in both languages.

"Held" are the records of the run's layers as the run left them: those it wrote, and those it found unchanged.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from app.db.tables import MEANING
from app.domain.vocabulary import vocabulary
from app.errors import BadValue, NotThere
from app.words import Words
from ingest import asking
from ingest.gates import FEWEST, FILLED
from ingest.gates import drifts as drifts_now

Told = Mapping[str, Any]

LISTED = 200
_EXAMPLES = 3
_MOST_FREQUENT = 15

# What the source had said, from where a rule put the point; each rule undoes itself.
_UNDONE = {
    "longitude-sign": lambda longitude, latitude: (-longitude, latitude),
    "latitude-sign": lambda longitude, latitude: (longitude, -latitude),
    "both-signs": lambda longitude, latitude: (-longitude, -latitude),
    "axes-swapped": lambda longitude, latitude: (latitude, longitude),
}

_HELD = """
    FROM record WHERE source = :source AND layer = ANY(:layers)
    AND valid_from_run <= :run AND (valid_to_run IS NULL OR valid_to_run > :run)
"""


def build(connection: Connection, run: int | None) -> dict[str, Any]:
    """The report of a run, or of the newest finished one. Raises `BadValue` for a run that there is not, `NotThere`
    where none has finished."""
    about = _run(connection, run)
    told = {"run": about["id"], "source": about["source"], "layers": about["layers"]}
    drifts, measured = _gates(connection, about["source"])
    return {
        "made_at": _moment(datetime.now(UTC)),
        "run": about,
        "files": _rows(connection, _FILES, told),
        "steps": _rows(connection, _STEPS, told),
        "ended": _rows(connection, _ENDED, told),
        "rejects": _rejects(connection, told),
        "unmapped": [row._asdict() for row in asking.unmapped(connection, about["source"])],
        "positions": {
            "cells": [list(cell) for cell in connection.execute(text(_CELLS), told)],
            "repaired": _odd_places(connection, told, "position_rule"),
            "odd": _odd_places(connection, told, "position_check"),
        },
        "current_release": _release(connection, about["id"]),
        "gates": drifts,
        "fill": _fill(connection, told, measured),
        "commodity": _counts(connection, told, "commodity", "unnest(commodities)"),
        "status": _counts(connection, told, "status", "status"),
        "deposit_type": _counts(connection, told, "deposit_type", "deposit_type"),
    }


def _run(connection: Connection, run: int | None) -> dict[str, Any]:
    row = connection.execute(
        text("""
            SELECT run.id, run.source, run.state, run.partial, run.layers, run.crosswalk_digest, run.started_at,
                   run.finished_at, extract(epoch FROM run.finished_at - run.started_at)::float AS seconds,
                   run.rows_in, run.rows_published, run.rows_rejected, run.rows_unchanged, run.rows_reread,
                   run.rows_ended, source.title_en, source.title_es, source.agency, run.message_en, run.message_es
            FROM ingest_run run JOIN source ON source.id = run.source
            WHERE run.id = coalesce(:run, (SELECT max(id) FROM ingest_run WHERE state = 'done'))
        """),
        {"run": run},
    ).first()
    if row is None and run is None:
        raise NotThere(Words("no run has finished yet", "todavía no ha terminado ninguna ejecución"))
    if row is None:
        raise BadValue(Words(f"there is no run {run}", f"no existe la ejecución {run}"))
    return _said(row)


def _rows(connection: Connection, question: str, told: Told) -> list[dict[str, Any]]:
    return [_said(row) for row in connection.execute(text(question), told)]


def _said(row: Row[Any]) -> dict[str, Any]:
    """A row as JSON has it: moments as ISO 8601, and `title_en`, `title_es` as one `title` in two languages."""
    said = {name: _moment(value) if hasattr(value, "isoformat") else value for name, value in row._asdict().items()}
    for name in [name.removesuffix("_en") for name in said if name.endswith("_en")]:
        said[name] = {"en": said.pop(f"{name}_en"), "es": said.pop(f"{name}_es")}
    return said


def _moment(value: Any) -> str:
    moment: str = value.astimezone(UTC).isoformat(timespec="seconds") if hasattr(value, "hour") else value.isoformat()
    return moment


_FILES = """
    SELECT file.name, file.bytes, file.sha256, file.encoding, file.retrieved, file.synthetic
    FROM ingest_run_file link JOIN source_file file ON file.id = link.file WHERE link.run = :run ORDER BY link.ordinal
"""
_STEPS = """
    SELECT name, rows_in, rows_out, rows_rejected, rows_unchanged, seconds
    FROM ingest_step WHERE run = :run ORDER BY ordinal
"""
_ENDED = f"""
    SELECT source || '-' || source_id AS id, name FROM record old
    WHERE source = :source AND valid_to_run = :run
      AND NOT EXISTS (SELECT FROM record new WHERE new.source = old.source AND new.source_id = old.source_id
                                               AND new.valid_from_run = :run)
    ORDER BY 1 LIMIT {LISTED}
"""
_REJECTS = """
    SELECT code, rows, resolved, file.name AS file, row_number AS row, field, left(value, 120) AS value,
           message_en, message_es
    FROM (SELECT *, count(*) OVER (PARTITION BY code) AS rows,
                 count(resolved_by_run) OVER (PARTITION BY code) AS resolved,
                 row_number() OVER (PARTITION BY code ORDER BY file, row_number) AS example
          FROM reject WHERE run = :run) numbered
    JOIN source_file file ON file.id = numbered.file
    WHERE example <= :examples ORDER BY rows DESC, code, example
"""

# The map is drawn some 700 dots wide; the records of one dot stand at their middle.
_CELLS = f"""
    WITH held AS (SELECT longitude, latitude {_HELD}),
         cell AS (SELECT greatest((max(longitude) - min(longitude)) / 700, 0.001) AS degrees FROM held)
    SELECT round(avg(longitude)::numeric, 3)::float, round(avg(latitude)::numeric, 3)::float, count(*)
    FROM held CROSS JOIN cell GROUP BY floor(longitude / degrees), floor(latitude / degrees) ORDER BY 3, 1, 2
"""


def _rejects(connection: Connection, told: Told) -> list[dict[str, Any]]:
    """The reasons, the most frequent first, each with a few of its rows."""
    reasons: dict[str, dict[str, Any]] = {}
    for row in _rows(connection, _REJECTS, {**told, "examples": _EXAMPLES}):
        about = {name: row.pop(name) for name in ("code", "rows", "resolved")}
        reasons.setdefault(about["code"], {**about, "examples": []})["examples"].append(row)
    return list(reasons.values())


def _odd_places(connection: Connection, told: Told, column: str) -> dict[str, Any]:
    """How many records a rule repaired or a check found odd, by its code, and the first of each."""
    counted = (
        f"SELECT {column} AS code, count(*) AS rows {_HELD} AND {column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    listed = f"""
        SELECT source || '-' || source_id AS id, name, {column} AS code, longitude, latitude,
               concat_ws(', ', source_state, source_country) AS stated
        FROM (SELECT *, row_number() OVER (PARTITION BY {column} ORDER BY source_id) AS nth
              {_HELD} AND {column} IS NOT NULL) one
        WHERE nth <= {LISTED} ORDER BY {column}, source_id
    """
    records = _rows(connection, listed, told)
    for record in records:
        if column == "position_rule" and record["code"] in _UNDONE:
            record["put_at"] = list(_UNDONE[record["code"]](record["longitude"], record["latitude"]))
    return {"counts": _rows(connection, counted, told), "records": records}


def _release(connection: Connection, run: int) -> dict[str, Any] | None:
    """The current release, and whether the run had finished when it was built."""
    row = connection.execute(
        text("""
            SELECT release.name, release.published_at, release.deposits,
                   :run = ANY (release.runs) AS holds_run
            FROM catalogue JOIN release ON release.id = catalogue.current_release
        """),
        {"run": run},
    ).first()
    return _said(row) if row else None


def _gates(connection: Connection, source: str) -> tuple[list[dict[str, Any]], set[str]]:
    """What would stop a publish now, and the layers of a source whose drift is measured; leaves nothing behind."""
    with connection.begin_nested() as aside:
        drifts = [
            {"gate": one.gate, "words": {"en": one.words.en, "es": one.words.es}} for one in drifts_now(connection)
        ]
        compared = text("SELECT layer FROM compared WHERE source = :source AND least(rows_now, rows_before) >= :fewest")
        measured = set(connection.scalars(compared, {"source": source, "fewest": FEWEST}))
        aside.rollback()
    return drifts, measured


def _fill(connection: Connection, told: Told, measured: set[str]) -> list[dict[str, Any]]:
    """By layer: the share of records in which each column says something, now and in the current release."""
    shares = f"SELECT layer, count(*) AS rows, {FILLED}"
    current = """FROM deposit JOIN catalogue ON catalogue.current_release = deposit.release
                 WHERE source = :source AND layer = ANY(:layers)"""
    before = {row["layer"]: row for row in _rows(connection, f"{shares} {current} GROUP BY layer", told)}
    return [
        {
            "layer": now["layer"],
            "rows": now["rows"],
            "rows_before": before[now["layer"]]["rows"] if now["layer"] in before else None,
            "measured": now["layer"] in measured,
            "columns": [
                {"name": name, "now": _share(now, name), "before": _share(before.get(now["layer"]), name)}
                for name in MEANING
            ],
        }
        for now in _rows(connection, f"{shares} {_HELD} GROUP BY layer ORDER BY layer", told)
    ]


def _share(row: Told | None, name: str) -> float | None:
    return None if row is None else round(float(row[name]), 2)


def _counts(connection: Connection, told: Told, name: str, expression: str) -> dict[str, Any]:
    """The most frequent codes of a vocabulary, how many others there are, and how many records."""
    terms = vocabulary(name).terms
    question = f"SELECT {expression} AS code, count(*) AS rows {_HELD} GROUP BY 1 ORDER BY 2 DESC, 1"
    rows = [row for row in connection.execute(text(question), told) if row.code is not None]
    return {
        "terms": [
            {"code": code, "rows": count, "label": {"en": terms[code].label.en, "es": terms[code].label.es}}
            for code, count in rows[:_MOST_FREQUENT]
        ],
        "others": len(rows[_MOST_FREQUENT:]),
    }
