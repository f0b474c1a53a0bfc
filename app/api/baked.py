"""Tiles of archives, answered before anything else is asked: a few lines in front of the service."""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations

from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send

from app.api import caching
from app.api.compression import coded, coding_of_zipped, known_as
from app.queries.standing import Standing, Standings
from app.queries.tilesets import Tileset, Tilesets, deepest
from app.tiles.archive import Archive

MVT = "application/vnd.mapbox-vector-tile"

_ADDRESS = re.compile(r"(/tiles/.+)/(\d{1,2})/(\d{1,9})/(\d{1,9})\.mvt", re.ASCII)
_ASKS = ("GET", "HEAD")
_ZLIB_OF_GZIP = 31

_Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class _Served:
    """A tileset under an address, its deepest zoom, and the headers that all its answers have."""

    tileset: Tileset
    deepest: int
    always: _Headers


class BakedFirst:
    """The service behind what it can say at once: baked tiles of the releases that stand, without a query.

    All else is passed on, and so is a tile whose archive is not open, or any when it is time to ask what stands: routes
    give the same answers, ask, and open archives.
    """

    def __init__(self, app: FastAPI, standings: Standings, tilesets: Tilesets) -> None:
        self.app = app
        self._standings = standings
        self._tilesets = tilesets
        self._served: dict[str, _Served] = {}
        self._of: tuple[Standing, Mapping[str, Archive]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answer(scope) if scope["type"] == "http" else None
        if answer is None:
            await self.app(scope, receive, send)
        else:
            start, body = answer
            await send(start)
            await send(body)

    def _answer(self, scope: Scope) -> tuple[Message, Message] | None:
        if scope["query_string"] or scope["method"] not in _ASKS:
            return None
        address = _ADDRESS.fullmatch(scope["path"].removeprefix(scope.get("root_path", "").rstrip("/")))
        served = self._under(address[1]) if address else None
        if address is None or served is None:
            return None
        z, x, y = int(address[2]), int(address[3]), int(address[4])
        if z > served.deepest or (x | y) >> z:
            return None
        return self._tile(scope, served, z, x, y)

    def _under(self, address: str) -> _Served | None:
        standing = self._standings.at_hand()
        if standing is None:
            return None
        if self._of is None or self._of[0] is not standing or self._of[1] is not self._tilesets.open:
            self._look(standing)
        return self._served.get(address)

    def _look(self, standing: Standing) -> None:
        self._tilesets.retain(standing.kept)
        # Whoever looks at a map may filter it next.
        self._tilesets.hold(standing.current)
        self._of = standing, self._tilesets.open
        self._served = {}
        for release in standing.kept:
            for tileset in self._tilesets.at_hand(release):
                for layers in map(",".join, permutations(tileset.layers)):
                    self._served[f"/tiles/{release.name}/{layers}"] = _served(tileset, for_good=True)
                    if release == standing.current:
                        self._served[f"/tiles/{layers}"] = _served(tileset, for_good=False)

    def _tile(self, scope: Scope, served: _Served, z: int, x: int, y: int) -> tuple[Message, Message] | None:
        accepted, known, since = _asked(scope["headers"])
        coding = coding_of_zipped(accepted)
        # Dates, and other codings, are for those behind.
        if coding not in ("gzip", "identity") or (since and known is None):
            return None
        tile = self._tilesets.stored(served.tileset, z, x, y)
        if tile is None:
            return None
        tag = caching.tag_of_tile(served.tileset.name(z, x, y), baked=True)
        if known is not None and (name := coded(tag, coding) if known.strip() == "*" else known_as(tag, known)):
            return _message(304, [*served.always, (b"etag", name.encode())], b"")
        headers = [*served.always, (b"etag", coded(tag, coding).encode())]
        if not tile:
            return _message(204, headers, b"")
        if coding == "gzip":
            headers.append((b"content-encoding", b"gzip"))
        else:
            tile = zlib.decompress(tile, _ZLIB_OF_GZIP)
        headers += ((b"content-type", MVT.encode()), (b"content-length", b"%d" % len(tile)))
        return _message(200, headers, tile if scope["method"] == "GET" else b"")


def _served(tileset: Tileset, *, for_good: bool) -> _Served:
    told = {**caching.of_tile(tileset.release, for_good=for_good), "Vary": "Accept-Encoding"}
    always = [(name.lower().encode(), value.encode()) for name, value in told.items()]
    return _Served(tileset, deepest(tileset.layers), always)


def _asked(headers: _Headers) -> tuple[str, str | None, bool]:
    """Which codings are accepted, which tags are known, and whether a date is."""
    accepted, known, since = "", None, False
    for name, value in headers:
        if name == b"accept-encoding":
            accepted += "," + value.decode("latin-1")
        elif name == b"if-none-match":
            known = f"{known},{value.decode('latin-1')}" if known else value.decode("latin-1")
        elif name == b"if-modified-since":
            since = True
    return accepted, known, since


def _message(status: int, headers: _Headers, body: bytes) -> tuple[Message, Message]:
    return (
        {"type": "http.response.start", "status": status, "headers": headers},
        {"type": "http.response.body", "body": body},
    )
