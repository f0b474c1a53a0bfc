"""Layers of a release as tiles: out of its archives; where deposits are filtered, or an archive is not on this machine,
from memory or by a statement. What took time to make is kept for a while."""

import asyncio
import gzip
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from itertools import combinations

from sqlalchemy.ext.asyncio import AsyncEngine

from app.errors import NotThere, Unavailable
from app.queries.catalogue import Release
from app.queries.filter import DepositFilter
from app.queries.holding import Holding
from app.queries.tiles import tile_bytes
from app.tiles import drawing
from app.tiles.archive import Archive, Archives
from app.tiles.kept import Kept
from app.tiles.pyramid import BOUNDARIES, BOUNDARIES_MAX_ZOOM, MAX_ZOOM, Tile, packed
from app.words import Words

DEPOSITS = drawing.LAYER
# The layers with their deepest zooms, in the order in which they are in a tile.
LAYERS: Mapping[str, int] = {BOUNDARIES: BOUNDARIES_MAX_ZOOM, DEPOSITS: MAX_ZOOM}
EVERYTHING = DepositFilter()
# To draw what few deposits a tile has from this zoom on takes as long as a way to another thread and back.
_AT_ONCE_FROM = 9


def deepest(layers: Sequence[str]) -> int:
    """The deepest zoom of tiles with these layers; each is in them to its own."""
    return max(LAYERS[layer] for layer in layers)


@dataclass(frozen=True, slots=True)
class Tileset:
    """Layers of a release, of the deposits that are wanted; None stands for an archive in whose place a statement is.

    `tag` names what its tiles hold, in every process alike.
    """

    release: Release
    layers: tuple[str, ...]
    wanted: DepositFilter
    archives: tuple[Archive | None, ...]
    tag: str = field(init=False)

    def __post_init__(self) -> None:
        said = [archive.name if archive else "" for archive in self.archives]
        if not self.baked:
            said += [self.release.name, str(self.release.published_at), repr(self.wanted)]
        object.__setattr__(self, "tag", blake2b("\n".join(said).encode(), digest_size=12).hexdigest())

    @property
    def baked(self) -> bool:
        """Whether all that its tiles hold is in archives."""
        return None not in self.archives

    def name(self, z: int, x: int, y: int) -> str:
        """What a tile is called; no other has its name."""
        return f"{self.tag}-{z}-{x}-{y}"


def archives_of(release: Release) -> Mapping[str, str | None]:
    """The archive of each layer of a release, None where none was made."""
    return {BOUNDARIES: release.boundaries, DEPOSITS: release.archive}


class Tilesets:
    """Tiles by release, layers and filter."""

    def __init__(self, engine: AsyncEngine, archives: Archives, kept: Kept, holding: Holding) -> None:
        self._engine = engine
        self._archives = archives
        self._kept = kept
        self._holding = holding

    @property
    def open(self) -> Mapping[str, Archive]:
        """The archives that are open; another mapping when they are others."""
        return self._archives.open

    async def of(self, release: Release, layers: tuple[str, ...], wanted: DepositFilter = EVERYTHING) -> Tileset:
        """Raises `NotThere` for a layer that the release does not have, `Unavailable` where this machine has it not."""
        return Tileset(release, layers, wanted, tuple([await self._archive(release, one, wanted) for one in layers]))

    async def archive(self, release: Release, layer: str) -> Archive:
        """The archive of a layer; raises `NotThere` where none was made, `Unavailable` where it is not here."""
        name = archives_of(release)[layer]
        if name is None:
            raise NotThere(
                Words(
                    f"release {release.name} was published without an archive of {layer}",
                    f"la edición {release.name} se publicó sin archivo de {layer}",
                )
            )
        archive = await self._archives.opened(name)
        if archive is None:
            raise Unavailable(
                Words(
                    f"the archive of {layer} of release {release.name} is not on this machine",
                    f"el archivo de {layer} de la edición {release.name} no está en esta máquina",
                )
            )
        return archive

    async def _archive(self, release: Release, layer: str, wanted: DepositFilter) -> Archive | None:
        if layer != DEPOSITS:
            return await self.archive(release, layer)
        if wanted != EVERYTHING or release.archive is None:
            return None
        return await self._archives.opened(release.archive)

    def at_hand(self, release: Release) -> Iterator[Tileset]:
        """The release's tilesets whose archives are open."""
        names = archives_of(release)
        there = {layer: self.open[name] for layer, name in names.items() if name and name in self.open}
        for number in range(1, len(there) + 1):
            for layers in combinations(there, number):
                yield Tileset(release, layers, EVERYTHING, tuple(there[layer] for layer in layers))

    def hold(self, current: Release) -> None:
        """Begins to read into memory what draws filtered tiles of the current release, where it is not there."""
        self._holding.hold(current)

    def retain(self, releases: Sequence[Release]) -> None:
        """Lets go of the archives of all other releases."""
        self._archives.retain({name for one in releases for name in archives_of(one).values()})

    def stored(self, tileset: Tileset, z: int, x: int, y: int) -> bytes | None:
        """A baked tile, gzipped; empty where nothing is in it, None where it has yet to be put together."""
        parts = _parts(tileset, z, x, y)
        if len(parts) < 2:
            return parts[0] if parts else b""
        return self._kept.known(tileset.name(z, x, y))

    async def tile(self, tileset: Tileset, tile: Tile) -> bytes:
        """The tile, gzipped; empty where nothing is in it."""
        place = tile.z, tile.x, tile.y
        stored = self.stored(tileset, *place) if tileset.baked else None
        if stored is not None:
            return stored
        return await self._kept.of(tileset.name(*place), partial(self._made, tileset, tile))

    async def _made(self, tileset: Tileset, tile: Tile) -> bytes:
        draw = bytes if tileset.baked else await self._drawing(tileset, tile)
        stored = _parts(tileset, tile.z, tile.x, tile.y)
        return await asyncio.to_thread(_together, stored, draw) if tile.z < _AT_ONCE_FROM else _together(stored, draw)

    async def _drawing(self, tileset: Tileset, tile: Tile) -> Callable[[], bytes]:
        """What draws the deposits."""
        draw = await self._holding.drawing(tileset.tag, tile, tileset.wanted, tileset.release)
        if draw is not None:
            return draw
        async with self._engine.connect() as connection:
            drawn = await tile_bytes(connection, tile, tileset.wanted, tileset.release)
        return lambda: drawn


def _parts(tileset: Tileset, z: int, x: int, y: int) -> list[bytes]:
    return [part for archive in tileset.archives if archive and (part := archive.tile(z, x, y))]


def _together(stored: Sequence[bytes], draw: Callable[[], bytes]) -> bytes:
    """Vector tiles one after the other are one with all their layers. What is drawn are deposits, which come last."""
    whole = b"".join((*map(gzip.decompress, stored), draw()))
    return packed(whole) if whole else b""
