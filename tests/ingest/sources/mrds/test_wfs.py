"""What the WFS of MRDS answers, in both of its versions: the axes, the padding, and XML that must not be trusted."""

import csv
import gzip
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.domain.vocabulary import fold, vocabulary
from app.errors import FileFault
from ingest.rows import Row
from ingest.sources import source
from ingest.sources.mrds import record, wfs
from ingest.sources.mrds.wfs import as_flat, fips_country, read

CROSSWALK = Path(wfs.__file__).parent / "crosswalk"
HEAD = """<?xml version='1.0' encoding="UTF-8" ?>
<wfs:FeatureCollection xmlns:ms="http://mapserver.gis.umn.edu/mapserver" xmlns:gml="http://www.opengis.net/gml"
 xmlns:wfs="http://www.opengis.net/wfs">
"""
FOOT = "</wfs:FeatureCollection>\n"
GML3 = '<gml:Point srsName="EPSG:4326"><gml:pos>28.66692 -105.83386</gml:pos></gml:Point>'
GML2 = '<gml:Point srsName="EPSG:4326"><gml:coordinates>-105.83386,28.66692</gml:coordinates></gml:Point>'

Shared = Callable[[str], Path]


def feature(point: str = GML3, dep_id: str = "10008158", kind: str = "mrds", number: str = 'gml:id="mrds.7"') -> str:
    return f"""<gml:featureMember><ms:{kind} {number}>
 <gml:boundedBy><gml:Envelope srsName="EPSG:4326"><gml:lowerCorner>1 2</gml:lowerCorner></gml:Envelope></gml:boundedBy>
 <ms:geometry>{point}</ms:geometry>
 <ms:dep_id>{dep_id}</ms:dep_id>
 <ms:site_name>San Antonio &amp; &#209;o</ms:site_name>
 <ms:dev_stat></ms:dev_stat>
 <ms:fips_code>fMX</ms:fips_code>
 <ms:url>https://mrdata.usgs.gov/mrds/show-mrds.php?dep_id={dep_id}</ms:url>
 <ms:code_list> PB ZN  AG</ms:code_list>
</ms:{kind}></gml:featureMember>
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(*parts: str, name: str = "mrds.xml", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes("".join(parts).encode(encoding))
        return path

    return write


def raws(path: Path) -> list[dict[str, Any]]:
    return [row.raw for row in read([path])]


def refusal(path: Path) -> str:
    with pytest.raises(FileFault) as refused:
        list(read([path]))
    words = refused.value.words
    assert words.en != words.es
    assert words.es.startswith(f"{path.name}: ")
    return words.en.removeprefix(f"{path.name}: ")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "mrds_sample.xml",
            ("10033616", "Kappler Prospect", "Occurrence", "-122.910010", "41.459840", "WGS84", "MN", "f06093"),
        ),
        (
            "mrds_sample_feature.xml",
            ("10077542", "Carlson", "Producer", "-122.409150", "40.520680", "WGS84", "AU", "f06089"),
        ),
    ],
)
def test_a_real_answer_is_read_by_its_own_axes(shared: Shared, name: str, said: tuple[str, ...]) -> None:
    (row,) = read([shared(f"wfs/{name}")])
    assert isinstance(row, Row)
    assert (row.file, row.number, row.key, row.layer) == (0, 1, said[0], "mrds")
    columns = ("dep_id", "site_name", "dev_stat", "longitude", "latitude", "datum", "code_list", "fips_code")
    flat = as_flat(row.raw)
    assert tuple(flat[column] for column in columns) == said
    assert flat["url"].endswith(f"dep_id={row.key}")


def test_a_real_row_is_kept_word_for_word(shared: Shared) -> None:
    (raw,) = raws(shared("wfs/mrds_sample.xml"))
    assert raw == {
        "form": "wfs",
        "id": "mrds.32466",
        "srs": "EPSG:4326",
        "gml": "3",
        "position": "41.459840 -122.910010",
        "properties": {
            "dep_id": "10033616",
            "site_name": "Kappler Prospect",
            "dev_stat": "Occurrence",
            "fips_code": "f06093",
            "huc_code": "h18010208",
            "quad_code": "q42124SEA1",
            "url": "https://mrdata.usgs.gov/mrds/show-mrds.php?dep_id=10033616",
            "code_list": " MN",
        },
    }


def test_the_service_and_its_record_put_one_deposit_at_one_place(shared: Shared) -> None:
    (feature_row,) = read([shared("wfs/mrds_sample_feature.xml")])
    (record_row,) = record.read([shared("wfs/mrds_sample_full.json")])
    mine, theirs = as_flat(feature_row.raw), record.as_flat(record_row.raw)
    for column in ("dep_id", "site_name", "dev_stat", "url", "datum"):
        assert mine[column] == theirs[column]
    for column in ("longitude", "latitude"):
        assert float(mine[column]) == float(theirs[column])


@pytest.mark.parametrize(
    "point",
    [
        GML3,
        GML3.replace("EPSG:4326", "urn:ogc:def:crs:EPSG::4326"),
        GML3.replace("EPSG:4326", "urn:x-ogc:def:crs:EPSG:6.9:4326"),
        GML3.replace("EPSG:4326", "http://www.opengis.net/def/crs/EPSG/0/4326"),
        GML3.replace(' srsName="EPSG:4326"', ""),
        GML2,
        GML2.replace("EPSG:4326", "http://www.opengis.net/gml/srs/epsg.xml#4326"),
        GML2.replace(' srsName="EPSG:4326"', ""),
        GML3.replace("28.66692 -105.83386", "\n  -105.83386\t28.66692\n").replace(
            "EPSG:4326", "urn:ogc:def:crs:OGC:1.3:CRS84"
        ),
        GML3.replace("28.66692 -105.83386", "-105.83386 28.66692").replace("EPSG:4326", "CRS:84"),
    ],
)
def test_the_order_of_the_axes_follows_the_version_and_the_frame(write: Callable[..., Path], point: str) -> None:
    (raw,) = raws(write(HEAD, feature(point), FOOT))
    flat = as_flat(raw)
    assert (flat["longitude"], flat["latitude"], flat["datum"]) == ("-105.83386", "28.66692", "WGS84")


def test_texts_are_unescaped_and_lists_lose_their_padding(write: Callable[..., Path]) -> None:
    (raw,) = raws(write(HEAD, feature(GML2, number='fid="mrds.8212"'), FOOT))
    flat = as_flat(raw)
    assert raw["id"] == "mrds.8212"
    assert raw["properties"]["code_list"] == " PB ZN  AG"
    assert (flat["site_name"], flat["dev_stat"], flat["code_list"], flat["fips_code"]) == (
        "San Antonio & Ño",
        "",
        "PB ZN  AG",
        "fMX",
    )


@pytest.mark.parametrize(
    ("point", "place"),
    [
        ("", ("", "", "")),
        ("<gml:Point/>", ("", "", "")),
        (GML3.replace("28.66692 -105.83386", ""), ("", "", "")),
        (GML3.replace("28.66692 -105.83386", "28.66692"), ("28.66692", "", "WGS84")),
        (GML3.replace("28.66692 -105.83386", "28.6 -105.8 1200"), ("28.6 -105.8 1200", "", "WGS84")),
    ],
    ids=["no point", "an empty point", "no numbers", "one number", "three numbers"],
)
def test_a_position_that_is_not_two_numbers_is_left_for_the_rejects(
    write: Callable[..., Path], point: str, place: tuple[str, ...]
) -> None:
    (raw,) = raws(write(HEAD, feature(point), FOOT))
    flat = as_flat(raw)
    assert (flat["longitude"], flat["latitude"], flat["datum"]) == place


def test_several_answers_are_read_in_their_order_whatever_their_wrapping(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    one = write(HEAD, feature(dep_id="1"), feature(dep_id=" "), FOOT)
    other = tmp_path / "other.xml.gz"
    other.write_bytes(gzip.compress((HEAD + feature(dep_id="2") + FOOT).encode()))
    third = tmp_path / "third.zip"
    with zipfile.ZipFile(third, "w") as into:
        into.writestr("answers/third.xml", HEAD + feature(dep_id="3") + FOOT)
    reading = read([one, other, third])
    assert [file.rows_expected for file in reading.files] == [2, 1, 1]
    rows = [row for row in reading if isinstance(row, Row)]
    assert [(row.file, row.number, row.key) for row in rows] == [(0, 1, "1"), (0, 2, None), (1, 1, "2"), (2, 1, "3")]


def test_many_features_in_one_member_are_as_many_rows(write: Callable[..., Path]) -> None:
    bare = [
        feature(dep_id=str(n)).replace("<gml:featureMember>", "").replace("</gml:featureMember>", "") for n in (1, 2)
    ]
    path = write(HEAD, "<gml:featureMembers>", *bare, "</gml:featureMembers>", FOOT)
    assert [row.key for row in read([path]) if isinstance(row, Row)] == ["1", "2"]


def test_an_answer_in_another_encoding_says_so(write: Callable[..., Path]) -> None:
    latin = HEAD.replace("UTF-8", "ISO-8859-1")
    path = write(latin, feature().replace("&#209;", "Ñ"), FOOT, encoding="latin-1")
    assert read([path]).files[0].encoding == "iso-8859-1"
    assert raws(path)[0]["properties"]["site_name"] == "San Antonio & Ño"


BOMB = """<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/hostname">]>"""


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ([BOMB, HEAD.partition("\n")[2], feature().replace("San", "&b;"), FOOT], "it has a document type (b)"),
        ([OUTSIDE, HEAD.partition("\n")[2], feature().replace("San", "&x;"), FOOT], "it has a document type (b)"),
        ([HEAD, feature().replace("San", "&x;"), FOOT], "it is cut short or not XML (undefined entity"),
        ([HEAD, feature()], "it is cut short or not XML (no element found"),
        ([HEAD, feature().replace("</ms:mrds>", ""), FOOT], "it is cut short or not XML (mismatched tag"),
        ([HEAD, feature(), FOOT, "junk"], "it is cut short or not XML (junk after document element"),
        (["dep_id,site_name\n"], "it is cut short or not XML"),
        ([HEAD, FOOT], "it holds no feature; version 1.1.0 of the service takes a bbox of latitude before longitude"),
        ([HEAD, feature(kind="points"), FOOT], "its features are points, not mrds; ask the service with typename=mrds"),
        (
            [HEAD, feature(GML3.replace("4326", "32612")), FOOT],
            "its coordinates are in EPSG:32612; ask the service with srsName=EPSG:4326",
        ),
        ([HEAD, feature(GML2.replace("4326", "26712")), FOOT], "its coordinates are in EPSG:26712"),
        (
            [
                "<ServiceExceptionReport><ServiceException code='x'>\n msWFS: no <b/>such layer\n"
                "</ServiceException></ServiceExceptionReport>"
            ],
            "it is the service's error, not data",
        ),
        (
            [
                '<o:ExceptionReport xmlns:o="http://www.opengis.net/ows"><o:Exception>'
                "<o:ExceptionText>\n  typename not found </o:ExceptionText></o:Exception></o:ExceptionReport>"
            ],
            "it is the service's error, not data: typename not found; ask the service again",
        ),
        (["<html/>"], "it is a html, not the FeatureCollection that the service answers to GetFeature"),
        ([HEAD, "<a>" * 200, "</a>" * 200, FOOT], "an element of it is longer or deeper than any"),
        ([HEAD, feature().replace("San", "x" * (1 << 21)), FOOT], "an element of it is longer or deeper than any"),
        ([HEAD, "<!--", "x" * (20 << 20), "-->", FOOT], "an element of it is longer or deeper than any"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_answer_is_refused_in_a_sentence(
    write: Callable[..., Path], parts: list[str], sentence: str
) -> None:
    assert refusal(write(*parts)).startswith(sentence)


def test_a_document_type_is_found_in_every_encoding(write: Callable[..., Path]) -> None:
    path = write("\ufeff", BOMB, HEAD.partition("\n")[2], feature(), FOOT, encoding="utf-16-le")
    assert refusal(path).startswith("it has a document type (b)")
    assert wfs.recognises(path)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("mrds_capabilities.xml", "it is a WFS_Capabilities, not the FeatureCollection"),
        ("mrds_feature_type.xml", "it is a schema, not the FeatureCollection"),
        ("mrds_sample_full.json", "it is cut short or not XML"),
    ],
)
def test_the_service_s_other_answers_are_refused(shared: Shared, name: str, sentence: str) -> None:
    assert refusal(shared(f"wfs/{name}")).startswith(sentence)


