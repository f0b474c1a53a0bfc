"""The sprite as MapLibre reads it: the edge at three quarters, one distance for both ratios."""

import subprocess
import sys
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from app.domain.symbology import shapes
from app.styles.shapes import geometry
from app.styles.sprites import SIDE_PX, sprite

NAMES = sorted(shapes())


def alpha(name: str, ratio: int) -> np.ndarray:
    """A symbol's alpha as it is cut from the picture by the index."""
    made = sprite(ratio)
    at, picture = made.index[name], Image.open(BytesIO(made.png))
    assert (picture.format, picture.mode) == ("PNG", "RGBA")
    box = (at["x"], at["y"], at["x"] + at["width"], at["y"] + at["height"])
    return np.asarray(picture.crop(box))[..., 3] / 255


@pytest.mark.parametrize("ratio", [1, 2])
def test_the_index_names_every_shape_once_and_inside_the_picture(ratio):
    made = sprite(ratio)
    assert sorted(made.index) == NAMES
    width, height = Image.open(BytesIO(made.png)).size
    for at in made.index.values():
        assert (at["pixelRatio"], at["sdf"]) == (ratio, True)
        assert at["width"] == at["height"] == SIDE_PX * ratio
        assert at["x"] + at["width"] <= width
        assert at["y"] + at["height"] <= height
    assert len({(at["x"], at["y"]) for at in made.index.values()}) == len(NAMES)


@pytest.mark.parametrize("ratio", [1, 2])
@pytest.mark.parametrize("name", NAMES)
def test_the_edge_is_at_three_quarters(name, ratio):
    """Each pixel is covered by how far its middle is from the edge; together they cover the shape's area."""
    covered = np.clip(0.5 + (alpha(name, ratio) - 0.75) * 8 * ratio, 0, 1).sum() / ratio**2
    assert covered == pytest.approx(geometry(name).area, rel=0.05)


@pytest.mark.parametrize("ratio", [1, 2])
def test_a_unit_of_alpha_is_eight_pixels_of_the_map_at_every_ratio(ratio):
    """Along the middle row of the disc, whose radius is 5.6."""
    row = alpha("disc", ratio)[SIDE_PX * ratio // 2]
    middles = (np.arange(SIDE_PX * ratio) + 0.5) / ratio - SIDE_PX / 2
    outside = np.hypot(middles, 0.5 / ratio) - 5.6
    assert row == pytest.approx(np.clip(0.75 - outside / 8, 0, 1), abs=1 / 255 + 1e-3)


@pytest.mark.parametrize("name", NAMES)
def test_the_fine_picture_has_the_same_shapes(name):
    fine = alpha(name, 2).reshape(SIDE_PX, 2, SIDE_PX, 2).mean(axis=(1, 3))
    assert np.abs(fine - alpha(name, 1)).max() < 0.07


def test_another_process_makes_the_same_bytes():
    said = "import sys; from app.styles.sprites import sprite; sys.stdout.buffer.write(sprite(1).png + sprite(2).png)"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, check=True)
    assert done.stdout == sprite(1).png + sprite(2).png
