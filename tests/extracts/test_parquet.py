"""GeoParquet: its metadata by the rules of its standard, its groups of rows, its boxes."""

import json
import struct

import geopandas
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from pyproj import CRS

from app.domain.properties import Kind, properties
from app.extracts import parquet, writing

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
TYPES = {Kind.INTEGER: pa.int32(), Kind.NUMBER: pa.float64(), Kind.BOOLEAN: pa.bool_(), Kind.DATE: pa.date32()}


def _metadata(path):
    said = pq.read_metadata(path).metadata
    return {name.decode(): value.decode() for name, value in said.items() if not name.startswith(b"ARROW")}


def _geo(path):
    return json.loads(_metadata(path)["geo"])


@pytest.mark.parametrize(
    ("asked", "system"),
    [({}, "OGC:CRS84"), ({"crs": f"{EPSG}6372"}, "EPSG:6372"), ({"crs": f"{EPSG}4326"}, "EPSG:4326")],
)
def test_the_metadata_are_those_of_the_standard(extract, asked, system):
    path, features = extract("parquet", **asked)
    geo = _geo(path)
    assert set(geo) == {"version", "primary_column", "columns"}
    assert geo["version"] == "1.1.0"
    assert geo["primary_column"] == "geometry"
    assert set(geo["columns"]) == {"geometry"}
    column = geo["columns"]["geometry"]
    assert set(column) == {"encoding", "geometry_types", "crs", "bbox", "covering"}
    assert (column["encoding"], column["geometry_types"]) == ("WKB", ["Point"])
    assert column["crs"]["$schema"].startswith("https://proj.org/schemas/")
    assert CRS.from_json_dict(column["crs"]) == CRS(system)
    # x before y in every system, so that no `crs` with another order of axes turns them.
    xs, ys = zip(*_places(features, system), strict=True)
    assert column["bbox"] == [min(xs), min(ys), max(xs), max(ys)]
    assert column["covering"] == {"bbox": {side: ["bbox", side] for side in ("xmin", "ymin", "xmax", "ymax")}}


def _places(features, system):
    return [feature["geometry"]["coordinates"] for feature in features if feature["geometry"]]


def test_the_geometry_is_bytes_at_the_top_in_little_endian(extract):
    path, _ = extract("parquet")
    column = pq.ParquetFile(path).schema.column(pq.read_schema(path).get_field_index("geometry"))
    assert (column.path, column.physical_type, column.max_repetition_level) == ("geometry", "BYTE_ARRAY", 0)
    for wkb in pq.read_table(path, columns=["geometry"])["geometry"].to_pylist():
        order, kind, *_ = struct.unpack("<BIdd", wkb)
        assert (order, kind) == (1, 1)


def test_boxes_are_those_of_the_points(extract):
    path, _ = extract("parquet", crs=f"{EPSG}32613")
    table = pq.read_table(path, columns=["geometry", "bbox"])
    field = table.schema.field("bbox")
    assert [(one.name, one.type, one.nullable) for one in field.type] == [
        (side, pa.float64(), False) for side in ("xmin", "ymin", "xmax", "ymax")
    ]
    rows = table.to_pylist()
    assert sum(row["bbox"] is None for row in rows) > 1
    for row in rows:
        box = row["bbox"] and tuple(row["bbox"].values())
        assert box == (row["geometry"] and shapely.from_wkb(row["geometry"]).bounds)


def test_columns_have_their_types_titles_and_descriptions(extract):
    path, _ = extract("parquet", lang="es")
    schema = pq.read_schema(path)
    assert schema.names == ["id", *properties(), "geometry", "bbox"]
    assert not schema.field("id").nullable
    for one in properties().values():
        field = schema.field(one.name)
        assert field.type == TYPES.get(one.kind, pa.string())
        assert field.metadata[b"title"].decode() == one.title.es
        assert field.metadata[b"description"].decode() == one.about.es


@pytest.mark.parametrize("asked", [{}, {"skipGeometry": "true"}])
def test_where_it_comes_from_stands_in_the_file_s_metadata(extract, asked):
    path, features = extract("parquet", country="MX", **asked)
    said = _metadata(path)
    provenance = json.loads(said["provenance"])
    assert (provenance["filter"], provenance["numberMatched"]) == ({"country": "MX", **asked}, len(features))
    assert all(one["licence"] and one["citation"] for one in provenance["sources"])
    assert said["title"] == "Vetalode: mineral deposits"
    assert said["description"].startswith("Release ")
    assert ("geo" in said) == (not asked)


def test_it_is_packed_by_zstd(extract):
    path, _ = extract("parquet")
    group = pq.read_metadata(path).row_group(0)
    assert {group.column(n).compression for n in range(group.num_columns)} == {"ZSTD"}


def test_geopandas_reads_a_box_by_the_covering(extract):
    path, features = extract("parquet")
    west, south, east, north = box = (-112, 28, -105, 33)
    places = {feature["id"]: feature["geometry"]["coordinates"] for feature in features}
    frame = geopandas.read_parquet(path, bbox=box)
    assert set(frame["id"]) == {key for key, (x, y) in places.items() if west <= x <= east and south <= y <= north}
    assert 0 < len(frame) < len(features)
    assert "bbox" not in frame.columns


@pytest.fixture
def grouped(order_of, tmp_path, monkeypatch):
    """The file of deposits from south to north, in groups of 40 instead of 50 000 rows; 7 come at a time."""
    monkeypatch.setattr(parquet, "_GROUP", 40)

    def make(number):
        order = order_of("parquet", {"properties": "name"}, number)
        path = tmp_path / order.name
        writing.write(order, ([_row(n) for n in range(at, min(at + 7, number))] for at in range(0, number, 7)), path)
        return path

    return make


def _row(n):
    point = {"type": "Point", "coordinates": [-100.5, n / 10]}
    feature = {"type": "Feature", "id": f"mrds-{n}", "geometry": point, "properties": {"name": f"Mine {n}"}}
    return json.dumps(feature).encode(), f"mrds-{n}"


@pytest.mark.parametrize(
    ("number", "groups"),
    [(0, []), (1, [1]), (39, [39]), (40, [40]), (41, [40, 1]), (120, [40, 40, 40]), (125, [40, 40, 40, 5])],
)
def test_groups_are_full_but_for_the_last(grouped, number, groups):
    path = grouped(number)
    about = pq.read_metadata(path)
    assert [about.row_group(n).num_rows for n in range(about.num_row_groups)] == groups
    assert pq.read_table(path)["id"].to_pylist() == [f"mrds-{n}" for n in range(number)]


def test_groups_that_lie_elsewhere_are_known_by_their_boxes(grouped):
    path = grouped(125)
    about = pq.read_metadata(path)
    (at,) = (n for n in range(about.num_columns) if about.row_group(0).column(n).path_in_schema == "bbox.ymin")
    told = [about.row_group(n).column(at).statistics for n in range(about.num_row_groups)]
    assert [(one.min, one.max) for one in told] == [(0.0, 3.9), (4.0, 7.9), (8.0, 11.9), (12.0, 12.4)]


def test_a_file_without_rows_is_of_the_standard(extract):
    path, _ = extract("parquet", bbox="0,-60,1,-59")
    assert "bbox" not in _geo(path)["columns"]["geometry"]
    frame = geopandas.read_parquet(path)
    assert len(frame) == 0
    assert frame.crs.equals("OGC:CRS84")
