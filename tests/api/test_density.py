"""Counts by the cells of an equal-area grid: nothing is lost, each deposit is in its cell, a file says whose it is."""

import json
import re
import subprocess
import sys
from io import BytesIO

import numpy as np
import pytest
import rasterio
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pyproj import Transformer
from rasterio.io import MemoryFile
from rio_cogeo.cogeo import cog_validate
from sqlalchemy import text

from app.domain.crs import CRS84
from app.main import create_app
from app.settings import Settings
from tests.conftest import opened
from tests.filters import as_text, predicates

TIF, PNG = "/exports/density.tif", "/exports/density.png"
ITEMS = "/collections/deposits/items"
GRIDS = ("EPSG:6933", "ESRI:102008")


@pytest.fixture(scope="session")
def everything(edge_client):
    """Longitude and latitude of each deposit."""
    features = edge_client.get(ITEMS, params={"limit": 10_000}).json()["features"]
    return np.array([feature["geometry"]["coordinates"] for feature in features])


def _read(answer):
    assert answer.status_code == 200, answer.text
    with MemoryFile(answer.content) as file, file.open() as raster:
        return raster.read(1), raster.profile, raster.tags()


def _matched(client, asked):
    return client.get(ITEMS, params={**asked, "limit": 1}).json()["numberMatched"]


_filters = st.one_of(
    st.fixed_dictionaries(
        {},
        optional={
            "country": st.sampled_from(["MX", "US", "US,MX", "CA"]),
            "commodity": st.sampled_from(["gold", "silver,copper", "lead"]),
            "source": st.sampled_from(["mrds", "sgm"]),
            "bbox": st.sampled_from(["170,-90,-170,90", "-120,20,-100,40", "-180,-90,180,90", "100,60,101,61"]),
            "critical": st.sampled_from(["both", "either"]),
        },
    ),
    predicates(CRS84).map(lambda predicate: {"filter": as_text(predicate)}),
)


@given(_filters, st.sampled_from(GRIDS), st.sampled_from([10_000, 25_000, 33_333, 500_000]))
@settings(max_examples=80, deadline=None, derandomize=True, database=None)
def test_the_cells_of_any_filter_add_up_to_its_count(edge_client, asked, grid, cell):
    listed = edge_client.get(ITEMS, params={**asked, "limit": 1})
    drawn = edge_client.get(TIF, params={**asked, "grid": grid, "cell": cell})
    if listed.status_code != 200:
        assert drawn.status_code == listed.status_code
        return
    counts, _, tags = _read(drawn)
    assert int(counts.sum()) == int(tags["deposits"]) == listed.json()["numberMatched"]


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("cell", [12_345, 25_000, 500_000])
def test_each_deposit_is_in_its_cell_poles_and_180th_meridian_included(edge_client, everything, grid, cell):
    counts, profile, _ = _read(edge_client.get(TIF, params={"grid": grid, "cell": cell}))
    x, y = Transformer.from_crs("OGC:CRS84", grid, always_xy=True).transform(everything[:, 0], everything[:, 1])
    expected = {}
    for place in zip(np.floor(x / cell), np.floor(y / cell), strict=True):
        expected[place] = expected.get(place, 0) + 1
    west, north = profile["transform"].c / cell, profile["transform"].f / cell
    rows, columns = np.nonzero(counts)
    found = {(west + c, north - r - 1): int(counts[r, c]) for r, c in zip(rows, columns, strict=True)}
    assert found == expected


def test_a_known_deposit_is_in_a_cell_that_holds_it(edge_client):
    asked = {"ids": "mrds-99900001", "cell": 1000}
    counts, profile, _ = _read(edge_client.get(TIF, params=asked))
    assert counts.tolist() == [[1]]
    (feature,) = edge_client.get(ITEMS, params={"ids": "mrds-99900001"}).json()["features"]
    x, y = Transformer.from_crs("OGC:CRS84", "EPSG:6933", always_xy=True).transform(*feature["geometry"]["coordinates"])
    west, north = profile["transform"].c, profile["transform"].f
    assert west <= x < west + 1000
    assert north - 1000 <= y < north


