"""SGM's mines: the answers of its service in both forms and in pages, vector files, and keys that last."""

import json
import random
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import pytest
from pyproj import Geod
from shapely import Point

from app.errors import FileFault
from ingest.coordinates import to_wgs84
from ingest.rows import Fault, Row
from ingest.sources.sgm.read import layer_of, read

SAMPLES = Path(__file__).parents[4] / "sample_data"
SAMPLE = SAMPLES / "sgm_minas_250k.json"
PAGES = [SAMPLES / "sgm_minas_50k_page1.geojson", SAMPLES / "sgm_minas_50k_page2.geojson"]

Answer = Callable[..., Path]
Mine = Callable[..., dict[str, Any]]


def rows(*paths: Path) -> list[Row]:
    read_rows = list(read(paths))
    assert not [row for row in read_rows if isinstance(row, Fault)]
    return [row for row in read_rows if isinstance(row, Row)]


def metres(here: tuple[float, float], there: tuple[float, float]) -> float:
    return Geod(ellps="WGS84").inv(*here, *there)[2]


def keys(*paths: Path) -> list[str | None]:
    return [row.key for row in rows(*paths)]


def fault(*paths: Path) -> str:
    with pytest.raises(FileFault) as refusal:
        read(paths)
    assert refusal.value.words.en.startswith(paths[-1].name)
    assert refusal.value.words.es != refusal.value.words.en
    return refusal.value.words.en.removeprefix(f"{paths[-1].name}")


def test_an_answer_in_json_is_read_feature_by_feature() -> None:
    first, *rest = rows(SAMPLE)
    assert (first.number, first.layer, first.raw["x"], first.raw["crs"]) == (1, "250k", -110.3182, "EPSG:4326")
    assert first.raw["attributes"]["Tipo de operación"] == "MINA EN EXPLOTACION"
    assert len(rest) == 35


def test_pages_are_one_answer_and_each_row_says_its_page() -> None:
    read_rows = rows(*PAGES)
    assert [(row.file, row.number) for row in read_rows] == [
        *((0, number) for number in range(1, 9)),
        *((1, number) for number in range(1, 7)),
    ]
    assert {row.layer for row in read_rows} == {"50k"}


def test_a_last_page_that_announces_another_is_refused(answer: Answer, mine: Mine) -> None:
    assert "says that more rows follow (exceededTransferLimit)" in fault(*reversed(PAGES))
    assert "says that more rows follow" in fault(answer(mine(), exceededTransferLimit=True))


def test_a_page_within_a_zip_is_held_to_the_same(tmp_path: Path) -> None:
    for page in PAGES:
        with zipfile.ZipFile(tmp_path / f"{page.stem}.zip", "w") as archive:
            archive.write(page, page.name)
    first, last = (tmp_path / f"{page.stem}.zip" for page in PAGES)
    assert "says that more rows follow" in fault(first)
    assert keys(first, last) == keys(*PAGES)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ('{"error": {"code": 400, "message": "Invalid query"}}', ": it is the service's error, not data: 400 Invalid"),
        ('{"error": "down"}', ": it is the service's error, not data: down"),
        ("<html>502 Bad Gateway</html>", ": it is cut short or not JSON"),
        ('{"features": [{"attributes": {"Nombre": "A"', ": it is cut short or not JSON"),
        ("[" * 100_000, ": it is cut short or not JSON"),
        ("[]", ": it is JSON, but not an answer of the service"),
        ('{"features": null}', ": it holds no list of features"),
        ('{"layers": []}', ": it holds no list of features"),
        ('{"features": [1]}', ": it holds no list of features"),
        ('{"features": []}', ": it does not say its coordinate system (spatialReference)"),
        ('{"features": [], "spatialReference": 4326}', ": it does not say its coordinate system"),
        ('{"features": [], "spatialReference": {"wkt": "PROJCS[]"}}', ": it does not say its coordinate system"),
        (
            '{"features": [], "spatialReference": {"wkid": 4230}}',
            ": the coordinate system EPSG:4230 is not one that we",
        ),
        (
            '{"type": "FeatureCollection", "features": [], "crs": "EPSG:4326"}',
            ": it does not say its coordinate system",
        ),
        ('{"type": "FeatureCollection", "features": [], "crs": {"properties": {"name": "NAD27"}}}', "system (crs)"),
        ("", ": it is empty"),
        ("Peña".encode("latin-1"), ": it is not UTF-8, which JSON always is (byte 2)"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "latin-1",
)
def test_what_is_no_answer_is_refused_in_one_sentence(tmp_path: Path, data: str | bytes, sentence: str) -> None:
    path = tmp_path / "minas.json"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    assert sentence in fault(path)


