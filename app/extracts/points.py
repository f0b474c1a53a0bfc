"""Positions as WKB and back, many at once; laid out by numpy in memory, for to take its arrays pyarrow loads pandas."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Numbers = np.ndarray[Any, np.dtype[np.float64]]

# A point of WKB in little endian: the byte that says so, 1 for a point, x and y.
_POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])


def as_wkb(places: Numbers) -> pa.Array:
    """Points from rows of x and y; null where one of them is not a number."""
    return _laid_out(places, _held(np.packbits(~np.isnan(places).any(axis=1), bitorder="little")))


def _laid_out(places: Numbers, known: pa.Buffer | None) -> pa.Array:
    points = np.empty(len(places), _POINT)
    points["order"], points["kind"], points["x"], points["y"] = 1, 1, places[:, 0], places[:, 1]
    ends = np.arange(len(places) + 1, dtype="<i4") * _POINT.itemsize
    return pa.Array.from_buffers(pa.binary(), len(places), [known, _held(ends), _held(points)])


def x_and_y(points: pa.Array) -> tuple[Numbers, Numbers]:
    """The numbers of points as `as_wkb` makes them; not a number where there is none."""
    # Each of the same length then, one after another.
    filled = pc.fill_null(points, _laid_out(np.full((1, 2), np.nan), None)[0])
    _, ends, held = filled.buffers()
    start = np.frombuffer(ends, "<i4")[filled.offset] if len(filled) else 0
    said = np.frombuffer(held or b"", _POINT, count=len(filled), offset=start)
    return said["x"], said["y"]


def numbers(values: Numbers) -> pa.Array:
    """A column of numbers."""
    return pa.Array.from_buffers(pa.float64(), len(values), [None, _held(values)])


def _held(values: np.ndarray[Any, Any]) -> pa.Buffer:
    return pa.py_buffer(values.tobytes())
