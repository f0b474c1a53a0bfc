"""What `columns.toml` says: which column of a source's files holds what. See docs/adding-a-source.md."""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.domain.vocabulary import fold, vocabulary
from app.errors import FileFault
from app.words import Words
from ingest.coordinates import WGS84, check_frame
from ingest.crosswalk import vocabulary_of

# Attributes whose words are kept as they are, by the name that they have in a deposit.
TEXTS = ("name", "other_names", "county", "host_rock", "alteration")
YEARS = ("discovered_year", "first_production_year", "last_production_year")
# Attributes whose words become codes, with the crosswalk that says how: words of closed lists, and free texts.
LISTED = {
    "country": "country",
    "state": "state",
    "status": "status",
    "operation_type": "operation_type",
    "production_size": "size",
    "deposit_size": "deposit_size",
    "operation_size": "size",
}
FREE = {"deposit_type": "deposit_type", "deposit_form": "deposit_form"}
CODED = LISTED | FREE
RANKS = {"primary": 1, "secondary": 2, "tertiary": 3, "unranked": None}

_OTHERS = ("id", "longitude", "latitude", "crs", "accuracy_m", "layer", "url", "null", "commodities")
KNOWN = (*_OTHERS, *TEXTS, *YEARS, *CODED)


@dataclass(frozen=True, slots=True)
class Told:
    """Where a value stands: in a column, or in none, being the same for all rows."""

    column: str | None = None
    always: str | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """The columns of a source, checked; `null` are the folded words that say nothing."""

    id: tuple[str, ...]
    longitude: str | None = None
    latitude: str | None = None
    crs: str = WGS84
    accuracy_m: float | str | None = None
    layer: Told = Told()
    url: Told = Told()
    null: frozenset[str] = frozenset()
    commodities: tuple[tuple[str, int | None], ...] = ()
    separator: str = ","
    words: dict[str, str] = field(default_factory=dict)
    coded: dict[str, Told] = field(default_factory=dict)

    def needed(self) -> set[str]:
        """The columns that a file must have; those of a position only where no geometry says it."""
        told = (self.layer, self.url, *self.coded.values())
        named = (*self.id, *(column for column, _ in self.commodities), *self.words.values())
        accuracy = [self.accuracy_m] if isinstance(self.accuracy_m, str) else []
        return {*named, *accuracy, *(one.column for one in told if one.column)}

    def crosswalks(self) -> set[str]:
        """The crosswalks that the source must have."""
        coded = {CODED[name] for name, one in self.coded.items() if one.column}
        return coded | ({"commodity"} if self.commodities else set())


class _Wrong(Exception):
    """Something in the file is not as it should be."""

    def __init__(self, en: str, es: str) -> None:
        super().__init__(en)
        self.words = Words(en, es)


def mapping_of(path: Path) -> Mapping:
    """The mapping of a `columns.toml`; raises `FileFault` for one that names what does not exist, or lacks a crosswalk
    that it needs in the folder `crosswalk` beside it."""
    try:
        mapping = _mapping(_parsed(path))
        _check_frame(mapping.crs)
        _check_crosswalks(mapping, path.parent / "crosswalk")
    except _Wrong as wrong:
        where = "/".join(path.parts[-2:])
        raise FileFault(Words(f"{where}: {wrong.words.en}", f"{where}: {wrong.words.es}")) from wrong
    return mapping


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise _Wrong(f"it is not TOML in UTF-8 ({fault})", f"no es TOML en UTF-8 ({fault})") from fault


