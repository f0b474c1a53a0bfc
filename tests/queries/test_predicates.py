"""A predicate as SQL selects what plain Python selects, by any condition that CQL2 can say."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings

from app.domain.crs import Crs
from app.domain.predicate import Predicate
from app.queries.filter import DepositFilter
from tests.filters import asked
from tests.queries import plainly


@pytest.fixture(scope="session")
def expected(everything, placed) -> Callable[[Predicate], list[str]]:
    """The ids that plain Python selects."""
    known = plainly.deposits(everything, placed)
    return lambda predicate: [each.said["id"] for each in known if plainly.holds(predicate, each)]


@given(asked())
@settings(max_examples=600, deadline=None, derandomize=True, database=None)
def test_any_predicate_selects_what_plain_python_selects(found, expected, said: tuple[Crs, Predicate]):
    _, predicate = said
    assert found(DepositFilter(predicate=predicate)) == expected(predicate)
