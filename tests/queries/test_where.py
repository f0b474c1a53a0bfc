"""A filter as SQL finds what plain Python finds, edges included."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from app.db.tables import deposit
from app.domain import cql2
from app.domain.bbox import Bbox
from app.domain.crs import CRS84, SYSTEMS, Crs, crs_of
from app.domain.deposit import ReleaseLevel
from app.domain.interval import Interval
from app.domain.queryables import queryables
from app.queries import catalogue, deposits
from app.queries.filter import Critical, DepositFilter
from app.queries.where import where
from tests.filters import boxes
from tests.queries.plainly import in_box


def test_no_filter_finds_every_deposit_of_the_release(found, release):
    assert len(found(DepositFilter())) == release.deposits


@pytest.mark.parametrize(
    ("bbox", "ids"),
    [
        (Bbox(-110, 30, -110, 30), ["mrds-8"]),
        (Bbox(-110, 30, -109.999, 30), ["mrds-8"]),
        (Bbox(-110.000001, 29.9, -110, 30), ["mrds-8", "mrds-9"]),
        (Bbox(-110.0000005, 29.9, -110, 30.1), ["mrds-8"]),
        (Bbox(-110.0001, 29.9, -110.0000005, 30.1), ["mrds-9"]),
        (Bbox(-110, 29.9, -109.9, 29.9999999), []),
        (Bbox(179.9, 50, 180, 53), ["mrds-1", "mrds-3"]),
        (Bbox(-180, 50, -179.9, 53), ["mrds-2", "mrds-4"]),
        (Bbox(179.9, 50, -179.9, 53), ["mrds-1", "mrds-2", "mrds-3", "mrds-4"]),
        (Bbox(180, 50, -180, 53), ["mrds-1", "mrds-2"]),
        (Bbox(-180, 90, 180, 90), ["mrds-5"]),
        (Bbox(-180, -90, 180, -89), ["mrds-6"]),
        (Bbox(-101, 20.5, -101, 20.5), ["mrds-13", "mrds-14"]),
    ],
)
def test_a_box_finds_what_is_in_it_or_on_its_edge_and_nothing_beside_it(found, bbox, ids):
    assert found(DepositFilter(bbox=bbox)) == ids


def test_the_whole_globe_leaves_nobody_out(found, release):
    assert len(found(DepositFilter(bbox=Bbox(-180, -90, 180, 90)))) == release.deposits


def test_a_box_of_another_system_is_a_box_in_that_system(found):
    mercator = crs_of("bbox-crs", "EPSG:3857")
    assert found(DepositFilter(bbox=Bbox.parse("-10018754.2,-0.1,-10018754.1,0.1", mercator))) == ["mrds-10"]
    latitude_first = crs_of("bbox-crs", "EPSG:4326")
    across = DepositFilter(bbox=Bbox.parse("50,179.9,53,-179.9", latitude_first))
    assert found(across) == ["mrds-1", "mrds-2", "mrds-3", "mrds-4"]


def test_a_projected_box_is_no_box_of_degrees(found, placed):
    """Its edges bend on the globe: some in the box of degrees around its corners lie outside it."""
    conic = crs_of("bbox-crs", "EPSG:6372")
    box = Bbox(1_300_000, 1_400_000, 2_000_000, 2_000_000, conic)
    inside = {each for each, place in placed[conic].items() if in_box(box, *place)}
    assert inside
    assert found(DepositFilter(bbox=box)) == sorted(inside)


@pytest.mark.parametrize("crs", SYSTEMS.values(), ids=lambda crs: str(crs.srid))
def test_no_box_is_too_large_for_its_system(found, placed, crs):
    huge = Bbox(-180, -90, 180, 90, crs) if crs.geographic else Bbox(-1e300, -1e300, 1e300, 1e300, crs)
    assert found(DepositFilter(bbox=huge)) == sorted(placed[crs])


@pytest.mark.parametrize("crs", SYSTEMS.values(), ids=lambda crs: str(crs.srid))
def test_a_box_of_any_system_is_found_by_an_index(big_store, crs):
    box = Bbox(-101, 39, -100, 40, crs) if crs.geographic else Bbox(400_000, 2_400_000, 500_000, 2_500_000, crs)
    with big_store.connect() as connection:
        release = connection.execute(text("SELECT current_release FROM catalogue")).scalar_one()
        statement = select(func.count()).select_from(deposit).where(where(DepositFilter(bbox=box), release))
        compiled = statement.compile(connection)
        plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN {compiled}", compiled.params).scalars())
    assert re.search(r"Index Cond: \((geom(_3857)? && |\(longitude >= .*latitude >= )", plan), plan


def test_what_lies_out_of_reach_of_a_projection_is_in_none_of_its_boxes(everything, placed):
    far = {
        f["id"]: f["geometry"]["coordinates"] for f in everything if f["id"] not in placed[crs_of("crs", "EPSG:6372")]
    }
    assert set(far) >= {"mrds-5", "mrds-6"}
    assert all(abs(longitude + 100) > 75 or not -60 <= latitude <= 85 for longitude, latitude in far.values())


@pytest.mark.parametrize(
    ("interval", "whether"),
    [
        (Interval(None, None), True),
        (Interval(date(1900, 1, 1), None), True),
        (Interval(None, date(1900, 1, 1)), False),
        (Interval(date(9000, 1, 1), None), False),
        (Interval(date.min, date.max), True),
    ],
)
def test_a_time_is_that_of_retrieval(found, everything, interval, whether):
    assert found(DepositFilter(datetime=interval)) == ([f["id"] for f in everything] if whether else [])


def test_ids_find_just_these(found):
    assert found(DepositFilter(ids=("mrds-8", "mrds-1", "mrds-8", "mrds-99", "%", "'"))) == ["mrds-1", "mrds-8"]


def test_a_property_that_must_have_a_value(found, everything):
    for name in queryables():
        if name == "id":
            continue
        stated = {f["properties"][name] for f in everything if f["properties"][name] is not None}
        for said in sorted(stated, key=str)[:5]:
            value = date.fromisoformat(said) if name == "retrieved" else said
            expected = [f["id"] for f in everything if f["properties"][name] == said]
            assert found(DepositFilter(equals=((name, value),))) == expected


def test_several_codes_mean_any_and_several_parameters_mean_all(found, everything):
    wanted = DepositFilter(commodities=("gold", "silver"), countries=("MX",), statuses=("producer", "prospect"))
    assert found(wanted) == [feature["id"] for feature in everything if _wants(wanted, feature["properties"])]
    assert found(wanted)


def test_what_is_not_stated_is_in_no_list_of_codes(found, everything):
    stated = found(DepositFilter(countries=tuple({f["properties"]["country"] for f in everything} - {None})))
    assert set(stated) == {f["id"] for f in everything if f["properties"]["country"] is not None}
    assert len(stated) < len(everything)


@pytest.mark.parametrize(
    "code", ["' OR 1=1--", "gold'); DROP TABLE deposit; --", "{gold}", "\\", "%", "", "gold,silver"]
)
def test_codes_are_bound_and_never_read_as_sql(found, code):
    for name in ("commodities", "countries", "states", "sources", "statuses", "lists"):
        assert found(DepositFilter(**{name: (code,)})) == []


@pytest.mark.parametrize(("level", "number"), [(ReleaseLevel.PUBLIC, 85), (ReleaseLevel.AGENCY, 132)])
def test_a_level_sees_itself_and_those_below_it(own_sample_store, ask_own, level, number):
    with own_sample_store.begin() as connection:
        connection.execute(text("UPDATE deposit SET release_level = 1 WHERE source = 'sgm'"))
    wanted, release = DepositFilter(release_level=level), ask_own(catalogue.current_release)
    assert ask_own(lambda connection: deposits.counted(connection, wanted, release)) == number


_longitude = st.one_of(st.sampled_from([-180.0, 180.0, -110.0, -90.0, 0.0]), st.floats(-180, 180))
_latitude = st.one_of(st.sampled_from([-90.0, 90.0, 0.0, 30.0]), st.floats(-90, 90))
_latitudes = st.tuples(_latitude, _latitude).map(sorted)
_boxes = st.builds(lambda west, east, y: Bbox(west, y[0], east, y[1]), _longitude, _longitude, _latitudes)


def _some(*codes: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(codes), min_size=1, max_size=3, unique=True).map(tuple)


_TODAY = datetime.now(UTC).date()
_days = st.one_of(st.none(), st.dates(_TODAY - timedelta(days=3), _TODAY + timedelta(days=3)))


@st.composite
def _boxes_of_any_system(draw: st.DrawFn) -> tuple[Crs, tuple[float, ...]]:
    """A system, and which deposits' places give the box its edges."""
    return draw(st.sampled_from(list(SYSTEMS.values()))), tuple(draw(st.lists(st.floats(0, 1), min_size=4, max_size=4)))


