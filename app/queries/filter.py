"""What was asked, as one frozen value that list, tile, count and extract all read."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.domain.bbox import Bbox
from app.domain.critical import PARTNERS
from app.domain.deposit import ReleaseLevel
from app.domain.interval import Interval
from app.domain.predicate import All, Among, Codes, Compared, InBox, Literal, Predicate, Sets, Stated, Truth, Value


class Critical(StrEnum):
    """Critical to the two countries, by their lists in force: to both of them, or to either."""

    BOTH = "both"
    EITHER = "either"


_PARTNERS = Codes(PARTNERS)


@dataclass(frozen=True, slots=True)
class DepositFilter:
    """Deposits in the box, with any of the commodities, in any of the countries …; an empty tuple asks for all.

    `within` is the source that the list asked is limited to; `datetime` is against the day of retrieval; `equals` has
    properties with the values that they must have.
    """

    bbox: Bbox | None = None
    datetime: Interval | None = None
    ids: tuple[str, ...] = ()
    commodities: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    critical: Critical | None = None
    equals: tuple[tuple[str, Value], ...] = ()
    predicate: Predicate | None = None
    within: str | None = None
    release_level: ReleaseLevel = ReleaseLevel.PUBLIC

    def asked(self) -> Predicate:
        """All that is asked of a deposit, but for its release and level."""
        parts = tuple(self._parts())
        return All(parts) if parts else Truth(value=True)

    def _parts(self) -> Iterator[Predicate]:
        if self.bbox:
            yield InBox(self.bbox)
        if self.datetime:
            yield from _retrieved(self.datetime)
        yield from self._coded()
        for name, value in self.equals:
            yield Compared("=", Stated(name), Literal(value))
        if self.within:
            yield Compared("=", Stated("source"), Literal(self.within))
        if self.predicate:
            yield self.predicate

    def _coded(self) -> Iterator[Predicate]:
        for name, codes in (("commodities", self.commodities), ("critical_lists", self.lists)):
            if codes:
                yield Sets("overlaps", Stated(name), Codes(codes))
        if self.critical:
            yield Sets("contains" if self.critical is Critical.BOTH else "overlaps", Stated("critical_to"), _PARTNERS)
        for name, values in (
            ("id", self.ids),
            ("country", self.countries),
            ("state", self.states),
            ("source", self.sources),
            ("status", self.statuses),
        ):
            if values:
                yield Among(Stated(name), tuple(map(Literal, values)))


def _retrieved(interval: Interval) -> Iterator[Predicate]:
    if interval.first:
        yield Compared(">=", Stated("retrieved"), Literal(interval.first))
    if interval.last:
        yield Compared("<=", Stated("retrieved"), Literal(interval.last))
