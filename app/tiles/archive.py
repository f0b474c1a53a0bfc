"""Archives of tiles, PMTiles files that are called by the sha256 of their bytes, read through a memory map."""

import asyncio
import gzip
import logging
import mmap
from array import array
from bisect import bisect_right
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
    zxy_to_tileid,
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
        header = deserialize_header(self._map[:_HEADER])
        if (header["tile_compression"], header["tile_type"]) != (Compression.GZIP, TileType.MVT):
            raise ValueError("its tiles are not vector tiles in gzip")
        self.name = name
        self.path = path
        self.size = len(self._map)
        self.metadata: Mapping[str, Any] = orjson.loads(
            gzip.decompress(self._piece(header["metadata_offset"], header["metadata_length"]))
        )
        self.bounds = Bbox(
            header["min_lon_e7"] / 1e7, header["min_lat_e7"] / 1e7, header["max_lon_e7"] / 1e7, header["max_lat_e7"] / 1e7
        )
        # By ascending numbers: an entry is of a tile, and of as many more after it as have the same bytes.
        self._numbers, self._runs, self._lengths, self._offsets = array("Q"), array("I"), array("I"), array("Q")
        for entry in self._entries(header, header["root_offset"], header["root_length"]):
            self._numbers.append(entry.tile_id)
            self._runs.append(entry.run_length)
            self._lengths.append(entry.length)
            self._offsets.append(header["tile_data_offset"] + entry.offset)

    def _entries(self, header: HeaderDict, offset: int, length: int) -> Iterator[Entry]:
        """The entries of tiles of a directory, and of those below it."""
        for entry in deserialize_directory(self._piece(offset, length)):
            if entry.run_length:
                yield entry
            else:
                yield from self._entries(header, header["leaf_directory_offset"] + entry.offset, entry.length)

    def _piece(self, offset: int, length: int) -> bytes:
        return self._map[offset : offset + length]

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """The tile's bytes, gzipped, as they are stored; None where it has none."""
        number = zxy_to_tileid(z, x, y)
        at = bisect_right(self._numbers, number) - 1
        if at < 0 or number - self._numbers[at] >= self._runs[at]:
            return None
        return self._piece(self._offsets[at], self._lengths[at])


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

    def retain(self, names: Collection[str]) -> None:
        """Lets go of all others; each closes when its last answer has been made."""
        self.open = MappingProxyType({name: archive for name, archive in self.open.items() if name in names})
