"""A view as bytes: well-formed and read back as it was said, whatever the words are; never whole when it failed."""

import json
import re
import tracemalloc
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.extracts.erml.geojson import geojson
from app.extracts.erml.gml import ERL_NS, GML_NS, WFS_NS, gml
from app.extracts.erml.views import View, fields

ERL, GML, WFS = (f"{{{name}}}" for name in (ERL_NS, GML_NS, WFS_NS))
OCCURRENCE = View.MINERAL_OCCURRENCE

ODD = (
    *("Ñandú & Co", "a < b > c", "]]>", '"it\'s"', "-- a --> comment", "<!-- -->", "&amp;", "矿 🪨", " both ends "),
    *("two\nlines", "tab\tin it", "return\rin it", "windows\r\nlines"),
)
UNSAYABLE = (
    "nul\x00",
    "bell\x07",
    "escape\x1b[0m",
    "vertical\x0btab",
    "not a character\ufffe",
    "half\ud800",
    "\x7f\x85",
)


def _read(text):
    return ET.fromstring(text)  # noqa: S314 our own text


def _root(pieces):
    return _read(b"".join(pieces))


def _members(root, view=OCCURRENCE):
    return [member.find(f"{ERL}{view}") for member in root.findall(f"{WFS}member")]


@pytest.mark.parametrize("word", ODD)
def test_words_come_back_as_they_went_in(feature, facts, word):
    one = feature(name=word, source_host_rock=word, citation=word)
    (xml,) = _members(_root(gml(OCCURRENCE, [one], facts(), "en")))
    (said,) = json.loads(b"".join(geojson(OCCURRENCE, [one], facts(), "en")))["features"]
    assert xml.findtext(f"{ERL}name") == word == said["properties"]["name"]
    assert xml.findtext(f"{ERL}hostGeologicUnit") == word
    assert xml.findtext(f"{ERL}source") == said["properties"]["source"]


@pytest.mark.parametrize("word", UNSAYABLE[:-1])
def test_what_xml_cannot_hold_becomes_the_replacement_character(feature, facts, word):
    (xml,) = _members(_root(gml(OCCURRENCE, [feature(name=word)], facts(), "en")))
    assert xml.findtext(f"{ERL}name") == re.sub("[\x00-\x1f\ufffe\ud800]", "\ufffd", word)


def test_control_characters_that_xml_can_hold_stay(feature, facts):
    (xml,) = _members(_root(gml(OCCURRENCE, [feature(name=UNSAYABLE[-1])], facts(), "en")))
    assert xml.findtext(f"{ERL}name") == UNSAYABLE[-1]


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(word=st.text(st.characters(), min_size=1))
def test_any_text_is_well_formed(feature, facts, word):
    text = b"".join(gml(OCCURRENCE, [feature(name=word)], facts(filter=word), "es"))
    (xml,) = _members(_read(text))
    assert len(xml.findtext(f"{ERL}name")) == len(word)


@pytest.mark.parametrize("words", ["-", "--", "---->", "a--b", "x-"])
def test_a_filter_does_not_end_the_comment_that_tells_it(feature, facts, words):
    root = _root(gml(OCCURRENCE, [feature()], facts(filter=words), "en"))
    assert len(_members(root)) == 1


def test_the_comment_says_where_the_file_comes_from(feature, facts):
    text = b"".join(gml(OCCURRENCE, [feature()], facts(country="MX"), "es")).decode()
    said = text[text.index("<!--") : text.index("-->")]
    for word in ("EarthResourceML-Lite 2.0.1", "MineralOccurrenceView, 1 objetos", "2026-01-02.1", "country=MX", "CC0"):
        assert word in said


