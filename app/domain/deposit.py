"""A deposit as we understand it: harmonised values, each beside the words it came from."""

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

# What all deposits together are called, as a source's are by its name: so no source may be called this.
ALL = "deposits"


class ReleaseLevel(IntEnum):
    """Who may see a deposit, and as whom a question is asked; a level sees itself and those below it."""

    PUBLIC = 0
    AGENCY = 1


class DepositCommodity(NamedTuple):
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


class Position(NamedTuple):
    """A point of WGS 84 in degrees, how far off it may be in metres, and how it was arrived at.

    `rule` names the repair that was made to the source's coordinates; `check` says what is odd about the place.
    """

    longitude: float
    latitude: float
    accuracy_m: float
    source_crs: str
    transform: str
    rule: str | None = None
    check: str | None = None


class Harmonised(NamedTuple):
    """What one row of a source means; an empty source word is None, and nothing here is guessed.

    Its fields are the columns of a record in their order, so that a row can be written as it is.
    """

    name: str | None
    source_name: str | None
    other_names: str | None
    country: str | None
    source_country: str | None
    state: str | None
    source_state: str | None
    source_county: str | None
    commodities: tuple[DepositCommodity, ...]
    source_commodities: str | None
    status: str | None
    source_status: str | None
    operation_type: str | None
    source_operation_type: str | None
    deposit_type: str | None
    source_deposit_type: str | None
    deposit_form: str | None
    source_deposit_form: str | None
    production_size: str | None
    source_production_size: str | None
    deposit_size: str | None
    source_deposit_size: str | None
    operation_size: str | None
    source_host_rock: str | None
    source_alteration: str | None
    discovered_year: int | None
    first_production_year: int | None
    last_production_year: int | None
    source_years: str | None
    position: Position
    source_url: str | None
    unmapped: tuple[UnmappedWord, ...]
