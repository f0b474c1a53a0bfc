"""A layer of points as Mapbox Vector Tile 2.1, the bytes that ST_AsMVT makes of the same rows."""

from collections.abc import Iterable, Sequence

_SHORT = 1 << 14
_POINT = b"\x18\x01"
_VERSION = b"\x78\x02"
# The command of one move.
_MOVE = b"\x09"

Feature = tuple[int, int, Iterable[str | int | None]]


def layer(name: str, extent: int, keys: Sequence[str], features: Iterable[Feature]) -> bytes:
    """Features as `x`, `y` and a value for each key, None where there is none; nothing where no feature is."""
    known: dict[str | int, bytes] = {}
    tags_of: list[tuple[bytes, dict[str | int, bytes]]] = [(_varint(number), {}) for number in range(len(keys))]
    drawn = list[bytes]()
    for x, y, values in features:
        tags = list[bytes]()
        for (key, tag_of), value in zip(tags_of, values, strict=False):
            if value is not None:
                tag = tag_of.get(value)
                if tag is None:
                    number = known.get(value)
                    if number is None:
                        number = known[value] = _varint(len(known))
                    tag = tag_of[value] = key + number
                tags.append(tag)
        told = b"".join(tags)
        place = _MOVE + _varint(_zigzag(x)) + _varint(_zigzag(y))
        said = b"".join((b"\x12", _varint(len(told)), told, _POINT, b"\x22", _varint(len(place)), place))
        drawn.append(_field(b"\x12", said))
    if not drawn:
        return b""
    names = (_field(b"\x1a", key.encode()) for key in keys)
    texts = (_field(b"\x22", _value(value)) for value in known)
    parts = (_field(b"\x0a", name.encode()), *drawn, *names, *texts, b"\x28", _varint(extent), _VERSION)
    return _field(b"\x1a", b"".join(parts))


def _value(value: str | int) -> bytes:
    return b"\x28" + _varint(value) if isinstance(value, int) else _field(b"\x0a", value.encode())


def _field(tag: bytes, content: bytes) -> bytes:
    return tag + _varint(len(content)) + content


def _zigzag(number: int) -> int:
    return number << 1 if number >= 0 else (-number << 1) - 1


def _long(number: int) -> bytes:
    """Seven bits a byte, the lowest first; of a number that is not negative."""
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


_VARINTS = tuple(map(_long, range(_SHORT)))


def _varint(number: int) -> bytes:
    return _VARINTS[number] if number < _SHORT else _long(number)