@pytest.mark.parametrize("view", View)
def test_elements_stand_in_the_order_of_the_schema_and_none_is_empty(feature, facts, view):
    one = feature(
        name="N", commodities="gold", status="closed", mine_status="closed", first_production_year=1900, source_url="u"
    )
    (xml,) = _members(_root(gml(view, [one], facts(), "en")), view)
    order = [f"{ERL}{field.name}" for field in fields()[view]]
    found = [child.tag for child in xml]
    assert found == sorted(found, key=order.index)
    assert {f"{ERL}{field.name}" for field in fields()[view] if field.required} <= set(found)
    assert all(child.text for child in xml if len(child) == 0)


def test_a_position_has_its_latitude_first_as_its_system_has(feature, facts):
    (xml,) = _members(_root(gml(OCCURRENCE, [feature(place=(-110.000001, 0.00001))], facts(), "en")))
    (point,) = xml.find(f"{ERL}shape")
    assert point.tag == f"{GML}Point"
    assert point.get("srsName") == "http://www.opengis.net/def/crs/EPSG/0/4326"
    assert point.findtext(f"{GML}pos") == "0.00001 -110.000001"


def test_ids_of_gml_are_names_and_stand_once(feature, facts):
    many = [feature(key, commodities="gold,silver") for key in ("mrds-1", "mrds-1_2", "sgm-a-b_C")]
    text = b"".join(gml(View.COMMODITY_RESOURCE, many, facts(6), "en")).decode()
    ids = re.findall(r'gml:id="([^"]*)"', text)
    assert len(ids) == len(set(ids)) == 12
    assert all(re.fullmatch(r"[A-Za-z_][\w.-]*", one, re.ASCII) for one in ids)


@pytest.mark.parametrize("write", [gml, geojson])
def test_a_view_without_rows_is_an_empty_collection(feature, facts, write):
    text = b"".join(write(View.MINE, [feature(status="prospect")], facts(0), "en"))
    if write is gml:
        root = _read(text)
        assert (root.get("numberReturned"), len(root)) == ("0", 0)
    else:
        assert json.loads(text)["features"] == []


def test_geojson_joins_rows_across_pieces_and_gaps(feature, facts):
    plant = feature("mrds-p", feature_kind="plant")
    some = [plant] * 600 + [feature("mrds-1")] + [plant] * 1000 + [feature("mrds-2"), feature("mrds-3")]
    said = json.loads(b"".join(geojson(OCCURRENCE, some, facts(3), "en")))
    assert [one["id"].rpartition("/")[2] for one in said["features"]] == ["mrds-1", "mrds-2", "mrds-3"]


def test_geojson_has_every_field_of_its_view_and_what_is_not_known_is_null(feature, facts):
    (said,) = json.loads(b"".join(geojson(OCCURRENCE, [feature()], facts(), "en")))["features"]
    assert list(said) == ["type", "id", "geometry", "properties"]
    assert list(said["properties"]) == [field.name for field in fields()[OCCURRENCE][:-1]]
    assert said["properties"]["geologicHistory"] is None
    assert said["geometry"] == {"type": "Point", "coordinates": [-110.5, 31.25]}


@pytest.mark.parametrize("write", [gml, geojson])
def test_a_file_that_fails_is_never_whole(feature, facts, write):
    def failing():
        yield from (feature(f"mrds-{n}") for n in range(700))
        raise ConnectionError

    came = []
    with pytest.raises(ConnectionError):
        came.extend(write(OCCURRENCE, failing(), facts(1000), "en"))
    text = b"".join(came)
    assert text
    with pytest.raises((ET.ParseError, json.JSONDecodeError)):
        _read(text) if write is gml else json.loads(text)


@pytest.mark.parametrize("write", [gml, geojson])
def test_memory_does_not_grow_with_the_number_of_deposits(feature, facts, write):
    def peak(number):
        tracemalloc.start()
        size = sum(map(len, write(OCCURRENCE, (feature(f"mrds-{n}") for n in range(number)), facts(number), "en")))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most, size

    peak(1000)
    (few, small), (many, large) = peak(2000), peak(10_000)
    assert large > 4 * small
    assert many < 1.5 * few
