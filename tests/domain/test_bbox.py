"""The box of degrees that a question is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.bbox import Bbox
from app.domain.crs import CRS84, SYSTEMS, crs_of
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


MERCATOR = crs_of("bbox-crs", "EPSG:3857")
WGS84 = crs_of("bbox-crs", "EPSG:4326")
CONIC = crs_of("bbox-crs", "EPSG:6372")


def test_the_axes_are_in_the_order_of_their_authority() -> None:
    assert Bbox.parse("14.5,-117.13,32.72,-86.7", WGS84) == Bbox(-117.13, 14.5, -86.7, 32.72, WGS84)
    assert Bbox.parse("2,1,0,4,3,100", WGS84) == Bbox(1, 2, 3, 4, WGS84)
    assert Bbox.parse("700000,2400000,900000,2600000", CONIC) == Bbox(2400000, 700000, 2600000, 900000, CONIC)
    assert Bbox.parse("-1,-2,3,4", MERCATOR) == Bbox(-1, -2, 3, 4, MERCATOR)


def test_a_box_of_latitude_first_crosses_the_180th_meridian_too() -> None:
    east, west = Bbox.parse("65,177,70,-177", WGS84).parts()
    assert (east, west) == (Bbox(177, 65, 180, 70, WGS84), Bbox(-180, 65, -177, 70, WGS84))


@pytest.mark.parametrize(
    ("text", "crs", "why"),
    [
        ("1,2,3", WGS84, "four numbers: south,west,north,east"),
        ("1,2,3", CONIC, "four numbers: south,west,north,east"),
        ("1,2,3", MERCATOR, "four numbers: west,south,east,north"),
        ("0,181,1,2", WGS84, "longitudes"),
        ("91,0,92,0", WGS84, "latitudes"),
        ("2,0,1,1", WGS84, "south lies north"),
        ("1,0,0,1", MERCATOR, "west lies east"),
        ("0,1,1,0", MERCATOR, "south lies north"),
        ("0,0,inf,1", MERCATOR, "four numbers"),
    ],
)
def test_a_bad_box_of_another_system_says_what_would_be_right(text: str, crs, why: str) -> None:
    with pytest.raises(BadValue, match=why):
        Bbox.parse(text, crs)


def test_a_long_text_is_not_said_back_whole() -> None:
    with pytest.raises(BadValue) as fault:
        Bbox.parse("9" * 10_000)
    assert len(fault.value.words.es) < 300


def test_only_systems_in_degrees_are_geographic() -> None:
    assert {crs.srid for crs in SYSTEMS.values() if crs.geographic} == {4326, 6365, 4483, 4269, 6318}
    assert CRS84.geographic


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
