"""KML and KMZ: placemarks with all their words, wherever these stand, and read safely."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.errors import FileFault
from ingest import guarded
from ingest.kml import Placemarks, read_placemarks
from ingest.layers import read_layer
from ingest.sources.sgm.read import read

POINT = "<Point><coordinates>-110.3,30.95,0</coordinates></Point>"
PENA = (
    "<Placemark><name>LA PEÑA</name>"
    '<ExtendedData><Data name="Sustancia"><value>Au, Ag</value></Data></ExtendedData>'
    f"{POINT}</Placemark>"
)
# As ArcGIS writes what it knows of a feature: a table in a table, with the name above.
TABLE = """<description><![CDATA[<html><body><table border="1"><tr><td>LA PEÑA</td></tr><tr><td>
<table><tr><td>FID</td><td>7</td></tr><tr bgcolor="#D4E4F3"><td>Sustancia</td><td>Au &amp; Ag</td></tr>
<tr><td>Estructura</td><td>&lt;Null&gt;</td></tr><tr><td></td><td>x</td></tr></table></td></tr></table>]]></description>"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes these elements as a KML document."""

    def one(inside: str, encoding: str = "utf-8", said: str = "UTF-8", before: str = "") -> Path:
        head = f'<?xml version="1.0" encoding="{said}"?>{before}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        path = tmp_path / "minas.kml"
        path.write_bytes(f"{head}<name>Minas</name>{inside}</Document></kml>".encode(encoding))
        return path

    return one


def marks(path: Path) -> list[tuple[dict[str, str], tuple[float, float] | None]]:
    return read_placemarks(path).features


def fault(path: Path) -> str:
    with pytest.raises(FileFault) as refusal:
        read_placemarks(path)
    assert refusal.value.words.en.startswith(f"{path.name}: ")
    assert refusal.value.words.es != refusal.value.words.en
    return refusal.value.words.en


def test_a_layer_is_in_wgs84_and_a_placemark_without_a_point_is_a_row_all_the_same(write: Write) -> None:
    layer = read_layer(write(PENA + "<Placemark><name>SIN PUNTO</name></Placemark>"))
    assert (layer.source_crs, layer.encoding, layer.note) == ("EPSG:4326", "utf-8", None)
    assert list(layer.features) == [
        ({"Name": "LA PEÑA", "Sustancia": "Au, Ag"}, (-110.3, 30.95)),
        ({"Name": "SIN PUNTO"}, None),
    ]


@pytest.mark.parametrize(
    "extended",
    [
        '<Data name="Sustancia"><displayName>S</displayName><value>Au</value></Data>',
        '<SchemaData schemaUrl="#s"><SimpleData name="Sustancia">Au</SimpleData></SchemaData>',
        '<Sustancia xmlns="urn:sgm">Au</Sustancia>',
    ],
)
def test_data_are_read_in_each_way_to_write_them_announced_or_not(write: Write, extended: str) -> None:
    (said, _), other = marks(
        write(
            f"<Placemark><ExtendedData>{extended}</ExtendedData>{POINT}</Placemark>"
            '<Placemark><ExtendedData><Data name="Escala"><value>1:50,000</value></Data></ExtendedData></Placemark>'
        )
    )
    assert said == {"Sustancia": "Au"}
    assert other == ({"Escala": "1:50,000"}, None)


def test_the_table_of_a_description_says_what_no_data_do_and_the_description_stays(write: Write) -> None:
    ((said, _),) = marks(write(f"<Placemark><name>LA PEÑA</name>{TABLE}{POINT}</Placemark>"))
    assert said.pop("description").startswith("<html><body><table")
    assert said == {"Name": "LA PEÑA", "FID": "7", "Sustancia": "Au & Ag", "Estructura": "<Null>"}


