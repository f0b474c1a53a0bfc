"""Where a point lies: by boundaries drawn by hand, and by the real ones on either side of them."""

import json
import math
from pathlib import Path

import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.vocabulary import vocabulary
from app.errors import Refused
from ingest.places import TOLERANCE_KM, Place, Places, built_places

NOWHERE = Place(None, None)
NORTH, SOUTH = Place("US", "US-AZ"), Place("MX", "MX-SON")
ISLAND, FAR_NORTH = Place("PR", None), Place("CA", None)
# Two neighbours on the line y = 0, an island of the one east of them, and land where a degree of longitude is short.
DRAWN = {
    NORTH: shapely.box(0, 0, 2, 2),
    SOUTH: shapely.box(0, -2, 2, 0),
    ISLAND: shapely.box(3, 0.5, 3.1, 0.6),
    FAR_NORTH: shapely.box(0, 70, 2, 72),
}
KM = 1 / 111.2


@pytest.fixture(scope="module")
def drawn() -> Places:
    return Places(DRAWN)


@pytest.mark.parametrize(
    ("longitude", "latitude", "place"),
    [
        (1, 1, NORTH),
        (1, -1, SOUTH),
        (1, 0.001, NORTH),
        (1, -0.001, SOUTH),
        (0.001, 1.999, NORTH),
        (3.05, 0.55, ISLAND),
        (1, 71, FAR_NORTH),
        (2.5, -1, NOWHERE),
        (-120, 40, NOWHERE),
        (180, 90, NOWHERE),
        (-180, -90, NOWHERE),
    ],
)
def test_a_point_lies_where_it_is_drawn(drawn: Places, longitude: float, latitude: float, place: Place) -> None:
    assert drawn.at(longitude, latitude) == place
    assert drawn.at(longitude, latitude) == place  # and the second time, from memory


def test_a_point_on_a_border_is_of_the_first_side(drawn: Places) -> None:
    assert drawn.at(1, 0) == NORTH


@pytest.mark.parametrize(
    ("longitude", "latitude", "place"),
    [
        (2 + 9 * KM, 1, NORTH),
        (2 + 11 * KM, 1, NOWHERE),
        (2 + 9 * KM, -1, SOUTH),
        (1, 2 + 9 * KM, NORTH),
        (1, 2 + 11 * KM, NOWHERE),
        (3.05, 0.5 - 9 * KM, ISLAND),
        (2 + 3 * KM, 0.01, NORTH),
        (2 + 3 * KM, -0.01, SOUTH),
        # A degree of longitude is 38 km at 70 degrees, so a quarter of one is near enough.
        (2.25, 70.5, FAR_NORTH),
        (2.35, 70.5, NOWHERE),
    ],
)
def test_off_the_shore_it_is_of_the_nearest_land_within_ten_kilometres(
    drawn: Places, longitude: float, latitude: float, place: Place
) -> None:
    assert drawn.at(longitude, latitude) == place


def five_places(degrees: float) -> float:
    return round(degrees, 5)


def asked_of_each(longitude: float, latitude: float) -> Place:
    """The same question to every boundary in turn, with no tree, no cells and no memory."""
    point = shapely.Point(longitude, latitude)
    inside = [place for place, shape in DRAWN.items() if shape.intersects(point)]
    if inside:
        return inside[0]
    cosine = math.cos(math.radians(latitude))
    away = []
    for place, shape in DRAWN.items():
        west, south, east, north = shape.bounds
        x, y = min(max(longitude, west), east), min(max(latitude, south), north)
        away.append((math.hypot((longitude - x) * cosine, latitude - y) / KM, place))
    distance, nearest = min(away, key=lambda one: one[0])
    assume(abs(distance - TOLERANCE_KM) > 0.2)  # where the two ways to measure may differ
    return nearest if distance <= TOLERANCE_KM else NOWHERE


@given(st.floats(-1, 4).map(five_places), (st.floats(-3, 3) | st.floats(69, 73)).map(five_places))
def test_cells_and_memory_never_change_the_answer(longitude: float, latitude: float) -> None:
    expected = asked_of_each(longitude, latitude)
    places = Places(DRAWN)
    assert places.at(longitude, latitude) == expected
    assert places.at(longitude, latitude) == expected


@pytest.mark.parametrize(
    ("longitude", "latitude", "country", "state", "km"),
    [
        (1, 1, "US", None, 0),
        (1, 1, "US", "US-AZ", 0),
        (1, 1, "MX", None, 111.2),
        (1, 1, "MX", "MX-SON", 111.2),
        (1, 3, "US", None, 111.2),
        (3.05, 0.55, "PR", None, 0),
        (3.05, 0.55, "US", None, 0),
        (3.05, 0.55, "US", "US-AZ", 116.8),
        (3, 71, "CA", None, 36.2),
    ],
)
def test_a_distance_is_to_the_nearest_part_dependencies_included(
    drawn: Places, longitude: float, latitude: float, country: str, state: str | None, km: float
) -> None:
    assert drawn.distance_km(longitude, latitude, country, state) == pytest.approx(km, abs=0.1)


