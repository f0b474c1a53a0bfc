"""What changed between two releases as text: a feature for each deposit that came, went or differs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import orjson

from app.domain.changes import CHANGED, CONTENT, PROVENANCE
from app.extracts.geojson import CLOSING, GEOJSON, opening
from app.extracts.provenance import Provenance
from app.extracts.text import Frame, of_collection
from app.words import Lang, Words

NDJSON = "application/x-ndjson"
MEDIA_TYPES: Mapping[str, str] = MappingProxyType({"geojson": GEOJSON, "ndjson": NDJSON})
_PROPERTIES = b'"properties":{'
_COUNTS = ("added", "content", "provenance", "removed")


@dataclass(frozen=True, slots=True)
class Changes:
    """Which changes: those that make the extract of `since` into that of `newer`, both of the same question."""

    since: str
    newer: Provenance
    lang: Lang

    def name(self, form: str) -> str:
        """The name of their file."""
        return f"vetalode-{self.newer.collection}-{self.newer.release.name}-since-{self.since}.{form}"

    def members(self, counts: Mapping[str, int]) -> dict[str, Any]:
        """What is said before all changes; `counts` as the query counts them."""
        return {
            "title": _title(self).speak(self.lang),
            "since": self.since,
            "release": self.newer.release.name,
            "counts": {
                "added": counts["added"],
                "changed": counts["content"] + counts["provenance"],
                "changedContent": counts["content"],
                "changedProvenance": counts["provenance"],
                "removed": counts["removed"],
            },
            "howToApply": _how(self).speak(self.lang),
            "extract": self.newer.members(),
        }


def _title(changes: Changes) -> Words:
    since, release = changes.since, changes.newer.release.name
    return Words(
        f"Vetalode: changes from release {since} to release {release}",
        f"Vetalode: cambios de la edición {since} a la edición {release}",
    )


def _how(changes: Changes) -> Words:
    since, release, number = changes.since, changes.newer.release.name, changes.newer.matched
    return Words(
        f"Take the extract of release {since} with the same filter. In every feature set the property release to "
        f"{release}. Take out the features whose change is removed; put those that are added or changed, without the "
        "properties whose names begin with change, in the place of the feature of their id. In the order of ids this "
        f"is the extract of release {release}, of {number} features.",
        f"Tome el extracto de la edición {since} con el mismo filtro. En cada elemento ponga {release} en la propiedad "
        "release. Quite los elementos cuyo change es removed; ponga los que son added o changed, sin las propiedades "
        "cuyo nombre empieza con change, en el lugar del elemento de su id. En el orden de los id ese es el extracto "
        f"de la edición {release}, de {number} elementos.",
    )


def frame(changes: Changes, form: str, first: Sequence[Any]) -> Frame:
    """What stands around the features. In NDJSON the first line is a collection without features, which says what the
    others are."""
    counts = first[0]._asdict() if first else dict.fromkeys(_COUNTS, 0)
    members = changes.members(counts)
    if form == "ndjson":
        return Frame(opening=opening(members) + CLOSING + b"\n", after=b"\n")
    return of_collection(members)


def features(rows: Sequence[Any]) -> Iterator[bytes]:
    """The rows of the query as features, whose properties begin with what happened."""
    for row in rows:
        head, properties, rest = row.body.partition(_PROPERTIES)
        yield head + properties + _told(row) + b"," + rest


def _told(row: Any) -> bytes:
    kind = names = was = b"null"
    if row.change == CHANGED:
        kind = orjson.dumps(CONTENT if row.of_content else PROVENANCE)
        names, was = b'"' + row.names + b'"', b"{" + (row.was or b"") + b"}"
    change = orjson.dumps(row.change)
    return b'"change":%b,"change_kind":%b,"change_fields":%b,"change_was":%b' % (change, kind, names, was)
