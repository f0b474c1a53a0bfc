"""Positions against the country and state stated with them: repaired by a named rule, or kept with a remark."""

import math

import pytest
import shapely

from app.domain.deposit import Position
from ingest.places import Place, Places, built_places
from ingest.positions import locate
from ingest.rows import RowRejected

FIELDS = ("longitude", "latitude")


def located(
    x: object,
    y: object,
    country: str | None = None,
    state: str | None = None,
    source_crs: str = "EPSG:4326",
    places: Places | None = None,
) -> tuple[Position, Place]:
    return locate(x, y, source_crs, 500.0, FIELDS, Place(country, state), places or built_places())


# Rows of MRDS as it has them, by their dep_id, and one of ours for each rule that it has no row for.
@pytest.mark.parametrize(
    ("dep_id", "stated", "x", "y", "rule", "repaired"),
    [
        (10400172, Place("PE", None), "76.13372", "11.60044", "both-signs", (-76.13372, -11.60044)),
        (10400130, Place("PE", None), "77.89708", "8.56043", "both-signs", (-77.89708, -8.56043)),
        (10400166, Place("PE", None), "70.58447", "17.10802", "both-signs", (-70.58447, -17.10802)),
        (10159092, Place("ZA", None), "31.11809", "23.99128", "latitude-sign", (31.11809, -23.99128)),
        (10133580, Place("PE", None), "-78.53308", "7.15123", "latitude-sign", (-78.53308, -7.15123)),
        (10183154, Place("MA", None), "7.80166", "30.58273", "longitude-sign", (-7.80166, 30.58273)),
        (10208043, Place("MA", None), "7.80166", "30.49943", "longitude-sign", (-7.80166, 30.49943)),
        (None, Place("MX", None), "110.3182", "30.9571", "longitude-sign", (-110.3182, 30.9571)),
        (None, Place("MX", "MX-SON"), "110.3182", "30.9571", "longitude-sign", (-110.3182, 30.9571)),
        (None, Place("CL", None), "-22.3", "-68.9", "axes-swapped", (-68.9, -22.3)),
        (None, Place("CA", None), "46.4917", "-81.01", "axes-swapped", (-81.01, 46.4917)),
        (None, Place("MX", None), "30.9571", "-110.3182", "axes-swapped", (-110.3182, 30.9571)),
        (None, Place("MX", "MX-SON"), "30.9571", "-110.3182", "axes-swapped", (-110.3182, 30.9571)),
    ],
)
def test_a_point_that_one_rule_brings_home_is_repaired_by_it(
    dep_id: int | None, stated: Place, x: str, y: str, rule: str, repaired: tuple[float, float]
) -> None:
    position, lies = located(x, y, stated.country, stated.state)
    assert (position.longitude, position.latitude) == repaired, dep_id
    assert (position.rule, position.check) == (rule, None)
    assert lies.country == stated.country
    assert stated.state in (None, lies.state)


def test_a_letter_of_the_other_axis_is_no_number_rather_than_swapped() -> None:
    with pytest.raises(RowRejected) as rejection:
        located("40° 47' N", "118° 8' W", "US", "US-NV")
    assert rejection.value.reason.code == "position-not-a-number"


def test_a_point_where_it_should_be_is_left_alone() -> None:
    position, lies = located("-110.30066", "30.95015", "MX", "MX-SON")
    assert position == Position(-110.30066, 30.95015, 500.0, "EPSG:4326", "none", None, None)
    assert lies == Place("MX", "MX-SON")


