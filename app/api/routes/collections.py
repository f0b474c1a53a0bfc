"""`/collections`: what there is, where and when; and what can be asked of its deposits and is said of them."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api.enclosures import enclosures
from app.api.links import link
from app.api.question import HTML, JSON, Question, question
from app.asked.parameters import PAGE, json_schema
from app.domain.crs import CRS84, SYSTEMS
from app.domain.properties import Property, properties
from app.domain.queryables import queryables
from app.domain.vocabulary import vocabulary
from app.extracts.geojson import GEOJSON
from app.queries.collections import Collection
from app.words import Words

router = APIRouter()

SCHEMA = "application/schema+json"
_SCHEMA_REL = "http://www.opengis.net/def/rel/ogc/1.0/schema"
_QUERYABLES_REL = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
_TILES_REL = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"


@router.get("/collections")
async def all_collections(request: Request) -> Response:
    asked = await question(request, PAGE)
    document = {
        "links": asked.own_links(),
        "crs": list(SYSTEMS),
        "collections": [_described(asked, one) for one in asked.standing.collections.values()],
    }
    return asked.answer(document, "collections", files=asked.standing.files_of(asked.standing.current))


@router.get("/collections/{collection}")
async def one_collection(request: Request, collection: str) -> Response:
    asked = await question(request, PAGE)
    described = _described(asked, asked.collection(collection))
    described["links"] = [*asked.own_links(), *described["links"]]
    return asked.answer(described, "collection", files=asked.standing.files_of(asked.standing.current))


def _described(asked: Question, one: Collection) -> dict[str, Any]:
    lang = asked.lang
    path = f"/collections/{one.id}"

    def to(further: str, rel: str, media_type: str, title: Words, **given: str) -> dict[str, Any]:
        return link(asked.address(path + further, given), rel, media_type, title=title.speak(lang))

    described = {
        "id": one.id,
        "title": one.title.speak(lang),
        "description": one.about.speak(lang),
        "attribution": one.attribution,
        "itemType": "feature",
        "itemCount": one.extent.deposits if one.extent else 0,
        "crs": list(SYSTEMS),
        "storageCrs": CRS84.uri,
        "links": [
            to("/items", "items", GEOJSON, Words("Deposits", "Yacimientos")),
            to("/items", "items", HTML, Words("Deposits, to read", "Yacimientos, para leer"), f="html"),
            to("/schema", _SCHEMA_REL, SCHEMA, Words("What is said of a deposit", "Lo que se dice de un yacimiento")),
            to("/queryables", _QUERYABLES_REL, SCHEMA, Words("What can be asked", "Lo que se puede preguntar")),
            to("/tiles", _TILES_REL, JSON, Words("Vector tiles", "Teselas vectoriales")),
            *_licences(one),
            *enclosures(asked, asked.standing.current, one.id),
        ],
    }
    if one.extent is not None:
        box = one.extent.bounds
        described["extent"] = {
            "spatial": {"bbox": [[box.west, box.south, box.east, box.north]], "crs": CRS84.uri},
            "temporal": {
                "interval": [[f"{one.extent.first}T00:00:00Z", f"{one.extent.last}T23:59:59Z"]],
                "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
            },
        }
    return described


def _licences(one: Collection) -> list[dict[str, Any]]:
    return [
        link(card.licence_url, "license", HTML, title=f"{card.agency}: {card.licence}")
        for card in one.cards
        if card.licence_url
    ]


@router.get("/collections/{collection}/queryables")
async def what_can_be_asked(request: Request, collection: str) -> Response:
    asked = await question(request, PAGE)
    one = asked.collection(collection)
    said = {name: _said(asked, found) for name, found in queryables().items()}
    document = {
        **_schema(asked, one, "queryables"),
        "properties": {
            "geometry": {"title": _POSITION.speak(asked.lang), "$ref": "https://geojson.org/schema/Point.json"},
            **said,
        },
        "additionalProperties": False,
    }
    return asked.answer(document, "schema", SCHEMA)


@router.get("/collections/{collection}/schema")
async def what_is_said(request: Request, collection: str) -> Response:
    asked = await question(request, PAGE)
    one = asked.collection(collection)
    fixed = {
        "id": {"title": "id", "type": "string", "x-ogc-role": "id", "x-ogc-propertySeq": 1, "readOnly": True},
        "geometry": {
            "title": _POSITION.speak(asked.lang),
            "x-ogc-role": "primary-geometry",
            "format": "geometry-point",
            "x-ogc-propertySeq": 2,
        },
    }
    said = {
        found.name: _said(asked, found) | {"x-ogc-propertySeq": place}
        for place, found in enumerate(properties().values(), 3)
    }
    said["retrieved"]["x-ogc-role"] = "primary-instant"
    document = {**_schema(asked, one, "schema"), "properties": {**fixed, **said}, "additionalProperties": False}
    return asked.answer(document, "schema", SCHEMA)


_POSITION = Words("Position", "Posición")


def _schema(asked: Question, one: Collection, name: str) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": asked.address(f"/collections/{one.id}/{name}"),
        "title": one.title.speak(asked.lang),
        "description": one.about.speak(asked.lang),
        "type": "object",
    }


def _said(asked: Question, one: Property) -> dict[str, Any]:
    said = {"title": one.title.speak(asked.lang), "description": one.about.speak(asked.lang), **json_schema(one)}
    if "enum" in said and one.vocabulary:
        terms = vocabulary(one.vocabulary).terms
        said["x-ogc-codelistUri"] = asked.address(f"/vocabularies/{one.vocabulary}")
        said["x-enumNames"] = [term.label.speak(asked.lang) for term in terms.values()]
    return said
