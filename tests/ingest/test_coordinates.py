"""Coordinates: checked, and brought to WGS 84 by an operation that is chosen by country and has a name."""

import math
import warnings
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer
from sqlalchemy import Engine

from app.errors import FileFault
from ingest.coordinates import WGS84, check_frame, is_geographic, numbers, to_wgs84
from ingest.rows import RowRejected

FIELDS = ("longitude", "latitude")
# Tijuana, Cananea, Zacatecas, Tapachula, Cancún: the corners of Mexico and its middle.
PLACES = [(-117.03, 32.53), (-110.3182, 30.9571), (-102.5729, 22.7709), (-92.26, 14.9), (-86.85, 21.16)]
FRAMES = ["EPSG:6372", "EPSG:6362", "EPSG:6365", "EPSG:4483", "EPSG:3857", "EPSG:32613", "EPSG:6368", "EPSG:4486"]

Point = tuple[float, float]


def reason(x: object, y: object, source_crs: str = WGS84) -> tuple[str, str | None, str | None]:
    with pytest.raises(RowRejected) as rejection:
        placed(x, y, source_crs)
    told = rejection.value.reason
    assert told.words.en != told.words.es
    return told.code, told.field, told.value


def placed(x: object, y: object, source_crs: str, country: str | None = "MX") -> Point:
    pair = numbers(x, y, FIELDS, geographic=is_geographic(source_crs))
    return to_wgs84(*pair, source_crs, country)[:2]


def metres(here: Point, there: Point) -> float:
    return Geod(ellps="WGS84").inv(*here, *there)[2]


def test_a_position_of_wgs84_is_taken_as_it_is() -> None:
    pair = numbers(" -110.30066 ", "30.95015", FIELDS, geographic=True)
    longitude, latitude, operation = to_wgs84(*pair, WGS84, None)
    assert (longitude, latitude, operation.name, operation.accuracy_m) == (-110.30066, 30.95015, "none", 0)


@pytest.mark.parametrize(
    ("x", "y", "told"),
    [
        ("", "1", ("position-missing", "longitude", None)),
        ("1", None, ("position-missing", "latitude", None)),
        (" ", " ", ("position-missing", "longitude", None)),
        ("Unknown", "1", ("position-not-a-number", "longitude", "Unknown")),
        ("1", "33° 65'", ("position-not-a-number", "latitude", "33° 65'")),
        ("1", "33° 5' W", ("position-not-a-number", "latitude", "33° 5' W")),
        ("1,5,1", "1", ("position-not-a-number", "longitude", "1,5,1")),
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
        ("0° 0'", "0", ("position-null-island", "longitude,latitude", "0° 0',0")),
    ],
)
def test_a_position_that_cannot_be_used_says_why(x: object, y: object, told: tuple[str, str, str | None]) -> None:
    assert reason(x, y) == told


@pytest.mark.parametrize(
    ("x", "y", "pair"),
    [("110° 18' 2.4\" W", "33° 5'", (-110 - 18 / 60 - 2.4 / 3600, 33 + 5 / 60)), ("-110,5", "1,25", (-110.5, 1.25))],
)
def test_degrees_are_read_as_people_write_them(x: str, y: str, pair: Point) -> None:
    assert numbers(x, y, FIELDS, geographic=True) == pytest.approx(pair, abs=1e-12)


@pytest.mark.parametrize(("x", "y"), [("100 20 30", "2000000"), ("500000", "110° 18'"), ("100,5", "1")])
def test_metres_have_no_minutes(x: str, y: str) -> None:
    assert reason(x, y, "EPSG:6372")[0] == "position-not-a-number"


@pytest.mark.parametrize("longitude", ["-180", "180", "0"])
@pytest.mark.parametrize("latitude", ["-90", "90", "0.001"])
def test_the_edges_of_the_globe_are_on_it(longitude: str, latitude: str) -> None:
    assert placed(longitude, latitude, WGS84) == (float(longitude), float(latitude))


@pytest.mark.parametrize("source_crs", FRAMES)
def test_zero_zero_is_no_place_in_any_frame(source_crs: str) -> None:
    assert reason(0, 0, source_crs)[0] == "position-null-island"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("source_crs", FRAMES)
def test_there_and_back_is_the_same_place(source_crs: str, place: Point) -> None:
    x, y = Transformer.from_crs(WGS84, source_crs, always_xy=True).transform(*place)
    back = placed(x, y, source_crs)
    assert back == pytest.approx(place, abs=1e-6)
    assert isinstance(back[0], float)