@pytest.mark.parametrize(
    ("name", "x", "y", "country", "lies"),
    [
        ("Dubna, of Serbia in Kosovo", 20.86856, 42.88202, "RS", "XK"),
        ("Phoenix, stated as Mexico", -112.07, 33.45, "MX", "US"),
        ("Cananea, stated as the United States", -110.3182, 30.9571, "US", "MX"),
        ("Adi Nefas, of Eritrea before it was one", 39.0512, 15.32022, "ET", "ER"),
        ("the open Pacific, stated as Mexico", -130.0, 20.0, "MX", None),
        ("the Gulf of Guinea, stated as Mexico", 0.001, 0.001, "MX", None),
    ],
)
def test_a_point_outside_that_no_rule_explains_stays_and_says_so(
    name: str, x: float, y: float, country: str, lies: str | None
) -> None:
    position, place = located(x, y, country)
    assert (position.longitude, position.latitude, position.rule) == (x, y, None), name
    assert position.check == "outside-stated-country"
    assert place.country == lies


def test_a_point_that_two_rules_bring_home_is_repaired_by_neither() -> None:
    # In Algeria are both 28 N 3 W and 28 N 3 E.
    assert located(-3, 28, "DZ")[0].check is None
    assert located(3, 28, "DZ")[0].check is None
    position, _ = located(-3, -28, "DZ")
    assert (position.longitude, position.latitude, position.rule) == (-3, -28, None)
    assert position.check == "outside-stated-country"


DRAWN = Places({Place("US", "US-AZ"): shapely.box(30, 10, 40, 20), Place("US", "US-NM"): shapely.box(-40, 10, -30, 20)})


@pytest.mark.parametrize(
    ("state", "rule", "longitude"), [("US-AZ", "latitude-sign", 35), ("US-NM", "both-signs", -35), (None, None, 35)]
)
def test_the_state_that_is_stated_tells_which_rule(state: str | None, rule: str | None, longitude: float) -> None:
    position, _ = located(35, -15, "US", state, places=DRAWN)
    assert (position.longitude, position.rule) == (longitude, rule)


def test_a_repair_into_another_state_than_the_one_stated_is_none() -> None:
    position, _ = located(110.3182, 30.9571, "MX", "MX-YUC")
    assert (position.longitude, position.rule, position.check) == (110.3182, None, "outside-stated-country")


def test_without_a_country_nothing_is_repaired_and_nothing_is_odd() -> None:
    position, lies = located("76.13372", "11.60044")
    assert (position.longitude, position.latitude, position.rule, position.check) == (76.13372, 11.60044, None, None)
    assert lies == Place("IN", None)


@pytest.mark.parametrize(
    ("x", "y", "country", "state"),
    [
        (30.9571, -110.3182, None, None),
        (30.9571, -110.3182, "PE", None),
        (30.9571, -110.3182, "MX", "MX-ZAC"),
        (200, 30, "MX", None),
        (200, -110.3182, "MX", None),
        (30.9571, 200, "MX", None),
    ],
)
def test_a_latitude_beyond_the_pole_is_swapped_only_where_that_brings_it_home(
    x: float, y: float, country: str | None, state: str | None
) -> None:
    with pytest.raises(RowRejected) as rejection:
        located(x, y, country, state)
    assert rejection.value.reason.code == "position-out-of-range"


@pytest.mark.parametrize("country", [None, "MX", "GH"])
def test_zero_zero_is_rejected_whatever_is_stated(country: str | None) -> None:
    with pytest.raises(RowRejected) as rejection:
        located("0", "0.000", country)
    assert rejection.value.reason.code == "position-null-island"


@pytest.mark.parametrize(
    ("name", "x", "y", "country", "state", "lies"),
    [
        ("Puerto Rico is of the United States", -66.7, 18.2, "US", None, Place("PR", None)),
        ("New Caledonia is of France", 165.5, -21.4, "FR", None, Place("NC", None)),
        ("Greenland is of Denmark", -45.9, 61.0, "DK", None, Place("GL", None)),
        ("15 km off Guaymas", -110.9, 27.78, "MX", "MX-SON", Place("MX", "MX-SON")),
        ("20 km off the coast of Jalisco", -105.9, 20.3, "MX", "MX-JAL", Place(None, None)),
        ("El Paso, stated as Mexico", -106.485, 31.7619, "MX", None, Place("US", "US-TX")),
        ("El Paso, stated as Chihuahua", -106.485, 31.7619, "MX", "MX-CHH", Place("US", "US-TX")),
        ("Gómez Palacio, stated as Coahuila", -103.4983, 25.5611, "MX", "MX-COA", Place("MX", "MX-DUR")),
        ("French Guiana has no boundary of its own", -53.0, 4.0, "GF", None, Place("FR", None)),
    ],
)
def test_coasts_borders_and_dependencies_are_nothing_odd(
    name: str, x: float, y: float, country: str, state: str | None, lies: Place
) -> None:
    position, place = located(x, y, country, state)
    assert (position.longitude, position.latitude) == (x, y)
    assert (position.rule, position.check) == (None, None), name
    assert place == lies


