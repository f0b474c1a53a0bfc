"""The service, wired together in one place. Importing this opens nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.staticfiles import StaticFiles

from app.api import problems
from app.api.clients import EndsWithItsClient, HeadAsGet
from app.api.deps import Wired
from app.api.routes import catalogue, collections, exports, health, pages, tiles
from app.db.engine import serving_engine
from app.queries.counting import Counts
from app.settings import Settings, from_environment


def create_app(settings: Settings) -> FastAPI:
    """The whole service for these settings; connects to nothing until it is asked something."""
    engine = serving_engine(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    app = FastAPI(
        title="Vetalode",
        version=version("vetalode"),
        summary="Mineral deposits of the United States and Mexico · Yacimientos minerales de Estados Unidos y México",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    # A slow download holds its connection for minutes, so half of them are kept for everything else.
    extracts = asyncio.Semaphore(max(1, settings.pool_size // 2))
    app.state.wired = Wired(settings, engine, Counts(), extracts)
    problems.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=5)
    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "HEAD", "OPTIONS"])
    app.add_middleware(EndsWithItsClient)
    app.add_middleware(HeadAsGet)
    for routes in (collections, tiles, exports, catalogue, health, pages):
        app.include_router(routes.router)
    if pages.BUILT.is_dir():
        app.mount("/assets", StaticFiles(directory=pages.BUILT), name="assets")
    return app


def from_env() -> FastAPI:
    """The service for the environment's settings; what uvicorn calls."""
    return create_app(from_environment())
