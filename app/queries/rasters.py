"""The rasters that agencies brought, remembered for a moment: a map asks for many tiles of one."""

import asyncio
from collections.abc import Mapping
from time import monotonic
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from app.db.tables import raster
from app.domain.raster import Band, Kind, Raster
from app.errors import NotThere
from app.words import Words, quoted


class Rasters:
    """Asks which rasters there are at most once in `fresh_s` seconds, whoever waits for it."""

    def __init__(self, engine: AsyncEngine, fresh_s: float) -> None:
        self._engine = engine
        self._fresh_s = fresh_s
        self._known: Mapping[str, Raster] = {}
        self._asked: float | None = None
        self._turn = asyncio.Lock()

    async def all(self) -> Mapping[str, Raster]:
        """All of them by their ids."""
        async with self._turn:
            asked = monotonic()
            if self._asked is None or asked - self._asked >= self._fresh_s:
                async with self._engine.connect() as connection:
                    rows = (await connection.execute(select(raster).order_by(raster.c.id))).all()
                self._known, self._asked = {row.id: _raster(row) for row in rows}, asked
            return self._known

    async def one(self, raster_id: str) -> Raster:
        """The raster of that id; raises `NotThere`."""
        known = await self.all()
        if raster_id not in known:
            listed = ", ".join(known)
            raise NotThere(
                Words(
                    f"there is no raster {quoted(raster_id)}; there are: {listed or 'none yet'}",
                    f"no existe el ráster {quoted(raster_id)}; hay: {listed or 'ninguno todavía'}",
                )
            )
        return known[raster_id]


def _raster(row: Any) -> Raster:
    west, south, east, north = row.bounds
    return Raster(
        id=row.id,
        title=Words(row.title_en, row.title_es),
        licence=row.licence,
        citation=row.citation,
        kind=Kind(row.kind),
        sha256=row.sha256,
        bytes=row.bytes,
        source_name=row.source_name,
        source_sha256=row.source_sha256,
        crs=row.crs,
        width=row.width,
        height=row.height,
        bounds=(west, south, east, north),
        min_zoom=row.min_zoom,
        max_zoom=row.max_zoom,
        bands=tuple(Band(**band) for band in row.bands),
        low=row.low,
        high=row.high,
        added_at=row.added_at,
    )
