"""What was asked, from words to values; each error says what would be right."""

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from app.asked.parameters import BY_PROPERTY, DEFAULT_LIMIT, MAX_LIMIT, check_one_of
from app.domain import cql2
from app.domain.bbox import Bbox
from app.domain.critical import critical_lists
from app.domain.crs import CRS84, Crs, crs_of
from app.domain.interval import Interval
from app.domain.predicate import Predicate, Value
from app.domain.properties import properties
from app.domain.queryables import clean, queryables, value_of
from app.domain.vocabulary import unknown_code, vocabulary
from app.errors import BadValue
from app.queries.filter import Critical, DepositFilter
from app.queries.order import SortKey
from app.words import Words, nearest

_Read = TypeVar("_Read")

_MAX_IDS = 1000
_MAX_SORT_KEYS = 4
# What is kept of longer filters would take megabytes.
_SHORT = 1000


@dataclass(frozen=True, slots=True)
class Shown:
    """How deposits are said: which of their properties (None: all), where, and in which system."""

    names: tuple[str, ...] | None
    geometry: bool
    crs: Crs

    @property
    def as_stored(self) -> bool:
        return self.names is None and self.geometry and self.crs == CRS84

    @property
    def projection(self) -> Crs | None:
        """The system whose positions have to be asked for; systems of degrees share the stored ones."""
        return self.crs if self.geometry and not self.crs.geographic else None


def deposit_filter(asked: Mapping[str, str], sources: Collection[str], within: str | None = None) -> DepositFilter:
    """The question as one value, of the deposits of one source where `within` names it; raises `BadValue`."""
    return DepositFilter(
        bbox=_bbox(asked),
        datetime=_given(asked, "datetime", Interval.parse),
        ids=_ids(asked.get("ids")),
        commodities=_codes("commodity", asked),
        countries=_codes("country", asked),
        states=_codes("state", asked),
        statuses=_codes("status", asked),
        sources=_listed(asked.get("source"), sources, "source", "/sources"),
        lists=_listed(asked.get("list"), critical_lists(), "list", "/lists"),
        critical=_given(asked, "critical", _critical),
        equals=tuple(_equals(asked)),
        predicate=_predicate(asked),
        within=within,
    )


def shown(asked: Mapping[str, str]) -> Shown:
    """How the deposits are to be said; raises `BadValue`."""
    names = _listed(asked.get("properties"), properties(), "properties", "…/schema")
    return Shown(
        names=tuple(name for name in properties() if name in names) if "properties" in asked else None,
        geometry=not truth("skipGeometry", asked.get("skipGeometry", "false")),
        crs=_crs(asked, "crs"),
    )


def sort_keys(text: str | None) -> tuple[SortKey, ...]:
    """The properties to sort by; raises `BadValue`."""
    if text is None:
        return ()
    said = [part.strip() for part in text.split(",")]
    keys = tuple(SortKey(part.lstrip("+-"), part.startswith("-")) for part in said)
    for key in keys:
        _check_known("sortby", key.name, queryables(), "…/queryables")
    if len({key.name for key in keys}) < len(keys) or len(keys) > _MAX_SORT_KEYS:
        raise BadValue(
            Words(
                f"sortby={text!r}: it is up to {_MAX_SORT_KEYS} properties, each once",
                f"sortby={text!r}: son hasta {_MAX_SORT_KEYS} propiedades, cada una una vez",
            )
        )
    return keys


def limit(text: str | None) -> int:
    """How many rows are wanted on a page; raises `BadValue`."""
    if text is None:
        return DEFAULT_LIMIT
    # int() also reads 1_000, +5 and the digits of other scripts.
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 5 else 0
    if not 1 <= number <= MAX_LIMIT:
        raise BadValue(
            Words(
                f"limit={text!r}: it is a whole number from 1 to {MAX_LIMIT}",
                f"limit={text!r}: es un número entero de 1 a {MAX_LIMIT}",
            )
        )
    return number


def place(asked: Mapping[str, str]) -> tuple[float, float]:
    """Longitude and latitude; raises `BadValue`."""
    return _degrees("lon", asked.get("lon"), 180), _degrees("lat", asked.get("lat"), 90)


def _degrees(name: str, text: str | None, most: int) -> float:
    try:
        number = float(text or "")
    except ValueError:
        number = math.inf
    # NaN is no more within than the infinite.
    if not -most <= number <= most:
        raise BadValue(
            Words(
                f"{name}={text or ''!r}: it is a number of degrees from -{most} to {most}",
                f"{name}={text or ''!r}: es un número de grados de -{most} a {most}",
            )
        )
    return number


def _given(asked: Mapping[str, str], name: str, read: Callable[[str], _Read]) -> _Read | None:
    return read(asked[name]) if name in asked else None


def _crs(asked: Mapping[str, str], name: str) -> Crs:
    return crs_of(name, asked[name]) if name in asked else CRS84


def _bbox(asked: Mapping[str, str]) -> Bbox | None:
    crs = _crs(asked, "bbox-crs")
    return Bbox.parse(asked["bbox"], crs) if "bbox" in asked else None


def _predicate(asked: Mapping[str, str]) -> Predicate | None:
    crs, named = _crs(asked, "filter-crs"), asked.get("filter-lang", "cql2-text")
    check_one_of("filter-lang", named, cql2.LANGUAGES)
    language = next(one for one in cql2.LANGUAGES if one == named)
    if "filter" not in asked:
        return None
    said = asked["filter"]
    return (_parsed_once if len(said) <= _SHORT else cql2.parse)(said, language, crs)


# A map asks for all its tiles with one filter.
_parsed_once = lru_cache(maxsize=256)(cql2.parse)


def _equals(asked: Mapping[str, str]) -> Iterator[tuple[str, Value]]:
    for parameter in BY_PROPERTY:
        if parameter.name in asked:
            yield parameter.name, value_of(parameter.name, asked[parameter.name])


def _ids(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    ids = tuple(sorted({part.strip() for part in text.split(",")}))
    if len(ids) > _MAX_IDS:
        raise BadValue(Words(f"ids: at most {_MAX_IDS} at once", f"ids: a lo más {_MAX_IDS} a la vez"))
    for one in ids:
        clean("ids", one)
    return ids


def _codes(name: str, asked: Mapping[str, str]) -> tuple[str, ...]:
    return vocabulary(name).codes(asked[name]) if name in asked else ()


def _critical(text: str) -> Critical:
    try:
        return Critical(text)
    except ValueError:
        raise BadValue(
            Words(
                f"critical={text!r}: it is both or either", f"critical={text!r}: es both (ambos) o either (cualquiera)"
            )
        ) from None


def truth(name: str, text: str) -> bool:
    """True or false; raises `BadValue` for another word."""
    check_one_of(name, text, ("true", "false"))
    return text == "true"


def _listed(text: str | None, known: Collection[str], name: str, where: str) -> tuple[str, ...]:
    """The codes of a parameter whose values are not a vocabulary; raises `BadValue` for an unknown one."""
    if text is None:
        return ()
    asked = sorted({part.strip() for part in text.split(",")})
    for code in asked:
        _check_known(name, code, known, where)
    return tuple(asked)


def _check_known(name: str, code: str, known: Collection[str], where: str) -> None:
    """Raises `BadValue`, with the nearest code, for one that is not known."""
    if code not in known:
        raise unknown_code(name, code, nearest(code, known), where)
