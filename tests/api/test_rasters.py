"""Rasters as tiles and as values: what a file holds is what is shown, and nothing where it holds nothing."""

import math
import subprocess
import sys
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from app.domain.mercator import tile_at
from app.domain.symbology import raster_ramp
from app.styles.scales import rgb
from app.words import Words
from ingest import rasters
from ingest.rasters import Brought
from tests.rasters import HEIGHT, NORTH, SIDE, WEST, WIDTH, values, write

AT = "/rasters/magnetics"


def _tile(client, at, z, x, y):
    answer = client.get(f"{at}/tiles/{z}/{x}/{y}.png")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png"), answer.text
    return np.asarray(Image.open(BytesIO(answer.content)))


def _places(z, x, y):
    """Longitude and latitude of the middle of each pixel of a tile."""
    columns, rows = np.meshgrid((np.arange(256) + 0.5) / 256 + x, (np.arange(256) + 0.5) / 256 + y)
    longitude = columns / 2**z * 360 - 180
    latitude = np.degrees(np.arctan(np.sinh(math.pi * (1 - 2 * rows / 2**z))))
    return longitude, latitude


@pytest.mark.parametrize("z", [6, 9, 12])
def test_a_tile_shows_each_value_by_its_colour_in_its_place(client, z):
    x, y = tile_at(z, -110.0, 30.2)
    drawn = _tile(client, AT, z, x, y).astype(int)
    longitude, latitude = _places(z, x, y)
    column, row = np.floor((longitude - WEST) / SIDE).astype(int), np.floor((NORTH - latitude) / SIDE).astype(int)
    # Away from edges and from the corner without values, where neighbours are mixed in.
    within = (column > 25) & (column < WIDTH - 5) & (row > 25) & (row < HEIGHT - 5)
    assert within.sum() > 100
    about = client.get(AT).json()["ramp"]
    shares = np.clip((values()[row[within], column[within]] - about["low"]) / (about["high"] - about["low"]), 0, 1)
    steps = np.linspace(0, 1, len(about["colours"]))
    expected = np.array([np.interp(shares, steps, [rgb(one)[band] for one in about["colours"]]) for band in range(3)]).T
    assert np.abs(drawn[within][:, :3] - expected).max() < 12
    assert (drawn[within][:, 3] == 255).all()


def test_where_there_is_no_value_a_tile_is_transparent(client):
    z = 10
    x, y = tile_at(z, -110.95, 30.95)
    drawn = _tile(client, AT, z, x, y)
    longitude, latitude = _places(z, x, y)
    corner = (longitude > WEST) & (longitude < WEST + 0.18) & (latitude > NORTH - 0.18) & (latitude < NORTH)
    outside = (longitude < WEST - 0.02) | (latitude > NORTH + 0.02)
    assert corner.sum() > 500
    assert outside.sum() > 500
    assert (drawn[corner | outside][:, 3] == 0).all()


@pytest.mark.parametrize("place", [(0, 0, 0), (1, 0, 0)])
def test_a_far_view_is_drawn_too(client, place):
    assert _tile(client, AT, *place)[..., 3].any()


@pytest.mark.parametrize("place", ["6/40/26", "9/1/1", "24/0/0"])
def test_a_tile_without_the_raster_is_empty(client, place):
    answer = client.get(f"{AT}/tiles/{place}.png")
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_tile_within_the_part_without_values_is_empty(client):
    x, y = tile_at(14, -110.9, 30.9)
    assert client.get(f"{AT}/tiles/14/{x}/{y}.png").status_code == 204


@pytest.mark.parametrize("place", ["25/0/0", "3/8/0", "3/0/8", "3/-1/0", "a/0/0", "1/1.0/0", "3/٣/0", "999999999/0/0"])
@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_tile_that_cannot_be_is_400(client, place, lang):
    answer = client.get(f"{AT}/tiles/{place}.png?lang={lang}")
    assert (answer.status_code, answer.headers["content-language"]) == (400, lang)
    assert {"en": "there is no tile", "es": "no existe la tesela"}[lang] in answer.json()["detail"]


def test_a_tile_is_known_again_by_the_bytes_of_its_raster(client):
    first = client.get(f"{AT}/tiles/6/12/26.png")
    assert client.get(AT).json()["sha256"] in first.headers["etag"]
    again = client.get(f"{AT}/tiles/6/12/26.png", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/rasters/none", "/rasters/none/tiles/0/0/0.png", "/rasters/none/point?lon=0&lat=0"])
def test_a_raster_that_is_not_there_is_404(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert "there is no raster 'none'; there are: magnetics" in answer.json()["detail"]


@pytest.mark.parametrize(("column", "row"), [(0, 149), (100, 75), (199, 0), (30, 10)])
def test_a_point_has_the_value_of_its_cell(client, column, row):
    asked = {"lon": WEST + (column + 0.5) * SIDE, "lat": NORTH - (row + 0.5) * SIDE}
    (said,) = client.get(f"{AT}/point", params=asked).json()["values"]
    assert (said["band"], said["unit"], said["value"]) == ("1", "nT", float(values()[row, column]))


@pytest.mark.parametrize(("lon", "lat"), [(-110.95, 30.95), (0, 0), (180, 90), (-111.01, 30)])
def test_a_point_without_value_is_null(client, lon, lat):
    answer = client.get(f"{AT}/point", params={"lon": lon, "lat": lat})
    assert answer.status_code == 200
    assert answer.json()["values"] == [{"band": "1", "value": None, "unit": "nT"}]


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"lat": 1}, "lon"),
        ({"lon": 1}, "lat"),
        ({"lon": "nan", "lat": 1}, "lon"),
        ({"lon": 181, "lat": 1}, "lon"),
        ({"lon": 1, "lat": "-90.1"}, "lat"),
        ({"lon": "x", "lat": 0}, "lon"),
        ({"lon": 0, "lat": "inf"}, "lat"),
    ],
)
def test_a_point_that_cannot_be_is_400(client, asked, named):
    answer = client.get(f"{AT}/point", params=asked)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(f"{named}=")
    assert "número de grados" in client.get(f"{AT}/point", params={**asked, "lang": "es"}).json()["detail"]


