"""A look as a MapLibre style (version 8)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.styles.looks import Look
from app.styles.scales import Expression, legible_on
from app.tiles.drawing import LAYER
from app.tiles.pyramid import BOUNDARIES, BOUNDARY_NAMES
from app.words import Lang

FONTS = ["Noto Sans Regular"]
# From so many deposits on, a cluster's radius in pixels.
RADII_PX = ((2, 9), (10, 12), (100, 15), (1000, 19), (10_000, 24))


_CLUSTERED = ["has", "point_count"]
_ROUND = {"line-join": "round", "line-cap": "round"}
Layer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Addresses:
    """What a style names, all absolute: the TileJSON of each source, and the rest."""

    tiles: dict[str, str]
    sprite: str
    glyphs: str
    legend: str


def style(look: Look, lang: Lang, at: Addresses) -> dict[str, Any]:
    """The style of a look, with the names of places in one language."""
    return {
        "version": 8,
        "name": f"Vetalode: {look.title.speak(lang)}",
        "metadata": {"vetalode:legend": at.legend, "vetalode:lang": lang},
        "center": [-104, 32],
        "zoom": 3,
        "sprite": at.sprite,
        "glyphs": at.glyphs,
        "sources": {name: {"type": "vector", "url": url} for name, url in at.tiles.items()},
        "layers": [*_ground(look, lang), *_clusters(look), *_points(look)],
    }


def _ground(look: Look, lang: Lang) -> Iterator[Layer]:
    colours = look.ground

    def layer(name: str, kind: str, level: str, **more: Any) -> Layer:
        of = BOUNDARY_NAMES if kind == "symbol" else BOUNDARIES
        about = {"id": name, "type": kind, "source": BOUNDARIES, "source-layer": of}
        return {**about, "filter": ["==", ["get", "level"], level], **more}

    def line(name: str, level: str, colour: str, width: Expression) -> Layer:
        return layer(name, "line", level, layout=_ROUND, paint={"line-color": colours[colour], "line-width": width})

    def names(level: str, minzoom: int, maxzoom: int, size: int) -> Layer:
        said = {"text-field": ["get", f"name_{lang}"], "text-font": FONTS, "text-size": size}
        return layer(
            f"{level}-names", "symbol", level, minzoom=minzoom, maxzoom=maxzoom, layout=said, paint=_lettering(look)
        )

    yield {"id": "sea", "type": "background", "paint": {"background-color": colours["sea"]}}
    yield layer("land", "fill", "country", paint={"fill-color": colours["land"]})
    yield line("states", "state", "state", _by_zoom(3, 0.5, 8, 1.2))
    yield line("borders", "country", "border", _by_zoom(2, 0.8, 4, 1.4, 8, 2.2))
    yield names("country", 2, 5, 12)
    yield names("state", 5, 9, 11)


def _clusters(look: Look) -> Iterator[Layer]:
    about = {"source": LAYER, "source-layer": LAYER, "filter": _CLUSTERED}
    (_, smallest), *larger = RADII_PX
    yield {
        "id": "clusters",
        "type": "circle",
        **about,
        "layout": {"circle-sort-key": ["get", "point_count"]},
        "paint": {
            "circle-radius": ["step", ["get", "point_count"], smallest, *(part for step in larger for part in step)],
            "circle-color": look.clusters.expression(),
            "circle-stroke-color": look.clusters.expression(look.outline),
            "circle-stroke-width": 1,
        },
    }
    yield {
        "id": "cluster-counts",
        "type": "symbol",
        **about,
        "layout": {
            # The United States and Mexico write thousands alike.
            "text-field": ["number-format", ["get", "point_count"], {"locale": "en-US"}],
            "text-font": FONTS,
            "text-size": 10,
            "symbol-sort-key": ["-", ["get", "point_count"]],
        },
        "paint": {"text-color": look.clusters.expression(legible_on)},
    }


def _points(look: Look) -> Iterator[Layer]:
    about = {"source": LAYER, "source-layer": LAYER, "filter": ["!", _CLUSTERED]}
    yield {
        "id": "deposits",
        "type": "symbol",
        **about,
        "layout": {
            "icon-image": look.shapes.expression(),
            "icon-size": _by_zoom(2, 0.5, 6, 1, 12, 1.4),
            "icon-allow-overlap": True,
            "icon-ignore-placement": True,
        },
        "paint": {
            "icon-color": look.colours.expression(),
            "icon-halo-color": look.colours.expression(look.outline),
            "icon-halo-width": _by_zoom(3, 0.6, 8, 1),
        },
    }
    yield {
        "id": "deposit-names",
        "type": "symbol",
        **about,
        "minzoom": 10,
        "layout": {
            "text-field": ["get", "name"],
            "text-font": FONTS,
            "text-size": 11,
            "text-anchor": "top",
            "text-offset": [0, 0.9],
            "text-max-width": 9,
        },
        "paint": _lettering(look),
    }


def _lettering(look: Look) -> dict[str, Any]:
    return {"text-color": look.ground["lettering"], "text-halo-color": look.ground["land"], "text-halo-width": 1.2}


def _by_zoom(*stops: float) -> Expression:
    return ["interpolate", ["linear"], ["zoom"], *stops]