def test_coordinates_outside_their_frame_are_out_of_range() -> None:
    assert reason(1e30, 1e30, "EPSG:32613")[0] == "position-out-of-range"
    assert reason(181, 0, "EPSG:6365")[0] == "position-out-of-range"


def test_the_operation_is_named_with_its_codes() -> None:
    operation = to_wgs84(1703215.8, 2121576.7, "EPSG:6372", "MX")[2]
    assert operation.name == "Inverse of Mexico LCC (EPSG:6361) + Mexico ITRF2008 to WGS 84 (1) (EPSG:6373)"
    assert (operation.source_crs, operation.accuracy_m) == ("EPSG:6372", 1.0)


# A point of each zone of ITRF2008, ITRF92 and WGS 84; these move a point by nothing or less than a metre.
@pytest.mark.parametrize("source_crs", [f"EPSG:{code}" for code in (6366, 6371, 4484, 4489, 32611, 32616)])
def test_the_frames_of_mexico_are_known_in_all_its_zones(source_crs: str) -> None:
    assert not is_geographic(source_crs)
    middle = int(CRS(source_crs).utm_zone.removesuffix("N")) * 6 - 183
    assert metres(placed(500_000, 2_600_000, source_crs), (middle, 23.51)) < 1_000


# The point in NAD27, and how far off the operation is that PROJ and PostGIS choose by themselves.
NAD27_MEXICO = {
    "Tijuana": ((-117.03, 32.53), 9.8),
    "Hermosillo": ((-110.96, 29.07), 6.7),
    "Ciudad Juárez": ((-106.43, 31.69), 5.0),
    "Saltillo": ((-101.0, 25.43), 1.8),
    "Zacatecas": ((-102.57, 22.77), 0.0),
}


