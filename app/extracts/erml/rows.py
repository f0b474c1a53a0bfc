"""A deposit as the rows that it has in a view. What no source says is None, or a nil where the field is required."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from app.domain.table import table_by
from app.domain.vocabulary import Term, vocabulary
from app.extracts.erml.views import MISSING, UNKNOWN, View, is_in
from app.words import Lang, Words

Feature = Mapping[str, Any]
Values = dict[str, str | None]

_SHAPES = Path(__file__).with_name("shapes.csv")
_NOT_KNOWN = Words("unknown", "se desconoce")
_RANKS = MappingProxyType(
    {
        "primary_commodities": Words("primary commodity", "sustancia primaria"),
        "secondary_commodities": Words("secondary commodity", "sustancia secundaria"),
        "tertiary_commodities": Words("tertiary commodity", "sustancia terciaria"),
    }
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its key, by which it differs from all others of its view, its place in degrees, and its fields' values.

    A field that it does not have is one of which nothing is known.
    """

    key: str
    longitude: float
    latitude: float
    values: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class _Deposit:
    """A deposit, where our API has it, what is said of it, and the language in which to say it."""

    key: str
    address: str
    said: Mapping[str, Any]
    lang: Lang

    def text(self, name: str) -> str | None:
        return self.said[name] or None

    def term(self, name: str) -> Term | None:
        code = self.said[name]
        return vocabulary(name).terms[code] if code else None

    def codes(self, name: str) -> list[str]:
        return self.said[name].split(",") if self.said[name] else []

    def label(self, term: Term | None) -> str | None:
        return term.label.speak(self.lang) if term else None

    def unless_unknown(self, text: str | None) -> str:
        return text or _NOT_KNOWN.speak(self.lang)

    @property
    def is_mine(self) -> bool:
        return is_in(View.MINE, self.said)


def rows(view: View, feature: Feature, base: str, lang: Lang) -> Iterator[Row]:
    """The rows of a GeoJSON feature of ours; `base` is where clients see the service."""
    said = feature["properties"]
    if not is_in(view, said):
        return
    longitude, latitude = feature["geometry"]["coordinates"]
    deposit = _Deposit(feature["id"], f"{base}/collections/deposits/items/{feature['id']}", said, lang)
    for key, values in _SAID[view](deposit):
        yield Row(key, longitude, latitude, values)


def _occurrence(one: _Deposit) -> Iterator[tuple[str, Values]]:
    kind, model = one.term("occurrence_type"), one.term("deposit_type")
    yield (
        one.key,
        {
            **_anywhere(one, one.address),
            "name": one.text("name"),
            "mineralOccurrenceType": one.unless_unknown(one.label(kind)),
            "mineralOccurrenceType_uri": _uri(kind),
            "commodity": one.unless_unknown(_commodities(one)),
            "representativeCommodity_uri": _representative(one),
            "mineName": one.text("name") if one.is_mine else None,
            "mine_uri": one.address if one.is_mine else None,
            "hostGeologicUnit": one.text("source_host_rock"),
            "mineralDepositModel": one.label(model) or one.text("source_deposit_type"),
            "mineralDepositModel_uri": _uri(model) if model else None,
            "mineralOccurrenceShape": _shape(one),
        },
    )


def _mine(one: _Deposit) -> Iterator[tuple[str, Values]]:
    status = one.term("mine_status")
    yield (
        one.key,
        {
            **_anywhere(one, one.address),
            "name": one.text("name"),
            "status": _status(one, status),
            "status_uri": _uri(status),
            "commodity": _commodities(one),
            "representativeCommodity_uri": _representative(one),
            "startDate": _year(one.said["first_production_year"]),
            # A mine that works may have a year up to which its production was recorded.
            "endDate": _year(one.said["last_production_year"]) if status and _has_ended(status) else None,
        },
    )


def _resources(one: _Deposit) -> Iterator[tuple[str, Values]]:
    ranks = {code: rank.speak(one.lang) for name, rank in _RANKS.items() for code in one.codes(name)}
    for code in one.codes("commodities"):
        commodity = vocabulary("commodity").terms[code]
        yield (
            f"{one.key}.{code}",
            {
                **_anywhere(one, f"{one.address}#{code}"),
                "commodity": one.label(commodity),
                "commodity_uri": _uri(commodity),
                "commodityRank": ranks.get(code),
                "mineralOccurrenceName": one.text("name"),
                "mineralOccurrence_uri": one.address,
                "mineName": one.text("name") if one.is_mine else None,
                "mine_uri": one.address if one.is_mine else None,
            },
        )


_SAID: Mapping[View, Callable[[_Deposit], Iterator[tuple[str, Values]]]] = MappingProxyType(
    {View.MINERAL_OCCURRENCE: _occurrence, View.MINE: _mine, View.COMMODITY_RESOURCE: _resources}
)


def _anywhere(one: _Deposit, identifier: str) -> Values:
    """What every view says."""
    metres, licence = one.said["position_accuracy_m"], Words("Licence", "Licencia").speak(one.lang)
    unit = Words("metres", "metros").speak(one.lang)
    origin = (one.said["citation"], f"{licence}: {one.said['licence']}", one.said["source_url"])
    return {
        "identifier": identifier,
        "specification_uri": one.address,
        "positionalAccuracy": None if metres is None else f"{metres} {unit}",
        "source": " · ".join(filter(None, origin)),
    }


def _uri(term: Term | None) -> str:
    """A term's URI of CGI, that of a broader term where it has none of its own; a nil where there is neither."""
    return UNKNOWN if term is None else term.more["uri"] or MISSING


def _commodities(one: _Deposit) -> str | None:
    terms = vocabulary("commodity").terms
    return ", ".join(terms[code].label.speak(one.lang) for code in one.codes("commodities")) or None


def _representative(one: _Deposit) -> str:
    """The first of the primary commodities; of those that the source does not rank the only one, or their group."""
    terms = vocabulary("commodity").terms
    codes = one.codes("primary_commodities")[:1] or one.codes("commodities")
    named = set(codes) if len(codes) == 1 else {terms[code].more["group"] or "" for code in codes}
    return _uri(terms.get(named.pop()) if len(named) == 1 else None)


def _status(one: _Deposit, status: Term | None) -> str:
    """The status with the time at which it was so: sources do not say what is so today."""
    said, when = one.unless_unknown(one.label(status)), one.text("status_as_of")
    if status is None or when is None:
        return said
    return Words(f"{said} (as of {when})", f"{said} (según registro de {when})").speak(one.lang)


def _has_ended(status: Term) -> bool:
    return "not-operating" in (status.code, status.more["parent"])


def _year(year: int | None) -> str | None:
    """As ISO 8601 has a year."""
    return None if year is None else f"{year:04}"


@cache
def _shapes() -> Mapping[str, Words]:
    lines = table_by(_SHAPES, "uri", "label_en", "label_es")
    return MappingProxyType({uri: Words(line["label_en"], line["label_es"]) for uri, line in lines.items()})


def _shape(one: _Deposit) -> str | None:
    """The shape that CGI's vocabulary has for the deposit's form."""
    form = one.term("deposit_form")
    uri = form.more["shape_uri"] if form else None
    return _shapes()[uri].speak(one.lang) if uri else None