def test_of_a_country_or_state_without_a_boundary_no_distance_is_known(drawn: Places) -> None:
    assert drawn.distance_km(1, 1, "PE") == math.inf
    assert drawn.distance_km(1, 1, "US", "US-NV") == math.inf


def test_boundaries_that_were_not_built_are_asked_for(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="have not been built; `make run` builds them") as refusal:
        built_places(tmp_path / "boundaries.geojsonl")
    assert "no están construidos; `make run` los construye" in refusal.value.words.es


def test_boundaries_are_one_feature_a_line(tmp_path: Path) -> None:
    path = tmp_path / "boundaries.geojsonl"
    features = [
        {
            "type": "Feature",
            "properties": {"country": place.country, "state": place.state},
            "geometry": shapely.geometry.mapping(shape),
        }
        for place, shape in DRAWN.items()
    ]
    path.write_text("\n".join(map(json.dumps, features)) + "\n")
    assert built_places(path).at(1, -1) == SOUTH


# From here on, the real boundaries.


@pytest.mark.parametrize(
    ("name", "longitude", "latitude", "country", "state"),
    [
        ("Ciudad Juárez", -106.4245, 31.6904, "MX", "MX-CHH"),
        ("El Paso", -106.4850, 31.7619, "US", "US-TX"),
        ("Sunland Park", -106.5800, 31.7965, "US", "US-NM"),
        ("Nogales, Sonora", -110.9458, 31.3012, "MX", "MX-SON"),
        ("Nogales, Arizona", -110.9343, 31.3404, "US", "US-AZ"),
        ("Tijuana", -117.0186, 32.5027, "MX", "MX-BCN"),
        ("San Diego", -117.1611, 32.7157, "US", "US-CA"),
        ("San Ysidro", -117.0430, 32.5556, "US", "US-CA"),
        ("Mexicali", -115.4683, 32.6245, "MX", "MX-BCN"),
        ("Calexico", -115.4989, 32.6789, "US", "US-CA"),
        ("San Luis Río Colorado", -114.7719, 32.4561, "MX", "MX-SON"),
        ("Agua Prieta", -109.5490, 31.3220, "MX", "MX-SON"),
        ("Douglas", -109.5453, 31.3455, "US", "US-AZ"),
        ("Nuevo Laredo", -99.5496, 27.4779, "MX", "MX-TAM"),
        ("Laredo", -99.4803, 27.5306, "US", "US-TX"),
        ("Cananea", -110.3182, 30.9571, "MX", "MX-SON"),
        ("Nacozari", -109.6890, 30.3750, "MX", "MX-SON"),
        ("Santa Rosalía", -112.2667, 27.3389, "MX", "MX-BCS"),
        ("Guerrero Negro", -114.0560, 27.9590, "MX", "MX-BCS"),
        ("Torreón", -103.4068, 25.5428, "MX", "MX-COA"),
        ("Gómez Palacio", -103.4983, 25.5611, "MX", "MX-DUR"),
        ("Isla Cedros", -115.2200, 28.1000, "MX", "MX-BCN"),
        ("Cozumel", -86.9200, 20.4300, "MX", "MX-ROO"),
        ("Santa Catalina Island", -118.4200, 33.3900, "US", "US-CA"),
        ("Butte", -112.5348, 46.0038, "US", "US-MT"),
        ("Nome", -165.4064, 64.5011, "US", "US-AK"),
        ("Attu Island", 172.9090, 52.9020, "US", "US-AK"),
        ("Hilo", -155.0900, 19.7297, "US", "US-HI"),
        ("San Juan", -66.1057, 18.4655, "PR", None),
        ("Sudbury", -81.0100, 46.4917, "CA", None),
        ("Ciudad de Guatemala", -90.5069, 14.6349, "GT", None),
        ("Nouméa", 166.4416, -22.2711, "NC", None),
        ("the Gulf of Mexico", -92.0, 25.0, None, None),
        ("the Pacific off Sinaloa", -112.0, 22.0, None, None),
        ("the Gulf of Guinea", 0.0, 0.0, None, None),
    ],
)
def test_a_real_place_lies_in_its_country_and_state(
    name: str, longitude: float, latitude: float, country: str | None, state: str | None
) -> None:
    assert built_places().at(longitude, latitude) == Place(country, state), name


