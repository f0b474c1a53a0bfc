"""A predicate written as CQL2 and read again is the same predicate."""

import json

from hypothesis import given, settings

from app.domain.cql2 import parse
from app.domain.crs import Crs
from app.domain.predicate import Predicate
from tests.filters import as_json, as_text, asked


@given(asked())
@settings(max_examples=400, deadline=None, derandomize=True, database=None)
def test_as_text(said: tuple[Crs, Predicate]) -> None:
    crs, predicate = said
    assert parse(as_text(predicate), "cql2-text", crs) == predicate


@given(asked())
@settings(max_examples=400, deadline=None, derandomize=True, database=None)
def test_as_json(said: tuple[Crs, Predicate]) -> None:
    crs, predicate = said
    assert parse(json.dumps(as_json(predicate)), "cql2-json", crs) == predicate