def _mapping(told: dict[str, Any]) -> Mapping:
    _check_names("", told, KNOWN)
    if told.get("id") in (None, []):
        raise _Wrong(
            'it does not say which columns make the id; write id = "COLUMN" or id = ["ONE", "OTHER"]',
            'no dice qué columnas forman el identificador; escriba id = "COLUMNA" o id = ["UNA", "OTRA"]',
        )
    if ("longitude" in told) != ("latitude" in told):
        raise _Wrong(
            "longitude and latitude go together; a file with geometry needs neither",
            "longitude y latitude van juntas; un archivo con geometría no lleva ninguna",
        )
    commodities = _table("commodities", told.get("commodities", {}))
    _check_names("commodities.", commodities, (*RANKS, "separator"))
    return Mapping(
        id=_texts("id", told["id"]),
        longitude=_text("longitude", told["longitude"]) if "longitude" in told else None,
        latitude=_text("latitude", told["latitude"]) if "latitude" in told else None,
        crs=_text("crs", told.get("crs", WGS84)),
        accuracy_m=_accuracy(told.get("accuracy_m")),
        layer=_told("layer", told["layer"]) if "layer" in told else Told(),
        url=_told("url", told["url"]) if "url" in told else Told(),
        null=frozenset(map(fold, _texts("null", told.get("null", [])))),
        commodities=tuple(_ranked(commodities)),
        separator=_text("commodities.separator", commodities.get("separator", ",")),
        words={name: _text(name, told[name]) for name in (*TEXTS, *YEARS) if name in told},
        coded={name: _code(name, told[name]) for name in CODED if name in told},
    )


def _check_names(above: str, told: Iterable[str], known: Iterable[str]) -> None:
    for name in sorted(set(told) - set(known)):
        listed = ", ".join(sorted(known))
        raise _Wrong(
            f"{above}{name} is not an attribute that we know; there are: {listed}",
            f"{above}{name} no es un atributo conocido; hay: {listed}",
        )


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise _Wrong(
            f"{name} is {value!r}; a text in quotes was expected", f"{name} es {value!r}; se esperaba un texto"
        )
    return value


def _texts(name: str, value: object) -> tuple[str, ...]:
    """One text, or several in a list."""
    return tuple(_text(name, one) for one in (value if isinstance(value, list) else [value]))


def _table(name: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _Wrong(
            f"{name} is {value!r}; a table was expected, such as [{name}] with its lines below",
            f"{name} es {value!r}; se esperaba una tabla, como [{name}] con sus líneas debajo",
        )
    return value


def _told(name: str, value: object) -> Told:
    """A column by its name, or `{ always = "…" }`."""
    if not isinstance(value, dict):
        return Told(column=_text(name, value))
    _check_names(f"{name}.", value, ("always",))
    return Told(always=_text(f"{name}.always", value.get("always")))


def _code(name: str, value: object) -> Told:
    told = _told(name, value)
    codes = vocabulary_of(CODED[name])
    if told.always and told.always not in vocabulary(codes).terms:
        raise _Wrong(
            f"{name} is always {told.always!r}, which is no code of the vocabulary {codes}",
            f"{name} es siempre {told.always!r}, que no es un código del vocabulario {codes}",
        )
    return told


def _accuracy(value: object) -> float | str | None:
    """Metres, or the column that holds them."""
    if value is None or (isinstance(value, str) and value):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise _Wrong(
            f"accuracy_m is {value!r}; a number of metres or the name of a column was expected",
            f"accuracy_m es {value!r}; se esperaba un número de metros o el nombre de una columna",
        )
    return float(value)


def _ranked(told: dict[str, Any]) -> Iterator[tuple[str, int | None]]:
    for rank, number in RANKS.items():
        for column in _texts(f"commodities.{rank}", told.get(rank, [])):
            yield column, number


def _check_frame(crs: str) -> None:
    try:
        check_frame(crs)
    except FileFault as fault:
        raise _Wrong(f"crs: {fault.words.en}", f"crs: {fault.words.es}") from fault


def _check_crosswalks(mapping: Mapping, folder: Path) -> None:
    for name in sorted(mapping.crosswalks()):
        if not (folder / f"{name}.csv").exists():
            raise _Wrong(
                f"it maps words that crosswalk/{name}.csv explains, which is missing",
                f"asigna palabras que explica crosswalk/{name}.csv, que falta",
            )
