"""`/health`: alive says that the process runs, ready that it can answer."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from app.api.wired import Wired
from app.asked.parameters import PLAIN, read
from app.queries import catalogue

router = APIRouter(prefix="/health")
_NOT_KEPT = {"Cache-Control": "no-store"}


@router.get("/live")
async def live(request: Request) -> Response:
    """Answers while the process runs, whatever the database does."""
    read(request.query_params.multi_items(), PLAIN)
    return JSONResponse({"live": True}, headers=_NOT_KEPT)


@router.get("/ready")
async def ready(request: Request) -> Response:
    """Answers when the database does and a release is published; else 503 with the reason."""
    read(request.query_params.multi_items(), PLAIN)
    wired: Wired = request.app.state.wired
    async with wired.engine.connect() as connection:
        release = await catalogue.current_release(connection)
    return JSONResponse({"ready": True, "release": release.name}, headers=_NOT_KEPT)
