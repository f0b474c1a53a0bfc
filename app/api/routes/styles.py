"""`/styles`, `/sprites`, `/legends`: how deposits are drawn, for clients that draw MapLibre styles, and for QGIS."""

from dataclasses import asdict

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api import caching
from app.api.links import link
from app.api.question import JSON, Asking, asking
from app.asked.parameters import PAGE, PLAIN
from app.styles import qgis
from app.styles.legend import legend
from app.styles.legend_svg import legend_svg
from app.styles.looks import look, looks
from app.styles.sprites import NAME, sprite
from app.styles.style import Addresses, style
from app.tiles.drawing import LAYER
from app.tiles.pyramid import BOUNDARIES
from app.words import Words

router = APIRouter()
SVG, PNG = "image/svg+xml", "image/png"
QLR, QML = "application/x-qgis-layer-definition", "application/x-qgis-layer-settings"

_ABOUT = (
    ("style", "/styles/{}.json", JSON, Words("MapLibre style", "Estilo de MapLibre")),
    ("layers", "/styles/{}.qlr", QLR, Words("Layers for QGIS", "Capas para QGIS")),
    ("layer-style", "/styles/{}.qml", QML, Words("Style for QGIS", "Estilo para QGIS")),
    ("legend", "/legends/{}.json", JSON, Words("Legend", "Leyenda")),
    ("picture", "/legends/{}.svg", SVG, Words("Legend as a picture", "Leyenda como imagen")),
)


@router.get("/styles")
async def styles(request: Request) -> Response:
    """The styles there are, each with its legend."""
    asked = asking(request, PAGE)
    told = [
        {
            "name": one.name,
            "title": one.title.speak(asked.lang),
            "links": [
                link(
                    asked.address(path.format(one.name), {"lang": asked.lang}),
                    rel,
                    media_type,
                    title=title.speak(asked.lang),
                )
                for rel, path, media_type, title in _ABOUT
            ],
        }
        for one in looks().values()
    ]
    return asked.say({"styles": told, "links": asked.own_links()}, "styles")


@router.get("/styles/{name}.json")
async def one_style(request: Request, name: str) -> Response:
    """The style of that name, its names in the asker's language."""
    asked = asking(request, PLAIN)
    of = look(name)
    at = Addresses(
        tiles={layer: asked.address(f"/tiles/{layer}.json") for layer in (BOUNDARIES, LAYER)},
        sprite=asked.address(f"/sprites/{NAME}"),
        glyphs=asked.address("/fonts/{fontstack}/{range}.pbf"),
        legend=asked.address(f"/legends/{of.name}.json", {"lang": asked.lang}),
    )
    return _answer(asked, orjson.dumps(style(of, asked.lang, at)), JSON)


@router.get("/styles/{name}.qlr")
async def qgis_layers(request: Request, name: str) -> Response:
    """Both layers with their style, which QGIS adds when the file is opened in it."""
    asked = asking(request, PLAIN)
    tiles = {layer: asked.address(f"/tiles/{layer}/{{z}}/{{x}}/{{y}}.mvt") for layer in (LAYER, BOUNDARIES)}
    return _answer(asked, qgis.layers(look(name), asked.lang, tiles), QLR, f"vetalode-{name}.qlr")


@router.get("/styles/{name}.qml")
async def qgis_style(request: Request, name: str) -> Response:
    """The style alone, for a vector tile layer that QGIS has."""
    asked = asking(request, PLAIN)
    return _answer(asked, qgis.style(look(name), asked.lang), QML, f"vetalode-{name}.qml")


@router.get("/legends/{name}.json")
async def legend_document(request: Request, name: str) -> Response:
    """What each colour, shape and size of a style says."""
    asked = asking(request, PLAIN)
    of = look(name)
    told = {
        "name": of.name,
        "title": of.title.speak(asked.lang),
        "lang": asked.lang,
        "sections": [asdict(section) for section in legend(of, asked.lang)],
    }
    return _answer(asked, orjson.dumps(told), JSON)


@router.get("/legends/{name}.svg")
async def legend_picture(request: Request, name: str) -> Response:
    asked = asking(request, PLAIN)
    of = look(name)
    drawn = legend_svg(of, of.title.speak(asked.lang), legend(of, asked.lang), asked.lang)
    return _answer(asked, drawn.encode(), SVG)


@router.get(f"/sprites/{NAME}.json")
@router.get(f"/sprites/{NAME}@2x.json")
async def sprite_index(request: Request) -> Response:
    """Where in the picture each symbol is."""
    asked = asking(request, PLAIN)
    return _answer(asked, orjson.dumps(sprite(_ratio(asked)).index), JSON)


@router.get(f"/sprites/{NAME}.png")
@router.get(f"/sprites/{NAME}@2x.png")
async def sprite_picture(request: Request) -> Response:
    asked = asking(request, PLAIN)
    return _answer(asked, sprite(_ratio(asked)).png, PNG)


def _ratio(asked: Asking) -> int:
    return 2 if asked.path.rpartition(".")[0].endswith("@2x") else 1


def _answer(asked: Asking, body: bytes, media_type: str, file: str | None = None) -> Response:
    """The same bytes have the same tag, whichever process made them; a `file` is kept, not shown."""
    kept = caching.of_bytes(body, asked.lang)
    if file:
        kept["Content-Disposition"] = f'attachment; filename="{file}"'
    return caching.named(asked.request, kept) or Response(body, media_type=media_type, headers=kept)
