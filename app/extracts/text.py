"""Deposits as text: GeoJSON (RFC 7946), a GeoJSON text sequence (RFC 8142), and a feature a line (NDJSON)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from app.extracts.geojson import CLOSING, features, opening
from app.extracts.order import Order

_Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands before all features, before, after and between them, and after all of them."""

    opening: bytes = b""
    before: bytes = b""
    after: bytes = b""
    between: bytes = b""
    closing: bytes = b""

    def some(self, texts: Sequence[bytes], *, first: bool) -> bytes:
        """Some features that follow others, or are the first."""
        joint = self.after + self.between + self.before
        begin = self.before if first else self.between + self.before
        return begin + joint.join(texts) + self.after if texts else b""


def of_collection(members: Mapping[str, Any]) -> Frame:
    """A GeoJSON feature collection, a feature a line; `members` are said before the features."""
    return Frame(opening=opening(dict(members)) + b"\n", between=b",\n", closing=b"\n" + CLOSING + b"\n")


_FRAMES: Mapping[str, Callable[[Order], Frame]] = MappingProxyType(
    {
        "geojson": lambda order: of_collection(order.provenance.members()),
        "geojsonl": lambda _: Frame(after=b"\n"),
        "geojsons": lambda _: Frame(before=b"\x1e", after=b"\n"),
    }
)


def frame(order: Order) -> Frame:
    """What stands around the features of an order for text."""
    return _FRAMES[order.ending](order)


def pieces(order: Order, rows: Iterable[_Rows]) -> Iterator[bytes]:
    """The text of an order, piece by piece; whoever stops early has no closing bracket."""
    around, first = frame(order), True
    head = around.opening
    for some in rows:
        yield head + around.some(features(some, order.shown), first=first)
        head, first = b"", False
    yield head + around.closing
