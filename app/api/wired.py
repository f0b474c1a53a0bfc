"""What `create_app` wires together, kept on the app's state."""

import asyncio
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from app.queries.counting import Counts
from app.queries.lists import Lists
from app.queries.standing import Standings
from app.queries.tilesets import Tilesets
from app.queries.together import Together
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Wired:
    """The engine, what it remembers, and the turns that extracts have."""

    settings: Settings
    engine: AsyncEngine
    standings: Standings
    counts: Counts
    lists: Lists
    together: Together
    tilesets: Tilesets
    extracts: asyncio.Semaphore
