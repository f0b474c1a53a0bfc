"""Shapes are read strictly, and each status's can be told from every other without colour."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from app.domain import symbology
from app.errors import FileFault
from app.styles import shapes
from app.styles.shapes import geometry, path
from app.styles.sprites import EDGE, field

DRAWN = sorted(symbology.shapes())


@pytest.mark.parametrize("name", DRAWN)
def test_a_shape_is_whole_and_leaves_room_for_its_outline(name):
    area = geometry(name)
    assert area.is_valid
    assert area.area > 40
    assert max(map(abs, area.bounds)) <= 8
    assert path(name).startswith("M")
    assert path(name).count("Z") == path(name).count("M") >= 1


def test_parts_are_put_on_and_taken_off():
    outer, inner = geometry("ring").area, geometry("ring-dot").area
    assert outer == pytest.approx(np.pi * (6.4**2 - 3.6**2), rel=1e-3)
    assert inner == pytest.approx(np.pi * (7**2 - 5**2 + 2.4**2), rel=1e-3)


@pytest.mark.parametrize(
    "parts",
    ["", "disc 0 0 5", "+ disc 0 0", "+ disc 0 0 five", "+ square 0 0 5", "+ polygon 0,0 1,1", "+ disc 0 0 5 * line 1"],
)
def test_a_description_that_cannot_be_read_is_named(monkeypatch, parts):
    line = replace(symbology.shapes()["disc"], cells={"code": "odd", "parts": parts})
    monkeypatch.setattr(shapes, "shapes", lambda: {"odd": line})
    with pytest.raises(FileFault, match=r"shape.csv: line 2: the parts of odd cannot be read; they should be such as"):
        geometry.__wrapped__("odd")


def test_every_status_has_a_shape_that_is_unlike_all_others_on_the_coarsest_screen():
    """By the pixels that differ: a ninth of the smaller symbol's area at least."""
    inside = {one.code: field(one.shape, 1) / 255 >= EDGE for one in symbology.statuses()}
    for (a, one), (b, other) in combinations(inside.items(), 2):
        smaller = min(one.sum(), other.sum())
        assert (one ^ other).sum() > smaller / 9, (a, b)


def test_sources_differ_by_shape():
    drawn = [one.shape for one in symbology.sources()]
    assert len(set(drawn)) == len(drawn)
    assert {one.code: one.shape for one in symbology.sources()} | {"mrds": "disc", "sgm": "diamond"} == {
        one.code: one.shape for one in symbology.sources()
    }
