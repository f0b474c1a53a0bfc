"""What a row of MRDS means. Blanks are nothing or one space; `NA` is North America, and `0` a year not known."""

from collections.abc import Iterator
from functools import lru_cache

from app.domain.deposit import DepositCommodity, Harmonised, UnmappedWord
from ingest.coordinates import WGS84, position
from ingest.crosswalk import Crosswalk, Crosswalks
from ingest.names import stated, tidied
from ingest.rows import Raw

# USGS states WGS 84 for every position of the flat file (its FGDC metadata, edition 2016).
_CRS = WGS84
_ACCURACY_M = 500.0

_RANKS = (("commod1", 1), ("commod2", 2), ("commod3", 3))


def harmonise(raw: Raw, crosswalks: Crosswalks) -> Harmonised:
    """A row of `mrds.csv` as a deposit; raises `RowRejected` for a position that cannot be used."""
    place = position(raw["longitude"], raw["latitude"], _CRS, _ACCURACY_M, ("longitude", "latitude"))
    commodities, unknown = _commodities(raw, crosswalks["commodity"])
    country, status = stated(raw.get("country")), stated(raw.get("dev_stat"))
    unmapped = [
        *unknown,
        *_unmapped("country", country, crosswalks["country"]),
        *_unmapped("status", status, crosswalks["status"]),
    ]
    return Harmonised(
        layer="mrds",
        position=place,
        name=tidied(raw["site_name"]),
        source_name=stated(raw["site_name"]),
        other_names=stated(raw.get("names") or raw.get("prev_name")),
        country=crosswalks["country"].code(country) if country else None,
        source_country=country,
        source_state=stated(raw.get("state")),
        source_county=stated(raw.get("county")),
        commodities=tuple(commodities),
        source_commodities=_source_commodities(raw),
        status=crosswalks["status"].code(status) if status else None,
        source_status=status,
        source_url=stated(raw.get("url")),
        unmapped=tuple(unmapped),
    )


def _commodities(raw: Raw, crosswalk: Crosswalk) -> tuple[list[DepositCommodity], list[UnmappedWord]]:
    """The commodities by rank, each code once at its best rank, and the names that the crosswalk lacks."""
    found: dict[str, DepositCommodity] = {}
    unknown: list[UnmappedWord] = []
    for column, rank in _RANKS:
        for name, code in _read_list(crosswalk, raw.get(column) or ""):
            if code is None:
                unknown.append(UnmappedWord("commodity", name, crosswalk.path.name))
            else:
                found.setdefault(code, DepositCommodity(code, rank, name))
    return list(found.values()), unknown


@lru_cache(maxsize=50_000)
def _read_list(crosswalk: Crosswalk, text: str) -> tuple[tuple[str, str | None], ...]:
    return tuple((name, crosswalk.code(name)) for name in crosswalk.names(text))


def _source_commodities(raw: Raw) -> str | None:
    said = (f"{column}: {raw[column]}" for column, _ in _RANKS if stated(raw.get(column)))
    return "; ".join(said) or None


def _unmapped(attribute: str, word: str | None, crosswalk: Crosswalk) -> Iterator[UnmappedWord]:
    if word and word not in crosswalk:
        yield UnmappedWord(attribute, word, crosswalk.path.name)
