"""`/`, `/conformance`, `/api`: where clients begin, what they may count on, and every address described."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api import openapi
from app.api.conformance import CLASSES
from app.api.feeds import feed_links
from app.api.links import link
from app.api.question import HTML, JSON, question
from app.asked.parameters import PAGE
from app.domain.deposit import ALL
from app.words import Words

router = APIRouter()

TITLE = Words(
    "Vetalode: mineral deposits of the United States and Mexico",
    "Vetalode: yacimientos minerales de Estados Unidos y México",
)
ABOUT = Words(
    "The deposit layers of the USGS and of the Servicio Geológico Mexicano in one vocabulary and one datum, each value "
    "beside the source's own words.",
    "Las capas de yacimientos del USGS y del Servicio Geológico Mexicano en un vocabulario y un datum, cada valor "
    "junto a las palabras de la fuente.",
)


@router.get("/")
async def landing(request: Request) -> Response:
    asked = await question(request, PAGE)
    lang = asked.lang

    def to(path: str, rel: str, media_type: str, title: Words, **given: str) -> dict[str, Any]:
        return link(asked.address(path, given), rel, media_type, title=title.speak(lang))

    document = {
        "title": TITLE.speak(lang),
        "description": ABOUT.speak(lang),
        "attribution": asked.standing.collections[ALL].attribution,
        "release": asked.standing.current.name,
        "links": [
            *asked.own_links(),
            to("/api", "service-desc", openapi.MEDIA_TYPE, Words("Description of the API", "Descripción de la API")),
            to("/api", "service-doc", HTML, Words("The API, to read", "La API, para leer"), f="html"),
            to("/conformance", "conformance", JSON, Words("Conformance classes", "Clases de conformidad")),
            to(
                "/conformance",
                "http://www.opengis.net/def/rel/ogc/1.0/conformance",
                JSON,
                Words("Conformance classes", "Clases de conformidad"),
            ),
            to("/collections", "data", JSON, Words("Collections", "Colecciones")),
            to(
                "/collections",
                "http://www.opengis.net/def/rel/ogc/1.0/data",
                JSON,
                Words("Collections", "Colecciones"),
            ),
            to(
                "/tileMatrixSets",
                "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes",
                JSON,
                Words("Tile matrix sets", "Conjuntos de matrices de teselas"),
            ),
            to("/map", "related", HTML, Words("Map", "Mapa")),
            to("/sources", "license", JSON, Words("Sources and licences", "Fuentes y licencias")),
            to("/releases", "related", JSON, Words("Releases", "Ediciones")),
            *feed_links(asked),
            to("/vocabularies", "related", JSON, Words("Vocabularies", "Vocabularios")),
            to("/styles", "related", JSON, Words("Styles of the map", "Estilos del mapa")),
            to("/rasters", "related", JSON, Words("Rasters", "Rásteres")),
            to("/lists", "related", JSON, Words("Lists of critical minerals", "Listas de minerales críticos")),
        ],
    }
    return asked.answer(document, "landing")


@router.get("/conformance")
async def conformance(request: Request) -> Response:
    asked = await question(request, PAGE)
    return asked.answer({"conformsTo": list(CLASSES), "links": asked.own_links()}, "conformance")


@router.get("/api")
async def api(request: Request) -> Response:
    asked = await question(request, PAGE)
    return asked.answer(openapi.document(asked), "api", openapi.MEDIA_TYPE)
