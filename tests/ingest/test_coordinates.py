"""Positions: checked, brought to WGS 84 by an operation that has a name, with how far off they may be."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from app.errors import FileFault
from ingest.coordinates import WGS84, operation, position
from ingest.rows import RowRejected

FIELDS = ("longitude", "latitude")
# Tijuana, Cananea, Zacatecas, Tapachula, Cancún: the corners of Mexico and its middle.
PLACES = [(-117.03, 32.53), (-110.3182, 30.9571), (-102.5729, 22.7709), (-92.26, 14.9), (-86.85, 21.16)]
FRAMES = ["EPSG:6372", "EPSG:6362", "EPSG:6365", "EPSG:4483", "EPSG:3857", "EPSG:32613", "EPSG:6368", "EPSG:4486"]


def reason(x: object, y: object, source_crs: str = WGS84) -> tuple[str, str | None, str | None]:
    with pytest.raises(RowRejected) as rejection:
        position(x, y, source_crs, 500.0, FIELDS)
    told = rejection.value.reason
    assert told.words.en != told.words.es
    return told.code, told.field, told.value


def test_a_position_of_wgs84_is_taken_as_it_is() -> None:
    place = position(" -110.30066 ", "30.95015", WGS84, 500.0, FIELDS)
    assert (place.longitude, place.latitude, place.accuracy_m, place.transform) == (-110.30066, 30.95015, 500.0, "none")


@pytest.mark.parametrize(
    ("x", "y", "told"),
    [
        ("", "1", ("position-missing", "longitude", None)),
        ("1", None, ("position-missing", "latitude", None)),
        (" ", " ", ("position-missing", "longitude", None)),
        ("Unknown", "1", ("position-not-a-number", "longitude", "Unknown")),
        ("1", "33° 5'", ("position-not-a-number", "latitude", "33° 5'")),
        ("1,5", "1", ("position-not-a-number", "longitude", "1,5")),
        ("NaN", "1", ("position-not-a-number", "longitude", "NaN")),
        ("1", "-inf", ("position-not-a-number", "latitude", "-inf")),
        ("1e999", "1", ("position-not-a-number", "longitude", "1e999")),
        ("1_0", "1", ("position-not-a-number", "longitude", "1_0")),
        (True, 1, ("position-not-a-number", "longitude", "True")),
        ([1], 1, ("position-not-a-number", "longitude", "[1]")),
        ("180.001", "1", ("position-out-of-range", "longitude", "180.001")),
        ("1", "-90.001", ("position-out-of-range", "latitude", "-90.001")),
        ("0", "0.0", ("position-null-island", "longitude,latitude", "0,0.0")),
        ("-0", "0", ("position-null-island", "longitude,latitude", "-0,0")),
    ],
)
def test_a_position_that_cannot_be_used_says_why(x: object, y: object, told: tuple[str, str, str | None]) -> None:
    assert reason(x, y) == told


@pytest.mark.parametrize("longitude", ["-180", "180", "0"])
@pytest.mark.parametrize("latitude", ["-90", "90", "0.001"])
def test_the_edges_of_the_globe_are_on_it(longitude: str, latitude: str) -> None:
    assert position(longitude, latitude, WGS84, 0, FIELDS).longitude == float(longitude)


@pytest.mark.parametrize("source_crs", FRAMES)
def test_zero_zero_is_no_place_in_any_frame(source_crs: str) -> None:
    assert reason(0, 0, source_crs)[0] == "position-null-island"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("source_crs", FRAMES)
def test_there_and_back_is_the_same_place(source_crs: str, place: tuple[float, float]) -> None:
    x, y = Transformer.from_crs(WGS84, source_crs, always_xy=True).transform(*place)
    back = position(x, y, source_crs, 0, FIELDS)
    assert (back.longitude, back.latitude) == pytest.approx(place, abs=1e-6)
    assert isinstance(back.longitude, float)


def test_coordinates_outside_their_frame_are_out_of_range() -> None:
    assert reason(1e30, 1e30, "EPSG:32613")[0] == "position-out-of-range"
    assert reason(181, 0, "EPSG:6365")[0] == "position-out-of-range"


def test_the_operation_is_named_with_its_codes_and_its_accuracy_counts() -> None:
    place = position(1703215.8, 2121576.7, "EPSG:6372", 250.0, FIELDS)
    assert place.transform == "Inverse of Mexico LCC (EPSG:6361) + Mexico ITRF2008 to WGS 84 (1) (EPSG:6373)"
    assert place.accuracy_m == math.hypot(250.0, operation("EPSG:6372").accuracy_m) > 250.0
    assert place.source_crs == "EPSG:6372"


# NAD27 and NAD83: PROJ would choose a United States operation for the north of Mexico.
@pytest.mark.parametrize("source_crs", ["EPSG:4267", "EPSG:26713", "EPSG:4269", "EPSG:26912", "EPSG:999999"])
def test_a_frame_that_we_know_no_way_for_is_refused_by_name(source_crs: str) -> None:
    with pytest.raises(FileFault, match=source_crs) as refusal:
        operation(source_crs)
    assert "exporte la capa" in refusal.value.words.es


@given(st.text() | st.floats() | st.integers(), st.text() | st.floats() | st.integers(), st.sampled_from(FRAMES))
def test_nothing_but_a_place_on_the_globe_or_a_reason_comes_of_any_value(x: object, y: object, source_crs: str) -> None:
    try:
        place = position(x, y, source_crs, 0, FIELDS)
    except RowRejected:
        return
    assert -180 <= place.longitude <= 180
    assert -90 <= place.latitude <= 90
