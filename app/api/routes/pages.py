"""`/`: the map page, and the files that its set-up built."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response

from app.api.deps import Lang
from app.errors import NotThere
from app.words import Words

router = APIRouter(include_in_schema=False)
BUILT = Path(__file__).parents[2] / "web" / "dist"

# The page runs nothing that is not its own; MapLibre starts its worker from a blob and writes styles inline.
_POLICY = (
    "default-src 'self'; worker-src 'self' blob:; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
    "base-uri 'none'; frame-ancestors 'self'; form-action 'self'"
)


@router.get("/")
async def page(_: Lang) -> Response:
    index = BUILT / "index.html"
    if not index.is_file():
        raise NotThere(
            Words(
                "the map page has not been built; `make run` builds it",
                "la página del mapa no está construida; `make run` la construye",
            )
        )
    return FileResponse(index, headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"})