def test_data_go_before_the_table(write: Write) -> None:
    ((said, _),) = marks(write(PENA.replace("<ExtendedData>", f"{TABLE}<ExtendedData>")))
    assert set(said) == {"Name", "Sustancia", "description"}
    assert said["Sustancia"] == "Au, Ag"


def test_a_description_in_words_alone_is_kept(write: Write) -> None:
    ((said, _),) = marks(write("<Placemark><description>veta &lt; 1 m</description></Placemark>"))
    assert said == {"description": "veta < 1 m"}


def test_a_placemark_says_all_folders_that_it_is_in(write: Write) -> None:
    inner = f"<Folder><name>Plata</name>{PENA}</Folder>"
    read = marks(write(f"<Folder><name>Sonora</name>{inner}{PENA}</Folder>{PENA}<Folder>{PENA}</Folder>"))
    assert [said.get("Folder") for said, _ in read] == ["Sonora / Plata", "Sonora", None, None]


@pytest.mark.parametrize(
    ("shape", "point"),
    [
        (POINT, (-110.3, 30.95)),
        ("<Point><coordinates>\n -110.3,30.95 \n</coordinates></Point>", (-110.3, 30.95)),
        (f"<MultiGeometry>{POINT}</MultiGeometry>", (-110.3, 30.95)),
        (f"<MultiGeometry>{POINT}{POINT}</MultiGeometry>", None),
        ("<LineString><coordinates>-110,30 -111,31</coordinates></LineString>", None),
        ("<Point><coordinates>-110.3 30.95</coordinates></Point>", None),
        ("<Point><coordinates>here,there</coordinates></Point>", None),
        ("<Point><coordinates/></Point>", None),
    ],
)
def test_only_a_single_point_is_a_place(write: Write, shape: str, point: tuple[float, float] | None) -> None:
    ((_, place),) = marks(write(f"<Placemark>{shape}</Placemark>"))
    assert place == point


def test_coordinates_that_are_no_point_are_kept_as_words(write: Write) -> None:
    ((said, _),) = marks(write("<Placemark><Point><coordinates>here</coordinates></Point></Placemark>"))
    assert said == {"coordinates": "here"}


@pytest.mark.parametrize(
    ("encoding", "said", "read_as", "noted"),
    [
        ("utf-8", "UTF-8", "utf-8", False),
        ("utf-8-sig", "UTF-8", "utf-8", False),
        ("iso-8859-1", "ISO-8859-1", "iso-8859-1", False),
        ("cp1252", "windows-1252", "windows-1252", False),
        ("cp1252", "UTF-8", "cp1252", True),
    ],
)
def test_a_file_that_says_utf8_and_is_not_is_read_as_windows_1252_with_a_note(
    write: Write, encoding: str, said: str, read_as: str, noted: bool
) -> None:
    read: Placemarks = read_placemarks(write(PENA, encoding, said))
    assert (read.encoding, read.note is not None) == (read_as, noted)
    assert read.features[0][0]["Name"] == "LA PEÑA"


def test_a_kmz_is_the_document_in_it_whatever_lies_beside(write: Write, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "minas.kmz", "w") as archive:
        archive.writestr("icons/pico.png", b"\x89PNG")
        archive.writestr("more.kml", "<kml/>")
        archive.write(write(PENA), "doc.kml")
    assert len(marks(tmp_path / "minas.kmz")) == 1
    assert len(list(read_layer(tmp_path / "minas.kmz").features)) == 1


