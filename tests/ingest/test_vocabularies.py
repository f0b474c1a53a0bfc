"""The vocabularies in the store: as the CSVs have them, written only where they differ."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.domain.vocabulary import TITLES, vocabulary
from ingest.sources import all_about
from ingest.vocabularies import store_vocabularies


def test_every_term_and_source_is_stored(sample_store: Engine) -> None:
    with sample_store.connect() as connection:
        for name in TITLES:
            stored = connection.execute(text(f"SELECT code, label_en, label_es FROM {name}")).all()
            terms = vocabulary(name).terms.values()
            assert sorted(stored) == sorted((term.code, term.label.en, term.label.es) for term in terms)
        assert sorted(connection.scalars(text("SELECT id FROM source"))) == sorted(all_about())


def test_storing_twice_writes_nothing(own_sample_store: Engine, all_rows: Callable[[Engine], Any]) -> None:
    before = all_rows(own_sample_store)
    with own_sample_store.begin() as connection:
        store_vocabularies(connection)
    assert all_rows(own_sample_store) == before


@pytest.mark.parametrize("change", ["label_es = 'Au'", "symbols = NULL", 'note = NULL, "group" = NULL'])
def test_what_differs_is_written_and_what_the_csv_no_longer_has_stays(
    own_sample_store: Engine, one: Callable[..., Any], change: str
) -> None:
    with own_sample_store.begin() as connection:
        connection.execute(text(f"UPDATE commodity SET {change} WHERE code = 'gold'"))
        connection.execute(text("INSERT INTO commodity VALUES ('phlogiston', 'Phlogiston', 'Flogisto')"))
        store_vocabularies(connection)
    gold = "SELECT concat_ws(' ', label_es, symbols, \"group\", note IS NULL) FROM commodity WHERE code = 'gold'"
    assert one(own_sample_store, gold).startswith("Oro Au precious-metal")
    assert one(own_sample_store, "SELECT count(*) FROM commodity WHERE code = 'phlogiston'") == 1