@pytest.mark.parametrize("grid", GRIDS)
def test_cells_of_one_size_line_up_whatever_was_asked(edge_client, grid):
    for asked in ({"country": "MX"}, {"country": "US"}, {"bbox": "170,-90,-170,90"}):
        _, profile, _ = _read(edge_client.get(TIF, params={**asked, "grid": grid, "cell": 7000}))
        moved = profile["transform"]
        assert (moved.a, moved.e, moved.c % 7000, moved.f % 7000) == (7000, -7000, 0, 0)
        assert profile["crs"] == rasterio.CRS.from_string(grid)


def test_nothing_found_is_a_cell_of_zero(edge_client):
    counts, profile, tags = _read(edge_client.get(TIF, params={"bbox": "100,60,101,61", "cell": 1000}))
    assert (counts.tolist(), counts.dtype, profile["nodata"], tags["deposits"]) == ([[0]], "uint32", None, "0")


def test_it_is_a_cloud_optimised_geotiff_whose_every_level_adds_up(edge_client, everything, tmp_path):
    path = tmp_path / "density.tif"
    path.write_bytes(edge_client.get(TIF, params={"cell": 10_000}).content)
    sound, errors, warnings = cog_validate(path, strict=True)
    assert (sound, errors, warnings) == (True, [], [])
    with rasterio.open(path) as raster:
        assert raster.overviews(1) == [2, 4, 8]
    for level in range(3):
        with rasterio.open(path, overview_level=level) as overview:
            assert overview.read(1).sum() == len(everything)


def test_gdal_reads_its_band_its_grid_and_where_it_comes_from(edge_client, tmp_path):
    path = tmp_path / "density.tif"
    asked = {"commodity": "gold", "cell": 20_000, "grid": "ESRI:102008"}
    path.write_bytes(edge_client.get(TIF, params=asked).content)
    with rasterio.open(path) as raster:
        assert (raster.dtypes, raster.descriptions, raster.units) == (
            ("uint32",),
            ("number of deposits",),
            ("deposits per cell",),
        )
        tags = raster.tags()
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert raster.tags(ns="IMAGE_STRUCTURE")["COMPRESSION"] == "DEFLATE"
    assert tags["release"] == edge_client.get("/releases").json()["current"]
    assert json.loads(tags["filter"]) == {"commodity": "gold"}
    assert (tags["grid"], tags["cell_m"], tags["synthetic"]) == ("ESRI:102008", "20000", "132")
    mrds, sgm = json.loads(tags["sources"])
    assert (mrds["id"], sgm["synthetic"]) == ("mrds", 47)
    assert "Synthetic sample data" in sgm["citation"]
    assert "Public domain" in tags["TIFFTAG_COPYRIGHT"]


