"""The whole API as an OpenAPI 3.0 document, in the asker's language, from the same table that reads its parameters."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from app.api.feeds import ATOM
from app.api.feeds import MEDIA_TYPES as FEEDS
from app.api.problems import TITLES
from app.asked.parameters import (
    CHANGES,
    CURRENT,
    DENSITY,
    EXPORT_CSV,
    FILTERED,
    ITEM,
    ITEMS,
    PAGE,
    PLAIN,
    POINT,
    TILE,
    F,
    Parameter,
)
from app.domain import mercator, vocabulary
from app.extracts.changes import MEDIA_TYPES as CHANGES_IN
from app.extracts.dcat import LD_JSON
from app.extracts.erml.gml import GML
from app.extracts.erml.views import View
from app.extracts.formats import ENDINGS, FORMATS, PMTILES
from app.queries.tilesets import LAYERS
from app.styles.looks import looks
from app.tiles.pyramid import MAX_ZOOM
from app.words import Words

if TYPE_CHECKING:
    from app.api.question import Question

# QGIS and CITE both look for just this type.
MEDIA_TYPE = "application/vnd.oai.openapi+json;version=3.0"

_JSON = ("application/json", "text/html")
_GEOJSON = ("application/geo+json", "text/html")
_SCHEMA = ("application/schema+json", "text/html")
_MVT = ("application/vnd.mapbox-vector-tile",)
_OF_QGIS = ("application/x-qgis-layer-definition", "application/x-qgis-layer-settings")
_PBF = ("application/x-protobuf",)
_EXTRACTS = tuple(one.media_type for one in FORMATS.values())
_GEOTIFF = "image/tiff; application=geotiff; profile=cloud-optimized"
_FILES = (*(one.media_type for one in FORMATS.values() if one.ending in ENDINGS), PMTILES)
_BINARY = (*_MVT, *_PBF, PMTILES, "image/png", _GEOTIFF, ATOM, GML, *_EXTRACTS[1:])


@dataclass(frozen=True, slots=True)
class Operation:
    """What one address answers. `statuses` are those beside 200, 400, 500 and 503."""

    path: str
    id: str
    summary: Words
    known: Mapping[str, Parameter]
    media_types: tuple[str, ...] = ("application/json",)
    statuses: tuple[int, ...] = ()
    tag: str = "data"


_TAGS = {
    "data": Words("Deposits", "Yacimientos"),
    "tiles": Words("Vector tiles", "Teselas vectoriales"),
    "exports": Words("Extracts", "Extractos"),
    "catalogue": Words("Sources, releases and vocabularies", "Fuentes, ediciones y vocabularios"),
    "rasters": Words("Rasters of the agencies", "Rásteres de las dependencias"),
    "styles": Words("How deposits are drawn", "Cómo se dibujan los yacimientos"),
    "service": Words("The service itself", "El servicio mismo"),
}

_C = "/collections/{collection}"
OPERATIONS = (
    Operation("/", "landing", Words("Landing page", "Página de inicio"), PAGE, _JSON, tag="service"),
    Operation(
        "/conformance", "conformance", Words("Conformance classes", "Clases de conformidad"), PAGE, _JSON, tag="service"
    ),
    Operation(
        "/api", "api", Words("This description", "Esta descripción"), PAGE, (MEDIA_TYPE, "text/html"), tag="service"
    ),
    Operation("/collections", "collections", Words("Collections", "Colecciones"), PAGE, _JSON),
    Operation(_C, "collection", Words("A collection", "Una colección"), PAGE, _JSON, (404,)),
    Operation(
        f"{_C}/queryables", "queryables", Words("What can be asked", "Lo que se puede preguntar"), PAGE, _SCHEMA, (404,)
    ),
    Operation(
        f"{_C}/schema",
        "schema",
        Words("What is said of a deposit", "Lo que se dice de un yacimiento"),
        PAGE,
        _SCHEMA,
        (404,),
    ),
    Operation(
        f"{_C}/items",
        "items",
        Words("Deposits, page by page", "Yacimientos, página por página"),
        ITEMS,
        _GEOJSON,
        (404, 410),
    ),
    Operation(f"{_C}/items/{{deposit}}", "item", Words("One deposit", "Un yacimiento"), ITEM, _GEOJSON, (404,)),
    Operation(
        f"{_C}/tiles",
        "collection.vector.getTileSetsList",
        Words("Tilesets", "Conjuntos de teselas"),
        PAGE,
        _JSON,
        (404,),
        "tiles",
    ),
    Operation(
        f"{_C}/tiles/{{tileMatrixSet}}",
        "collection.vector.getTileSet",
        Words("A tileset", "Un conjunto de teselas"),
        PAGE,
        _JSON,
        (404,),
        "tiles",
    ),
    Operation(
        f"{_C}/tiles/{{tileMatrixSet}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}",
        "collection.vector.getTile",
        Words("A vector tile", "Una tesela vectorial"),
        TILE,
        _MVT,
        (404,),
        "tiles",
    ),
    Operation(
        "/tileMatrixSets",
        "tileMatrixSets",
        Words("Tile matrix sets", "Conjuntos de matrices de teselas"),
        PAGE,
        _JSON,
        (),
        "tiles",
    ),
    Operation(
        "/tileMatrixSets/{tileMatrixSet}",
        "tileMatrixSet",
        Words("A tile matrix set", "Un conjunto de matrices de teselas"),
        PAGE,
        _JSON,
        (404,),
        "tiles",
    ),
    Operation(
        "/tiles/{layers}.json",
        "tilejson",
        Words("TileJSON 3.0 of one layer or several", "TileJSON 3.0 de una capa o de varias"),
        FILTERED,
        statuses=(404,),
        tag="tiles",
    ),
    Operation(
        "/tiles/{layers}/{z}/{x}/{y}.mvt",
        "tile",
        Words("A vector tile; 204 where it is empty", "Una tesela vectorial; 204 si está vacía"),
        FILTERED,
        _MVT,
        (204, 404),
        "tiles",
    ),
    Operation(
        "/tiles/{release}/{layers}.json",
        "release.tilejson",
        Words("TileJSON 3.0 of a release", "TileJSON 3.0 de una edición"),
        FILTERED,
        statuses=(404,),
        tag="tiles",
    ),
    Operation(
        "/tiles/{release}/{layers}/{z}/{x}/{y}.mvt",
        "release.tile",
        Words("A vector tile of a release, the same for good", "Una tesela de una edición, siempre la misma"),
        FILTERED,
        _MVT,
        (204, 404),
        "tiles",
    ),
    Operation(
        "/fonts/{fontstack}/{range}.pbf",
        "glyphs",
        Words("Glyphs for the labels of a map", "Glifos para los rótulos de un mapa"),
        PLAIN,
        _PBF,
        (404,),
        "tiles",
    ),
    Operation(
        "/exports/{collection}.{format}",
        "export",
        Words("Everything that a filter wants, in one file", "Todo lo que un filtro pide, en un archivo"),
        EXPORT_CSV,
        _EXTRACTS,
        (404,),
        "exports",
    ),
    Operation(
        "/exports/{collection}.csv-metadata.json",
        "exportMetadata",
        Words("What a CSV extract holds and where it comes from", "Qué contiene un extracto CSV y de dónde viene"),
        EXPORT_CSV,
        ("application/csvm+json",),
        (404,),
        "exports",
    ),
    Operation(
        "/exports/{collection}.{view}.gml",
        "exportErml",
        Words("A view of EarthResourceML-Lite, as GML", "Una vista de EarthResourceML-Lite, como GML"),
        FILTERED,
        (GML,),
        (404,),
        "exports",
    ),
    Operation(
        "/exports/{collection}.{view}.geojson",
        "exportErmlJson",
        Words("A view of EarthResourceML-Lite, as GeoJSON", "Una vista de EarthResourceML-Lite, como GeoJSON"),
        FILTERED,
        (_GEOJSON[0],),
        (404,),
        "exports",
    ),
    Operation(
        "/exports/{layer}.pmtiles",
        "archive",
        Words("All tiles of a layer, in one file", "Todas las teselas de una capa, en un archivo"),
        PLAIN,
        (PMTILES,),
        (206, 404, 416),
        "exports",
    ),
    Operation(
        "/exports/density.tif",
        "density",
        Words(
            "How many deposits there are in each cell, as a raster", "Cuántos yacimientos hay por celda, como ráster"
        ),
        DENSITY,
        (_GEOTIFF,),
        tag="exports",
    ),
    Operation(
        "/exports/density.png",
        "densityPicture",
        Words("The same as a picture", "Lo mismo como imagen"),
        DENSITY,
        ("image/png",),
        tag="exports",
    ),
    Operation("/rasters", "rasters", Words("Rasters", "Rásteres"), PAGE, _JSON, tag="rasters"),
    Operation(
        "/rasters/{raster}",
        "raster",
        Words("A raster, and where its tiles are", "Un ráster, y dónde están sus teselas"),
        PAGE,
        _JSON,
        (404,),
        "rasters",
    ),
    Operation(
        "/rasters/{raster}/tiles/{z}/{x}/{y}.png",
        "rasterTile",
        Words("A tile of it; 204 where it is empty", "Una tesela suya; 204 si está vacía"),
        PLAIN,
        ("image/png",),
        (204, 404),
        "rasters",
    ),
    Operation(
        "/rasters/{raster}/point",
        "rasterPoint",
        Words("Its values at a place", "Sus valores en un lugar"),
        POINT,
        statuses=(404,),
        tag="rasters",
    ),
    Operation(
        "/releases/{newer}/changes",
        "changes",
        Words("What changed since another release", "Qué cambió desde otra edición"),
        CHANGES,
        tuple(CHANGES_IN.values()),
        (404, 410),
        "exports",
    ),
    Operation(
        "/releases/{release}/manifest.json",
        "release.manifest",
        Words("The files of a release, with their digests", "Los archivos de una edición, con sus sumas sha256"),
        PLAIN,
        statuses=(404, 410),
        tag="exports",
    ),
    Operation(
        "/releases/{release}/dcat.json",
        "release.dcat",
        Words("A release as a record of DCAT", "Una edición como registro de DCAT"),
        PLAIN,
        (LD_JSON,),
        (404, 410),
        "exports",
    ),
    Operation(
        "/releases/{release}/stac.json",
        "release.stac",
        Words("A release as a collection of STAC", "Una edición como colección de STAC"),
        PLAIN,
        statuses=(404, 410),
        tag="exports",
    ),
    Operation(
        "/releases/{release}/files/{file}",
        "release.file",
        Words("A file of a release, whole or in parts", "Un archivo de una edición, entero o por partes"),
        PLAIN,
        _FILES,
        (206, 404, 410, 416),
        "exports",
    ),
    Operation("/sources", "sources", Words("Sources", "Fuentes"), PAGE, _JSON, tag="catalogue"),
    Operation("/releases", "releases", Words("Releases", "Ediciones"), PAGE, _JSON, tag="catalogue"),
    *(
        Operation(
            f"/releases.{ending}",
            f"releases.{ending}",
            Words("The releases as a feed", "Las ediciones como canal"),
            PLAIN,
            (media_type,),
            tag="catalogue",
        )
        for ending, media_type in FEEDS.items()
    ),
    Operation(
        "/lists",
        "lists",
        Words("Lists of critical minerals", "Listas de minerales críticos"),
        PAGE,
        _JSON,
        tag="catalogue",
    ),
    Operation("/vocabularies", "vocabularies", Words("Vocabularies", "Vocabularios"), PAGE, _JSON, tag="catalogue"),
    Operation(
        "/vocabularies/{name}",
        "vocabulary",
        Words("A vocabulary", "Un vocabulario"),
        PAGE,
        _JSON,
        (404,),
        "catalogue",
    ),
    Operation("/styles", "styles", Words("Styles of the map", "Estilos del mapa"), PAGE, _JSON, tag="styles"),
    Operation(
        "/styles/{style}.json",
        "style",
        Words("A MapLibre style", "Un estilo de MapLibre"),
        PLAIN,
        statuses=(404,),
        tag="styles",
    ),
    Operation(
        "/styles/{style}.qlr",
        "qgisLayers",
        Words("Its layers for QGIS", "Sus capas para QGIS"),
        PLAIN,
        (_OF_QGIS[0],),
        statuses=(404,),
        tag="styles",
    ),
    Operation(
        "/styles/{style}.qml",
        "qgisStyle",
        Words("It as a style of QGIS", "El mismo como estilo de QGIS"),
        PLAIN,
        (_OF_QGIS[1],),
        statuses=(404,),
        tag="styles",
    ),
    Operation(
        "/legends/{style}.json", "legend", Words("Its legend", "Su leyenda"), PLAIN, statuses=(404,), tag="styles"
    ),
    Operation(
        "/legends/{style}.svg",
        "legendPicture",
        Words("Its legend as a picture", "Su leyenda como imagen"),
        PLAIN,
        ("image/svg+xml",),
        (404,),
        "styles",
    ),
    *(
        Operation(
            f"/sprites/vetalode{fine}.{kind}",
            f"sprite{kind.title()}{fine.removeprefix('@').title()}",
            words,
            PLAIN,
            (media_type,),
            tag="styles",
        )
        for fine in ("", "@2x")
        for kind, media_type, words in (
            ("json", "application/json", Words("Where each symbol is", "Dónde está cada símbolo")),
            (
                "png",
                "image/png",
                Words("The symbols, by distance from their edge", "Los símbolos, por distancia al borde"),
            ),
        )
    ),
    Operation("/health/live", "live", Words("Alive", "Vivo"), PLAIN, tag="service"),
    Operation("/health/ready", "ready", Words("Ready", "Listo"), PLAIN, tag="service"),
)

_STATUS = {
    **TITLES,
    200: Words("The answer", "La respuesta"),
    204: Words("There is nothing in it", "No hay nada en ella"),
    206: Words("The part that was asked for", "La parte que se pidió"),
    304: Words("You already have the answer", "Ya tiene la respuesta"),
    410: Words("The release asked for is no longer kept", "La edición que se pide ya no se conserva"),
}

_EVERYWHERE = (304, 400, 500, 503)


def document(asked: "Question") -> dict[str, Any]:
    """The description in the asker's language, with this service's own address."""
    shared = {
        parameter.name: parameter for one in OPERATIONS for parameter in one.known.values() if not _own(parameter)
    }
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Vetalode",
            "version": version("vetalode"),
            "description": Words(
                "Mineral deposits of the United States and Mexico, harmonised and traceable. A parameter that an "
                "address does not have, or that is given twice, is an error.",
                "Yacimientos minerales de Estados Unidos y México, armonizados y rastreables. Un parámetro que una "
                "dirección no tiene, o que aparece dos veces, es un error.",
            ).speak(asked.lang),
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "servers": [{"url": asked.base}],
        "tags": [{"name": name, "description": words.speak(asked.lang)} for name, words in _TAGS.items()],
        "paths": {one.path: {"get": _operation(asked, one)} for one in (*OPERATIONS, *_spelt_out(asked))},
        "components": {
            "parameters": {name: _parameter(asked, parameter) for name, parameter in shared.items()},
            "schemas": {"problem": _PROBLEM},
        },
    }


def _spelt_out(asked: "Question") -> Iterator[Operation]:
    """The items of each collection by its own address, where GDAL looks for what it may ask."""
    items = next(one for one in OPERATIONS if one.id == "items")
    for name in asked.standing.collections:
        yield replace(items, path=items.path.replace("{collection}", name), id=f"items.{name}", statuses=(410,))


def _operation(asked: "Question", one: Operation) -> dict[str, Any]:
    return {
        "operationId": one.id,
        "summary": one.summary.speak(asked.lang),
        "tags": [one.tag],
        "parameters": [
            *(_part(asked, name) for name in re.findall(r"{(\w+)}", one.path)),
            *(
                _parameter(asked, parameter)
                if _own(parameter)
                else {"$ref": f"#/components/parameters/{parameter.name}"}
                for parameter in one.known.values()
            ),
        ],
        "responses": {
            str(status): _response(asked, one, status) for status in sorted({200, *one.statuses, *_EVERYWHERE})
        },
    }


def _own(parameter: Parameter) -> bool:
    """Whether it is an address's own: what others have under that name is another."""
    return parameter.name == F.name and parameter is not F


