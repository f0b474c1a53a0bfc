"""What `create_app` wires together, kept on the app's state."""

import asyncio
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from app.extracts.rasters import RasterFiles
from app.queries.counting import Counts
from app.queries.lists import Lists
from app.queries.rasters import Rasters
from app.queries.standing import Standings
from app.queries.tilesets import Tilesets
from app.queries.together import Together
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Wired:
    """The engine, what it remembers, the turns that extracts have, and the rasters."""

    settings: Settings
    engine: AsyncEngine
    standings: Standings
    counts: Counts
    lists: Lists
    together: Together
    tilesets: Tilesets
    extracts: asyncio.Semaphore
    rasters: Rasters
    raster_files: RasterFiles
