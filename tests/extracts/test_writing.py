"""Each file says what the API says: every row, every column, every type."""

import sys
from contextlib import closing
from datetime import datetime, time
from subprocess import run

import geopandas
import pyarrow.parquet as pq
import pyogrio
import pytest

from app.domain.properties import Kind, properties
from app.errors import TookTooLong
from app.extracts import writing
from app.extracts.formats import FORMATS, Making
from tests.extracts import told

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
SYSTEMS = {"CRS84": {}, "Mexico's conic": {"crs": f"{EPSG}6372"}, "UTM 13N": {"crs": f"{EPSG}32613"}}
SRIDS = {"CRS84": 4326, "Mexico's conic": 6372, "UTM 13N": 32613}
# Those that hold everything: what the name of their column of positions is, as GDAL gives it.
WHOLE = {"gpkg": "geom", "fgb": "wkb_geometry", "parquet": "geometry"}
OGR_TYPES = {Kind.INTEGER: "OFTInteger", Kind.NUMBER: "OFTReal", Kind.BOOLEAN: "OFTInteger", Kind.DATE: "OFTDate"}


@pytest.fixture
def rows(read):
    """The rows of a file by their ids; the GDAL that comes with pyogrio has no reader of Parquet."""

    def of(path, ending):
        if ending == "parquet":
            table = pq.read_table(path)
            kept = [name for name in table.schema.names if name != "bbox"]
            return {row["id"]: row for row in table.select(kept).to_pylist()}
        found = read(path)
        # FlatGeobuf has no dates but those with a time.
        return {key: _without_midnight(row) for key, row in found.items()} if ending == "fgb" else found

    return of


def _without_midnight(row):
    for name, said in row.items():
        if isinstance(said, datetime):
            assert said.time() == time(0)
            row[name] = said.date()
    return row


def _expected(features, ending):
    return {feature["id"]: told.row(feature, WHOLE[ending]) for feature in features}


# FlatGeobuf holds no deposit without a position, and not all have one in each system.
NEAR = "-117,14,-86,33"


@pytest.mark.parametrize(
    ("ending", "system", "asked"),
    [
        *((ending, system, {}) for ending in ("gpkg", "parquet") for system in SYSTEMS),
        *(("fgb", system, {} if system == "CRS84" else {"bbox": NEAR}) for system in SYSTEMS),
    ],
)
def test_every_row_is_as_the_api_has_it(extract, rows, ending, system, asked):
    path, features = extract(ending, **SYSTEMS[system], **asked)
    found = rows(path, ending)
    assert len(features) > 50
    assert found == _expected(features, ending)
    assert {type(one) for row in found.values() for one in row.values()} >= {str, int, float, bool, bytes}


@pytest.mark.parametrize("ending", WHOLE)
def test_values_that_are_hard_to_keep_are_kept(hard, rows, ending):
    path, features = hard(ending)
    assert rows(path, ending) == _expected(features, ending)


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("ending", WHOLE)
def test_geopandas_reads_place_and_system(extract, ending, system):
    path, features = extract(ending, bbox=NEAR, **SYSTEMS[system])
    read = geopandas.read_parquet if ending == "parquet" else lambda file: geopandas.read_file(file, layer="deposits")
    frame = read(path)
    assert len(frame) == len(features)
    assert frame.crs.equals("OGC:CRS84" if ending == "parquet" and system == "CRS84" else SRIDS[system])
    places = dict(zip(frame["id"], frame.geometry, strict=True))
    assert len(features) > 50
    for feature in features:
        place = places[feature["id"]]
        assert feature["geometry"]["coordinates"] == [place.x, place.y]


@pytest.mark.parametrize("ending", ["gpkg", "fgb"])
def test_columns_have_their_types_and_order(extract, ending):
    path, _ = extract(ending)
    about = pyogrio.read_info(path, layer="deposits")
    names = ["id", *properties()]
    assert about["fields"].tolist() == names
    types = ["OFTString", *(OGR_TYPES.get(one.kind, "OFTString") for one in properties().values())]
    if ending == "fgb":
        types = ["OFTDateTime" if one == "OFTDate" else one for one in types]
    assert about["ogr_types"] == types
    booleans = {name for name, kind in zip(names, about["ogr_subtypes"], strict=True) if kind == "OFSTBoolean"}
    assert booleans == {"synthetic"}


@pytest.mark.parametrize("ending", WHOLE)
def test_the_columns_that_are_asked_for(extract, rows, ending):
    path, features = extract(ending, properties="retrieved,name,synthetic")
    found = rows(path, ending)
    assert found == _expected(features, ending)
    assert list(next(iter(found.values()))) in (
        ["id", "name", "retrieved", "synthetic", WHOLE[ending]],
        [WHOLE[ending], "id", "name", "retrieved", "synthetic"],
    )


@pytest.mark.parametrize("ending", WHOLE)
def test_no_deposits_make_a_file_with_no_rows(extract, rows, ending):
    path, features = extract(ending, bbox="0,-60,1,-59")
    assert features == []
    assert rows(path, ending) == {}


@pytest.mark.parametrize("ending", ["gpkg", "parquet"])
def test_without_positions_there_is_no_column_of_them(extract, rows, ending):
    path, features = extract(ending, skipGeometry="true")
    assert rows(path, ending) == {feature["id"]: told.row(feature, None) for feature in features}


@pytest.mark.parametrize("ending", WHOLE)
def test_a_file_that_is_there_is_written_anew(order_of, rows_of, rows, tmp_path, ending):
    path = tmp_path / f"deposits.{ending}"
    for country in ("US", "MX"):
        order = order_of(ending, {"country": country}, 0)
        writing.write(order, rows_of(order), path)
    assert {row["country"] for row in rows(path, ending).values()} == {"MX"}


def test_there_is_a_writer_for_each_format_that_is_made_as_a_file():
    assert set(writing._WRITERS) == {one.ending for one in FORMATS.values() if one.making is Making.FILE}


@pytest.mark.parametrize("ending", [one.ending for one in FORMATS.values() if one.making is Making.FILE])
def test_an_error_while_rows_are_read_is_raised_as_it_is(order_of, rows_of, tmp_path, ending):
    order = order_of(ending, {}, 0)

    def rows():
        with closing(rows_of(order)) as found:
            yield next(found)
        raise TookTooLong

    with pytest.raises(TookTooLong):
        writing.write(order, rows(), tmp_path / order.name)


def test_the_service_loads_no_writer():
    said = run(
        [sys.executable, "-c", "import app.main, sys; print(*{'pyarrow', 'pyogrio', 'pandas'} & set(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == ""