def test_it_speaks_spanish(edge_client):
    answer = edge_client.get(TIF, params={"country": "MX", "lang": "es"})
    with MemoryFile(answer.content) as file, file.open() as raster:
        assert raster.descriptions == ("número de yacimientos",)
        assert raster.tags()["TIFFTAG_IMAGEDESCRIPTION"].startswith("Número de yacimientos")


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"cell": "999"}, "1000"),
        ({"cell": "500001"}, "500000"),
        ({"cell": "25km"}, "whole number of metres"),
        ({"cell": "1e4"}, "whole number of metres"),
        ({"cell": "٢٥٠٠٠"}, "whole number of metres"),
        ({"grid": "EPSG:3857"}, "EPSG:6933 or ESRI:102008"),
        ({"commodity": "unobtainium"}, "unobtainium"),
        ({"filter": "name ="}, "filter"),
        ({"limit": "5"}, "there is no parameter 'limit'"),
    ],
)
@pytest.mark.parametrize("path", [TIF, PNG])
def test_what_is_wrong_is_said(edge_client, path, asked, named):
    answer = edge_client.get(path, params=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert named in answer.json()["detail"]
    assert edge_client.get(path, params={**asked, "lang": "es"}).json()["detail"] != answer.json()["detail"]


@pytest.mark.parametrize("path", [TIF, PNG])
@pytest.mark.parametrize("grid", GRIDS)
def test_too_many_cells_are_refused_by_naming_the_smallest_that_would_do(edge_client, path, grid):
    refused = edge_client.get(path, params={"cell": 1000, "grid": grid})
    assert refused.status_code == 400
    smallest = re.search(r"the smallest cell for it is (\d+) metres", refused.json()["detail"])[1]
    assert edge_client.get(path, params={"cell": smallest, "grid": grid}).status_code == 200
    assert edge_client.get(path, params={"cell": int(smallest) - 100, "grid": grid}).status_code == 400
    assert "la menor celda" in edge_client.get(path, params={"cell": 1000, "lang": "es"}).json()["detail"]


@pytest.mark.parametrize(("path", "how"), [(TIF, "attachment"), (PNG, "inline")])
def test_it_is_named_after_its_release_and_known_again_by_its_tag(edge_client, path, how):
    first = edge_client.get(path, params={"country": "MX"})
    release = edge_client.get("/releases").json()["current"]
    assert first.headers["content-disposition"] == f'{how}; filename="vetalode-density-{release}.{path[-3:]}"'
    again = edge_client.get(path, params={"country": "MX"}, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert edge_client.get(path, params={"country": "MX"}).content == first.content
    assert edge_client.get(path, params={"country": "US"}).headers["etag"] != first.headers["etag"]


@pytest.fixture(scope="module")
def mapped_client(make_database, sample_template, real_boundaries):
    """The sample with the boundaries that set-up built."""
    with opened(make_database(sample_template)) as engine:
        with engine.begin() as connection:
            connection.execute(text("UPDATE release SET boundaries = :name"), {"name": real_boundaries.name})
        url = engine.url.render_as_string(hide_password=False)
        with TestClient(create_app(Settings(database_url=url, archives=str(real_boundaries.path.parent)))) as client:
            yield client


def _picture(answer):
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    return Image.open(BytesIO(answer.content))


def _pixels(image, colour):
    wanted = tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return int((np.asarray(image.convert("RGB")) == wanted).all(axis=2).sum())


SEA, LAND, ONE = "#d0dee4", "#f6f3eb", "#c9601c"


@pytest.mark.parametrize("grid", GRIDS)
def test_a_picture_shows_land_sea_and_a_deposit_s_cell(mapped_client, grid):
    image = _picture(mapped_client.get(PNG, params={"ids": "mrds-99900001", "grid": grid}))
    assert _pixels(image, LAND) > 100_000
    assert _pixels(image, SEA) > 1000
    # The cell, and its class in the legend.
    assert _pixels(image, ONE) > 1000


def test_a_picture_of_nothing_shows_the_grid_and_no_class(mapped_client):
    image = _picture(mapped_client.get(PNG, params={"bbox": "100,60,101,61", "grid": "ESRI:102008"}))
    assert _pixels(image, LAND) > 100_000
    assert _pixels(image, ONE) == 0


def test_a_picture_without_boundaries_is_drawn_on_a_plain_ground(edge_client):
    image = _picture(edge_client.get(PNG, params={"ids": "mrds-99900001"}))
    assert _pixels(image, SEA) == 0
    assert _pixels(image, ONE) > 1000


def test_a_picture_says_what_was_asked_and_whose_it_is(mapped_client):
    image = _picture(mapped_client.get(PNG, params={"country": "MX", "commodity": "gold", "lang": "es"}))
    assert image.text["Title"] == "Yacimientos minerales por celda de 25 km"
    assert image.text["Description"] == "País: México\nSustancias: Oro"
    assert "sgm: Synthetic sample data" in image.text["Source"]
    assert image.text["Release"] == mapped_client.get("/releases").json()["current"]


def test_a_long_question_leaves_room_for_the_map_and_stands_whole_in_the_description(mapped_client):
    condition = " OR ".join(f"name = 'Mine {n}'" for n in range(300))
    image = _picture(mapped_client.get(PNG, params={"filter": condition}))
    assert image.text["Description"] == f"filter: {condition}"
    assert image.height < 1400


def test_the_serving_process_takes_no_rasterio_before_it_is_needed():
    code = "import sys, app.main; print('rasterio' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"