def own_operation_of_mexico(place: Point) -> Point:
    """EPSG:1187 by its parameters, so that the test leans on no choice of PROJ's."""
    steps = (
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=push +v_3"
        " +step +proj=cart +ellps=clrk66 +step +proj=helmert +x=-12 +y=130 +z=190"
        " +step +inv +proj=cart +ellps=WGS84 +step +proj=pop +v_3 +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
    longitude, latitude = Transformer.from_pipeline(steps).transform(*place)
    return longitude, latitude


@pytest.mark.parametrize("city", NAD27_MEXICO)
def test_nad27_in_mexico_takes_the_operation_of_mexico(city: str) -> None:
    place, _ = NAD27_MEXICO[city]
    longitude, latitude, operation = to_wgs84(*place, "EPSG:4267", "MX")
    assert (operation.name, operation.accuracy_m) == ("NAD27 to WGS 84 (18) (EPSG:1187)", 12.0)
    assert metres((longitude, latitude), own_operation_of_mexico(place)) < 0.01
    assert 40 < metres((longitude, latitude), place) < 95


@pytest.mark.parametrize("city", NAD27_MEXICO)
def test_the_default_of_proj_is_off_in_northern_mexico(city: str) -> None:
    place, off = NAD27_MEXICO[city]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that it has no grid
        default = Transformer.from_crs("EPSG:4267", WGS84, always_xy=True).transform(*place)
    assert metres((default[0], default[1]), placed(*place, "EPSG:4267")) == pytest.approx(off, abs=0.3)


@pytest.mark.parametrize("city", NAD27_MEXICO)
def test_st_transform_is_off_by_just_as_much(sample_store: Engine, one: Callable[..., str], city: str) -> None:
    place, off = NAD27_MEXICO[city]
    asked = "SELECT ST_AsText(ST_Transform(ST_SetSRID(ST_MakePoint(:x, :y), 4267), 4326), 12)"
    x, y = one(sample_store, asked, x=place[0], y=place[1]).removeprefix("POINT(").removesuffix(")").split()
    assert metres((float(x), float(y)), placed(*place, "EPSG:4267")) == pytest.approx(off, abs=0.3)


@pytest.mark.parametrize(
    ("place", "code", "accuracy_m"),
    [
        ((-119.97, 38.73), 1175, 7.0),  # Nevada
        ((-106.4, 31.9), 1175, 7.0),  # El Paso
        ((-84.4, 33.7), 1174, 11.0),  # Georgia
        ((-81.8, 24.6), 1174, 11.0),  # Key West
        ((-134.4, 58.3), 1176, 12.0),  # Juneau
        ((-166.0, 64.5), 1176, 12.0),  # Nome
    ],
)
def test_nad27_in_the_united_states_is_of_west_east_or_alaska(place: Point, code: int, accuracy_m: float) -> None:
    operation = to_wgs84(*place, "EPSG:4267", "US")[2]
    assert f"(EPSG:{code})" in operation.name
    assert operation.accuracy_m == accuracy_m


def test_nad27_in_canada_takes_the_operation_of_canada() -> None:
    assert "(EPSG:1172)" in to_wgs84(-79.4, 48.2, "EPSG:4267", "CA")[2].name


@pytest.mark.parametrize("source_crs", ["EPSG:4267", "EPSG:26712", "EPSG:4269", "EPSG:26912"])
@pytest.mark.parametrize("country", ["PE", None])
def test_a_north_american_datum_of_another_or_no_country_has_no_operation(source_crs: str, country: str | None) -> None:
    with pytest.raises(RowRejected) as rejection:
        to_wgs84(-76.1, 11.6, source_crs, country)
    reason = rejection.value.reason
    assert (reason.code, reason.value) == ("position-frame", source_crs)
    assert f"for country {country or '-'}" in reason.words.en
    assert f"para el país {country or '-'}" in reason.words.es


def test_nad27_beyond_the_reach_of_its_operation_is_out_of_range() -> None:
    assert reason(-76.1, 11.6, "EPSG:4267")[0] == "position-out-of-range"


def test_metres_of_nad27_come_by_the_operation_of_their_country() -> None:
    cananea = (-110.3, 30.95)
    x, y = Transformer.from_crs("EPSG:4267", "EPSG:26712", always_xy=True).transform(*cananea)
    longitude, latitude, operation = to_wgs84(x, y, "EPSG:26712", "MX")
    assert operation.name == "Inverse of UTM zone 12N (EPSG:16012) + NAD27 to WGS 84 (18) (EPSG:1187)"
    assert metres((longitude, latitude), own_operation_of_mexico(cananea)) < 0.01
    bisbee = Transformer.from_crs("EPSG:4267", "EPSG:26712", always_xy=True).transform(-109.92, 31.44)
    assert "(EPSG:1175)" in to_wgs84(*bisbee, "EPSG:26712", "US")[2].name


@pytest.mark.parametrize(
    ("place", "country", "code"),
    [
        ((-110.3, 30.95), "MX", 1188),
        ((-99.13, 19.43), "MX", 1188),
        ((-119.97, 38.73), "US", 1188),
        ((-66.1, 18.4), "US", 1188),
        ((-157.8, 21.3), "US", 1252),
        ((-79.4, 48.2), "CA", 1188),
    ],
)
def test_nad83_is_wgs84_within_four_metres_wherever_it_is_used(place: Point, country: str, code: int) -> None:
    longitude, latitude, operation = to_wgs84(*place, "EPSG:4269", country)
    assert (f"(EPSG:{code})" in operation.name, operation.accuracy_m) == (True, 4.0)
    assert metres((longitude, latitude), place) < 2


@pytest.mark.parametrize("source_crs", [WGS84, *FRAMES, "EPSG:4267", "EPSG:26716", "EPSG:4269", "EPSG:26911"])
def test_a_frame_that_we_know_is_taken(source_crs: str) -> None:
    check_frame(source_crs)


@pytest.mark.parametrize("source_crs", ["EPSG:4230", "EPSG:32610", "EPSG:26710", "EPSG:999999", "WGS84"])
def test_a_frame_that_we_know_no_way_for_is_refused_by_name(source_crs: str) -> None:
    with pytest.raises(FileFault, match=source_crs) as refusal:
        check_frame(source_crs)
    assert "exporte la capa" in refusal.value.words.es


ANYTHING = st.text() | st.floats() | st.integers()


@given(ANYTHING, ANYTHING, st.sampled_from([*FRAMES, WGS84, "EPSG:4267", "EPSG:26712", "EPSG:4269"]))
def test_nothing_but_a_place_on_the_globe_or_a_reason_comes_of_any_value(x: object, y: object, source_crs: str) -> None:
    try:
        longitude, latitude = placed(x, y, source_crs)
    except RowRejected:
        return
    assert -180 <= longitude <= 180
    assert -90 <= latitude <= 90
    assert math.isfinite(longitude + latitude)
