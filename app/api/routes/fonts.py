"""`/fonts`: the glyphs that set-up made, which MapLibre draws labels with."""

import re
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api import caching
from app.api.routes.pages import BUILT
from app.asked.parameters import PLAIN, read
from app.errors import BadValue, NotThere
from app.words import Words, quoted

router = APIRouter()
FONTS = BUILT / "fonts"
PBF = "application/x-protobuf"

_RANGE = 256
_LAST = 0xFFFF
# The name stays when a font is renewed, so a day and no more.
_FOR_A_DAY = "public, max-age=86400"


@router.get("/fonts/{fontstack}/{glyphs}.pbf")
def glyph_range(request: Request, fontstack: str, glyphs: str) -> Response:
    """A range of 256 characters of the first font of the stack that there is; one without glyphs is empty."""
    read(request.query_params.multi_items(), PLAIN)
    found = (_folder_of(fontstack) / f"{_range(glyphs)}.pbf").read_bytes()
    kept = {"ETag": caching.tag_of_bytes(found), "Cache-Control": _FOR_A_DAY}
    return caching.named(request, kept) or Response(found, media_type=PBF, headers=kept)


def _folder_of(fontstack: str) -> Path:
    fonts = {path.name: path for path in sorted(FONTS.glob("*"))}
    if not fonts:
        raise NotThere(
            Words(
                "the fonts have not been made; `make run` makes them",
                "las fuentes tipográficas no están hechas; `make run` las hace",
            )
        )
    for name in fontstack.split(","):
        if name.strip() in fonts:
            return fonts[name.strip()]
    there = ", ".join(fonts)
    raise NotThere(
        Words(
            f"there is no font {quoted(fontstack)}; there is {there}",
            f"no existe la fuente tipográfica {quoted(fontstack)}; hay {there}",
        )
    )


def _range(text: str) -> str:
    """The range as it stands in its file's name; raises `BadValue`."""
    said = re.fullmatch(r"([0-9]{1,5})-([0-9]{1,5})", text)
    first, last = map(int, said.groups()) if said else (-1, -1)
    if first % _RANGE or last != first + _RANGE - 1 or last > _LAST:
        raise BadValue(
            Words(
                f"{quoted(text)} is no range of glyphs; they are 0-255, 256-511 and so on up to 65280-65535",
                f"{quoted(text)} no es un rango de glifos; son 0-255, 256-511 y así hasta 65280-65535",
            )
        )
    return f"{first}-{last}"
