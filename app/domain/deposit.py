"""A deposit as we understand it: harmonised values, each beside the words it came from."""

from dataclasses import dataclass
from enum import IntEnum


class ReleaseLevel(IntEnum):
    """Who may see a deposit, and as whom a question is asked; a level sees itself and those below it."""

    PUBLIC = 0
    AGENCY = 1


@dataclass(frozen=True, slots=True)
class DepositCommodity:
    """A commodity of a deposit. Rank 1 is primary, 2 secondary, 3 tertiary, None where the source gives none."""

    code: str
    rank: int | None
    words: str


@dataclass(frozen=True, slots=True)
class UnmappedWord:
    """A source's word that no crosswalk line explains: the attribute, the word, and the CSV to open."""

    attribute: str
    word: str
    crosswalk: str


@dataclass(frozen=True, slots=True)
class Position:
    """A point of WGS 84 in degrees, how far off it may be in metres, and how it was arrived at."""

    longitude: float
    latitude: float
    accuracy_m: float
    source_crs: str
    transform: str


@dataclass(frozen=True, slots=True)
class Harmonised:
    """What one row of a source means. An empty source word is None; nothing here is guessed."""

    layer: str
    position: Position
    name: str | None = None
    source_name: str | None = None
    other_names: str | None = None
    country: str | None = None
    source_country: str | None = None
    source_state: str | None = None
    source_county: str | None = None
    commodities: tuple[DepositCommodity, ...] = ()
    source_commodities: str | None = None
    status: str | None = None
    source_status: str | None = None
    source_url: str | None = None
    unmapped: tuple[UnmappedWord, ...] = ()
