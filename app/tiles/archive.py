"""Archives of tiles, PMTiles files that are called by the sha256 of their bytes, read through a memory map."""

import asyncio
import gzip
import logging
import mmap
from collections.abc import Collection, Iterator, Mapping
from hashlib import file_digest
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson
from pmtiles.tile import (
    Compression,
    Entry,
    HeaderDict,
    TileType,
    deserialize_directory,
    deserialize_header,
    tileid_to_zxy,
)

from app.domain.bbox import Bbox
from app.tiles.pyramid import path_of

log = logging.getLogger("vetalode")
_HEADER = 127


class Archive:
    """An archive that is open until nobody has it any more: tiles are copied out of its map."""

    def __init__(self, name: str, path: Path) -> None:
        """Reads all its directories; raises `ValueError` where the file is not the archive of that name."""
        with path.open("rb") as file:
            if file_digest(file, "sha256").hexdigest() != name:
                raise ValueError("its bytes are not those that it is named by")
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        header = deserialize_header(self.piece(0, _HEADER))
        if (header["tile_compression"], header["tile_type"]) != (Compression.GZIP, TileType.MVT):
            raise ValueError("its tiles are not vector tiles in gzip")
        self.name = name
        self.path = path
        self.size = len(self._map)
        self.metadata: Mapping[str, Any] = orjson.loads(
            gzip.decompress(self.piece(header["metadata_offset"], header["metadata_length"]))
        )
        self.bounds = Bbox(
            header["min_lon_e7"] / 1e7,
            header["min_lat_e7"] / 1e7,
            header["max_lon_e7"] / 1e7,
            header["max_lat_e7"] / 1e7,
        )
        start = header["tile_data_offset"]
        # To reckon a tile's number takes twenty times as long as to look its place up.
        self._pieces = {
            _key(*tileid_to_zxy(entry.tile_id + n)): slice(start + entry.offset, start + entry.offset + entry.length)
            for entry in self._entries(header, header["root_offset"], header["root_length"])
            for n in range(entry.run_length)
        }

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """The bytes of a tile of the pyramid, gzipped, as they are stored; None where it has none."""
        piece = self._pieces.get(_key(z, x, y))
        return None if piece is None else self._map[piece]

    def _entries(self, header: HeaderDict, offset: int, length: int) -> Iterator[Entry]:
        """The entries of tiles of a directory, and of those below it."""
        for entry in deserialize_directory(self.piece(offset, length)):
            if entry.run_length:
                yield entry
            else:
                yield from self._entries(header, header["leaf_directory_offset"] + entry.offset, entry.length)

    def piece(self, offset: int, length: int) -> bytes:
        """Bytes of the file."""
        return self._map[offset : offset + length]


def _key(z: int, x: int, y: int) -> int:
    return z << 48 | x << 24 | y


class Archives:
    """The archives of a folder, each opened when it is first asked for; `open` are those that are."""

    def __init__(self, folder: Path) -> None:
        self.open: Mapping[str, Archive] = MappingProxyType({})
        self._folder = folder
        self._turn = asyncio.Lock()
        # Files that are not what they are named by, as they were: with their size and the moment of their last change.
        self._damaged: dict[str, tuple[int, int]] = {}

    async def opened(self, name: str) -> Archive | None:
        """The archive of that name; None where the folder does not have it, whole."""
        if name not in self.open:
            async with self._turn:
                if name not in self.open:
                    await self._open(name)
        return self.open.get(name)

    async def _open(self, name: str) -> None:
        path = path_of(self._folder, name)
        if not path.is_file():
            return
        stat = path.stat()
        as_it_is = stat.st_size, stat.st_mtime_ns
        if self._damaged.get(name) == as_it_is:
            return
        try:
            archive = await asyncio.to_thread(Archive, name, path)
        except (OSError, ValueError) as fault:
            log.warning("%s is not used: %s", path, fault)
            self._damaged[name] = as_it_is
        else:
            self.open = MappingProxyType({**self.open, name: archive})

    def retain(self, names: Collection[str | None]) -> None:
        """Lets go of all others; each closes when its last answer has been made."""
        self.open = MappingProxyType({name: archive for name, archive in self.open.items() if name in names})
