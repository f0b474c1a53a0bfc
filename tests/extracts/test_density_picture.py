"""Classes and colours of counts."""

import itertools

import pytest

from app.domain.symbology import density_ramp
from app.extracts.density_picture import _classes, _colours, _wrapped
from app.styles.scales import rgb


@pytest.mark.parametrize("most", [*range(1, 300), 999, 1000, 1001, 123_456, 4_000_000_000])
def test_every_count_has_one_class_and_there_are_no_more_than_colours(most):
    classes = _classes(most)
    assert (classes[0][0], classes[-1][1]) == (1, most)
    assert all(first <= last for first, last in classes)
    assert all(last + 1 == first for (_, last), (first, _) in itertools.pairwise(classes))
    assert len(set(_colours(classes))) == len(classes) <= len(density_ramp())


def test_classes_grow_by_a_ratio():
    assert _classes(20) == [(1, 1), (2, 3), (4, 7), (8, 15), (16, 20)]
    assert _classes(400) == [(1, 2), (3, 9), (10, 31), (32, 99), (100, 315), (316, 400)]


def test_each_colour_is_darker_than_the_one_before():
    lightness = [0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in map(rgb, density_ramp())]
    assert lightness == sorted(lightness, reverse=True)
    assert min(a - b for a, b in itertools.pairwise(lightness)) > 10


def test_text_is_broken_to_its_width_and_loses_nothing():
    said = "name IN ('" + "x" * 200 + "') AND retrieved"
    lines = _wrapped(said, 15, 300)
    assert len(lines) > 3
    assert "".join(lines).replace(" ", "") == said.replace(" ", "")
