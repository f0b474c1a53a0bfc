"""A raster is taken in without a change of its values, or refused by a sentence that says why."""

from contextlib import suppress

import numpy as np
import pytest
import rasterio
from rio_cogeo.cogeo import cog_validate
from sqlalchemy import text

from app.errors import BadValue, FileFault, Refused
from app.words import Words
from ingest import rasters
from ingest.__main__ import main
from ingest.rasters import Brought
from tests.rasters import MAGNETICS, values, values_file, write

PALETTE = {0: (10, 20, 30, 255), 1: (200, 0, 0, 255), 2: (0, 200, 0, 255)}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "rasters"


def _random(bands, dtype, seed=1):
    numbers = np.random.default_rng(seed)
    return numbers.integers(0, 200, (bands, 700, 900)).astype(dtype)


def _add(store, path, folder, brought=MAGNETICS, max_mb=100):
    return rasters.add(store, path, brought, folder, max_mb)


def _row(store, of=MAGNETICS):
    with store.connect() as connection:
        return connection.execute(text("SELECT * FROM raster WHERE id = :id"), {"id": of.id}).one()


@pytest.mark.parametrize(
    ("bands", "other"),
    [
        (values()[None], {"nodata": -9999}),
        (np.where(values() < 0, np.nan, values())[None], {"nodata": float("nan")}),
        (_random(1, "float64") / 7, {}),
        (_random(1, "int16"), {"nodata": 0}),
        (_random(1, "uint8") % 3, {"palette": PALETTE}),
        (_random(3, "uint8"), {"photometric": "RGB"}),
        (_random(4, "uint8"), {"photometric": "RGB", "alpha": "YES"}),
        (_random(1, "float32"), {"crs": "EPSG:6372", "transform": rasterio.Affine(90, 5, 1e6, 5, -90, 2e6)}),
    ],
    ids=["float32", "nan", "float64", "int16", "palette", "rgb", "rgba", "turned"],
)
def test_every_value_stays_what_it_was(empty_store, tmp_path, folder, bands, other):
    source = write(tmp_path / "brought.tif", bands, **other)
    made = folder / f"{_add(empty_store, source, folder)}.tif"
    assert cog_validate(made, strict=True)[:2] == (True, [])
    with rasterio.open(source) as before, rasterio.open(made) as after:
        np.testing.assert_array_equal(after.read(), before.read())
        assert after.dtypes == before.dtypes
        assert (after.crs, after.transform, after.colorinterp) == (before.crs, before.transform, before.colorinterp)
        np.testing.assert_equal(after.nodatavals, before.nodatavals)
        if "palette" in other:
            assert after.colormap(1) == before.colormap(1)
    assert list(folder.iterdir()) == [made]


def test_the_register_says_what_the_file_is(empty_store, tmp_path, folder):
    path = values_file(tmp_path / "brought.tif")
    sha256 = _add(empty_store, path, folder)
    row = _row(empty_store)
    assert (row.kind, row.sha256, row.crs, row.width, row.height) == ("values", sha256, "EPSG:4326", 200, 150)
    assert (row.title_en, row.title_es, row.source_name) == (*vars_of(MAGNETICS.title), "brought.tif")
    assert row.bounds == pytest.approx([-111, 29.5, -109, 31])
    assert row.bands == [{"name": "1", "dtype": "float32", "unit": "nT", "nodata": -9999.0}]
    there = values()[values() > -9999]
    assert (row.low, row.high) == pytest.approx(tuple(np.percentile(there, (2, 98))))
    assert 0 <= row.min_zoom <= row.max_zoom <= 12
    assert row.bytes == (folder / f"{sha256}.tif").stat().st_size


def vars_of(words):
    return words.en, words.es


def test_values_are_understood_by_their_scale_and_offset(empty_store, tmp_path, folder):
    path = write(tmp_path / "scaled.tif", np.arange(10_000, dtype="int16").reshape(1, 100, 100))
    with rasterio.open(path, "r+") as raster:
        raster.scales, raster.offsets = (0.1,), (-100.0,)
    _add(empty_store, path, folder)
    assert (_row(empty_store).low, _row(empty_store).high) == pytest.approx((-80, 880), abs=0.1)


def _text(path):
    path.write_text("id,x,y\n1,2,3\n")
    return path


def _truncated(path):
    write(path, _random(1, "float64") / 7, compress="deflate", tiled=True, blockxsize=256, blockysize=256)
    path.write_bytes(path.read_bytes()[:100_000])
    return path


def _vrt(path):
    source = values_file(path.with_suffix(".source.tif"))
    path.write_text(
        '<VRTDataset rasterXSize="200" rasterYSize="150"><VRTRasterBand dataType="Float32" band="1"><SimpleSource>'
        f"<SourceFilename>{source}</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"
    )
    return path


LOCAL = 'LOCAL_CS["a mine\'s own grid",UNIT["metre",1]]'

