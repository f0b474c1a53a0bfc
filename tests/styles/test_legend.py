"""A legend names all that its style shows, and what it tells apart can be told apart by every reader."""

import re
from itertools import combinations

import numpy as np
import pytest
from lxml import etree

from app.domain.symbology import THEMES, commodity_groups, critical, sources, statuses
from app.styles.legend import CLUSTER, legend
from app.styles.legend_svg import legend_svg
from app.styles.looks import looks
from app.styles.style import RADII_PX, Addresses, style
from app.words import LANGS

LOOKS = list(looks().values())
COLOUR = re.compile(r"#[0-9a-f]{6}")

# What a dichromat sees of linear RGB: Machado, Oliveira and Fernandes 2009, severity 1.
SIGHT = {
    "all colours": np.eye(3),
    "a protanope": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "a deuteranope": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "a tritanope": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
# Linear sRGB to Oklab: Ottosson 2020.
_CONES = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
]
_OKLAB = [
    [0.2104542553, 0.793617785, -0.0040720468],
    [1.9779984951, -2.428592205, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.808675766],
]


def seen(colour, sight):
    rgb = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.array(_OKLAB) @ np.cbrt(np.array(_CONES) @ np.clip(np.array(sight) @ linear, 0, None))


def styled(look):
    """The layers of deposits of a look's style by their ids."""
    made = style(look, "en", Addresses({"boundaries": "http://a/b", "deposits": "http://a/d"}, "http://a", "", ""))
    return {layer["id"]: layer for layer in made["layers"] if layer.get("source") == "deposits"}


def entries(look, lang="en"):
    return [entry for section in legend(look, lang) for entry in section.entries]


def told(expression):
    """The values that a `case` may have, or the one that there is."""
    if not isinstance(expression, list):
        return {expression}
    assert expression[0] == "case"
    return {*expression[2:-1:2], expression[-1]}


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_every_colour_shape_and_size_of_a_style_is_in_its_legend_and_no_other(look):
    layers, known = styled(look), entries(look)
    points = [one for one in known if one.symbol != CLUSTER]
    circles = [one for one in known if one.symbol == CLUSTER]
    neutral = {look.ground["hollow"]}
    assert told(layers["deposits"]["paint"]["icon-color"]) | neutral == {one.colour for one in points} | neutral
    assert told(layers["deposits"]["layout"]["icon-image"]) | {"disc"} == {one.symbol for one in points} | {"disc"}
    assert told(layers["clusters"]["paint"]["circle-color"]) <= {one.colour for one in known}
    assert {one.colour for one in circles} <= told(layers["clusters"]["paint"]["circle-color"]) | neutral
    step = layers["clusters"]["paint"]["circle-radius"]
    assert {step[2], *step[4::2]} <= {one.radius for one in circles}
    assert step[3::2] == [low for low, _ in RADII_PX[1:]]


@pytest.mark.parametrize("who", SIGHT)
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_what_only_colour_tells_apart_is_far_enough_apart_for_every_reader(look, who):
    """In Oklab, where 0.02 is just noticeable side by side."""
    for section in legend(look, "en"):
        for one, other in combinations(section.entries, 2):
            if (one.symbol, one.radius) == (other.symbol, other.radius):
                apart = np.linalg.norm(seen(one.colour, SIGHT[who]) - seen(other.colour, SIGHT[who]))
                assert apart > 0.07, (one.label, other.label)


@pytest.mark.parametrize("theme", THEMES)
def test_sources_statuses_and_the_critical_have_colours_of_the_measured_palette(theme):
    measured = {one.colours[theme] for one in commodity_groups()}
    assert {one.colours[theme] for one in (*sources(), *statuses(), *critical())} <= measured


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_a_count_can_be_read_on_its_circle(look):
    """WCAG 2.2 wants a contrast of 4.5 for small text."""
    layers = styled(look)
    fills, texts = layers["clusters"]["paint"]["circle-color"], layers["cluster-counts"]["paint"]["text-color"]
    pairs = zip(fills, texts, strict=True) if isinstance(fills, list) else [(fills, texts)]
    for fill, text in pairs:
        if isinstance(fill, str) and COLOUR.fullmatch(fill):
            low, high = sorted(_luminance(colour) for colour in (fill, text))
            assert (high + 0.05) / (low + 0.05) >= 4.5


def _luminance(colour):
    rgb = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_the_picture_says_and_draws_every_entry(look, lang):
    sections = legend(look, lang)
    root = etree.fromstring(legend_svg(look, look.title.speak(lang), sections, lang).encode())
    svg = "{http://www.w3.org/2000/svg}"
    said = [text.text for text in root.iter(f"{svg}text")]
    lines = [line for section in sections for line in (section.title, *(one.label for one in section.entries))]
    assert said == [look.title.speak(lang), *lines]
    drawn = [*root.iter(f"{svg}path"), *root.iter(f"{svg}circle")]
    assert sorted(each.get("fill") for each in drawn) == sorted(one.colour for one in entries(look))
    assert root.get("font-family") == "sans-serif"
    height = float(root.get("height"))
    assert all(0 < float(text.get("y")) < height for text in root.iter(f"{svg}text"))


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_a_legend_is_in_both_languages(look):
    english, spanish = (legend(look, lang) for lang in LANGS)
    assert [len(section.entries) for section in english] == [len(section.entries) for section in spanish]
    assert all(one.title != other.title for one, other in zip(english, spanish, strict=True))
