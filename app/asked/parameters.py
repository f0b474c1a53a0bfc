"""Every parameter that an address may have: its name, what it means, its OpenAPI 3.0 schema. Read strictly."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from app.domain.cql2 import LANGUAGES
from app.domain.critical import critical_lists
from app.domain.crs import SYSTEMS
from app.domain.deposit import ALL
from app.domain.grid import DEFAULT_CELL_M, GRIDS, LARGEST_CELL_M, SMALLEST_CELL_M
from app.domain.properties import Kind, Property, properties
from app.domain.queryables import queryables
from app.domain.vocabulary import vocabulary
from app.errors import BadValue, UnknownParameter
from app.words import LANGS, Words, meant, nearest

DEFAULT_LIMIT = 1000
MAX_LIMIT = 10_000

_TEXT: Mapping[str, Any] = {"type": "string"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a query."""

    name: str
    about: Words
    schema: Mapping[str, Any] = field(default_factory=lambda: _TEXT, hash=False)
    required: bool = False


def _codes(name: str) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string", "enum": list(vocabulary(name).terms)}}


def _uris() -> dict[str, Any]:
    return {"type": "string", "format": "uri", "enum": list(SYSTEMS)}


LANG = Parameter(
    "lang",
    Words("Language of labels and messages; else Accept-Language decides.", "Idioma; si falta decide Accept-Language."),
    {"type": "string", "enum": list(LANGS)},
)
F = Parameter(
    "f",
    Words("Form of the answer; else the Accept header decides.", "Forma de la respuesta; si falta decide Accept."),
    {"type": "string", "enum": ["json", "html"]},
)
_F_TILE = Parameter("f", Words("Form of the tile.", "Forma de la tesela."), {"type": "string", "enum": ["mvt"]})

_F_CHANGES = Parameter(
    "f",
    Words("Form of the changes; else the Accept header decides.", "Forma de los cambios; si falta decide Accept."),
    {"type": "string", "enum": ["geojson", "ndjson"]},
)

_NUMBERS: dict[str, Any] = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}

_PLACES = (
    Parameter(
        "bbox",
        Words(
            "west,south,east,north in degrees of CRS84, or in the system and axis order of bbox-crs; a west beyond the "
            "east crosses the 180th meridian; edges count. With six numbers the heights are read past.",
            "oeste,sur,este,norte en grados de CRS84, o en el sistema y orden de ejes de bbox-crs; un oeste mayor que "
            "el este cruza el meridiano 180; los bordes cuentan. Con seis números las alturas no cuentan.",
        ),
        _NUMBERS,
    ),
    Parameter("bbox-crs", Words("The system of bbox.", "El sistema de bbox."), _uris()),
    Parameter(
        "datetime",
        Words(
            "When the source's file was retrieved: a time, or two with / between; .. or nothing leaves an end open.",
            "Cuándo se obtuvo el archivo de la fuente: un momento, o dos con /; .. o nada deja un extremo abierto.",
        ),
    ),
)

_CQL = (
    Parameter(
        "filter",
        Words("A condition in CQL2.", "Una condición en CQL2."),
    ),
    Parameter(
        "filter-lang",
        Words("In which of its languages the condition is written.", "En cuál de sus lenguajes está la condición."),
        {"type": "string", "enum": list(LANGUAGES), "default": "cql2-text"},
    ),
    Parameter(
        "filter-crs",
        Words("The system of the condition's geometries; else CRS84.", "El sistema de sus geometrías; si no, CRS84."),
        _uris(),
    ),
)