REFUSED = {
    "text": (_text, "no sound GeoTIFF", "no es un GeoTIFF"),
    "truncated": (_truncated, "no sound GeoTIFF", "no es un GeoTIFF"),
    "vrt": (_vrt, "no sound GeoTIFF", "no es un GeoTIFF"),
    "png": (
        lambda path: write(path, _random(3, "uint8"), driver="PNG", crs=None, transform=None),
        "no sound GeoTIFF",
        "no es un GeoTIFF",
    ),
    "missing": (lambda path: path, "no such file", "no existe tal archivo"),
    "folder": (lambda path: path.parent, "no such file", "no existe tal archivo"),
    "no place": (lambda path: values_file(path, transform=None), "not georeferenced", "no está georreferenciado"),
    "no system": (lambda path: values_file(path, crs=None), "not georeferenced", "no está georreferenciado"),
    "own grid": (lambda path: values_file(path, crs=LOCAL), "where on earth", "en qué lugar de la Tierra"),
    "two bands": (lambda path: write(path, _random(2, "uint8")), "2 bands of uint8", "2 bandas de uint8"),
    "float picture": (lambda path: write(path, _random(3, "float32")), "3 bands of float32", "3 bandas de float32"),
    "no alpha": (
        lambda path: write(path, _random(4, "uint8"), photometric="MINISBLACK"),
        "4 bands of uint8",
        "4 bandas de uint8",
    ),
    "complex": (lambda path: write(path, _random(1, "complex64")), "complex64", "complex64"),
    "empty": (
        lambda path: write(path, np.zeros((1, 50, 50), "float32"), nodata=0),
        "it has no value",
        "no tiene ningún valor",
    ),
}


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_used_is_refused_and_leaves_nothing(empty_store, tmp_path, folder, case):
    make, en, es = REFUSED[case]
    with pytest.raises(FileFault) as refused:
        _add(empty_store, make(tmp_path / "brought.tif"), folder)
    assert en in refused.value.words.en
    assert es in refused.value.words.es
    assert str(tmp_path) in refused.value.words.en
    assert "\n" not in refused.value.words.en
    assert not folder.exists() or not list(folder.iterdir())
    with empty_store.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM raster")) == 0


def test_what_is_larger_than_the_setting_is_refused_before_it_is_read(empty_store, tmp_path, folder):
    path = tmp_path / "large.tif"
    # Sparse: 40 gigabytes unpacked, a few kilobytes on disk.
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=100_000,
        height=100_000,
        count=1,
        dtype="float32",
        crs="EPSG:4326",
        transform=rasterio.Affine(0.001, 0, -110, 0, -0.001, 30),
        tiled=True,
        blockxsize=4096,
        blockysize=4096,
        sparse_ok=True,
    ):
        pass
    with pytest.raises(FileFault, match="40,000 megabytes, and 100 are allowed"):
        _add(empty_store, path, folder)


@pytest.mark.parametrize("name", ["", "Magnetics", "a/b", "../x", "-a", "a" * 64, "ñ", "a b"])
def test_an_id_that_cannot_stand_in_an_address_is_refused(empty_store, tmp_path, folder, name):
    brought = Brought(name, Words("A", "A"), "x", "x")
    with pytest.raises(BadValue, match="cannot be the id of a raster"):
        _add(empty_store, values_file(tmp_path / "brought.tif"), folder, brought)


def test_an_id_that_is_taken_is_refused(empty_store, tmp_path, folder):
    path = values_file(tmp_path / "brought.tif")
    _add(empty_store, path, folder)
    with pytest.raises(Refused, match="there is a raster magnetics already"):
        _add(empty_store, path, folder)


def test_removing_takes_the_file_unless_another_raster_has_it(empty_store, tmp_path, folder):
    path = values_file(tmp_path / "brought.tif")
    twin = Brought("twin", MAGNETICS.title, "x", "x")
    assert _add(empty_store, path, folder) == _add(empty_store, path, folder, twin)
    rasters.remove(empty_store, "magnetics", folder)
    assert len(list(folder.iterdir())) == 1
    rasters.remove(empty_store, "twin", folder)
    assert list(folder.iterdir()) == []
    with pytest.raises(Refused, match="there is no raster 'twin'"):
        rasters.remove(empty_store, "twin", folder)


def test_what_fails_midway_leaves_no_file(empty_store, tmp_path, folder, monkeypatch):
    monkeypatch.setattr(rasters, "_zooms", lambda *_: 1 / 0)
    with suppress(ZeroDivisionError):
        _add(empty_store, values_file(tmp_path / "brought.tif"), folder)
    assert list(folder.iterdir()) == []


TYPED = ("--title-en", "Magnetics", "--title-es", "Magnetometría", "--licence", "CC0", "--citation", "INEGI")


def test_the_command_line_adds_lists_and_removes(empty_store, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", empty_store.url.render_as_string(hide_password=False))
    monkeypatch.setenv("RASTERS", str(tmp_path / "rasters"))
    path = values_file(tmp_path / "brought.tif")
    assert main(["--lang", "en", "raster", "add", str(path), "--id", "mag", *TYPED]) == 0
    assert "raster mag is at /rasters/mag" in capsys.readouterr().out
    assert main(["--lang", "es", "raster", "add", str(path), "--id", "mag", *TYPED]) == 1
    assert "ya existe el ráster mag" in capsys.readouterr().err
    assert main(["--lang", "es", "raster", "list"]) == 0
    assert "Magnetometría" in capsys.readouterr().out
    assert main(["--lang", "es", "raster", "remove", "mag"]) == 0
    assert "se quitó el ráster mag" in capsys.readouterr().out
    assert main(["--lang", "en", "raster", "add", str(tmp_path / "none.tif"), "--id", "mag", *TYPED]) == 1
    assert "there is no such file" in capsys.readouterr().err
    monkeypatch.setenv("RASTER_MAX_MB", "1")
    large = write(tmp_path / "large.tif", _random(3, "uint8"), photometric="RGB")
    assert main(["--lang", "es", "raster", "add", str(large), "--id", "mag", *TYPED]) == 1
    assert "se permiten 1 (RASTER_MAX_MB)" in capsys.readouterr().err
