"""What a CSV extract holds and where it comes from, as W3C's CSV on the Web says it beside the file."""

from typing import Any

from app.domain.properties import Kind, Property
from app.extracts.order import Order
from app.words import LANGS

_DATATYPES = {Kind.INTEGER: "integer", Kind.NUMBER: "number", Kind.BOOLEAN: "boolean", Kind.DATE: "date"}


def metadata(order: Order, address: str) -> dict[str, Any]:
    """The document for the file at the address."""
    of, known = order.provenance, {one.name: one for one in order.properties}
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": order.lang}],
        "url": address,
        "dc:title": of.title().speak(order.lang),
        "dc:description": of.prose(order.lang),
        "dc:license": [card.licence_url or card.licence for card in of.cards],
        "dc:bibliographicCitation": [card.citation for card in of.cards],
        "vetalode": of.members(),
        "dialect": {"encoding": "utf-8", "header": True, "lineTerminators": ["\n"]},
        "tableSchema": {"columns": [_column(name, known.get(name)) for name in order.columns], "primaryKey": "id"},
    }


def _column(name: str, one: Property | None) -> dict[str, Any]:
    if one is None:
        return {"name": name, "titles": name, "datatype": "string" if name == "id" else "number", "required": True}
    return {
        "name": name,
        "titles": name,
        "dc:title": {lang: one.title.speak(lang) for lang in LANGS},
        "dc:description": {lang: one.about.speak(lang) for lang in LANGS},
        "datatype": _DATATYPES.get(one.kind, "string"),
    }
