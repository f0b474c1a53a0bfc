"""Boxes to ask for."""

import json
import random

from app.domain.bbox import Bbox

WORLD = Bbox(-180, -90, 180, 90)


def around(page):
    """Around and between the deposits of a page, with edges just on them, empty ones, lines, points, and the world."""
    places = [tuple(json.loads(row[0])["geometry"]["coordinates"]) for row in page.rows]
    chance = random.Random(4)  # noqa: S311
    yield WORLD
    yield Bbox(-1e-9, -1e-9, 0, 0)
    for _ in range(300):
        (west, south), (east, north) = (chance.choice(places) for _ in range(2))
        yield Bbox(min(west, east), min(south, north), max(west, east), max(south, north))
    for x, y in chance.sample(places, 50):
        yield Bbox(x, y, x, y)
        yield Bbox(x, -90, x, 90)
        yield Bbox(x - 1e-7, y - 1e-7, x - 1e-9, y + 1e-7)