_parts = {
    "bbox": st.one_of(_boxes, st.sampled_from(list(SYSTEMS)).flatmap(lambda uri: boxes(SYSTEMS[uri]))),
    "datetime": st.builds(Interval, _days, _days),
    "equals": st.sampled_from(
        [("country", "MX"), ("commodities", "gold,silver"), ("synthetic", True), ("name", "x")]
    ).map(lambda pair: (pair,)),
    "ids": _some("mrds-1", "mrds-8", "mrds-99900001", "sgm-x"),
    "commodities": _some("gold", "silver", "copper", "lead", "iron", "salt"),
    "countries": _some("US", "MX", "CA"),
    "sources": _some("mrds", "sgm"),
    "statuses": _some("producer", "past-producer", "prospect", "occurrence"),
    "states": _some("US-AZ", "US-NV", "MX-SON", "MX-CHH"),
    "lists": _some("us-critical-2025", "us-critical-2022", "mx-strategic-law", "mx-scarce-2026"),
    "critical": st.sampled_from(Critical),
}
# More than three at once find hardly anything.
_filters = (
    st.lists(st.sampled_from(sorted(_parts)), max_size=3, unique=True)
    .flatmap(lambda names: st.fixed_dictionaries({name: _parts[name] for name in names}))
    .map(lambda parts: DepositFilter(**parts))
)


