"""Vector files as rows: only layers of points that say their frame, whatever the damage."""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas
import pytest
from shapely import LineString, MultiPoint, Point

from app.errors import FileFault
from ingest.layers import Layer, layer_in, read_layer
from ingest.sources import source

PLACES = [Point(-110.3182, 30.9571), Point(-102.5729, 22.7709)]
WORDS = {"Nombre": ["PEÑA BLANCA", None], "Estado": ["x", "y"], "Año": [1881, 0]}


@pytest.fixture
def layer(tmp_path: Path) -> Callable[..., Path]:
    """Writes two points in a frame to a file, by its ending."""

    def write(name: str, crs: int = 4326, geometry: object = PLACES, **more: object) -> Path:
        geopandas.GeoDataFrame(WORDS, geometry=geometry, crs=4326).to_crs(crs).to_file(tmp_path / name, **more)
        return tmp_path / name

    return write


def fault(path: Path, member: str | None = None) -> str:
    with pytest.raises(FileFault) as refusal:
        read_layer(path, member)
    assert refusal.value.words.es != refusal.value.words.en
    return refusal.value.words.en


def told(layer: Layer) -> list[tuple[object, object]]:
    return [(said.get("Nombre"), point) for said, point in layer.features]


@pytest.mark.parametrize("name", ["m.shp", "m.gpkg"])
def test_points_come_with_their_words(layer: Callable[..., Path], name: str) -> None:
    read = read_layer(layer(name, encoding="utf-8"))
    assert (read.source_crs, read.encoding, read.note) == ("EPSG:4326", "utf-8", None)
    assert told(read) == [("PEÑA BLANCA", (-110.3182, 30.9571)), (None, (-102.5729, 22.7709))]


@pytest.mark.parametrize("name", ["m.shp", "m.gpkg"])
@pytest.mark.parametrize("crs", [4267, 4488, 6365, 6372, 32613])
def test_the_frame_is_told_by_its_code(layer: Callable[..., Path], name: str, crs: int) -> None:
    assert read_layer(layer(name, crs)).source_crs == f"EPSG:{crs}"


def test_values_keep_their_kind(layer: Callable[..., Path]) -> None:
    first, second = (said for said, _ in read_layer(layer("m.gpkg")).features)
    assert first == {"Nombre": "PEÑA BLANCA", "Estado": "x", "Año": 1881}
    assert second == {"Nombre": None, "Estado": "y", "Año": 0}


def test_a_multipoint_of_one_is_a_point_and_other_shapes_are_none(layer: Callable[..., Path]) -> None:
    one, two = (MultiPoint(PLACES[:count]) for count in (1, 2))
    assert [point for _, point in read_layer(layer("m.gpkg", 4326, [one, two])).features] == [PLACES[0].coords[0], None]
    assert [point for _, point in read_layer(layer("n.gpkg", 4326, [Point(), None])).features] == [None, None]
    lines = [LineString(PLACES)] * 2
    assert [point for _, point in read_layer(layer("l.gpkg", 4326, lines)).features] == [None, None]


def test_a_shapefile_that_says_utf8_and_is_not_is_read_as_windows_1252_with_a_note(layer: Callable[..., Path]) -> None:
    path = layer("m.shp", encoding="cp1252")
    path.with_suffix(".cpg").write_text("UTF-8")
    read = read_layer(path)
    assert [set(said) for said, _ in read.features] == [{"Nombre", "Estado", "Año"}] * 2
    assert read.encoding == "cp1252"
    assert read.note is not None
    assert read.note.es == "m.shp no está en UTF-8, como dice; se lee como Windows-1252"


def test_a_shapefile_in_its_own_encoding_needs_no_note(layer: Callable[..., Path]) -> None:
    read = read_layer(layer("m.shp", encoding="cp1252"))
    assert (read.note, told(read)[0][0]) == (None, "PEÑA BLANCA")


@pytest.mark.parametrize("name", ["mrds", "sgm"])
def test_a_zip_whose_directory_is_damaged_is_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    path = tmp_path / "m.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("m.shp", b"")
    whole = path.read_bytes()
    version = whole.index(b"PK\1\2") + 6
    path.write_bytes(whole[:version] + b"\xd5" + whole[version + 1 :])
    with pytest.raises(FileFault, match=r"m\.zip: its compressed content is cut short or damaged"):
        source(name).read([path])


def test_the_layer_of_a_zip_is_its_only_one(layer: Callable[..., Path], tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as archive:
        archive.write(layer("m.gpkg"), "a/m.gpkg")
    found = layer_in(tmp_path / "m.zip")
    assert found is not None
    assert len(told(found)) == 2
    with zipfile.ZipFile(tmp_path / "m.zip", "a") as archive:
        archive.write(layer("n.gpkg"), "n.gpkg")
    with pytest.raises(FileFault) as refusal:
        layer_in(tmp_path / "m.zip")
    assert refusal.value.words.es == "m.zip: el zip debe contener una sola capa; contiene: a/m.gpkg, n.gpkg"


def test_a_shapefile_within_a_zip_is_read_in_place(layer: Callable[..., Path], tmp_path: Path) -> None:
    layer("m.shp")
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as archive:
        for part in tmp_path.glob("m.*"):
            if part.suffix != ".zip":
                archive.write(part, f"A18022026/{part.name}")
    assert len(told(read_layer(tmp_path / "m.zip", "A18022026/m.shp"))) == 2


@pytest.mark.parametrize(
    ("ending", "change", "sentence"),
    [
        (".prj", Path.unlink, "m.shp: it does not say a coordinate system that has an EPSG code"),
        (".prj", lambda part: part.write_text('LOCAL_CS["sheet 7"]'), "that has an EPSG code"),
        (".prj", lambda part: part.write_text("PROJCS[oh"), "m.shp: it is not a vector file that can be read"),
        (".shx", Path.unlink, "m.shp: it is not a vector file that can be read"),
        (".dbf", lambda part: part.write_bytes(part.read_bytes()[:-30]), "it is not a vector file that can be read"),
        (".shp", lambda part: part.write_bytes(b"oh"), "m.shp: it is not a vector file that can be read"),
        (".shp", lambda part: part.write_bytes(b""), "m.shp: it is not a vector file that can be read"),
    ],
    ids=["no frame", "a frame of its own", "damaged frame", "no index", "words cut short", "no shapes", "empty"],
)
def test_a_damaged_shapefile_is_refused_in_one_sentence(
    layer: Callable[..., Path], ending: str, change: Callable[[Path], object], sentence: str
) -> None:
    path = layer("m.shp")
    change(path.with_suffix(ending))
    assert sentence in fault(path)


def test_a_file_of_several_layers_is_refused_with_their_names(layer: Callable[..., Path]) -> None:
    layer("m.gpkg", layer="minas")
    assert "it should hold one layer of points; it holds: minas, regiones" in fault(layer("m.gpkg", layer="regiones"))


def test_a_table_without_places_is_no_layer(tmp_path: Path) -> None:
    geopandas.GeoDataFrame(WORDS, geometry=PLACES, crs=4326).drop(columns="geometry").to_csv(tmp_path / "m.csv")
    shutil.copy(tmp_path / "m.csv", tmp_path / "m.gpkg")
    assert "m.gpkg: it is not a vector file that can be read" in fault(tmp_path / "m.gpkg")