def test_a_long_answer_takes_no_more_memory_than_a_short_one(write: Callable[..., Path]) -> None:
    path = write(HEAD, *(feature(dep_id=str(n)) for n in range(20_000)), FOOT)
    assert path.stat().st_size > 10 << 20
    tracemalloc.start()
    assert sum(1 for _ in read([path])) == 20_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20


# --- codes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fips_code", "country"),
    [("f06089", "US"), ("fMX", "MX"), (" fAS ", "AS"), ("f", None), ("", None)],
)
def test_a_place_code_names_its_country(fips_code: str, country: str | None) -> None:
    assert fips_country(fips_code) == country


def lines(name: str) -> list[dict[str, str]]:
    with (CROSSWALK / f"{name}.csv").open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


@pytest.mark.parametrize(("name", "of"), [("fips_country", "country"), ("commodity_code", "commodity")])
def test_every_code_is_explained_once_by_a_term(name: str, of: str) -> None:
    words = [fold(line["word"]) for line in lines(name)]
    assert len(words) == len(set(words))
    assert {line["code"] for line in lines(name)} <= vocabulary(of).terms.keys()


def test_countries_whose_codes_differ_from_those_of_iso_are_not_mixed_up() -> None:
    codes = {line["word"]: line["code"] for line in lines("fips_country")}
    wanted = {
        "MX": "MX",
        "AS": "AU",
        "AU": "AT",
        "SP": "ES",
        "ES": "SV",
        "CI": "CL",
        "CH": "CN",
        "SZ": "CH",
        "SF": "ZA",
    }
    assert {word: codes[word] for word in wanted} == wanted


def test_codes_and_names_of_real_rows_mean_the_same_commodity(shared: Shared) -> None:
    """The table Resource_detail gives both for each commodity; Zinc, Refiner is a name that no crosswalk has."""
    with gzip.open(shared("rdbms/Resource_detail.txt.gz"), "rt", encoding="ascii", newline="") as text:
        said = {(row["code"], row["commod"]) for row in csv.DictReader(text, delimiter="\t")}
    codes, names = (
        {line["word"]: line["code"] for line in lines("commodity_code")},
        source("mrds").crosswalks["commodity"],
    )
    assert len(said) > 80
    assert {(code, name) for code, name in said if code not in codes} == set()
    assert {name for code, name in said if codes[code] != names.code(name)} <= {"Zinc, Refiner"}
