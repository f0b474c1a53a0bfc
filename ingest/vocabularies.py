"""Puts the vocabularies, the critical lists and the sources into their tables, for foreign keys to hold to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict

from sqlalchemy import Connection, Table, delete, or_, tuple_
from sqlalchemy.dialects.postgresql import insert

from app.db import tables
from app.domain import critical
from app.domain.table import Line, table_by
from app.domain.vocabulary import TERMS, TITLES, Vocabulary, vocabulary
from ingest.sources import all_about


def store_vocabularies(connection: Connection) -> None:
    """Writes only what differs; a term that deposits use stays even when its CSV no longer has it."""
    for name in TITLES:
        table = tables.metadata.tables[name]
        axes = _status_axes() if name == "status" else {}
        _write(connection, table, ("code",), _terms(table, vocabulary(name), axes))
    _write(connection, tables.source, ("id",), [asdict(about) for about in all_about().values()])
    _store_lists(connection)


def _terms(table: Table, read: Vocabulary, further: Mapping[str, Mapping[str, str | None]]) -> list[dict[str, object]]:
    """The terms with those of their CSV's columns that the table has."""
    return [
        {"code": term.code, "label_en": term.label.en, "label_es": term.label.es}
        | {name: value for name, value in {**term.more, **further.get(term.code, {})}.items() if name in table.c}
        for term in read.terms.values()
    ]


_AXES = ("feature_kind", "occurrence_type", "mine_status")


def _status_axes() -> dict[str, dict[str, str | None]]:
    """What a status says on each axis: kind of feature, occurrence type, mine status."""
    lines = table_by(TERMS / "status_axes.csv", "status", *_AXES)
    for line in lines.values():
        line.known("status", vocabulary("status").terms, "status.csv")
    return {status: {axis: _on_axis(line, axis) for axis in _AXES} for status, line in lines.items()}


def _on_axis(line: Line, axis: str) -> str | None:
    """A code, or none where the status says nothing on this axis."""
    return line.known(axis, vocabulary(axis).terms, f"{axis}.csv") if line[axis] else None


def _store_lists(connection: Connection) -> None:
    """The lists are written whole: a commodity that was taken off a list goes."""
    rows = list(_listed())
    kept = tables.critical
    _write(connection, kept, ("list", "commodity"), rows)
    pairs = [(row["list"], row["commodity"]) for row in rows]
    connection.execute(delete(kept).where(tuple_(kept.c.list, kept.c.commodity).not_in(pairs)))


def _listed() -> Iterator[dict[str, object]]:
    in_force = {code for codes in critical.current().values() for code in codes}
    for one in critical.critical_lists().values():
        for commodity, named in one.counts.items():
            yield {
                "list": one.code,
                "commodity": commodity,
                "named": named,
                "country": one.country,
                "listed_on": one.listed_on,
                "in_force": one.code in in_force,
            }


def _write(connection: Connection, table: Table, key: tuple[str, ...], rows: Iterable[Mapping[str, object]]) -> None:
    statement = insert(table).values(list(rows))
    others = [column.name for column in table.columns if column.name not in key]
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=key,
            set_={name: statement.excluded[name] for name in others},
            where=or_(*(table.c[name].is_distinct_from(statement.excluded[name]) for name in others)),
        )
    )
