"""A filter as SQL finds what plain Python finds, edges included."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.domain.bbox import Bbox
from app.domain.deposit import ReleaseLevel
from app.queries import catalogue, deposits
from app.queries.filter import Critical, DepositFilter


@pytest.fixture(scope="session")
def found(ask, release):
    """The ids that a filter finds."""

    def find(wanted: DepositFilter) -> list[str]:
        features, further = ask(lambda connection: deposits.page(connection, wanted, release, 10_000, None))
        assert further is None
        return [json.loads(feature)["id"] for feature in features]

    return find


@pytest.fixture(scope="session")
def everything(ask, release) -> list[dict[str, Any]]:
    features, _ = ask(lambda connection: deposits.page(connection, DepositFilter(), release, 10_000, None))
    return [json.loads(feature) for feature in features]


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
    assert ask_own(lambda connection: deposits.count(connection, wanted, release)) == number


_longitude = st.one_of(st.sampled_from([-180.0, 180.0, -110.0, -90.0, 0.0]), st.floats(-180, 180))
_latitude = st.one_of(st.sampled_from([-90.0, 90.0, 0.0, 30.0]), st.floats(-90, 90))
_latitudes = st.tuples(_latitude, _latitude).map(sorted)
_boxes = st.builds(lambda west, east, y: Bbox(west, y[0], east, y[1]), _longitude, _longitude, _latitudes)


def _some(*codes: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(codes), min_size=1, max_size=3, unique=True).map(tuple)


_parts = {
    "bbox": _boxes,
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


@given(_filters)
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
def test_any_filter_finds_what_plain_python_finds(found, everything, wanted):
    expected = [f["id"] for f in everything if _is_in(wanted.bbox, f) and _wants(wanted, f["properties"])]
    assert found(wanted) == expected


def _is_in(bbox: Bbox | None, feature: dict[str, Any]) -> bool:
    if bbox is None:
        return True
    longitude, latitude = feature["geometry"]["coordinates"]
    if bbox.west <= bbox.east:
        inside = bbox.west <= longitude <= bbox.east
    else:
        inside = longitude >= bbox.west or longitude <= bbox.east
    return inside and bbox.south <= latitude <= bbox.north


def _wants(wanted: DepositFilter, said: dict[str, Any]) -> bool:
    critical_to = _codes(said["critical_to"]) & {"US", "MX"}
    return (
        (not wanted.commodities or bool(set(wanted.commodities) & _codes(said["commodities"])))
        and (not wanted.lists or bool(set(wanted.lists) & _codes(said["critical_lists"])))
        and (wanted.critical is None or len(critical_to) >= {Critical.EITHER: 1, Critical.BOTH: 2}[wanted.critical])
        and (not wanted.countries or said["country"] in wanted.countries)
        and (not wanted.states or said["state"] in wanted.states)
        and (not wanted.sources or said["source"] in wanted.sources)
        and (not wanted.statuses or said["status"] in wanted.statuses)
    )


def _codes(text: str | None) -> set[str]:
    return set((text or "").split(",")) - {""}
