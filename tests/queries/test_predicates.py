"""A predicate as SQL selects what plain Python selects, by any condition that CQL2 can say."""

from hypothesis import given, settings

from app.domain.crs import Crs
from app.domain.predicate import Predicate
from app.queries.filter import DepositFilter
from tests.filters import asked


@given(asked())
@settings(max_examples=600, deadline=None, derandomize=True, database=None)
def test_any_predicate_selects_what_plain_python_selects(found, expected, said: tuple[Crs, Predicate]):
    _, predicate = said
    assert found(DepositFilter(predicate=predicate)) == expected(predicate)