_NAMED = (
    Parameter(
        "commodity",
        Words("Has any of these commodities, whatever the rank.", "Tiene alguna de estas sustancias, en todo rango."),
        _codes("commodity"),
    ),
    Parameter(
        "country",
        Words("In any of these countries (ISO 3166-1).", "En alguno de estos países (ISO 3166-1)."),
        _codes("country"),
    ),
    Parameter(
        "source",
        Words("From any of these sources; ids of /sources.", "De alguna de estas fuentes; ids de /sources."),
        {"type": "array", "items": {"type": "string"}},
    ),
    Parameter(
        "state",
        Words("In any of these states (ISO 3166-2).", "En alguno de estos estados (ISO 3166-2)."),
        _codes("state"),
    ),
    Parameter(
        "status",
        Words(
            "With any of these statuses, as the source recorded it, not as of today.",
            "Con alguno de estos estados de actividad, como los registró la fuente, no a la fecha de hoy.",
        ),
        _codes("status"),
    ),
    Parameter(
        "list",
        Words(
            "Has a commodity that counts on any of these lists of critical minerals; ids of /lists.",
            "Tiene una sustancia que cuenta en alguna de estas listas de minerales críticos; ids de /lists.",
        ),
        {"type": "array", "items": {"type": "string", "enum": list(critical_lists())}},
    ),
    Parameter(
        "critical",
        Words(
            "Critical to both countries or to either, by the lists in force.",
            "Crítico para ambos países o para cualquiera, según las listas vigentes.",
        ),
        {"type": "string", "enum": ["both", "either"]},
    ),
    Parameter(
        "ids",
        Words("Has any of these ids.", "Tiene alguno de estos ids."),
        {"type": "array", "items": {"type": "string"}},
    ),
)

_JSON_TYPE = {Kind.INTEGER: "integer", Kind.NUMBER: "number", Kind.BOOLEAN: "boolean"}


def json_schema(one: Property) -> dict[str, Any]:
    """A property's values as JSON Schema and OpenAPI 3.0 both have it."""
    said: dict[str, Any] = {"type": _JSON_TYPE.get(one.kind, "string")}
    if one.kind is Kind.DATE:
        said["format"] = "date"
    if one.kind is Kind.CODE and one.vocabulary:
        said["enum"] = list(vocabulary(one.vocabulary).terms)
    return said


_TAKEN = {"id", *(parameter.name for parameter in _NAMED)}

BY_PROPERTY = tuple(
    Parameter(one.name, one.about, json_schema(one)) for one in queryables().values() if one.name not in _TAKEN
)

_SHOWN = (
    Parameter(
        "properties",
        Words("Only these properties, separated by commas.", "Sólo estas propiedades, separadas por comas."),
        {"type": "array", "items": {"type": "string", "enum": list(properties())}},
    ),
    Parameter(
        "skipGeometry",
        Words("Without positions.", "Sin posiciones."),
        {"type": "boolean", "default": False},
    ),
    Parameter(
        "crs", Words("The system of the positions; else CRS84.", "El sistema de las posiciones; si no, CRS84."), _uris()
    ),
)

_SPREADSHEET = Parameter(
    "bom",
    Words(
        "Whether a mark before the first line tells spreadsheets that the file is UTF-8.",
        "Si una marca antes de la primera línea dice a las hojas de cálculo que el archivo es UTF-8.",
    ),
    {"type": "boolean", "default": False},
)

# The release that answers now, where one is named.
CURRENT = "current"

_OF_CHANGES = (
    Parameter(
        "since",
        Words(
            "The release that you have; else the one before. A later one too, after a rollback.",
            "La edición que usted tiene; si falta, la anterior. También una posterior, tras volver a una más antigua.",
        ),
    ),
    Parameter(
        "collection",
        Words("Whose extract you have; ids of /collections.", "De qué colección es su extracto; ids de /collections."),
        {"type": "string", "default": ALL},
    ),
)

_PAGED = (
    Parameter(
        "limit",
        Words("How many deposits on a page at most.", "Cuántos yacimientos por página como máximo."),
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    ),
    Parameter(
        "cursor",
        Words(
            "Where to go on; taken from a `next` or `prev` link.", "Dónde seguir; se toma de un enlace `next` o `prev`."
        ),
    ),
    Parameter(
        "sortby",
        Words(
            "Properties to sort by, the first first; - before a name turns its order. Nulls come last.",
            "Propiedades por las que se ordena; - antes del nombre invierte el orden. Los nulos van al final.",
        ),
        {"type": "array", "items": {"type": "string"}},
    ),
)