def _part(asked: "Question", name: str) -> dict[str, Any]:
    """A part of the address; the ids and codes that exist are listed, and the numbers of tiles bounded."""
    files = [f"{of}.{ending}" for of in asked.standing.collections for ending in ENDINGS]
    files += [f"{layer}.pmtiles" for layer in LAYERS]
    kept = [one.name for one in asked.standing.kept]
    known: dict[str, Any] = {
        "collection": {"type": "string", "enum": list(asked.standing.collections)},
        "deposit": {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
        "format": {"type": "string", "enum": list(FORMATS)},
        "file": {"type": "string", "enum": files},
        "fontstack": {"type": "string", "example": "Noto Sans Regular"},
        "layer": {"type": "string", "enum": list(LAYERS)},
        "layers": {"type": "array", "items": {"type": "string", "enum": list(LAYERS)}, "minItems": 1},
        "name": {"type": "string", "enum": list(vocabulary.TITLES)},
        "raster": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]*$"},
        "newer": {"type": "string", "enum": [CURRENT, *kept]},
        "range": {"type": "string", "pattern": "^[0-9]+-[0-9]+$", "example": "0-255"},
        "release": {"type": "string", "enum": kept},
        "style": {"type": "string", "enum": list(looks())},
        "tileMatrixSet": {"type": "string", "enum": [mercator.NAME]},
        "view": {"type": "string", "enum": [one.value for one in View]},
    }
    number = {"type": "integer", "minimum": 0, "maximum": MAX_ZOOM if name in ("z", "tileMatrix") else 2**MAX_ZOOM - 1}
    return {"name": name, "in": "path", "required": True, "schema": known.get(name, number)}


def _parameter(asked: "Question", one: Parameter) -> dict[str, Any]:
    return {
        "name": one.name,
        "in": "query",
        "description": one.about.speak(asked.lang),
        "required": one.required,
        "schema": dict(one.schema),
        "style": "form",
        "explode": False,
    }


def _response(asked: "Question", one: Operation, status: int) -> dict[str, Any]:
    said: dict[str, Any] = {"description": _STATUS[status].speak(asked.lang)}
    if status in (200, 206):
        said["content"] = {media_type: {"schema": _body(media_type)} for media_type in one.media_types}
    elif status >= 400:
        said["content"] = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}}}
    return said


def _body(media_type: str) -> dict[str, Any]:
    if media_type in ("text/html", "image/svg+xml", *_OF_QGIS):
        return {"type": "string"}
    return {"type": "string", "format": "binary"} if media_type in _BINARY else {"type": "object"}


_PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}
