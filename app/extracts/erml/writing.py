"""A view as a file that is written while its deposits are read: what every format of it shares."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from app.extracts.erml.rows import Feature, Row, rows
from app.extracts.erml.views import View
from app.extracts.provenance import Provenance
from app.extracts.text import Frame
from app.words import Lang

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file says of itself: where it comes from, how many rows it has, and where clients see the service."""

    provenance: Provenance
    rows: int
    base: str


@dataclass(frozen=True, slots=True)
class Writing:
    """How a view is written: what stands around its rows, and a row."""

    view: View
    base: str
    lang: Lang
    frame: Frame
    row: Callable[[Row], bytes]

    def some(self, features: Iterable[Feature], *, first: bool) -> bytes:
        """The rows of some features, which follow others or are the first; empty where they have none."""
        texts = [self.row(row) for feature in features for row in rows(self.view, feature, self.base, self.lang)]
        return self.frame.some(texts, first=first)

    def pieces(self, features: Iterable[Feature]) -> Iterator[bytes]:
        """The whole file, piece by piece; whoever stops early, or fails, has no closing."""
        yield self.frame.opening
        coming, first = iter(features), True
        while some := list(islice(coming, _AT_ONCE)):
            text = self.some(some, first=first)
            first = first and not text
            yield text
        yield self.frame.closing