_GRIDDED = (
    Parameter(
        "grid",
        Words(
            "The equal-area grid by whose cells deposits are counted.", "La malla de áreas iguales en que se cuenta."
        ),
        {"type": "string", "enum": list(GRIDS), "default": next(iter(GRIDS))},
    ),
    Parameter(
        "cell",
        Words("The side of a cell in metres.", "El lado de una celda en metros."),
        {"type": "integer", "minimum": SMALLEST_CELL_M, "maximum": LARGEST_CELL_M, "default": DEFAULT_CELL_M},
    ),
)

_POINT = (
    Parameter(
        "lon",
        Words("Longitude in degrees.", "Longitud en grados."),
        {"type": "number", "minimum": -180, "maximum": 180},
        required=True,
    ),
    Parameter(
        "lat",
        Words("Latitude in degrees.", "Latitud en grados."),
        {"type": "number", "minimum": -90, "maximum": 90},
        required=True,
    ),
)


def _table(*groups: Sequence[Parameter]) -> Mapping[str, Parameter]:
    return MappingProxyType({parameter.name: parameter for group in groups for parameter in group})


PLAIN = _table((LANG,))
PAGE = _table((F, LANG))
FILTER = _table(_PLACES, _NAMED, _CQL, BY_PROPERTY)
FILTERED = _table(tuple(FILTER.values()), (LANG,))
POINT = _table(_POINT, (LANG,))
DENSITY = _table(_GRIDDED, tuple(FILTER.values()), (LANG,))
ITEMS = _table(_PAGED, _SHOWN, tuple(FILTER.values()), (F, LANG))
ITEM = _table((next(one for one in _SHOWN if one.name == "crs"), F, LANG))
TILE = _table(tuple(FILTER.values()), (_F_TILE, LANG))
CHANGES = _table(_OF_CHANGES, tuple(FILTER.values()), (_F_CHANGES, LANG))
EXPORT = _table(tuple(one for one in _SHOWN if one.name != "skipGeometry"), tuple(FILTER.values()), (LANG,))
EXPORT_CSV = _table(tuple(EXPORT.values()), (_SPREADSHEET,))


def read(given: Iterable[tuple[str, str]], known: Mapping[str, Parameter]) -> dict[str, str]:
    """The parameters, of which each was given by name and value.

    Raises `UnknownParameter` for one that is not known here, or given twice, `BadValue` for a language or form that we
    do not have.
    """
    asked: dict[str, str] = {}
    for name, value in given:
        if name not in known:
            raise _unknown(name, tuple(known))
        if name in asked:
            raise UnknownParameter(
                Words(
                    f"{name} is given twice; put all values into one, separated by commas",
                    f"{name} aparece dos veces; ponga todos los valores en uno, separados por comas",
                )
            )
        asked[name] = value
    for name in ("lang", "f"):
        if name in asked:
            check_one_of(name, asked[name], known[name].schema["enum"])
    return asked


def check_one_of(name: str, value: str, right: Sequence[str]) -> None:
    """Raises `BadValue` for a value that is not among the right ones."""
    if value not in right:
        raise BadValue(
            Words(f"{name}={value!r}: it is {' or '.join(right)}", f"{name}={value!r}: es {' o '.join(right)}")
        )


def _unknown(name: str, known: Sequence[str]) -> UnknownParameter:
    near = nearest(name, known)
    hint = meant(near and repr(near))
    listed = ", ".join(known)
    return UnknownParameter(
        Words(
            f"there is no parameter {name!r} here{hint.en} There are: {listed}",
            f"aquí no existe el parámetro {name!r}{hint.es} Existen: {listed}",
        )
    )
