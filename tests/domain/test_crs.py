import pytest
from pyproj import CRS

from app.domain.crs import CRS84, SYSTEMS, Crs, crs_of
from app.errors import BadValue

FIRST_AXES_TO_THE_NORTH = ("north",)


def test_crs84_comes_first_since_old_clients_take_the_first() -> None:
    assert next(iter(SYSTEMS.values())) is CRS84


@pytest.mark.parametrize("crs", [crs for crs in SYSTEMS.values() if crs is not CRS84], ids=lambda crs: str(crs.srid))
def test_the_first_axis_is_the_authority_s(crs: Crs) -> None:
    first = CRS.from_epsg(crs.srid).axis_info[0].direction
    assert crs.northing_first == (first in FIRST_AXES_TO_THE_NORTH)


@pytest.mark.parametrize(
    "text",
    [
        "http://www.opengis.net/def/crs/EPSG/0/6372",
        "<http://www.opengis.net/def/crs/EPSG/0/6372>",
        "https://www.opengis.net/def/crs/EPSG/0/6372",
        "EPSG:6372",
        "epsg:6372",
    ],
)
def test_a_system_may_be_written_in_several_ways(text: str) -> None:
    assert crs_of("crs", text).srid == 6372


@pytest.mark.parametrize("text", ["", "EPSG:", "EPSG:99999", "4326", "urn:ogc:def:crs:EPSG::4326", "EPSG:4326;"])
def test_an_unknown_system_is_refused_with_those_that_are_known(text: str) -> None:
    with pytest.raises(BadValue, match="EPSG:6372") as refused:
        crs_of("bbox-crs", text)
    assert "bbox-crs" in refused.value.words.es
    assert "EPSG:6372" in refused.value.words.es
