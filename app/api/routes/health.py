"""`/health`: alive says that the process runs, ready that it can answer."""

from typing import Any

from fastapi import APIRouter

from app.api.deps import Current, Lang

router = APIRouter(prefix="/health", tags=["health · salud"])


@router.get("/live", summary="Alive · Vivo")
async def live(_: Lang) -> dict[str, Any]:
    """Answers while the process runs, whatever the database does."""
    return {"live": True}


@router.get("/ready", summary="Ready · Listo")
async def ready(release: Current, _: Lang) -> dict[str, Any]:
    """Answers when the database does and a release is published; else 503 with the reason."""
    return {"ready": True, "release": release.name}
