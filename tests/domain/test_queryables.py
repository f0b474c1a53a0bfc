"""What can be asked for by, and how a parameter's text is read."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.properties import Kind, properties
from app.domain.queryables import queryable, queryables, value_of
from app.errors import BadValue


def test_the_id_and_all_properties_but_those_of_a_source_or_release() -> None:
    assert set(queryables()) == {"id", *properties()} - {"licence", "citation", "release"}


def test_an_unknown_property_is_named_with_the_nearest() -> None:
    with pytest.raises(BadValue, match=r"'comodities' is no property.*did you mean 'commodities'") as fault:
        queryable("comodities")
    assert "¿quiso decir 'commodities'?" in fault.value.words.es
    with pytest.raises(BadValue, match="/collections/deposits/queryables"):
        queryable("licence")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("name", "O'Brien \\ %", "O'Brien \\ %"),
        ("name", "", ""),
        ("commodities", "gold,silver", "gold,silver"),
        ("discovered_year", "1895", 1895),
        ("discovered_year", "-5", -5),
        ("source_row", "2147483647", 2147483647),
        ("position_accuracy_m", "1.5e2", 150.0),
        ("position_accuracy_m", "100", 100.0),
        ("synthetic", "TRUE", True),
        ("synthetic", "false", False),
        ("retrieved", "2026-08-01", date(2026, 8, 1)),
    ],
)
def test_a_value_is_read_by_the_kind_of_its_property(name: str, text: str, value: object) -> None:
    read = value_of(name, text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("name", "a\0", "U\\+0000"),
        ("name", "\ud800", "U\\+0000"),
        ("retrieved", "2026-08-1x", "a day"),
        ("discovered_year", "", "a whole number from -2147483648 to 2147483647"),
        ("discovered_year", "1_9", "a whole number"),
        ("discovered_year", "+19", "a whole number"),
        ("discovered_year", "١٩", "a whole number"),
        ("discovered_year", "19.0", "a whole number"),
        ("discovered_year", "2147483648", "a whole number"),
        ("discovered_year", "9" * 5000, "a whole number"),
        ("position_accuracy_m", "nan", "a number"),
        ("position_accuracy_m", "1e999", "a number"),
        ("position_accuracy_m", "1_0", "a number"),
        ("position_accuracy_m", "1 or 1=1", "a number"),
        ("synthetic", "yes", "true or false"),
        ("retrieved", "2026-8-1", "a day"),
        ("retrieved", "20260801", "a day"),
        ("retrieved", "2026-08-01T00:00:00Z", "a day"),
        ("retrieved", "2026-W31-6", "a day"),
    ],
)
def test_a_value_that_it_cannot_have_says_what_would_be_right(name: str, text: str, why: str) -> None:
    with pytest.raises(BadValue, match=why):
        value_of(name, text)


@given(st.sampled_from(sorted(queryables())), st.text())
def test_no_text_raises_anything_but_bad_value(name: str, text: str) -> None:
    try:
        read = value_of(name, text)
    except BadValue:
        return
    assert isinstance(read, str) == queryable(name).kind.is_text


def test_every_kind_is_read() -> None:
    assert {one.kind for one in queryables().values()} == set(Kind)