CAPITALS = {
    "US-AL": (-86.30, 32.38),
    "US-AK": (-134.42, 58.30),
    "US-AZ": (-112.07, 33.45),
    "US-AR": (-92.29, 34.75),
    "US-CA": (-121.49, 38.58),
    "US-CO": (-104.99, 39.74),
    "US-CT": (-72.68, 41.76),
    "US-DE": (-75.52, 39.16),
    "US-DC": (-77.01, 38.89),
    "US-FL": (-84.28, 30.44),
    "US-GA": (-84.39, 33.75),
    "US-HI": (-157.86, 21.31),
    "US-ID": (-116.20, 43.62),
    "US-IL": (-89.65, 39.80),
    "US-IN": (-86.16, 39.77),
    "US-IA": (-93.62, 41.59),
    "US-KS": (-95.68, 39.05),
    "US-KY": (-84.88, 38.20),
    "US-LA": (-91.19, 30.45),
    "US-ME": (-69.78, 44.31),
    "US-MD": (-76.49, 38.98),
    "US-MA": (-71.06, 42.36),
    "US-MI": (-84.56, 42.73),
    "US-MN": (-93.10, 44.95),
    "US-MS": (-90.18, 32.30),
    "US-MO": (-92.17, 38.58),
    "US-MT": (-112.02, 46.59),
    "US-NE": (-96.70, 40.81),
    "US-NV": (-119.77, 39.16),
    "US-NH": (-71.54, 43.21),
    "US-NJ": (-74.77, 40.22),
    "US-NM": (-105.94, 35.68),
    "US-NY": (-73.76, 42.65),
    "US-NC": (-78.64, 35.78),
    "US-ND": (-100.78, 46.82),
    "US-OH": (-83.00, 39.96),
    "US-OK": (-97.50, 35.49),
    "US-OR": (-123.03, 44.94),
    "US-PA": (-76.88, 40.26),
    "US-RI": (-71.41, 41.82),
    "US-SC": (-81.03, 34.00),
    "US-SD": (-100.35, 44.37),
    "US-TN": (-86.78, 36.17),
    "US-TX": (-97.74, 30.27),
    "US-UT": (-111.89, 40.76),
    "US-VT": (-72.58, 44.26),
    "US-VA": (-77.43, 37.54),
    "US-WA": (-122.90, 47.04),
    "US-WV": (-81.63, 38.35),
    "US-WI": (-89.40, 43.07),
    "US-WY": (-104.82, 41.14),
    "MX-AGU": (-102.30, 21.88),
    "MX-BCN": (-115.47, 32.62),
    "MX-BCS": (-110.31, 24.14),
    "MX-CAM": (-90.53, 19.85),
    "MX-CHP": (-93.12, 16.75),
    "MX-CHH": (-106.09, 28.63),
    "MX-CMX": (-99.13, 19.43),
    "MX-COA": (-101.00, 25.42),
    "MX-COL": (-103.72, 19.24),
    "MX-DUR": (-104.65, 24.02),
    "MX-GUA": (-101.26, 21.02),
    "MX-GRO": (-99.50, 17.55),
    "MX-HID": (-98.76, 20.12),
    "MX-JAL": (-103.35, 20.67),
    "MX-MEX": (-99.66, 19.29),
    "MX-MIC": (-101.19, 19.70),
    "MX-MOR": (-99.23, 18.92),
    "MX-NAY": (-104.90, 21.51),
    "MX-NLE": (-100.32, 25.67),
    "MX-OAX": (-96.73, 17.06),
    "MX-PUE": (-98.20, 19.04),
    "MX-QUE": (-100.39, 20.59),
    "MX-ROO": (-88.30, 18.50),
    "MX-SLP": (-100.98, 22.15),
    "MX-SIN": (-107.39, 24.80),
    "MX-SON": (-110.96, 29.07),
    "MX-TAB": (-92.93, 17.99),
    "MX-TAM": (-99.14, 23.74),
    "MX-TLA": (-98.24, 19.32),
    "MX-VER": (-96.92, 19.53),
    "MX-YUC": (-89.62, 20.97),
    "MX-ZAC": (-102.57, 22.77),
}


def test_every_state_of_both_countries_has_a_capital_here() -> None:
    assert CAPITALS.keys() == vocabulary("state").terms.keys()


@pytest.mark.parametrize("state", CAPITALS)
def test_a_capital_lies_in_its_state(state: str) -> None:
    assert built_places().at(*CAPITALS[state]) == Place(state[:2], state)


def test_every_boundary_has_a_known_country_and_state() -> None:
    countries, states = vocabulary("country").terms, vocabulary("state").terms
    placed = [place for place in built_places()._places if place.country]
    assert {place.country for place in placed} <= countries.keys()
    assert {place.state for place in placed if place.state} == states.keys()
    assert [place for place in placed if place.country in ("US", "MX") and not place.state] == []
