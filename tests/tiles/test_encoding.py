"""A layer of points as a vector tile, as a reader of vector tiles understands it."""

import mapbox_vector_tile
import pytest

from app.tiles.encoding import layer


def _read(tile):
    return mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})


def test_what_is_written_is_read():
    written = [
        (0, 0, ["gold", 3, None]),
        (-64, 4159, ["plata ñ", None, 3]),
        (4095, -1, [None, 0, 0]),
        (200, 100, ["3", 3, 3]),
    ]
    (known,) = _read(layer("deposits", 4096, ["name", "n", "m"], written)).values()
    assert (known["extent"], known["version"]) == (4096, 2)
    said = [
        (*feature["geometry"]["coordinates"], [feature["properties"].get(key) for key in ("name", "n", "m")])
        for feature in known["features"]
    ]
    assert said == written


@pytest.mark.parametrize("number", [0, 127, 128, 16_383, 16_384, 2**31, 2**53])
def test_a_number_is_whole(number):
    (feature,) = _read(layer("deposits", 4096, ["n"], [(1, 2, [number])]))["deposits"]["features"]
    assert feature["properties"] == {"n": number}


def test_many_values_are_told_apart():
    features = [(n % 4096, n // 4096, [f"name {n}", n]) for n in range(20_000)]
    read = _read(layer("deposits", 4096, ["name", "n"], features))["deposits"]["features"]
    assert [feature["properties"] for feature in read] == [{"name": f"name {n}", "n": n} for n in range(20_000)]


def test_without_features_there_is_no_layer():
    assert layer("deposits", 4096, ["name"], []) == b""
