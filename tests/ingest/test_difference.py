"""What differs between two releases: every deposit that came, went or changed, and nothing else."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.errors import NothingPublished, NotThere
from ingest import difference
from ingest.pipeline import ingest
from ingest.publish import publish, rollback
from ingest.report import Teller
from ingest.sources import source

Publish = Callable[..., str]
Look = Callable[..., Any]

HEAD = ",commod1,commod2,dev_stat,reporter"
FIRST = ("1,Alpha,40,-110,Gold,Silver,Producer", "2,Beta,41,-111,Copper,,", "3,Gamma,42,-112,,,")
# Alpha is renamed, and its commodities change places; Beta goes; Gamma says the same; Delta is new.
SECOND = ("1,Alfa,40,-110,Silver,Gold,Producer", "3,Gamma,42,-112,,,", "4,Delta,43,-113,,,")


@pytest.fixture
def published(empty_store: Engine, quiet: Teller, mrds: Callable[..., Path]) -> Publish:
    """Takes a table in and publishes it; tells the release's name."""

    def make(*lines: str, reporter: str = "Agricola", **how: Any) -> str:
        path = mrds(*(f"{line},{reporter}" for line in lines), more=HEAD)
        ingest(source("mrds"), [path], empty_store, quiet, **how)
        return publish(empty_store, quiet).name

    return make


@pytest.fixture
def look(empty_store: Engine) -> Look:
    """What a question about two releases is answered, as plain tuples."""

    def ask(question: Callable[..., Any], older: str | None = None, newer: str | None = None, **how: Any) -> Any:
        with empty_store.connect() as connection:
            pair = difference.releases(connection, older, newer)
            return [tuple(row) for row in question(connection, pair, **how)]

    return ask


def test_deposits_that_came_went_and_changed_are_counted_by_source(published: Publish, look: Look) -> None:
    published(*FIRST)
    published(*SECOND)
    assert look(difference.counts) == [("mrds", 1, 1, 1)]
    assert look(difference.by_field) == [
        ("mrds", field, 1)
        for field in (
            "commodities",
            "name",
            "primary_commodities",
            "secondary_commodities",
            "source_commodities",
            "source_name",
        )
    ]


def test_each_change_is_told_with_what_was_said_and_is_said(published: Publish, look: Look) -> None:
    published(*FIRST)
    published(*SECOND)
    assert look(difference.changes) == [
        ("changed", "mrds-1", "Alfa", "name", "Alpha", "Alfa"),
        ("changed", "mrds-1", "Alfa", "source_name", "Alpha", "Alfa"),
        ("changed", "mrds-1", "Alfa", "commodities", "gold,silver", "silver,gold"),
        ("changed", "mrds-1", "Alfa", "primary_commodities", "gold", "silver"),
        ("changed", "mrds-1", "Alfa", "secondary_commodities", "silver", "gold"),
        (
            *("changed", "mrds-1", "Alfa", "source_commodities"),
            *("commod1: Gold; commod2: Silver", "commod1: Silver; commod2: Gold"),
        ),
        ("removed", "mrds-2", "Beta", None, None, None),
        ("added", "mrds-4", "Delta", None, None, None),
    ]
    assert look(difference.changes, limit=2) == look(difference.changes)[:2]


def test_derived_values_and_lists_are_compared_too(published: Publish, look: Look) -> None:
    published("1,Alpha,40,-110,Gold,,Producer", "2,Beta,41,-111,,,")
    published("1,Alpha,40,-110,Cobalt,,Occurrence", "2,Beta,41.05,-111,,,")
    said = {(one, field): (old, new) for _, one, _, field, old, new in look(difference.changes)}
    assert said["mrds-1", "mine_status"] == ("operating", None)
    assert said["mrds-1", "critical_commodities"] == (None, "cobalt")
    assert said["mrds-2", "latitude"] == ("41", "41.05")


def test_the_same_said_by_another_file_of_another_day_is_no_change(published: Publish, look: Look) -> None:
    one = published(*FIRST, retrieved=date(2026, 11, 2))
    assert one != published(*reversed(FIRST), reporter="Calvo", retrieved=date(2026, 11, 9))
    assert look(difference.counts) == look(difference.by_field) == look(difference.changes) == []


def test_made_up_data_that_become_real_are_a_change(published: Publish, look: Look) -> None:
    published(*FIRST[2:], synthetic=True)
    published(*FIRST[2:])
    assert look(difference.changes) == [("changed", "mrds-3", "Gamma", "synthetic", "true", "false")]


def test_any_two_kept_releases_are_compared_in_either_order(
    published: Publish, look: Look, empty_store: Engine
) -> None:
    first, second, third = published(*FIRST), published(*SECOND), published(*FIRST, *SECOND[2:])
    assert look(difference.counts) == look(difference.counts, second, third) == [("mrds", 1, 0, 1)]
    assert look(difference.counts, first) == look(difference.counts, first, third) == [("mrds", 1, 0, 0)]
    assert look(difference.counts, third, first) == [("mrds", 0, 1, 0)]
    assert look(difference.counts, first, first) == []
    rollback(empty_store)
    assert look(difference.counts) == look(difference.counts, first, second)


def test_a_release_that_is_not_kept_is_told_with_those_that_are(
    published: Publish, look: Look, empty_store: Engine
) -> None:
    with pytest.raises(NothingPublished):
        look(difference.counts)
    name = published(*FIRST)
    with pytest.raises(NotThere) as fault:
        look(difference.counts)
    assert fault.value.words.en == f"there is no older release to compare with; those kept are: {name}"
    for names in (("2001-01-01.1",), (name, "2001-01-01.1")):
        with pytest.raises(NotThere) as fault:
            look(difference.counts, *names)
        assert fault.value.words.es == f"no existe la edición '2001-01-01.1'; las conservadas son: {name}"


def test_every_column_of_a_deposit_is_compared_or_said_not_to_be(empty_store: Engine) -> None:
    with empty_store.connect() as connection:
        columns = connection.scalars(
            text("SELECT attname FROM pg_attribute WHERE attrelid = 'deposit'::regclass AND attnum > 0")
        )
        assert {*columns} == {column.name for column in difference._FIELDS} | difference._NOT_COMPARED