@given(_boxes_of_any_system())
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
def test_a_box_of_any_system_holds_what_lies_in_it_there(found, placed, drawn):
    crs, (a, b, c, d) = drawn
    eastings, northings = (sorted(axis) for axis in zip(*placed[crs].values(), strict=True))
    last = len(eastings) - 1
    west, east = eastings[round(a * last)], eastings[round(b * last)]
    south, north = sorted((northings[round(c * last)], northings[round(d * last)]))
    if west > east and not crs.geographic:
        west, east = east, west
    box = Bbox(west, south, east, north, crs)
    expected = [each for each, place in placed[crs].items() if in_box(box, *place)]
    assert found(DepositFilter(bbox=box)) == sorted(expected)


@given(_filters)
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
def test_any_filter_finds_what_plain_python_finds(found, everything, placed, wanted):
    expected = [f["id"] for f in everything if _is_in(wanted.bbox, f["id"], placed) and _wants(wanted, f["properties"])]
    assert found(wanted) == expected


def _is_in(bbox: Bbox | None, deposit_id: str, placed: dict[Crs, dict[str, tuple[float, float]]]) -> bool:
    return bbox is None or (deposit_id in placed[bbox.crs] and in_box(bbox, *placed[bbox.crs][deposit_id]))


def _wants(wanted: DepositFilter, said: dict[str, Any]) -> bool:
    critical_to = _codes(said["critical_to"]) & {"US", "MX"}
    first, last = (wanted.datetime.first, wanted.datetime.last) if wanted.datetime else (None, None)
    return (
        (first is None or first <= date.fromisoformat(said["retrieved"]))
        and (last is None or last >= date.fromisoformat(said["retrieved"]))
        and all(said[name] == value for name, value in wanted.equals)
        and (not wanted.ids or f"{said['source']}-{said['source_id']}" in wanted.ids)
        and (not wanted.commodities or bool(set(wanted.commodities) & _codes(said["commodities"])))
        and (not wanted.lists or bool(set(wanted.lists) & _codes(said["critical_lists"])))
        and (wanted.critical is None or len(critical_to) >= {Critical.EITHER: 1, Critical.BOTH: 2}[wanted.critical])
        and (not wanted.countries or said["country"] in wanted.countries)
        and (not wanted.states or said["state"] in wanted.states)
        and (not wanted.sources or said["source"] in wanted.sources)
        and (not wanted.statuses or said["status"] in wanted.statuses)
    )


def _codes(text: str | None) -> set[str]:
    return set((text or "").split(",")) - {""}


def test_numbers_with_and_without_a_fraction_stand_in_one_list(found):
    wanted = cql2.parse("position_accuracy_m IN (1, 2.5) OR id IN ('mrds-1')", "cql2-text", CRS84)
    assert found(DepositFilter(predicate=wanted)) == ["mrds-1"]


def test_a_quotient_of_equal_fractions_is_exactly_one(found, everything):
    stated = "first_production_year ^ (-1)"
    wanted = cql2.parse(f"({stated}) DIV ({stated}) = 1", "cql2-text", CRS84)
    years = [each["id"] for each in everything if each["properties"]["first_production_year"]]
    assert found(DepositFilter(predicate=wanted)) == years != []
