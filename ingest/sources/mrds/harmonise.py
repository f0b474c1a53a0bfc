"""What a row of MRDS means. Blanks are nothing or one space; `NA` is North America, and `0` a year not known."""

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from app.domain.deposit import DepositCommodity, Harmonised, Position, UnmappedWord
from ingest.coordinates import WGS84
from ingest.crosswalk import Crosswalk, Crosswalks
from ingest.names import tidied
from ingest.places import Place, Places
from ingest.positions import locate
from ingest.reading import NO_CODE, Code, deepest, free_code, one_code, ranked, unknown_names
from ingest.rows import Raw, RowRejected, rejected
from ingest.sources.mrds.forms import as_flat
from ingest.sources.mrds.wfs import fips_country
from ingest.years import year

# USGS states WGS 84 for every position of the flat file (its FGDC metadata, edition 2016); its tables state a datum
# with each.
_FRAMES = {"WGS84": WGS84, "NAD27": "EPSG:4267", "NAD83": "EPSG:4269"}
# Third parties put its positions 100 to 500 m off.
_ACCURACY_M = 500.0
# What taking one North American datum for another costs at most, in Mexico and the United States.
_DATUM_UNKNOWN_M = 100.0
DATUM_UNKNOWN = "datum-not-stated"

_COMMODITIES = ("commod1", "commod2", "commod3", "commod_unranked", "code_list")
_YEARS = (("disc_yr", "dy_ba"), ("yr_fst_prd", "yfp_ba"), ("yr_lst_prd", "ylp_ba"))
# Several models run together without a separator, some in braces: "59: Skarn Cu173: Sediment-hosted Au".
_MODEL = re.compile(r"(\d+):\s*(.*?)\}?(?=\{?\d+:\s|$)")
# Only these two have a vocabulary of states; other countries' are kept as words.
_WITH_STATES = ("US", "MX")

_Said = Mapping[str, str]


def harmonise(raw: Raw, crosswalks: Crosswalks, places: Places) -> Harmonised:
    """A row of MRDS as a deposit; raises `RowRejected` for one without a deposit or a position that can be used."""
    if raw.get("without_deposit"):
        raise _orphan(raw)
    # What the row states: its blanks are nothing, or one space.
    flat = as_flat(raw)
    said = {column: words for column, words in flat.items() if words and not words.isspace()}
    word = said.get
    coded = _coded(
        crosswalks, *map(word, ("country", "fips_code", "state", "dev_stat", "oper_type", "prod_size", "deposit_size"))
    )
    commodities, unknown = _commodities(crosswalks, *map(word, _COMMODITIES))
    deposit_type = _deposit_type(crosswalks, word("model"), word("dep_type"))
    deposit_form = _deposit_form(crosswalks, word("orebody_fm"), word("dep_type"))
    # The flat file has no column for the datum; the other forms do, and may leave it empty.
    place, lies = _place(said, flat.get("datum", "WGS84"), coded.stated, places)
    nation = coded.stated.country if coded.states_country else lies.country
    return Harmonised(
        name=tidied(word("site_name")),
        source_name=word("site_name"),
        other_names=word("names") or word("prev_name"),
        country=nation,
        source_country=word("country"),
        state=lies.state if "state" not in said and lies.country == nation else coded.stated.state,
        source_state=word("state"),
        source_county=word("county"),
        commodities=commodities,
        source_commodities=_labelled(said, _COMMODITIES),
        status=coded.status,
        source_status=word("dev_stat"),
        operation_type=coded.operation_type,
        source_operation_type=word("oper_type"),
        deposit_type=deposit_type.code,
        source_deposit_type=_labelled(said, ("model", "dep_type")),
        deposit_form=deposit_form.code,
        source_deposit_form=word("orebody_fm"),
        production_size=coded.production_size,
        source_production_size=word("prod_size"),
        deposit_size=coded.deposit_size,
        source_deposit_size=word("deposit_size"),
        operation_size=None,
        source_host_rock=_labelled(said, ("hrock_unit", "hrock_type")),
        source_alteration=word("alteration"),
        discovered_year=year(word("disc_yr")),
        first_production_year=year(word("yr_fst_prd")),
        last_production_year=year(word("yr_lst_prd")),
        source_years=_years(said),
        position=place,
        source_url=word("url"),
        unmapped=coded.unmapped + deposit_type.unmapped + deposit_form.unmapped + unknown,
    )


class _Coded(NamedTuple):
    """What the columns say whose values are few, and so recur together."""

    stated: Place
    states_country: bool
    status: str | None
    operation_type: str | None
    production_size: str | None
    deposit_size: str | None
    unmapped: tuple[UnmappedWord, ...]


