"""What the tests of EarthResourceML-Lite share: a feature to change, files made of some, and the schema's own facts."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.domain.bbox import Bbox
from app.domain.properties import properties
from app.extracts.erml.writing import Facts
from app.extracts.provenance import Provenance
from app.queries.catalogue import Release, SourceCard
from app.words import Words

BASE = "https://deposits.example"
NIL = "http://www.opengis.net/def/nil/OGC/0/"
CGI = "http://resource.geosciml.org/classifier/cgi/"


@pytest.fixture(scope="session")
def feature() -> Callable[..., dict[str, Any]]:
    """A feature as ours are: nothing stated but what is given, and what each deposit states."""

    def make(key: str = "mrds-1", place: tuple[float, float] = (-110.5, 31.25), **said: Any) -> dict[str, Any]:
        stated = {
            "source": "mrds",
            "feature_kind": "occurrence",
            "position_accuracy_m": 500,
            "licence": "CC0",
            "citation": "A survey",
        }
        return {
            "type": "Feature",
            "id": key,
            "geometry": {"type": "Point", "coordinates": list(place)},
            "properties": dict.fromkeys(properties()) | stated | said,
        }

    return make


@pytest.fixture(scope="session")
def facts() -> Callable[..., Facts]:
    """What a file says of itself, of a release with one source."""

    def make(rows: int = 1, **asked: str) -> Facts:
        published = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
        release = Release(1, "2026-01-02.1", published, rows, Bbox(-120, 20, -90, 40), None, None, ("mrds",))
        title = Words("Records", "Registros")
        card = SourceCard("mrds", title, "A & B", "CC0", None, "A survey", "https://a.example", date(2026, 1, 1), 1, 0)
        return Facts(Provenance(release, "deposits", asked, rows, (card,)), rows, BASE)

    return make
