"""Puts the vocabularies and the sources into their tables, so that foreign keys can hold the deposits to them."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict

from sqlalchemy import Connection, Table, or_
from sqlalchemy.dialects.postgresql import insert

from app.db import tables
from app.domain.vocabulary import TITLES, Vocabulary, vocabulary
from ingest.sources import all_about


def store_vocabularies(connection: Connection) -> None:
    """Writes only what differs; a term that deposits use stays even when its CSV no longer has it."""
    for name in TITLES:
        _write(connection, tables.metadata.tables[name], "code", _terms(vocabulary(name)))
    _write(connection, tables.source, "id", [asdict(about) for about in all_about().values()])


def _terms(read: Vocabulary) -> list[dict[str, object]]:
    return [
        {"code": term.code, "label_en": term.label.en, "label_es": term.label.es, **term.more}
        for term in read.terms.values()
    ]


def _write(connection: Connection, table: Table, key: str, rows: Iterable[Mapping[str, object]]) -> None:
    statement = insert(table).values(list(rows))
    others = [column.name for column in table.columns if column.name != key]
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[key],
            set_={name: statement.excluded[name] for name in others},
            where=or_(*(table.c[name].is_distinct_from(statement.excluded[name]) for name in others)),
        )
    )
