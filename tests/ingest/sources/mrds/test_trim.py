"""The trimmed MRDS as a vector file: its five attributes and its points, written as a shapefile and a GeoPackage."""

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import geopandas
import pytest
from shapely import MultiPoint, Point

from app.errors import FileFault
from ingest.rows import Row
from ingest.sources.mrds.trim import as_flat, read, recognises

COLUMNS = ("DEP_ID", "SITE_NAME", "DEV_STAT", "URL", "CODE_LIST")
WARE = ("10033726", "Ware Deposit No. 2", "Occurrence", "https://x/show-mrds.php?dep_id=10033726", " MN ")
PLACE = Point(-123.52223, 40.21346)

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(
        rows: Sequence[tuple[object, ...]] = (WARE,),
        points: Sequence[object] = (PLACE,),
        columns: Sequence[str] = COLUMNS,
        crs: str = "EPSG:4326",
        name: str = "mrds-trim.shp",
    ) -> Path:
        said = {column: [row[at] for row in rows] for at, column in enumerate(columns)}
        path = tmp_path / name
        geopandas.GeoDataFrame(said, geometry=list(points), crs=crs).to_file(path, engine="pyogrio")
        return path

    return write


def flats(path: Path) -> list[dict[str, Any]]:
    return [as_flat(row.raw) for row in read([path])]


@pytest.mark.parametrize("name", ["mrds-trim.shp", "mrds-trim.gpkg"])
@pytest.mark.parametrize("point", [PLACE, MultiPoint([PLACE])], ids=["a point", "a multi-point of one"])
def test_a_feature_is_said_in_the_columns_of_the_flat_file(write: Write, name: str, point: object) -> None:
    reading = read([write(points=[point], name=name)])
    assert reading.files[0].rows_expected == 1
    (row,) = reading
    assert isinstance(row, Row)
    assert (row.number, row.key, row.layer, row.raw["form"]) == (1, "10033726", "mrds", "trim")
    # A shapefile itself drops the blanks around a text.
    kept = WARE if name.endswith(".gpkg") else tuple(map(str.strip, WARE))
    assert row.raw["attributes"] == dict(zip(COLUMNS, kept, strict=True))
    assert as_flat(row.raw) == {
        "dep_id": "10033726",
        "site_name": "Ware Deposit No. 2",
        "dev_stat": "Occurrence",
        "url": "https://x/show-mrds.php?dep_id=10033726",
        "longitude": "-123.52223",
        "latitude": "40.21346",
        "datum": "WGS84",
        "code_list": "MN",
    }


def test_its_frame_is_said_when_it_is_another(write: Write) -> None:
    (flat,) = flats(write(crs="EPSG:4269"))
    assert (flat["datum"], flat["longitude"]) == ("EPSG:4269", "-123.52223")


@pytest.mark.parametrize("point", [None, MultiPoint([PLACE, Point(1, 2)])], ids=["none", "two"])
def test_a_feature_without_its_one_point_is_left_for_the_rejects(write: Write, point: object) -> None:
    first, second = flats(write(rows=[WARE, WARE], points=[MultiPoint([PLACE]), point]))
    assert (first["longitude"], first["latitude"]) == ("-123.52223", "40.21346")
    assert (second["longitude"], second["latitude"]) == ("", "")


def test_an_id_written_as_a_number_is_read_as_the_text_that_it_is(write: Write) -> None:
    rows = [(10033726, "A", "", "", ""), (None, "B", "", "", "")]
    path = write(rows=rows, points=[PLACE, PLACE])
    assert [row.key for row in read([path]) if isinstance(row, Row)] == ["10033726", None]


def test_blank_attributes_say_nothing(write: Write) -> None:
    (flat,) = flats(write(rows=[("1", None, None, None, None)]))
    assert (flat["site_name"], flat["dev_stat"], flat["url"], flat["code_list"]) == ("", "", "", "")


def zipped(shapefile: Path, archive: Path, folder: str) -> Path:
    with zipfile.ZipFile(archive, "a") as into:
        for part in shapefile.parent.glob(f"{shapefile.stem}.*"):
            if part != archive:
                into.write(part, f"{folder}{part.name}")
    return archive


@pytest.mark.parametrize("folder", ["", "mrds-trim/"])
def test_a_shapefile_is_read_out_of_its_zip(write: Write, tmp_path: Path, folder: str) -> None:
    archive = zipped(write(), tmp_path / "trim.zip", folder)
    assert recognises(archive)
    assert flats(archive)[0]["dep_id"] == "10033726"


def test_a_zip_of_two_layers_is_refused(write: Write, tmp_path: Path) -> None:
    archive = zipped(write(), tmp_path / "trim.zip", "")
    zipped(write(name="other.shp"), archive, "")
    with pytest.raises(FileFault, match=r"the zip should hold one layer; it holds: .*other\.shp"):
        read([archive])


def test_a_layer_of_something_else_is_refused_in_a_sentence(write: Write) -> None:
    with pytest.raises(FileFault) as refused:
        read([write(rows=[("A", "Au")], columns=["Nombre", "Sustancia"])])
    assert refused.value.words.en == (
        "mrds-trim.shp: it is not a layer of MRDS: it lacks DEP_ID, SITE_NAME; it has: Nombre, Sustancia"
    )
    assert refused.value.words.es == (
        "mrds-trim.shp: no es una capa de MRDS: le falta DEP_ID, SITE_NAME; tiene: Nombre, Sustancia"
    )


def test_only_vector_files_are_recognised(tmp_path: Path) -> None:
    (tmp_path / "mrds.csv").write_text("dep_id\n")
    assert recognises(tmp_path / "a.SHP")
    assert not recognises(tmp_path / "mrds.csv")
    assert not recognises(tmp_path / "absent.zip")