@pytest.mark.parametrize(
    ("dep_id", "x", "y", "stated", "lies"),
    [
        (10181769, -111.50065, 24.41708, Place("MX", "MX-BCN"), "MX-BCS"),
        (60000902, -83.036, 35.036, Place("US", "US-TN"), "US-NC"),
    ],
)
def test_a_point_far_outside_its_state_stays_and_says_so(
    dep_id: int, x: float, y: float, stated: Place, lies: str
) -> None:
    position, place = located(x, y, stated.country, stated.state)
    assert (position.longitude, position.latitude, position.rule) == (x, y, None), dep_id
    assert position.check == "outside-stated-state"
    assert place == Place(stated.country, lies)


def test_the_accuracy_is_the_root_of_the_squares() -> None:
    assert located(-110.3182, 30.9571, "MX")[0].accuracy_m == 500.0
    position, _ = located(-110.3182, 30.9571, "MX", source_crs="EPSG:4267")
    assert position.accuracy_m == math.hypot(500.0, 12.0)
    assert position.source_crs == "EPSG:4267"
    assert position.transform == "NAD27 to WGS 84 (18) (EPSG:1187)"


def test_a_sign_lost_in_nad27_is_found_before_the_datum_is_changed() -> None:
    lost, _ = located("110.3182", "30.9571", "MX", source_crs="EPSG:4267")
    kept, _ = located("-110.3182", "30.9571", "MX", source_crs="EPSG:4267")
    assert lost == kept._replace(rule="longitude-sign")
    swapped, _ = located("30.9571", "-110.3182", "MX", source_crs="EPSG:4267")
    assert swapped == kept._replace(rule="axes-swapped")


@pytest.mark.parametrize(("x", "y", "code"), [(-110.3182, 30.9571, 1187), (-119.97, 38.73, 1175), (-79.4, 48.2, 1172)])
def test_where_no_country_is_stated_the_place_itself_chooses_the_operation(x: float, y: float, code: int) -> None:
    position, _ = located(x, y, source_crs="EPSG:4267")
    assert f"(EPSG:{code})" in position.transform


@pytest.mark.parametrize(("x", "y", "country"), [(-76.1, -11.6, "PE"), (-76.1, -11.6, None), (-130.0, 20.0, None)])
def test_nad27_where_no_operation_is_chosen_is_rejected(x: float, y: float, country: str | None) -> None:
    with pytest.raises(RowRejected) as rejection:
        located(x, y, country, source_crs="EPSG:4267")
    assert rejection.value.reason.code == "position-frame"


def test_metres_are_never_repaired_and_are_looked_up_after_they_have_become_degrees() -> None:
    position, lies = located(563_000, 3_425_000, "MX", "MX-SON", source_crs="EPSG:26712")
    assert (position.rule, position.check, lies) == (None, None, Place("MX", "MX-SON"))
    position, lies = located(563_000, 5_425_000, "MX", source_crs="EPSG:32612")
    assert (position.rule, position.check, lies.country) == (None, "outside-stated-country", "US")
    with pytest.raises(RowRejected) as rejection:
        located(563_000, 3_425_000, source_crs="EPSG:26712")
    assert rejection.value.reason.code == "position-frame"
