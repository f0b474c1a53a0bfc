"""`/map`: the map page, and the files that its set-up built; and the style of the pages of the API."""

import os
import re
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from app.api import caching
from app.api.html import STYLE, STYLE_PATH
from app.errors import NotThere
from app.words import Words

router = APIRouter()
BUILT = Path(__file__).parents[2] / "web" / "dist"
_FOR_GOOD = {"Cache-Control": caching.FOR_GOOD}

# The page runs and loads nothing that is not its own.
_POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


@router.get("/map")
async def page() -> Response:
    """The page keeps what it shows in its address, so any parameter may stand there."""
    index = BUILT / "index.html"
    if not index.is_file():
        raise NotThere(
            Words(
                "the map page has not been built; `make run` builds it",
                "la página del mapa no está construida; `make run` la construye",
            )
        )
    return FileResponse(index, headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"})


@router.get(STYLE_PATH, include_in_schema=False)
async def style() -> Response:
    return Response(STYLE, media_type="text/css", headers=_FOR_GOOD)


class BuiltFiles(StaticFiles):
    """The files that set-up built; those whose name carries a hash of their content are kept for good."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        answer = super().file_response(full_path, stat_result, scope, status_code)
        hashed = re.search(r"-[0-9A-Za-z]{8}\.\w+$", str(full_path))
        answer.headers.update(_FOR_GOOD if hashed else {"Cache-Control": "no-cache"})
        return answer