def test_a_raster_is_listed_with_its_terms_and_described_as_tilejson(client):
    (one,) = client.get("/rasters", params={"lang": "es"}).json()["rasters"]
    assert (one["id"], one["title"], one["licence"]) == ("magnetics", "Magnetometría, inventada", "Apache-2.0")
    about = client.get(one["links"][0]["href"]).json()
    assert (about["tilejson"], about["kind"]) == ("3.0.0", "values")
    assert about["bounds"] == pytest.approx([-111, 29.5, -109, 31])
    assert about["bands"] == [{"name": "1", "dtype": "float32", "unit": "nT", "nodata": -9999.0}]
    assert about["ramp"]["colours"] == list(raster_ramp())
    (address,) = about["tiles"]
    x, y = tile_at(about["maxzoom"], -110, 30)
    there = address.replace("{z}", str(about["maxzoom"])).replace("{x}", str(x)).replace("{y}", str(y))
    assert client.get(there).status_code == 200


def test_each_colour_of_the_ramp_is_lighter_than_the_one_before():
    lightness = [0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in map(rgb, raster_ramp())]
    assert lightness == sorted(set(lightness))


@pytest.fixture
def bring(own_sample_store, archives, tmp_path, client_of):
    """Brings a further raster, and serves it."""

    def brought(bands, **other):
        path = write(tmp_path / "brought.tif", bands, **other)
        said = Brought("another", Words("Another", "Otro"), "x", "x")
        sha256 = rasters.add(own_sample_store, path, said, archives / "rasters", 100)
        return client_of(own_sample_store), archives / "rasters" / f"{sha256}.tif"

    return brought


def test_a_palette_is_shown_by_its_own_colours_and_no_mixture(bring):
    palette = {0: (10, 20, 30, 255), 1: (200, 0, 0, 255), 2: (0, 200, 0, 255)}
    bands = (np.indices((150, 200)).sum(axis=0) // 7 % 3).astype("uint8")[None]
    served, _ = bring(bands, palette=palette)
    for z in (5, 8, 11):
        drawn = _tile(served, "/rasters/another", z, *tile_at(z, -110, 30.2))
        shown = {tuple(map(int, pixel)) for pixel in drawn[drawn[..., 3] == 255]}
        assert shown <= set(palette.values())
    values_said = served.get("/rasters/another/point", params={"lon": WEST + 0.005, "lat": NORTH - 0.005}).json()
    assert values_said["values"] == [{"band": "1", "value": 0, "unit": None}]


def test_a_picture_is_shown_as_it_is_and_transparent_where_it_is(bring):
    bands = np.zeros((4, 150, 200), "uint8")
    bands[0], bands[1], bands[2] = 250, 120, 3
    bands[3, :, :100] = 255
    served, _ = bring(bands, photometric="RGB", alpha="YES")
    z = 9
    x, y = tile_at(z, -110.0, 30.2)
    drawn, (longitude, latitude) = _tile(served, "/rasters/another", z, x, y), _places(z, x, y)
    within = (latitude < NORTH - 0.03) & (latitude > NORTH - 1.47)
    west, east = within & (longitude > WEST + 0.03) & (longitude < -110.03), within & (longitude > -109.97)
    assert min(west.sum(), (east & (longitude < -109.03)).sum()) > 500
    assert {tuple(map(int, pixel)) for pixel in drawn[west]} == {(250, 120, 3, 255)}
    assert (drawn[east][:, 3] == 0).all()


def test_one_value_everywhere_is_drawn(bring):
    served, _ = bring(np.full((1, 150, 200), 7, "int16"))
    drawn = _tile(served, "/rasters/another", 9, *tile_at(9, -110, 30.2))
    assert {tuple(map(int, pixel)) for pixel in drawn[drawn[..., 3] == 255]} == {(*rgb(raster_ramp()[0]), 255)}


def test_a_file_that_is_not_on_this_machine_is_503(bring):
    served, path = bring(np.full((1, 150, 200), 8, "int16"))
    path.unlink()
    for address in ("/rasters/another/tiles/0/0/0.png", "/rasters/another/point?lon=0&lat=0"):
        answer = served.get(address, params=None)
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert "raster another is not on this machine" in answer.json()["detail"]


@pytest.mark.parametrize("part", [0, 0.5])
def test_a_file_that_is_damaged_is_503(bring, part):
    served, path = bring(np.random.default_rng(1).random((1, 600, 800)))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(part * len(whole))] or b"no raster")
    south_east = {"lon": WEST + 7.995, "lat": NORTH - 5.995}
    x, y = tile_at(12, *south_east.values())
    for address in (f"tiles/12/{x}/{y}.png", "point"):
        asked = {"lang": "es", **(south_east if address == "point" else {})}
        answer = served.get(f"/rasters/another/{address}", params=asked)
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert "está dañado" in answer.json()["detail"]


def test_the_serving_process_takes_no_rio_tiler_before_it_is_needed():
    code = "import sys, app.main; print({'rio_tiler', 'rasterio', 'pystac'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "set()\n"
