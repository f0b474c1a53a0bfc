"""The box of degrees that a question is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.bbox import Bbox
from app.errors import BadValue

LONGITUDES = st.floats(-180, 180)
LATITUDES = st.floats(-90, 90)


def test_four_numbers_are_west_south_east_north() -> None:
    assert Bbox.parse("-117.13, 14.5,-86.7,32.72") == Bbox(-117.13, 14.5, -86.7, 32.72)


def test_heights_are_read_past() -> None:
    assert Bbox.parse("1,2,0,3,4,100") == Bbox(1, 2, 3, 4)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "four numbers"),
        ("1,2,3", "four numbers"),
        ("1,2,3,4,5", "four numbers"),
        ("1,2,3,4,5,6,7", "four numbers"),
        ("a,b,c,d", "four numbers"),
        ("1,2,up,3,4,down", "four numbers"),
        ("1_0,2,30,4", "four numbers"),
        ("1,2,3,nan", "four numbers"),
        ("1,2,inf,4", "four numbers"),
        ("1,2,3,1e999", "four numbers"),
        ("-181,0,1,1", "longitudes"),
        ("0,0,180.1,1", "longitudes"),
        ("0,-91,1,1", "latitudes"),
        ("0,0,1,90.5", "latitudes"),
        ("0,2,1,1", "south lies north"),
    ],
)
def test_a_bad_box_says_what_would_be_right(text: str, why: str) -> None:
    with pytest.raises(BadValue, match=why) as fault:
        Bbox.parse(text)
    assert repr(text) in fault.value.words.es


@given(st.one_of(st.text(), st.lists(st.floats().map(str) | st.text(max_size=4)).map(",".join)))
def test_no_text_raises_anything_but_bad_value(text: str) -> None:
    try:
        box = Bbox.parse(text)
    except BadValue:
        return
    assert -180 <= box.west <= 180
    assert box.south <= box.north


@given(LONGITUDES, LATITUDES, LONGITUDES, LATITUDES)
def test_a_box_is_read_back_as_it_was_written(west: float, south: float, east: float, north: float) -> None:
    south, north = sorted((south, north))
    assert Bbox.parse(f"{west!r},{south!r},{east!r},{north!r}") == Bbox(west, south, east, north)


@given(LONGITUDES, LONGITUDES, LONGITUDES)
def test_a_box_across_the_180th_meridian_has_two_parts_that_hold_just_its_longitudes(
    west: float, east: float, longitude: float
) -> None:
    parts = Bbox(west, -1, east, 1).parts()
    inside = west <= longitude <= east if west <= east else longitude >= west or longitude <= east
    assert any(part.west <= longitude <= part.east for part in parts) == inside
    assert all(part.west <= part.east for part in parts)
