"""Points as WKB: as shapely has them, with what is null."""

import numpy as np
import pyarrow as pa
import pytest
import shapely

from app.extracts.points import as_wkb, x_and_y

PLACES = np.array([[-110.5, 29.25], [np.nan, np.nan], [0.1, -0.0], [np.nan, 3], [180, 90], [1e-6, -1e9]])
KNOWN = [True, False, True, False, True, True]


def test_bytes_are_those_of_shapely_and_null_where_a_number_is_missing():
    points = as_wkb(PLACES)
    points.validate(full=True)
    assert points.type == pa.binary()
    assert points.to_pylist() == [
        shapely.to_wkb(shapely.Point(place)) if known else None for place, known in zip(PLACES, KNOWN, strict=True)
    ]


@pytest.mark.parametrize(("first", "number"), [(0, 6), (1, 4), (2, 1), (1, 1), (6, 0)])
def test_numbers_come_back_from_any_part(first, number):
    x, y = x_and_y(as_wkb(PLACES).slice(first, number))
    expected = np.where(np.array(KNOWN)[:, None], PLACES, np.nan)[first : first + number]
    np.testing.assert_array_equal(np.column_stack((x, y)), expected)


def test_there_may_be_none():
    points = as_wkb(np.empty((0, 2)))
    assert len(points) == 0
    assert [len(part) for part in x_and_y(points)] == [0, 0]
