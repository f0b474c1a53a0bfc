"""A view as GeoJSON (RFC 7946): its fields as properties by their names, null where nothing is known."""

from collections.abc import Iterable, Iterator
from functools import partial

import orjson

from app.extracts.erml.rows import Feature, Row
from app.extracts.erml.views import STANDARD, View, names_of
from app.extracts.erml.writing import Facts, Writing
from app.extracts.text import of_collection
from app.words import Lang


def geojson(view: View, features: Iterable[Feature], facts: Facts, lang: Lang) -> Iterator[bytes]:
    """The rows of our GeoJSON features as a feature collection, piece by piece."""
    return writing(view, facts, lang).pieces(features)


def writing(view: View, facts: Facts, lang: Lang) -> Writing:
    members = {
        "standard": STANDARD,
        "view": view,
        **facts.provenance.members(),
        "numberMatched": facts.rows,
        "numberReturned": facts.rows,
    }
    return Writing(
        view,
        facts.base,
        lang,
        of_collection(members),
        row=partial(_feature, names_of(view)),
    )


def _feature(names: tuple[str, ...], row: Row) -> bytes:
    return orjson.dumps(
        {
            "type": "Feature",
            "id": row.values["identifier"],
            "geometry": {"type": "Point", "coordinates": [row.longitude, row.latitude]},
            "properties": {name: row.values.get(name) for name in names},
        }
    )
