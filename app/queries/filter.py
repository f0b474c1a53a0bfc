"""What was asked, as one frozen value that list, tile, count and extract all read."""

from dataclasses import dataclass

from app.domain.bbox import Bbox
from app.domain.deposit import ReleaseLevel


@dataclass(frozen=True, slots=True)
class DepositFilter:
    """Deposits in the box, with any of the commodities, in any of the countries …; an empty tuple asks for all."""

    bbox: Bbox | None = None
    commodities: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    release_level: ReleaseLevel = ReleaseLevel.PUBLIC
