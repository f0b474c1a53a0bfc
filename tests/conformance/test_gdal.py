"""GDAL, which QGIS and the agencies' tools read by, reads what we serve."""

import geopandas
import pyogrio
import pytest
from shapely.geometry import box

from app.domain.mercator import tile_at

EXTRACT = "/exports/deposits.geojson"
ITEMS = "/collections/deposits/items"


@pytest.fixture(scope="session")
def downloaded(edge_client, tmp_path_factory):
    """The whole extract as GDAL reads its file."""
    path = tmp_path_factory.mktemp("gdal") / "deposits.geojson"
    path.write_bytes(edge_client.get(EXTRACT).content)
    return pyogrio.read_dataframe(path)


@pytest.fixture(scope="session")
def features(edge_client):
    return {feature["id"]: feature for feature in edge_client.get(EXTRACT).json()["features"]}


def test_an_extract_is_a_layer_of_points_in_wgs_84(edge_client, tmp_path):
    path = tmp_path / "deposits.geojson"
    path.write_bytes(edge_client.get(EXTRACT).content)
    about = pyogrio.read_info(path)
    assert (about["driver"], about["geometry_type"], about["crs"]) == ("GeoJSON", "Point", "EPSG:4326")
    assert about["features"] == 148
    assert about["total_bounds"] == (-180, -90, 180, 90)


def test_every_deposit_arrives_in_its_place(downloaded, features):
    assert len(downloaded) == len(features)
    read = {i: (point.x, point.y) for i, point in zip(downloaded["id"], downloaded.geometry, strict=True)}
    assert read == {i: tuple(feature["geometry"]["coordinates"]) for i, feature in features.items()}


def test_every_attribute_arrives_with_its_name_and_words(downloaded, features):
    names = list(next(iter(features.values()))["properties"])
    assert [name for name in downloaded.columns if name not in ("id", "geometry")] == names
    for name in ("source", "name", "source_name", "commodities", "status", "source_status", "licence", "source_file"):
        read = dict(zip(downloaded["id"], downloaded[name], strict=True))
        said = {deposit_id: feature["properties"][name] for deposit_id, feature in features.items()}
        assert {i: word for i, word in read.items() if isinstance(word, str)} == {i: w for i, w in said.items() if w}


def test_numbers_and_days_arrive_as_such(downloaded):
    assert downloaded["position_accuracy_m"].dtype.kind in "if"
    assert downloaded["source_row"].dtype.kind == "i"
    assert downloaded["retrieved"].dtype.kind == "M"
    assert downloaded["synthetic"].dtype.kind == "b"


def test_a_tile_is_a_layer_of_points_with_their_attributes(edge_client, tmp_path, features):
    drawn = _read(edge_client, tmp_path, 0, 0, 0)
    # Without the ring around the tile, which begins on its eastern and southern edge.
    within = drawn.cx[-20_037_509:20_037_500, -20_037_500:20_037_509]
    assert within["point_count"].fillna(1).sum() == len(features)
    assert drawn.crs == "EPSG:3857"


def test_the_deepest_tile_places_a_deposit_to_metres(edge_client, tmp_path):
    x, y = tile_at(12, -110, 30)
    placed = _read(edge_client, tmp_path, 12, x, y).set_index("id").geometry["mrds-8"]
    meant = geopandas.GeoSeries.from_xy([-110], [30], crs="EPSG:4326").to_crs("EPSG:3857").iloc[0]
    # A unit of zoom 12 is 40 075 km / 4096 / 4096.
    assert placed.distance(meant) < 40_075_017 / 4096 / 4096 * 2


def _read(client, folder, z, x, y):
    path = folder / f"{y}.mvt"
    path.write_bytes(client.get(f"/tiles/deposits/{z}/{x}/{y}.mvt").content)
    assert pyogrio.list_layers(path).tolist() == [["deposits", "Point"]]
    return pyogrio.read_dataframe(path, layer="deposits", X=x, Y=y, Z=z)


def test_a_box_means_to_gdal_what_it_means_to_us(edge_client, downloaded):
    inside = downloaded[downloaded.intersects(box(-112, 28, -105, 33))]
    listed = edge_client.get(ITEMS, params={"bbox": "-112,28,-105,33", "limit": 10_000}).json()["features"]
    assert set(inside["id"]) == {feature["id"] for feature in listed}
    assert listed


def test_gdal_reads_a_list_by_its_address(sample_served):
    assert len(pyogrio.read_dataframe(f"{sample_served}{ITEMS}?country=MX&limit=10000")) == 66
