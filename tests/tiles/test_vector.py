"""What is read out of a vector tile is what another reader reads."""

import gzip

import mapbox_vector_tile
import pytest
from shapely.geometry import shape

from app.tiles.vector import shapes


@pytest.mark.parametrize("place", [(0, 0, 0), (2, 0, 1), (3, 1, 3), (6, 13, 27)])
def test_its_texts_and_rings_are_those_that_another_reader_reads(real_boundaries, place):
    tile = gzip.decompress(real_boundaries.tile(*place))
    read = list(shapes(tile, "boundaries"))
    expected = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})["boundaries"]["features"]
    assert [one.said for one in read] == [feature["properties"] for feature in expected]
    for one, feature in zip(read, expected, strict=True):
        parts = getattr(shape(feature["geometry"]), "geoms", [shape(feature["geometry"])])
        rings = [list(ring.coords)[:-1] for part in parts for ring in (part.exterior, *part.interiors)]
        assert sorted(map(sorted, one.rings)) == sorted(map(sorted, rings))


def test_a_layer_that_is_not_there_has_no_shapes(real_boundaries):
    assert list(shapes(gzip.decompress(real_boundaries.tile(0, 0, 0)), "deposits")) == []