def test_a_kml_in_a_zip_is_a_layer_of_mines(write: Write, tmp_path: Path) -> None:
    for name, inside in (("minas.zip", "sonora/minas.kml"), ("minas.kmz", "doc.kml")):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.write(write(PENA), inside)
        (row,) = read([tmp_path / name])
        assert row.raw["attributes"] == {"Name": "LA PEÑA", "Sustancia": "Au, Ag"}
        assert (row.raw["x"], row.raw["y"], row.raw["crs"]) == (-110.3, 30.95, "EPSG:4326")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("", "it is empty"),
        ("<kml><Document>", "it is cut short or not XML"),
        ("<kml><Placemark><name>A</nombre></Placemark></kml>", "it is cut short or not XML"),
        ("<kml><a b=\x01></a></kml>", "it is cut short or not XML"),
        ("{}", "it is cut short or not XML"),
        ("<html></html>", "it is a html, not a kml"),
        ("<kml></kml>", "it holds no placemark"),
        (
            "<kml><NetworkLink><Link><href>http://a.example/b.kml</href></Link></NetworkLink></kml>",
            "(NetworkLink) is no",
        ),
        ('<!DOCTYPE kml [<!ENTITY a "b">]><kml><Placemark/></kml>', "it has a document type (kml)"),
        ('<!DOCTYPE kml SYSTEM "http://a.example/k.dtd"><kml><Placemark/></kml>', "it has a document type (kml)"),
        ("<kml>" + "<Folder>" * 200, "longer or deeper than any that describes a place"),
        ("<kml><Placemark><name>" + "x" * 1_100_000, "longer or deeper than any that describes a place"),
    ],
    ids=lambda value: value[:30],
)
def test_what_is_no_kml_is_refused_in_one_sentence(tmp_path: Path, data: str, sentence: str) -> None:
    (tmp_path / "minas.kml").write_text(data, encoding="utf-8")
    assert sentence in fault(tmp_path / "minas.kml")


@pytest.mark.parametrize("said", ["ANSI", "UTF-32", "Shift_JIS", "x-mac-romanian"])
def test_an_encoding_that_cannot_be_read_is_named(write: Write, said: str) -> None:
    with pytest.raises(FileFault) as refusal:
        read_placemarks(write(PENA.replace("Ñ", "N"), said=said))
    assert str(refusal.value) == (
        f"minas.kml: it says that its encoding is {said.lower()}, in which no XML can be read; save it as UTF-8"
    )
    assert f"dice que su codificación es {said.lower()}, en la que" in refusal.value.words.es


def test_an_encoding_of_single_bytes_is_read_as_it_says(write: Write) -> None:
    assert marks(write(PENA, "cp1254", "Windows-1254")) == marks(write(PENA))


def test_a_tag_without_an_end_does_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "_LONGEST_TOKEN", 1000)
    monkeypatch.setattr(guarded, "_CHUNK", 100)
    (tmp_path / "minas.kml").write_text("<kml><Placemark id='" + "x" * 5000)
    assert "longer or deeper" in fault(tmp_path / "minas.kml")


def test_a_kmz_without_a_kml_is_refused_with_what_it_holds(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "minas.kmz", "w") as archive:
        archive.writestr("readme.txt", "none")
    assert "it holds: readme.txt" in fault(tmp_path / "minas.kmz")


def test_a_mine_of_sgm_in_kml_is_ingested_published_and_said_by_the_service(
    write: Write,
    empty_store: Engine,
    vetalode: Callable[..., tuple[int, str, str]],
    client_of: Callable[[Engine], TestClient],
) -> None:
    mine = f"<Placemark><name>PEÑA BLANCA</name>{TABLE.replace('Au &amp; Ag', 'Au, Ag')}{POINT}</Placemark>"
    assert vetalode(empty_store, "ingest", "sgm", write(mine), "--partial")[0] == 0
    assert vetalode(empty_store, "publish")[0] == 0
    (feature,) = client_of(empty_store).get("/collections/deposits/items?source=sgm&commodity=gold").json()["features"]
    said = feature["properties"]
    assert feature["geometry"]["coordinates"] == [-110.3, 30.95]
    assert (said["name"], said["commodities"], said["source_commodities"]) == ("PEÑA BLANCA", "gold,silver", "Au, Ag")
    assert (said["state"], said["source_deposit_form"], said["deposit_form"]) == ("MX-SON", "<Null>", None)
