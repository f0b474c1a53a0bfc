"""What was asked, as one frozen value that list, tile, count and extract all read."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.bbox import Bbox
from app.domain.deposit import ReleaseLevel


class Critical(StrEnum):
    """Critical to the two countries, by their lists in force: to both of them, or to either."""

    BOTH = "both"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class DepositFilter:
    """Deposits in the box, with any of the commodities, in any of the countries …; an empty tuple asks for all."""

    bbox: Bbox | None = None
    commodities: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    critical: Critical | None = None
    release_level: ReleaseLevel = ReleaseLevel.PUBLIC
