"""What a steward asks of the store."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ingest import asking
from ingest.pipeline import ingest
from ingest.report import Teller
from ingest.sources import source


@pytest.fixture
def rejected(empty_store: Engine, quiet: Teller, mrds: Callable[..., Path]) -> Callable[..., list[tuple[int, str]]]:
    """Takes a file in, and tells the rejects that a steward then sees, by run and code."""

    def look(*lines: str) -> list[tuple[int, str]]:
        ingest(source("mrds"), [mrds(*lines)], empty_store, quiet)
        with empty_store.connect() as connection:
            return [(row.run, row.code) for row in asking.rejects(connection, None, None)]

    return look


def test_only_the_rejects_of_the_newest_run_are_shown(rejected: Callable[..., list[tuple[int, str]]]) -> None:
    assert rejected("1,a,,", "2,b,1,1") == [(1, "position-missing")]
    assert rejected("1,a,1,1", "2,b") == [(2, "row-ragged")]
    assert rejected("1,a,1,1", "2,b,1,1") == []


def test_the_rejects_of_a_file_without_a_readable_row_go_when_a_better_one_comes(
    rejected: Callable[..., list[tuple[int, str]]],
) -> None:
    assert rejected("1,a", "2,b") == [(1, "row-ragged"), (1, "row-ragged")]
    assert rejected("1,a,1,1", "2,b,1,1") == []


def test_nothing_is_current_before_the_first_publish(empty_store: Engine, sample_store: Engine) -> None:
    with empty_store.connect() as connection:
        assert (asking.current_release(connection), asking.releases(connection), asking.runs(connection)) == (
            None,
            [],
            [],
        )
    with sample_store.connect() as connection:
        assert [row.current for row in asking.releases(connection)] == [True]
        assert [row.id for row in asking.runs(connection, limit=2)] == [3, 2]
        assert (asking.run_exists(connection, 3), asking.run_exists(connection, 4)) == (True, False)
