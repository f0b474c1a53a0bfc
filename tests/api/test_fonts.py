"""Glyphs: what set-up made is what MapLibre reads, and who asks for what cannot be is told what can."""

import pytest
from fastapi.testclient import TestClient

from app.api.routes import fonts
from app.main import create_app
from app.settings import Settings

FONT = "Noto Sans Regular"
NOWHERE = Settings(database_url="postgresql://nobody@127.0.0.1:1/none")
EDGE = 191
BORDER = 3

pytestmark = pytest.mark.skipif(not fonts.FONTS.is_dir(), reason="the map page has not been built")


@pytest.fixture(scope="module")
def served():
    """The service without a database, which glyphs do not need."""
    with TestClient(create_app(NOWHERE), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def glyphs(served):
    """The glyphs of the first range by their characters: the fields of each by their numbers."""
    stack = _stack(served.get(f"/fonts/{FONT}/0-255.pbf").content)
    each = [_fields(glyph) for glyph in stack[3]]
    return {chr(glyph[1][0]): {number: value for number, (value,) in glyph.items()} for glyph in each}


def _stack(message):
    fields = _fields(message)
    assert list(fields) == [1]
    return _fields(*fields[1])


def _fields(message):
    """A message of protocol buffers: the values of each field, numbers or bytes."""
    fields, at = {}, 0
    while at < len(message):
        key, at = _varint(message, at)
        value, at = _varint(message, at)
        if key & 7 == 2:
            value, at = message[at : at + value], at + value
        else:
            assert key & 7 == 0
        fields.setdefault(key >> 3, []).append(value)
    return fields


def _varint(message, at):
    number = shift = 0
    while True:
        number |= (message[at] & 127) << shift
        shift, at = shift + 7, at + 1
        if message[at - 1] < 128:
            return number, at


def _signed(zigzag):
    return zigzag >> 1 ^ -(zigzag & 1)


def _row(glyph, y):
    """The bytes of a row, counted from the glyph's upper edge without its border."""
    width = glyph[3] + 2 * BORDER
    return glyph[2][(y + BORDER) * width :][:width]


def test_a_range_names_its_font_and_itself(served):
    answer = served.get(f"/fonts/{FONT}/0-255.pbf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-protobuf")
    assert _stack(answer.content).keys() == {1, 2, 3}
    assert (_stack(answer.content)[1], _stack(answer.content)[2]) == ([FONT.encode()], [b"0-255"])


def test_english_and_spanish_can_be_written(glyphs):
    letters = "abcdefghijklmnopqrstuvwxyz"
    assert set(letters + letters.upper() + "0123456789 áéíóúüñÁÉÍÓÚÜÑ¿?¡!.,·:;()-±°") <= glyphs.keys()


def test_a_bitmap_has_its_glyph_and_a_border(glyphs):
    assert all(len(glyph[2]) == (glyph[3] + 6) * (glyph[4] + 6) for glyph in glyphs.values() if 2 in glyph)
    assert [character for character, glyph in glyphs.items() if 2 not in glyph and character.isprintable()] == [" "]


def test_the_stem_of_a_letter_is_inside_and_all_around_it_is_outside(glyphs):
    stem = glyphs["l"]
    middle = _row(stem, stem[4] // 2)
    assert max(middle) > EDGE + 1
    assert max(middle[0], middle[-1]) < EDGE - 64
    assert max(_row(stem, -BORDER)) < EDGE - 64


def test_the_counter_of_an_o_is_outside(glyphs):
    ring = glyphs["o"]
    middle = _row(ring, ring[4] // 2)
    assert middle[len(middle) // 2] < EDGE < min(max(middle[: len(middle) // 2]), max(middle[len(middle) // 2 :]))


def test_an_accent_rises_above_its_letter_and_has_its_advance(glyphs):
    for plain, accented in ("aá", "eé", "nñ", "uü"):
        assert glyphs[accented][7] == glyphs[plain][7]
        assert _signed(glyphs[accented][6]) >= _signed(glyphs[plain][6]) + 4
        assert glyphs[accented][4] >= glyphs[plain][4] + 4


def test_metrics_are_those_of_the_font_at_24_pixels(glyphs):
    # Noto Sans: 1000 units to the em, ascender 1069, digits 572 wide and 714 high, space 260 wide.
    assert {glyphs[digit][7] for digit in "0123456789"} == {round(572 * 24 / 1000)}
    assert (glyphs[" "][7], glyphs[" "][3], glyphs[" "][4]) == (round(260 * 24 / 1000), 0, 0)
    assert (_signed(glyphs["1"][6]), glyphs["1"][4]) == (18 - 26, 18)


def test_a_range_without_glyphs_is_empty(served):
    answer = served.get(f"/fonts/{FONT}/13312-13567.pbf")
    assert answer.status_code == 200
    assert _stack(answer.content) == {1: [FONT.encode()], 2: [b"13312-13567"]}


def test_every_range_that_can_be_is_there(served):
    ranges = [f"{first}-{first + 255}" for first in range(0, 65536, 256)]
    assert {served.head(f"/fonts/{FONT}/{each}.pbf").status_code for each in ranges} == {200}


def test_a_stack_answers_with_the_first_font_that_there_is(served):
    one = served.get(f"/fonts/{FONT}/0-255.pbf")
    assert served.get(f"/fonts/Gold Sans,{FONT}/0-255.pbf").content == one.content
    assert served.get(f"/fonts/{FONT}, Gold Sans/0-255.pbf").content == one.content


@pytest.mark.parametrize(("lang", "words"), [("en", "there is no font 'Gold'"), ("es", "no existe la fuente")])
def test_an_unknown_font_is_404_and_told_what_there_is(served, lang, words):
    answer = served.get(f"/fonts/Gold/0-255.pbf?lang={lang}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert words in answer.json()["detail"]
    assert FONT in answer.json()["detail"]


@pytest.mark.parametrize("stack", ["..", ",", " ", "%2e%2e%2f", "OFL.txt", "%00"])
def test_what_is_no_font_is_404(served, stack):
    assert served.get(f"/fonts/{stack}/0-255.pbf").status_code == 404


@pytest.mark.parametrize(
    "glyphs", ["0-256", "1-256", "255-0", "65536-65791", "0", "-", "a-b", "0-255-511", "-256--1", "٠-255", "999999-1"]
)
def test_a_range_that_cannot_be_is_400(served, glyphs):
    answer = served.get(f"/fonts/{FONT}/{glyphs}.pbf")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert "0-255" in answer.json()["detail"]


def test_glyphs_are_kept_for_a_day_and_known_again(served):
    got = served.get(f"/fonts/{FONT}/0-255.pbf")
    assert got.headers["cache-control"] == "public, max-age=86400"
    again = served.get(f"/fonts/{FONT}/0-255.pbf", headers={"If-None-Match": got.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = served.get(f"/fonts/{FONT}/256-511.pbf", headers={"If-None-Match": got.headers["etag"]})
    assert other.status_code == 200


def test_fonts_that_are_not_made_are_404_with_a_sentence(served, monkeypatch, tmp_path):
    monkeypatch.setattr(fonts, "FONTS", tmp_path / "fonts")
    answer = served.get(f"/fonts/{FONT}/0-255.pbf")
    assert answer.status_code == 404
    assert "make run" in answer.json()["detail"]
