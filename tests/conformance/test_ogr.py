"""GDAL reads the running service by its OGC API Features driver: Debian's commands, and the newer one of pyogrio."""

import csv
import io
import re

import pyogrio
import pytest

pytestmark = pytest.mark.conformance

BOX = (-112, 28, -105, 33)


@pytest.fixture
def ogr2ogr(run, big_served):
    """The rows of the layer of deposits that options choose, as a CSV with coordinates."""

    def rows(*options):
        written = ("-f", "CSV", "/vsistdout/", f"OAPIF:{big_served.url}/", "deposits", "-lco", "GEOMETRY=AS_XY")
        return list(csv.DictReader(io.StringIO(run("gdal-bin", "ogr2ogr", *written, *options))))

    return rows


@pytest.fixture
def read(big_served):
    """The same by the GDAL that comes with pyogrio."""
    return lambda **chosen: pyogrio.read_dataframe(f"OAPIF:{big_served.url}/", layer="deposits", **chosen)


def _inside(features):
    west, south, east, north = BOX
    places = {deposit_id: feature["geometry"]["coordinates"] for deposit_id, feature in features.items()}
    return sorted(i for i, (x, y) in places.items() if west <= x <= east and south <= y <= north)


def _of(features, **stated):
    return sorted(i for i, one in features.items() if stated.items() <= one["properties"].items())


def test_ogrinfo_lists_the_collections(run, big_served):
    said = run("gdal-bin", "ogrinfo", "-ro", f"OAPIF:{big_served.url}/")
    assert re.search(r"^\d+: deposits .*\(Point\)|^\d+: deposits", said, re.MULTILINE)


def test_ogrinfo_says_count_kind_and_place(run, big_served, big_features):
    said = run("gdal-bin", "ogrinfo", "-ro", "-so", f"OAPIF:{big_served.url}/", "deposits")
    assert f"Feature Count: {len(big_features)}\n" in said
    assert "Geometry: Point\n" in said
    assert 'GEOGCRS["WGS 84' in said
    for name in next(iter(big_features.values()))["properties"]:
        assert re.search(rf"^{name}: ", said, re.MULTILINE), name


def test_every_deposit_arrives_once_in_its_place(ogr2ogr, big_features):
    rows = ogr2ogr()
    assert sorted(row["id"] for row in rows) == sorted(big_features)
    for row in rows:
        assert [float(row["X"]), float(row["Y"])] == pytest.approx(big_features[row["id"]]["geometry"]["coordinates"])


def test_a_box_is_asked_of_the_service(ogr2ogr, overheard, big_features):
    with overheard() as heard:
        rows = ogr2ogr("-spat", *map(str, BOX))
    assert sorted(row["id"] for row in rows) == _inside(big_features) != []
    assert any("bbox=" in address for address in heard)


@pytest.mark.parametrize(
    ("where", "stated"),
    [("country = 'MX'", {"country": "MX"}), ("country = 'MX' AND source = 'sgm'", {"country": "MX", "source": "sgm"})],
)
def test_a_condition_finds_what_it_says(ogr2ogr, big_features, where, stated):
    assert sorted(row["id"] for row in ogr2ogr("-where", where)) == _of(big_features, **stated) != []


def test_newer_gdal_reads_every_deposit(read, big_features):
    frame = read()
    assert sorted(frame["id"]) == sorted(big_features)
    assert frame.crs.equals("OGC:CRS84") or frame.crs.equals("EPSG:4326")
    for deposit_id, point in zip(frame["id"], frame.geometry, strict=True):
        assert [point.x, point.y] == pytest.approx(big_features[deposit_id]["geometry"]["coordinates"])


def test_newer_gdal_asks_for_a_box(read, overheard, big_features):
    with overheard() as heard:
        frame = read(bbox=BOX)
    assert sorted(frame["id"]) == _inside(big_features) != []
    assert any("bbox=" in address for address in heard)


def test_newer_gdal_asks_for_a_condition(read, overheard, big_features):
    with overheard() as heard:
        frame = read(where="country = 'MX' AND source = 'sgm'")
    assert sorted(frame["id"]) == _of(big_features, country="MX", source="sgm") != []
    assert any("country=MX" in address and "source=sgm" in address for address in heard), heard
