"""What a layer of an ArcGIS REST service is asked, and what its answers mean."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from typing import Literal

from app.words import Words
from ingest.report import Teller
from ingest.rows import Raw
from ingest.web import TOO_HEAVY, Client, Patience, Unanswered, body, patiently, settled

Form = Literal["json", "geojson"]

_LIMIT_BYTES = 256 << 20
# What ArcGIS Server allows unless its administrator says otherwise.
_USUAL_PAGE = 1000
_HEAVY_TRIES = 2
_NOT_NOW = TOO_HEAVY | {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}

BY_HAND = Words(
    "save the answers of its /query by hand and give them to `vetalode ingest`",
    "guarde a mano las respuestas de su /query y páselas a `vetalode ingest`",
)


@dataclass(frozen=True, slots=True)
class Description:
    """What a layer says of itself; the digest is of all its words, so that a change of any shows."""

    object_id: str
    pages_itself: bool
    most_rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Page:
    """What counts of an answer: the object ids of its rows, and whether the service says that more follow."""

    ids: Sequence[object]
    more_follow: bool


@dataclass(frozen=True, slots=True)
class Service:
    """One layer of a service, and how it is asked."""

    address: str
    form: Form
    client: Client
    teller: Teller
    patience: Patience

    def describe(self) -> Description:
        answer, said = self._ask(self.address, {"f": "json"})
        return _description(said, self.form, sha256(answer).hexdigest())

    def count(self) -> int:
        _, said = self._query({"returnCountOnly": "true", "f": "json"})
        count = said.get("count")
        if not isinstance(count, int):
            raise Unanswered("the service does not count its rows", "el servicio no cuenta sus filas")
        return count

    def object_ids(self) -> list[int]:
        """All of them, in order; the limit of rows in a page does not hold for ids."""
        _, said = self._query({"returnIdsOnly": "true", "f": "json"})
        ids = said.get("objectIds") or []
        if not isinstance(ids, list) or not all(isinstance(one, int) for one in ids):
            raise Unanswered("the service does not list its object ids", "el servicio no lista sus identificadores")
        return sorted(ids)

    def page(self, which: dict[str, str]) -> tuple[bytes, Raw]:
        """An answer, as it came and as it is understood. A question that is too heavy is put twice only."""
        wanted = {"outFields": "*", "outSR": "4326", "returnGeometry": "true", "f": self.form}
        return self._query(wanted | which, _HEAVY_TRIES)

    def _query(self, question: dict[str, str], heavy_tries: int | None = None) -> tuple[bytes, Raw]:
        return self._ask(f"{self.address}/query", {"where": "1=1"} | question, heavy_tries)

    def _ask(self, address: str, question: dict[str, str], heavy_tries: int | None = None) -> tuple[bytes, Raw]:
        def once() -> tuple[bytes, Raw]:
            with self.client.stream("GET", address, params=question) as response:
                settled(response)
                answer = body(response, _LIMIT_BYTES)
            return answer, understood(answer)

        return patiently(once, self.patience, self.teller, heavy_tries)


def understood(answer: bytes) -> Raw:
    """The answer as JSON; raises `Unanswered` for anything else, and for an error, which comes with status 200 too."""
    try:
        said = json.loads(answer.decode("utf-8-sig"))
    except (ValueError, RecursionError) as fault:
        raise Unanswered(
            "the service answers with something that is not JSON, or cut short",
            "el servicio responde con algo que no es JSON, o cortado",
            passing=True,
        ) from fault
    if not isinstance(said, dict):
        raise Unanswered("the answer is JSON, but no object", "la respuesta es JSON, pero no un objeto")
    if "error" in said:
        raise _error(said["error"])
    return said


def _error(error: object) -> Unanswered:
    told: Raw = error if isinstance(error, dict) else {"message": error}
    code, details = told.get("code"), told.get("details")
    words = [code, told.get("message"), *(details if isinstance(details, list) else [])]
    said = " ".join(str(word) for word in words if word) or "?"
    status = code if isinstance(code, int) else 0
    return Unanswered(
        f"the service answers with error {said}",
        f"el servicio responde con el error {said}",
        passing=status in _NOT_NOW,
        heavy=status in TOO_HEAVY,
        status=status,
    )


def _description(said: Raw, form: Form, digest: str) -> Description:
    object_id = said.get("objectIdField") or _field_of_ids(said)
    if not said.get("geometryType") or not isinstance(object_id, str):
        raise Unanswered(
            "this is no layer with positions and object ids; a layer's address ends in its number, as in /MapServer/0",
            "esto no es una capa con posiciones e identificadores de objeto; la dirección de una capa termina en su"
            " número, como en /MapServer/0",
        )
    if form == "geojson" and "geojson" not in str(said.get("supportedQueryFormats", form)).lower():
        raise Unanswered("the layer does not speak GeoJSON; ask for json", "la capa no habla GeoJSON; pida json")
    most = said.get("maxRecordCount")
    return Description(
        object_id=object_id,
        pages_itself=bool((said | _member(said, "advancedQueryCapabilities")).get("supportsPagination")),
        most_rows=most if isinstance(most, int) and most > 0 else _USUAL_PAGE,
        sha256=digest,
    )


def _field_of_ids(said: Raw) -> object:
    """Older servers tell the field by its type only."""
    fields = said.get("fields") or []
    return next((field.get("name") for field in fields if field.get("type") == "esriFieldTypeOID"), None)


def page_of(said: Raw, object_id: str) -> Page:
    features = said.get("features")
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise Unanswered("the answer holds no list of features", "la respuesta no contiene una lista de features")
    # In GeoJSON some versions put the flag among the properties of the collection.
    more = said.get("exceededTransferLimit") or _member(said, "properties").get("exceededTransferLimit")
    return Page([_id_of(feature, object_id.casefold()) for feature in features], bool(more))


def _id_of(feature: Raw, object_id: str) -> object:
    said = _member(feature, "attributes") or _member(feature, "properties")
    return next((value for name, value in said.items() if name.casefold() == object_id), feature.get("id"))


def _member(said: Raw, name: str) -> Raw:
    """An object within an object; an empty one where there is none, or something else."""
    found = said.get(name)
    return found if isinstance(found, dict) else {}
