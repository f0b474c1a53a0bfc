"""A source without code: its files, plain or vector, read and understood as its mapping says. All rows are made up."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import pytest
from shapely import Point

from app.domain.deposit import Harmonised
from app.errors import FileFault
from ingest.crosswalk import Crosswalks
from ingest.mapped import Mapped, mapped
from ingest.places import built_places
from ingest.rows import Fault, Row, RowRejected

CROSSWALKS = {
    "commodity": "Gold,gold\nSilver,silver\n" + '"Sand and Gravel, Construction",sand-and-gravel\nnone,',
    "country": "USA,US\nMexico,MX",
    "state": "Sonora,MX-SON",
    "status": "Mine,producer",
    "operation_type": "Open Pit,surface",
    "size": "L,large",
    "deposit_size": "L,large",
    "deposit_type": "skarn,skarn",
    "deposit_form": "vein,vein",
}
PLACED = 'id = "ID"\nlongitude = "X"\nlatitude = "Y"\n'

Usmin = Callable[[str], Mapped]
Meaning = Callable[..., Harmonised]


@pytest.fixture
def usmin(tmp_path: Path) -> Usmin:
    """The source of these lines of `columns.toml`, with all crosswalks."""

    def write(lines: str) -> Mapped:
        folder = tmp_path / "usmin"
        (folder / "crosswalk").mkdir(parents=True, exist_ok=True)
        for name, words in CROSSWALKS.items():
            (folder / "crosswalk" / f"{name}.csv").write_text(f"word,code\n{words}\n")
        (folder / "columns.toml").write_text(lines, encoding="utf-8")
        return mapped("usmin", folder / "columns.toml", 250.0)

    return write


@pytest.fixture
def meaning(tmp_path: Path, usmin: Usmin) -> Meaning:
    """What a row means under a mapping."""

    def mean(lines: str, **columns: Any) -> Harmonised:
        source = usmin(PLACED + lines)
        raw = {"columns": {"ID": "1", "X": "-110.5", "Y": "32.5", **columns}}
        return source.harmonise(raw, Crosswalks(tmp_path / "usmin" / "crosswalk"), built_places())

    return mean


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    def write(*lines: str, name: str = "sites.csv") -> Path:
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return tmp_path / name

    return write


@pytest.fixture
def layer(tmp_path: Path) -> Callable[..., Path]:
    """Writes two points with these columns to a vector file, by its ending."""

    def write(name: str, crs: int = 4326, **columns: list[object]) -> Path:
        places = [Point(-110.5, 32.5), Point(-111, 33)]
        geopandas.GeoDataFrame(columns, geometry=places, crs=4326).to_crs(crs).to_file(tmp_path / name)
        return tmp_path / name

    return write


def rows(source: Mapped, *paths: Path) -> list[Row | Fault]:
    return list(source.read(paths))


def fault(source: Mapped, *paths: Path) -> str:
    with pytest.raises(FileFault) as refusal:
        source.read(paths)
    assert refusal.value.words.es != refusal.value.words.en
    return refusal.value.words.en


def test_a_row_of_a_table_keeps_every_column_and_its_line(usmin: Usmin, table: Callable[..., Path]) -> None:
    reading = usmin(PLACED).read([table("ID,X,Y,more", "7,-110.5,32.5,words", "8,1")])
    assert [(one.encoding, one.rows_expected) for one in reading.files] == [("utf-8", 2)]
    good, bad = reading
    assert good == Row(0, 2, "7", "usmin", {"columns": {"ID": "7", "X": "-110.5", "Y": "32.5", "more": "words"}})
    assert isinstance(bad, Fault)
    assert (bad.number, bad.reason.code) == (3, "row-ragged")


def test_files_are_one_source_and_each_row_says_its_file(usmin: Usmin, table: Callable[..., Path]) -> None:
    one, other = (table("ID,X,Y", f"{n},1,1", name=f"{n}.csv") for n in (1, 2))
    assert [(row.file, getattr(row, "key", None)) for row in rows(usmin(PLACED), one, other)] == [(0, "1"), (1, "2")]


@pytest.mark.parametrize(
    ("mapping", "values", "key"),
    [
        ('id = ["A", "B"]', {"A": " x ", "B": 7}, "x-7"),
        ('id = ["A", "B"]', {"A": "x", "B": None}, None),
        ('id = "B"', {"A": "x", "B": 12.0}, "12"),
        ('id = "B"', {"A": "x", "B": 12.5}, "12.5"),
        ('id = "A"\nnull = ["N/A"]', {"A": "n/a", "B": 1}, None),
    ],
)
def test_the_key_is_made_of_all_its_columns(
    usmin: Usmin, layer: Callable[..., Path], mapping: str, values: dict[str, object], key: str | None
) -> None:
    path = layer("sites.gpkg", **{name: [value, value] for name, value in values.items()})
    assert [getattr(row, "key", "") for row in rows(usmin(mapping), path)] == [key, key]


@pytest.mark.parametrize(
    ("mapping", "name"),
    [
        ("", "usmin"),
        ('layer = { always = "sites" }', "sites"),
        ('layer = "kind"', "adit-or-shaft"),
        ('layer = "empty"', "usmin"),
        ('layer = { always = "¿?" }', "usmin"),
    ],
)
def test_the_layer_is_a_short_name(usmin: Usmin, table: Callable[..., Path], mapping: str, name: str) -> None:
    (row,) = rows(usmin(PLACED + mapping), table("ID,X,Y,kind,empty", "7,1,1,Adit or (Shaft),"))
    assert isinstance(row, Row)
    assert row.layer == name


def test_a_row_alone_has_the_key_and_layer_that_it_has_in_its_file(usmin: Usmin, table: Callable[..., Path]) -> None:
    source = usmin(PLACED + 'layer = "kind"')
    (row,) = rows(source, table("ID,X,Y,kind", "7,1,1,Adit"))
    assert isinstance(row, Row)
    assert source.key_and_layer(row.raw, ()) == (row.key, row.layer) == ("7", "adit")


@pytest.mark.parametrize("name", ["sites.shp", "sites.gpkg"])
@pytest.mark.parametrize("crs", [4326, 4269, 32612])
def test_a_vector_file_has_its_own_points_and_frame(
    usmin: Usmin, layer: Callable[..., Path], tmp_path: Path, name: str, crs: int
) -> None:
    source = usmin('id = "ID"\ncrs = "EPSG:4267"\ncountry = { always = "US" }')
    first, _ = rows(source, layer(name, crs, ID=[1, 2]))
    assert isinstance(first, Row)
    assert first.raw["crs"] == f"EPSG:{crs}"
    position = source.harmonise(first.raw, Crosswalks(tmp_path / "usmin" / "crosswalk"), built_places()).position
    assert (position.longitude, position.latitude) == pytest.approx((-110.5, 32.5), abs=1e-6)


def test_a_table_may_be_in_a_zip_beside_others_under_the_source_s_name(usmin: Usmin, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("usmin.csv", "ID,X,Y\n7,1,1\n")
        archive.writestr("codes.csv", "code,meaning\n")
    assert [getattr(row, "key", None) for row in rows(usmin(PLACED), tmp_path / "all.zip")] == ["7"]


def test_a_file_that_lacks_mapped_columns_is_refused_with_those_it_has(
    usmin: Usmin, table: Callable[..., Path], layer: Callable[..., Path]
) -> None:
    source = usmin(PLACED + 'name = "site"\nstatus = "S"')
    said = "it lacks columns that columns.toml of usmin names: "
    assert fault(source, table("ID,X,site", "1,1,1")) == f"sites.csv: {said}S, Y; it has: ID, X, site"
    assert fault(source, layer("sites.gpkg", ID=[1, 2])) == f"sites.gpkg: {said}S, site; it has: ID"


def test_a_table_needs_columns_of_a_position(usmin: Usmin, table: Callable[..., Path]) -> None:
    assert "it is a table, and columns.toml names no columns of longitude and latitude" in fault(
        usmin('id = "ID"'), table("ID", "1")
    )


def test_a_frame_without_a_way_to_wgs84_is_refused(usmin: Usmin, layer: Callable[..., Path]) -> None:
    path = layer("sites.gpkg", 4230, ID=[1, 2])
    assert "sites.gpkg: the coordinate system EPSG:4230 is not one" in fault(usmin('id = "ID"'), path)


def test_a_zip_of_several_layers_is_refused(usmin: Usmin, layer: Callable[..., Path], tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for name in ("a.gpkg", "b.gpkg"):
            archive.write(layer(name, ID=[1, 2]), name)
    assert "the zip should hold one layer; it holds: a.gpkg, b.gpkg" in fault(usmin('id = "ID"'), tmp_path / "all.zip")


def test_a_layer_without_features_lacks_nothing(usmin: Usmin, tmp_path: Path) -> None:
    geopandas.GeoDataFrame({"Z": []}, geometry=[], crs=4326).to_file(tmp_path / "none.gpkg")
    assert rows(usmin('id = "ID"'), tmp_path / "none.gpkg") == []


def test_words_of_a_list_become_codes_beside_them(meaning: Meaning) -> None:
    listed = {"country": "USA", "status": "Mine", "operation_type": "open pit"} | {
        f"{name}_size": "L" for name in ("production", "deposit", "operation")
    }
    meant = meaning("\n".join(f'{name} = "{name}"' for name in listed), **listed)
    assert (meant.country, meant.status, meant.operation_type) == ("US", "producer", "surface")
    assert (meant.production_size, meant.deposit_size, meant.operation_size) == ("large",) * 3
    assert (meant.source_status, meant.source_deposit_size, meant.unmapped) == ("Mine", "L", ())


def test_free_text_becomes_a_code_by_the_phrases_in_it(meaning: Meaning) -> None:
    meant = meaning('deposit_type = "M"\ndeposit_form = "F"', M="Cu skarn?", F="steep veins; vein")
    assert (meant.deposit_type, meant.source_deposit_type) == ("skarn", "Cu skarn?")
    assert meant.deposit_form == "vein"


def test_an_unknown_word_gives_no_code_and_is_listed(meaning: Meaning) -> None:
    meant = meaning('country = "C"\nstatus = "S"\n[commodities]\nunranked = "M"', C="Utopia", S="?!", M="Gold, Oops")
    assert (meant.country, meant.status, [one.code for one in meant.commodities]) == (None, None, ["gold"])
    assert [(one.attribute, one.word) for one in meant.unmapped] == [
        ("country", "Utopia"),
        ("status", "?!"),
        ("commodity", "Oops"),
    ]


def test_a_value_that_always_holds_is_not_put_into_the_source_s_mouth(meaning: Meaning) -> None:
    meant = meaning('country = { always = "US" }\nstatus = { always = "producer" }')
    assert (meant.country, meant.source_country) == ("US", None)
    assert (meant.status, meant.source_status) == ("producer", None)


def test_the_country_and_state_come_of_the_position_where_none_is_mapped(meaning: Meaning) -> None:
    meant = meaning("")
    assert (meant.country, meant.state, meant.source_country, meant.source_state) == ("US", "US-AZ", None, None)


def test_a_stated_state_is_checked_against_the_position(meaning: Meaning) -> None:
    meant = meaning('country = "C"\nstate = "S"', C="Mexico", S="Sonora")
    assert (meant.country, meant.state, meant.position.check) == ("MX", "MX-SON", "outside-stated-country")


@pytest.mark.parametrize(
    ("mapping", "columns", "codes", "words"),
    [
        ('unranked = "c"', {"c": "Gold, Silver"}, [("gold", None), ("silver", None)], "Gold, Silver"),
        ('primary = "c"', {"c": "Sand and Gravel, Construction, Gold"}, [("sand-and-gravel", 1), ("gold", 1)], None),
        ('separator = "/"\nprimary = "c"', {"c": "Gold / Silver/"}, [("gold", 1), ("silver", 1)], "Gold / Silver/"),
        ('primary = "c"\ntertiary = "d"', {"c": "Gold", "d": "Gold,Silver"}, [("gold", 1), ("silver", 3)], None),
        ('primary = ["c", "d"]', {"c": "Gold", "d": None}, [("gold", 1)], "c: Gold"),
        ('unranked = "c"', {"c": "none, N/A"}, [], "none, N/A"),
        ('unranked = "c"', {"c": " "}, [], None),
    ],
)
def test_commodities_by_their_columns_ranks_and_separator(
    meaning: Meaning, mapping: str, columns: dict[str, str | None], codes: list[object], words: str | None
) -> None:
    meant = meaning(f'null = ["N/A"]\n[commodities]\n{mapping}', **columns)
    assert [(one.code, one.rank) for one in meant.commodities] == codes
    assert words in (None, meant.source_commodities)
    assert meant.unmapped == ()


@pytest.mark.parametrize(
    ("mapping", "written", "metres"),
    [
        ("", "", 250),
        ("accuracy_m = 30", "", 30),
        ('accuracy_m = "A"', "12.5", 12.5),
        ('accuracy_m = "A"', " 12 ", 12),
        ('accuracy_m = "A"', 12.0, 12),
        ('accuracy_m = "A"', "", 250),
        ('accuracy_m = "A"', None, 250),
        ('accuracy_m = "A"', "good", 250),
        ('accuracy_m = "A"', "0", 250),
        ('accuracy_m = "A"', "-5", 250),
        ('accuracy_m = "A"', ".", 250),
    ],
)
def test_the_accuracy_is_the_row_s_else_the_source_s(
    meaning: Meaning, mapping: str, written: object, metres: float
) -> None:
    assert meaning(mapping, A=written).position.accuracy_m == metres


def test_null_words_say_nothing_and_stay_as_they_are(meaning: Meaning) -> None:
    meant = meaning('null = ["Not Recorded"]\nname = "N"\nstatus = "S"', N="NOT RECORDED", S="not  recorded")
    assert (meant.name, meant.source_name) == (None, "NOT RECORDED")
    assert (meant.status, meant.source_status, meant.unmapped) == (None, "not  recorded", ())


@pytest.mark.parametrize(
    ("x", "y", "code"),
    [("", "1", "position-missing"), ("-9999", "1", "position-missing"), ("east", "1", "position-not-a-number")],
)
def test_a_position_that_cannot_be_used_names_its_column(meaning: Meaning, x: str, y: str, code: str) -> None:
    with pytest.raises(RowRejected) as rejection:
        meaning('null = ["-9999"]', X=x, Y=y)
    assert (rejection.value.reason.code, rejection.value.reason.field) == (code, "X")


def test_years_are_four_figures_beside_the_words(meaning: Meaning) -> None:
    meant = meaning('discovered_year = "D"\nlast_production_year = "L"', D=1881, L="about 1900")
    assert (meant.discovered_year, meant.last_production_year) == (1881, None)
    assert meant.source_years == "discovered_year: 1881; last_production_year: about 1900"


@pytest.mark.parametrize(
    ("mapping", "url"),
    [
        ("", None),
        ('url = "U"', "https://a.example/1"),
        ('url = { always = "https://b.example/{id}" }', "https://b.example/1"),
    ],
)
def test_the_page_of_a_record_is_a_column_or_made_of_its_id(meaning: Meaning, mapping: str, url: str | None) -> None:
    assert meaning(mapping, U="https://a.example/1").source_url == url


def test_further_words_are_kept(meaning: Meaning) -> None:
    texts = ("other_names", "county", "host_rock", "alteration")
    meant = meaning("\n".join(f'{name} = "{name}"' for name in texts), **{name: f"the {name}" for name in texts})
    assert meant.other_names == "the other_names"
    assert meant.source_county == "the county"
    assert (meant.source_host_rock, meant.source_alteration) == ("the host_rock", "the alteration")
