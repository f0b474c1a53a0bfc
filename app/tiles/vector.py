"""Reads polygons out of vector tiles (Mapbox Vector Tile specification 2.1), of which we serve many and read few."""

from collections.abc import Iterator
from dataclasses import dataclass

_VARINT, _BYTES = 0, 2
_MOVE, _LINE = 1, 2

Ring = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Shape:
    """A feature's texts by their names, and its rings in units of the tile, y down; the first point is not repeated."""

    said: dict[str, str]
    rings: list[Ring]


def shapes(tile: bytes, layer: str) -> Iterator[Shape]:
    """The features of a layer of polygons."""
    for number, of_layer in _fields(tile):
        if number == 3 and isinstance(of_layer, bytes):
            parts = list(_fields(of_layer))
            if _first(parts, 1) == layer.encode():
                yield from _features(parts)


# A field of a message: a number where it is a varint, else its bytes.
_Field = tuple[int, int | bytes]


def _features(layer: list[_Field]) -> Iterator[Shape]:
    keys = [value.decode() for number, value in layer if number == 3 and isinstance(value, bytes)]
    values = [_text(value) for number, value in layer if number == 4 and isinstance(value, bytes)]
    for number, feature in layer:
        if number == 2 and isinstance(feature, bytes):
            parts = list(_fields(feature))
            tags = _packed(_first(parts, 2))
            said = {keys[key]: values[value] for key, value in zip(tags[::2], tags[1::2], strict=True)}
            yield Shape(said, list(_rings(_packed(_first(parts, 4)))))


def _text(value: bytes) -> str:
    return _first(list(_fields(value)), 1).decode()


def _first(fields: list[_Field], wanted: int) -> bytes:
    return next((value for number, value in fields if number == wanted and isinstance(value, bytes)), b"")


def _rings(commands: list[int]) -> Iterator[Ring]:
    x = y = at = 0
    ring: Ring = []
    while at < len(commands):
        command, count = commands[at] & 7, commands[at] >> 3
        at += 1
        if command not in (_MOVE, _LINE):
            yield ring
            continue
        if command == _MOVE:
            ring = []
        for _ in range(count):
            x += _signed(commands[at])
            y += _signed(commands[at + 1])
            at += 2
            ring.append((x, y))


def _signed(number: int) -> int:
    return number >> 1 ^ -(number & 1)


def _fields(message: bytes) -> Iterator[_Field]:
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == _VARINT:
            value, at = _varint(message, at)
            yield key >> 3, value
        elif kind == _BYTES:
            length, at = _varint(message, at)
            yield key >> 3, message[at : at + length]
            at += length
        else:
            # Four bytes or eight of a number, which no layer of polygons of ours has.
            at += 4 if kind == 5 else 8


def _packed(message: bytes) -> list[int]:
    numbers, at = [], 0
    while at < len(message):
        number, at = _varint(message, at)
        numbers.append(number)
    return numbers


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