def test_another_layer_of_the_service_is_refused_with_its_columns(answer: Answer) -> None:
    region = {"attributes": {"Región": "Cananea", "Distrito minero": "Cananea"}, "geometry": {"x": -110, "y": 30}}
    assert "none of its columns is one of SGM's mines (Nombre, Sustancia …); it holds: Región" in fault(answer(region))


@pytest.mark.parametrize(
    ("frame", "source_crs"),
    [
        ({"wkid": 4326, "latestWkid": 4326}, "EPSG:4326"),
        ({"wkid": 6372}, "EPSG:6372"),
        ({"wkid": 102100, "latestWkid": 3857}, "EPSG:3857"),
        ({"wkid": 102100}, "EPSG:3857"),
    ],
)
def test_the_frame_of_an_esri_answer_is_its_newest_number(
    answer: Answer, mine: Mine, frame: dict[str, int], source_crs: str
) -> None:
    (row,) = rows(answer(mine(), spatialReference=frame))
    assert row.raw["crs"] == source_crs


@pytest.mark.parametrize(
    ("name", "source_crs"),
    [
        ("EPSG:3857", "EPSG:3857"),
        ("EPSG:102100", "EPSG:3857"),
        ("urn:ogc:def:crs:EPSG::6372", "EPSG:6372"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
    ],
)
def test_the_frame_of_a_geojson_answer_is_what_its_crs_names(tmp_path: Path, name: str, source_crs: str) -> None:
    said = json.loads(PAGES[1].read_text()) | {"crs": {"type": "name", "properties": {"name": name}}}
    (tmp_path / "minas.geojson").write_text(json.dumps(said))
    assert {row.raw["crs"] for row in rows(tmp_path / "minas.geojson")} == {source_crs}


def test_geojson_without_a_crs_is_wgs84_as_its_standard_says(tmp_path: Path) -> None:
    said = json.loads(PAGES[1].read_text())
    del said["crs"]
    (tmp_path / "minas.geojson").write_text(json.dumps(said))
    assert {row.raw["crs"] for row in rows(tmp_path / "minas.geojson")} == {"EPSG:4326"}


@pytest.mark.parametrize("geometry", [None, {}, "here", {"x": None, "y": None}, {"x": "NaN", "y": "NaN"}])
def test_a_mine_without_a_place_is_a_row_without_a_key(answer: Answer, mine: Mine, geometry: object) -> None:
    assert keys(answer(mine() | {"geometry": geometry}, mine())) == [None, keys(answer(mine()))[0]]


@pytest.mark.parametrize("point", [[-110.5], [], None, "here", {"x": 1}])
def test_a_geojson_point_without_two_numbers_is_no_place(tmp_path: Path, mine: Mine, point: object) -> None:
    feature = {"properties": mine()["attributes"], "geometry": {"type": "Point", "coordinates": point}}
    path = tmp_path / "minas.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature], "properties": ["odd"]}))
    assert keys(path) == [None]


def test_numbers_that_json_does_not_have_are_kept_as_words(tmp_path: Path) -> None:
    path = tmp_path / "minas.json"
    mine = '{"attributes": {"Nombre": "A"}, "geometry": {"x": NaN, "y": -Infinity}}'
    path.write_text(f'{{"spatialReference": {{"wkid": 4326}}, "features": [{mine}]}}')
    (row,) = rows(path)
    assert (row.raw["x"], row.raw["y"]) == ("NaN", "-Infinity")


@pytest.mark.parametrize(
    ("scale", "layer"),
    [
        ("Esc:1:250,000", "250k"),
        ("Esc:1:50,000", "50k"),
        ("Escala 1:50 000", "50k"),
        ("1:250.000", "250k"),
        ("1/50000", "50k"),
        (250000, "250k"),
        ("50000", "50k"),
        ("1:100,000", None),
        ("SE DESCONOCE", None),
        ("", None),
        (None, None),
    ],
)
def test_the_layer_is_read_from_the_scale_and_never_guessed(scale: object, layer: str | None) -> None:
    assert layer_of(scale) == layer


def test_a_mine_without_a_scale_is_of_the_layer_of_its_file(answer: Answer, mine: Mine) -> None:
    fine = mine(Escala="Esc:1:50,000")
    unstated = mine("B", Escala=" ")
    assert [row.layer for row in rows(answer(fine, unstated))] == ["50k", "50k"]
    assert [row.layer for row in rows(answer(mine(), fine, unstated))] == ["250k", "50k", "250k"]
    assert [row.layer for row in rows(answer(unstated))] == ["250k"]


def shuffled(said: dict[str, Any]) -> dict[str, Any]:
    """The same answer as after a rebuild of the service: another order, other numbers."""
    features = list(said["features"])
    random.Random(7).shuffle(features)  # noqa: S311
    for number, feature in enumerate(features, 1001):
        feature["attributes"]["ObjectId"] = number
    return said | {"features": features}


def by_name(path: Path) -> set[tuple[str, object, str | None]]:
    return {(row.raw["attributes"]["Nombre"], row.raw["attributes"]["Escala"], row.key) for row in rows(path)}


def test_keys_survive_a_download_in_another_order_with_other_numbers(tmp_path: Path) -> None:
    again = tmp_path / "again.json"
    again.write_text(json.dumps(shuffled(json.loads(SAMPLE.read_text()))))
    assert by_name(again) == by_name(SAMPLE)


def test_mines_of_one_name_and_place_keep_their_own_keys_in_any_order(answer: Answer, mine: Mine) -> None:
    twins = [mine(Sustancia=words, ObjectId=number) for number, words in enumerate(("Au", "Cu", "Ag"))]
    first, second, third = keys(answer(*twins))
    assert len({first, second, third}) == 3
    assert keys(answer(*reversed(twins))) == [third, second, first]


def test_a_mine_that_is_there_twice_but_for_its_number_has_one_key(answer: Answer, mine: Mine) -> None:
    first, second = keys(answer(mine(ObjectId=1), mine(ObjectId=2)))
    assert first == second


def test_case_accents_and_spaces_of_a_name_do_not_change_its_key(answer: Answer, mine: Mine) -> None:
    first, second = keys(answer(mine("PEÑA BLANCA"), mine("Pena  Blanca", y=30.50001)))
    assert first is not None
    assert second in (first, f"{first}-2")


def test_names_and_places_and_layers_tell_mines_apart(answer: Answer, mine: Mine) -> None:
    others = [mine(), mine("B"), mine(y=30.502), mine(x=-110.502), mine(Escala="Esc:1:50,000")]
    assert len(set(keys(answer(*others)))) == 5


def test_half_a_character_in_a_name_makes_a_key_like_any_other(answer: Answer, mine: Mine) -> None:
    assert None not in keys(answer(mine("\ud800"), mine("B")))


@pytest.fixture
def layer_file(tmp_path: Path) -> Callable[..., Path]:
    """The mines of the sample that have a place, as a vector file in a frame."""

    def write(name: str, crs: int) -> Path:
        placed = [row.raw for row in rows(SAMPLE) if row.key]
        frame = geopandas.GeoDataFrame(
            [raw["attributes"] for raw in placed], geometry=[Point(raw["x"], raw["y"]) for raw in placed], crs=4326
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a shapefile keeps ten characters of a column's name
            frame.to_crs(crs).to_file(tmp_path / name, encoding="utf-8")
        return tmp_path / name

    return write


@pytest.mark.parametrize("name", ["minas.shp", "minas.gpkg"])
@pytest.mark.parametrize("crs", [4326, 6372])
def test_a_vector_file_gives_the_keys_and_places_of_the_answer(
    layer_file: Callable[..., Path], name: str, crs: int
) -> None:
    there = {row.key: row.raw for row in rows(SAMPLE) if row.key}
    read_rows = {row.key: row.raw for row in rows(layer_file(name, crs))}
    assert read_rows.keys() == there.keys()
    for key, raw in read_rows.items():
        longitude, latitude, _ = to_wgs84(raw["x"], raw["y"], raw["crs"], "MX")
        assert (longitude, latitude) == pytest.approx((there[key]["x"], there[key]["y"]), abs=1e-6)


@pytest.mark.parametrize(("ending", "frame"), [("shp", 4230), ("gpkg", 4230), ("gpkg", 32610)])
def test_a_vector_file_in_a_frame_that_we_know_no_way_for_is_refused_by_name(
    layer_file: Callable[..., Path], ending: str, frame: int
) -> None:
    assert f": the coordinate system EPSG:{frame} is not one that we know" in fault(
        layer_file(f"minas.{ending}", frame)
    )


@pytest.mark.parametrize(("ending", "frame"), [("shp", 4267), ("gpkg", 4267), ("gpkg", 26713)])
def test_a_vector_file_in_nad27_comes_to_wgs84_by_the_operation_of_mexico(
    tmp_path: Path, ending: str, frame: int
) -> None:
    mines = geopandas.GeoDataFrame({"Nombre": ["A"]}, geometry=[Point(-105, 25)], crs=4267)
    mines.to_crs(frame).to_file(tmp_path / f"minas.{ending}")
    (row,) = rows(tmp_path / f"minas.{ending}")
    longitude, latitude, operation = to_wgs84(row.raw["x"], row.raw["y"], row.raw["crs"], "MX")
    assert row.raw["crs"] == f"EPSG:{frame}"
    assert "(EPSG:1187)" in operation.name
    assert 50 < metres((longitude, latitude), (-105, 25)) < 90


def test_a_shapefile_in_a_folder_of_a_zip_is_read(layer_file: Callable[..., Path], tmp_path: Path) -> None:
    path = layer_file("minas.shp", 6372)
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for part in tmp_path.glob("minas.*"):
            archive.write(part, f"A18022026162831O/{part.name}")
    assert keys(tmp_path / "export.zip") == keys(path)


def test_a_zip_of_two_layers_is_refused_with_their_names(layer_file: Callable[..., Path], tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for name in ("a.gpkg", "b.gpkg"):
            archive.write(layer_file(name, 4326), name)
    assert ": the zip should hold one layer; it holds: a.gpkg, b.gpkg" in fault(tmp_path / "export.zip")


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({}, "it holds: -"),
        ({"a.txt": "x"}, "it holds: a.txt"),
        (None, "its compressed content is cut short or damaged"),
    ],
)
def test_a_zip_without_mines_is_refused(tmp_path: Path, members: dict[str, str] | None, sentence: str) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(b"PK\3\4 cut")
    if members is not None:
        with zipfile.ZipFile(path, "w") as archive:
            for name, words in members.items():
                archive.writestr(name, words)
    assert sentence in fault(path)


def test_a_vector_file_of_something_else_is_refused_with_its_columns(tmp_path: Path) -> None:
    towns = geopandas.GeoDataFrame({"poblacion": [3]}, geometry=[Point(-110, 30)], crs=4326)
    towns.to_file(tmp_path / "towns.gpkg")
    assert ": none of its columns is one of SGM's mines (Nombre, Sustancia …); it holds: poblacion" in fault(
        tmp_path / "towns.gpkg"
    )


def test_a_wrong_encoding_of_a_shapefile_is_told_in_a_note(tmp_path: Path) -> None:
    mines = geopandas.GeoDataFrame({"Nombre": ["PEÑA"]}, geometry=[Point(-110, 30)], crs=4326)
    mines.to_file(tmp_path / "minas.shp", encoding="cp1252")
    (tmp_path / "minas.cpg").write_text("UTF-8")
    reading = read([tmp_path / "minas.shp"])
    (row,) = reading
    assert (row.raw["attributes"], reading.files[0].encoding) == ({"Nombre": "PEÑA"}, "cp1252")
    assert reading.files[0].note is not None