@lru_cache(maxsize=50_000)
def _coded(
    crosswalks: Crosswalks,
    country: str | None,
    fips_code: str | None,
    state: str | None,
    status: str | None,
    operation_type: str | None,
    production_size: str | None,
    deposit_size: str | None,
) -> _Coded:
    nation = one_code("country", country, crosswalks["country"])
    if country is None and fips_code is not None:
        nation = _nation_of_fips(fips_code, crosswalks["fips_country"])
    region = one_code("state", state if nation.code in _WITH_STATES else None, crosswalks["state"])
    activity = one_code("status", status, crosswalks["status"])
    operation = one_code("operation_type", operation_type, crosswalks["operation_type"])
    produced = one_code("production_size", production_size, crosswalks["size"])
    size = one_code("deposit_size", deposit_size, crosswalks["deposit_size"])
    unmapped = (word for code in (nation, region, activity, operation, produced, size) for word in code.unmapped)
    return _Coded(
        Place(nation.code, region.code),
        nation is not NO_CODE,
        activity.code,
        operation.code,
        produced.code,
        size.code,
        tuple(unmapped),
    )


def _nation_of_fips(fips_code: str, crosswalk: Crosswalk) -> Code:
    """The country of a code such as f06089 (a county of the United States) or fMX (FIPS 10-4, another country)."""
    country = fips_country(fips_code)
    return one_code("country", country, crosswalk) if country else NO_CODE


def _place(said: _Said, datum: str, stated: Place, places: Places) -> tuple[Position, Place]:
    frame, accuracy_m = _frame(datum, said.get("location_precision_m", "").strip())
    at = said.get("longitude"), said.get("latitude"), frame or WGS84, accuracy_m, ("longitude", "latitude")
    position, lies = locate(*at, stated, places)
    return (position if frame else position._replace(check=position.check or DATUM_UNKNOWN)), lies


@lru_cache(maxsize=1_000)
def _frame(datum: str, precision: str) -> tuple[str | None, float]:
    """The frame of a datum, None where it is not known, and how many metres off a position in it may be."""
    # Nobody measures to 0 m: it is a precision not known.
    accuracy_m = (float(precision) if precision.replace(".", "", 1).isdecimal() else 0.0) or _ACCURACY_M
    # A vector file states a frame by its code.
    frame = datum if datum.startswith("EPSG:") else _FRAMES.get(datum.upper().replace(" ", ""))
    return frame, accuracy_m if frame else math.hypot(accuracy_m, _DATUM_UNKNOWN_M)


def _orphan(raw: Raw) -> RowRejected:
    names = ", ".join(sorted(raw.get("tables", {})))
    return rejected(
        "deposit-missing",
        "dep_id",
        None,
        f"the id stands in {names}, but in no table of deposits, so there is nothing to tell more of",
        f"el identificador está en {names}, pero en ninguna tabla de yacimientos, así que no hay de qué decir más",
    )


@lru_cache(maxsize=100_000)
def _commodities(
    crosswalks: Crosswalks,
    primary: str | None,
    secondary: str | None,
    tertiary: str | None,
    unranked: str | None,
    code_list: str | None,
) -> tuple[tuple[DepositCommodity, ...], tuple[UnmappedWord, ...]]:
    """The commodities by rank, then those without one, and the names and codes that the crosswalks lack."""
    names, codes = crosswalks["commodity"], crosswalks["commodity_code"]
    by_rank = [(rank, _names(names, text)) for rank, text in ((1, primary), (2, secondary), (3, tertiary)) if text]
    loose = _names(names, unranked or "")
    coded = tuple((code, codes.code(code)) for code in (code_list or "").split())
    unknown = unknown_names((one for _, listed in (*by_rank, (None, loose)) for one in listed), names)
    return ranked([*by_rank, (None, loose), (None, coded)]), unknown + unknown_names(coded, codes)


@lru_cache(maxsize=100_000)
def _names(crosswalk: Crosswalk, text: str) -> tuple[tuple[str, str | None], ...]:
    return tuple((name, crosswalk.code(name)) for name in crosswalk.names(text))


@lru_cache(maxsize=50_000)
def _deposit_type(crosswalks: Crosswalks, model: str | None, dep_type: str | None) -> Code:
    """The type that the deposit model names, else the one that the free text does: a model was chosen from a list."""
    if model is None and dep_type is None:
        return NO_CODE
    models = crosswalks["deposit_model"]
    named = [one_code("deposit_type", name, models) for _, name in _MODEL.findall(model or "")]
    unmapped = tuple(word for one in named for word in one.unmapped)
    codes = {one.code for one in named if one.code}
    if codes:
        return Code(deepest(codes, "deposit_type"), unmapped)
    free = free_code("deposit_type", dep_type, crosswalks["deposit_type"])
    return Code(free.code, unmapped + free.unmapped)


@lru_cache(maxsize=50_000)
def _deposit_form(crosswalks: Crosswalks, form: str | None, dep_type: str | None) -> Code:
    """The form that `orebody_fm` names, else one that `dep_type` happens to name (Vein, Stratabound …)."""
    forms = crosswalks["deposit_form"]
    if form is not None:
        return free_code("deposit_form", form, forms)
    return Code(free_code("deposit_form", dep_type, forms).code, ())


def _labelled(said: _Said, columns: tuple[str, ...]) -> str | None:
    """The words of several columns, each with its column's name, as none of them alone is the source's word."""
    return "; ".join([f"{column}: {said[column]}" for column in columns if column in said]) or None


def _years(said: _Said) -> str | None:
    return "; ".join([f"{name}: {said.get(mark, '')}{said[name]}" for name, mark in _YEARS if name in said]) or None
