"""The days that the parameter `datetime` touches."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.interval import Interval, day_of
from app.errors import BadValue

DAY = date(2026, 8, 1)
NEXT = date(2026, 8, 2)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-08-01", DAY, DAY),
        ("2026-08-01T12:00:00Z", DAY, DAY),
        ("2026-08-01t12:00:00z", DAY, DAY),
        ("2026-08-01T12:00:00.123456789Z", DAY, DAY),
        ("2026-08-01T23:59:60Z", DAY, DAY),
        ("2026-08-01T23:30:00-06:00", NEXT, NEXT),
        ("2026-08-02T01:00:00+02:00", DAY, DAY),
        ("2026-08-01/2026-08-02", DAY, NEXT),
        ("2026-08-01/2026-08-01", DAY, DAY),
        ("2026-08-01T13:00:00Z/2026-08-01", DAY, DAY),
        ("2026-08-01T00:00:00Z/2026-08-02T00:00:00Z", DAY, NEXT),
        ("2026-08-01/..", DAY, None),
        ("2026-08-01/", DAY, None),
        ("../2026-08-01", None, DAY),
        ("/2026-08-01", None, DAY),
        ("../..", None, None),
        ("/", None, None),
        ("2026-08-01/P1D", DAY, NEXT),
        ("2026-08-01T12:00:00Z/PT11H59M59S", DAY, DAY),
        ("2026-08-01T12:00:00Z/PT12H", DAY, NEXT),
        ("P1D/2026-08-02T12:00:00Z", DAY, NEXT),
        ("P1W/2026-08-08T00:00:00Z", DAY, date(2026, 8, 8)),
        ("2024-02-29/P1Y", date(2024, 2, 29), date(2025, 2, 28)),
        ("2026-01-31/P1M", date(2026, 1, 31), date(2026, 2, 28)),
        ("P1M/2026-01-15T00:00:00Z", date(2025, 12, 15), date(2026, 1, 15)),
        ("0000-01-01T00:00:00Z/2026-08-01T00:00:00Z", None, DAY),
        ("2026-08-01T00:00:00Z/9999-12-31T00:00:00Z", DAY, None),
        ("2026-08-01T00:00:00Z/9999-12-31T23:59:59.999Z", DAY, None),
        ("2026-08-01T00:00:00Z/9999-12-31T23:59:59-08:00", DAY, None),
        ("0001-01-01T00:00:00+05:00/2026-08-01", None, DAY),
        ("0000-02-29T00:00:00Z/9999-12-31T00:00:00Z", None, None),
    ],
)
def test_what_is_read(text: str, first: date | None, last: date | None) -> None:
    assert Interval.parse(text) == Interval(first, last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "..",
        "now",
        "2026",
        "2026-08",
        "20260801",
        "2026-08-32",
        "2026-02-29",
        "0000-02-30",
        "2026-08-01T25:00:00Z",
        "2026-08-01T12:00:61Z",
        "2026-08-01T12:00:00",
        "2026-08-01 12:00:00Z",
        "2026-08-01T12:00Z",
        "2026-08-01T12:00:00+99:00",
        "٢٠٢٦-08-01",
        "2026-08-01/2026-08-02/2026-08-03",
        "P1D",
        "P1D/P1D",
        "P1D/..",
        "../P1D",
        "2026-08-01/P",
        "2026-08-01/P1DT",
        "2026-08-01/P1S",
        "2026-08-01/P-1D",
        "2026-08-01/P99999D99999Y",
        "2026-08-01/P9999Y",
        "2026-08-01/P" + "9" * 60 + "D",
        "2026-08-01/P" + "9" * 6000 + "D",
        "2026-08-01\0",
    ],
)
def test_what_is_neither_instant_nor_interval_says_what_would_be_right(text: str) -> None:
    with pytest.raises(BadValue, match="it is a day, an instant such as") as fault:
        Interval.parse(text)
    assert "un instante como" in fault.value.words.es
    assert len(fault.value.words.en) < 400


@pytest.mark.parametrize("text", ["2026-08-02/2026-08-01", "2026-08-01T12:00:01Z/2026-08-01T12:00:00Z"])
def test_an_interval_does_not_end_before_it_begins(text: str) -> None:
    with pytest.raises(BadValue, match="it ends before it begins"):
        Interval.parse(text)


@given(st.one_of(st.text(), st.from_regex(r"[P0-9./:TZYMWDHS+\-]{1,40}", fullmatch=True)))
def test_no_text_raises_anything_but_bad_value(text: str) -> None:
    try:
        read = Interval.parse(text)
    except BadValue:
        return
    assert read.first is None or read.last is None or read.first <= read.last


@given(st.datetimes(timezones=st.timezones()))
def test_an_instant_is_taken_for_its_day_of_utc(moment) -> None:
    text = moment.isoformat()
    try:
        day = (moment - moment.utcoffset()).date()
    except OverflowError:
        return
    if len(text.rpartition("T")[2].rpartition("-" if "-" in text[19:] else "+")[2]) == 5:
        assert day_of(text) == day
