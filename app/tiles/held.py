"""Deposits of a release in memory, and tiles of those that a filter wants: the bytes that `drawing` gets of PostGIS."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from app.domain.critical import PARTNERS
from app.tiles import encoding
from app.tiles.drawing import LAYER, LEADING, OF_POINT, fields
from app.tiles.pyramid import BITS, BUFFER, CELL_BITS, EXTENT, MAX_ZOOM, Tile, ranges, shift_of_cells, shifts

# A cluster tells of what points tell no more than the first commodity.
_BEFORE: list[None] = [None for _ in OF_POINT[: OF_POINT.index("commodity")]]
_AFTER: list[None] = [None for _ in OF_POINT[OF_POINT.index("commodity") + 1 :]]

Bits = NDArray[np.uint8]
_Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Kinds:
    """What a cluster counts of each kind of deposits, by its number: its source and first commodity by their places in
    `sources` and `commodities` (one beyond for none), whether it is critical to anyone, and to which partner."""

    sources: Sequence[str]
    commodities: Sequence[str]
    source: NDArray[np.intp]
    commodity: NDArray[np.intp]
    critical: NDArray[np.bool_]
    critical_to: Sequence[NDArray[np.bool_]]

    @classmethod
    def of(cls, sources: Sequence[str], rows: Iterable[tuple[int, str, str | None, Sequence[str]]]) -> "Kinds":
        """Of the rows of `tile_kind`: number, source, commodity and to whom critical."""
        # Nobody has the number 0.
        known = [(0, sources[0], None, ()), *sorted(rows, key=lambda row: row[0])]
        commodities = sorted({commodity for _, _, commodity, _ in known if commodity is not None})
        place = {None: len(commodities)} | {commodity: n for n, commodity in enumerate(commodities)}
        return cls(
            sources,
            commodities,
            np.array([sources.index(source) for _, source, _, _ in known]),
            np.array([place[commodity] for _, _, commodity, _ in known]),
            np.array([bool(countries) for _, _, _, countries in known]),
            [np.array([country in countries for _, _, _, countries in known]) for country in PARTNERS],
        )


@dataclass(frozen=True, slots=True)
class Held:
    """All deposits of a release by their ordinals less one: keys of the grid, places, kinds, and what a point says of
    each as JSON, one after the other in `said`, from and to."""

    grid: NDArray[np.int64]
    x: NDArray[np.int32]
    y: NDArray[np.int32]
    kind: NDArray[np.int32]
    kinds: Kinds
    said: bytes
    first: NDArray[np.int32]
    end: NDArray[np.int32]

    def tile(self, tile: Tile, wanted: bytes) -> bytes:
        """The tile of the deposits whose bits are set, the lowest of a byte first."""
        near = self._near(tile, np.frombuffer(wanted, np.uint8))
        if tile.z == MAX_ZOOM:
            shown = _shown(tile, self.x[near], self.y[near])
            return encoding.layer(LAYER, EXTENT, OF_POINT, ((x, y, self._point(near[n])) for n, x, y in shown))
        if not len(near):
            return b""
        cells = _Cells.of(self, tile.z, near)
        drawn = _shown(tile, cells.x, cells.y)
        told = cells.told([n for n, _, _ in drawn])
        features = (
            (x, y, self._point(cells.alone[n]) if said is None else said)
            for (n, x, y), said in zip(drawn, told, strict=True)
        )
        return encoding.layer(LAYER, EXTENT, list(fields(self.kinds.sources)), features)

    def _near(self, tile: Tile, wanted: Bits) -> NDArray[np.intp]:
        """The deposits among those wanted that lie in the tile or its ring, and some beside it."""
        bounds = self.grid.searchsorted(np.array(ranges(tile)))
        parts = [_set(wanted, first, end) for first, end in bounds.tolist() if first < end]
        return np.concatenate(parts) if parts else np.empty(0, np.intp)

    def _point(self, deposit: int) -> list[str | None]:
        said: list[str | None] = orjson.loads(self.said[self.first[deposit] : self.end[deposit]])
        return said


@dataclass(frozen=True, slots=True)
class _Cells:
    """Cells of the grid that have deposits: `x` and `y` in units of their zoom, and what is told of each."""

    x: _Whole
    y: _Whole
    alone: NDArray[np.intp]
    number: _Whole
    groups: tuple[NDArray[np.intp], NDArray[np.intp], _Whole]
    opens: tuple[_Whole, _Whole]
    kinds: Kinds

    @classmethod
    def of(cls, held: Held, zoom: int, near: NDArray[np.intp]) -> "_Cells":
        grid = held.grid[near]
        cell = grid >> shift_of_cells(zoom)
        starts = np.flatnonzero(np.concatenate(([True], cell[1:] != cell[:-1])))
        ends = np.append(starts[1:], len(near))
        number = ends - starts
        x, y = (np.add.reduceat(axis[near], starts, dtype=np.int64) // number for axis in (held.x, held.y))
        place = np.repeat(np.arange(len(starts)), number)
        # Counted by kind first: the deposits are many, the kinds in a cell are few.
        many = len(held.kinds.source)
        counts = np.bincount(place * many + held.kind[near])
        some = np.flatnonzero(counts)
        return cls(
            x >> (MAX_ZOOM - zoom),
            y >> (MAX_ZOOM - zoom),
            near[starts],
            number,
            (some // many, some % many, counts[some]),
            (grid[starts], grid[ends - 1]),
            held.kinds,
        )

    def told(self, cells: Sequence[int]) -> Iterator[list[str | int | None] | None]:
        """Of each of these cells the attributes of its cluster; None where a deposit is alone."""
        kinds, many = self.kinds, len(self.number)
        cell, kind, n = self.groups
        of_source = _by(cell, kinds.source[kind], n, (many, len(kinds.sources)))
        critical = [np.bincount(cell, n * one[kind], many) for one in (kinds.critical, *kinds.critical_to)]
        # The last column is of those that state none.
        of_commodity = _by(cell, kinds.commodity[kind], n, (many, len(kinds.commodities) + 1))[:, :-1]
        leading = (-of_commodity).argsort(axis=1, kind="stable")[:, :LEADING]
        first, last = self.opens
        columns = (
            self.number,
            leading,
            np.take_along_axis(of_commodity, leading, axis=1),
            of_source,
            np.stack(critical, axis=1).astype(np.intp),
            first,
            last,
        )
        for number, named, counts, sources, critical_to, *keys in zip(
            *(one[cells].tolist() for one in columns), strict=True
        ):
            if number == 1:
                yield None
                continue
            words = [(kinds.commodities[one], count) for one, count in zip(named, counts, strict=True) if count]
            yield [
                *_BEFORE,
                words[0][0] if words else None,
                *_AFTER,
                number,
                *(count or None for count in sources),
                *critical_to,
                ",".join(f"{commodity}:{count}" for commodity, count in words) or None,
                _opens_at(*keys),
            ]


def _set(bits: Bits, first: int, end: int) -> NDArray[np.intp]:
    """The numbers of the bits that are set, from the first to before the end."""
    whole = np.unpackbits(bits[first >> 3 : (end + 7) >> 3], bitorder="little")
    return np.flatnonzero(whole[first & 7 : (first & 7) + end - first]) + first


def _by(
    row: NDArray[np.intp], column: NDArray[np.intp], numbers: NDArray[np.intp], shape: tuple[int, int]
) -> NDArray[np.intp]:
    """The numbers summed by row and column, in double precision, which is exact for counts."""
    return np.bincount(row * shape[1] + column, numbers, shape[0] * shape[1]).astype(np.intp).reshape(shape)


def _opens_at(first: int, last: int) -> int:
    """The zoom at which the cluster falls apart: that of the first pair of bits in which its outermost keys differ."""
    apart = BITS - CELL_BITS - ((first ^ last).bit_length() - 1) // 2
    return min(apart, MAX_ZOOM) if first != last else MAX_ZOOM


def _shown(tile: Tile, x: NDArray[Any], y: NDArray[Any]) -> list[tuple[int, int, int]]:
    """Which of these places are drawn in the tile, and where, in the order in which it draws them."""
    down = y - tile.y * EXTENT
    shown = list[tuple[int, int, int]]()
    for by in shifts(tile):
        across = x - tile.x * EXTENT + by
        at = np.flatnonzero(
            (across >= -BUFFER) & (across < EXTENT + BUFFER) & (down >= -BUFFER) & (down < EXTENT + BUFFER)
        )
        shown += zip(at.tolist(), across[at].tolist(), down[at].tolist(), strict=True)
    return sorted(shown, key=lambda one: (one[0], -one[1]))
