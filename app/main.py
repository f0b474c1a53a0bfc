"""The service, wired together in one place. Importing this opens nothing."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from app.api import problems
from app.api.baked import BakedFirst
from app.api.clients import EndsWithItsClient, HeadAsGet
from app.api.compression import compressed
from app.api.routes import (
    catalogue,
    changes,
    collections,
    density,
    erml,
    exports,
    feeds,
    fonts,
    health,
    items,
    landing,
    pages,
    rasters,
    releases,
    styles,
    tiles,
    tilesets,
)
from app.api.wired import Wired
from app.db.engine import serving_engine
from app.extracts.rasters import RasterFiles
from app.queries.counting import Counts
from app.queries.holding import Holding
from app.queries.lists import Lists
from app.queries.rasters import Rasters
from app.queries.spots import Spots
from app.queries.standing import Standings
from app.queries.tilesets import Tilesets
from app.queries.together import Together
from app.settings import Settings, from_environment
from app.tiles.archive import Archives
from app.tiles.kept import Kept

# Bytes of tiles that a serving process keeps of those that took time to make, and of which deposits filters want: of a
# release of full size 44 KB for each filter.
_KEPT, _KEPT_OF_FILTERS = 64 << 20, 16 << 20


def create_app(settings: Settings) -> BakedFirst:
    """The whole service for these settings; connects to nothing until it is asked something."""
    engine = serving_engine(settings)
    spots, together, holding = Spots(engine), Together(engine), Holding(engine, Kept(_KEPT_OF_FILTERS))
    files = RasterFiles(Path(settings.rasters))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # What has been imported stays; to look through it for garbage, over and over, takes a twentieth of the time.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 10, 10)
        yield
        await spots.settle()
        await holding.settle()
        await engine.dispose()
        files.close()

    app = FastAPI(
        title="Vetalode",
        version=version("vetalode"),
        lifespan=lifespan,
        # /api is the description: OpenAPI 3.0, which clients of OGC APIs can read.
        openapi_url=None,
    )
    # A slow download holds its connection for minutes, so half of them are kept for everything else.
    extracts = asyncio.Semaphore(max(1, min(settings.exports_at_once, settings.pool_size // 2)))
    standings = Standings(engine, settings.catalogue_fresh_s)
    counts = Counts(spots)
    lists = Lists(engine, spots, together, counts)
    made = Tilesets(engine, Archives(Path(settings.archives)), Kept(_KEPT), holding)
    brought = Rasters(engine, settings.catalogue_fresh_s)
    app.state.wired = Wired(settings, engine, standings, counts, lists, together, made, extracts, brought, files)
    problems.install(app)
    app.add_middleware(compressed)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD", "OPTIONS"],
        # For the parts of an archive.
        allow_headers=["If-None-Match", "If-Range", "Range"],
        expose_headers=["Accept-Ranges", "Content-Crs", "Content-Disposition", "Content-Range", "ETag", "Link"],
    )
    app.add_middleware(EndsWithItsClient)
    app.add_middleware(HeadAsGet)
    # Those that a map asks for by the hundred come first: each route before costs time.
    for routes in (
        tiles,
        landing,
        collections,
        items,
        tilesets,
        fonts,
        erml,
        density,
        exports,
        rasters,
        changes,
        feeds,
        catalogue,
        releases,
        styles,
        health,
        pages,
    ):
        app.include_router(routes.router)
    if pages.BUILT.is_dir():
        app.mount("/assets", pages.BuiltFiles(directory=pages.BUILT), name="assets")
    return BakedFirst(app, standings, made)


def from_env() -> BakedFirst:
    """The service for the environment's settings; what uvicorn calls."""
    return create_app(from_environment())
