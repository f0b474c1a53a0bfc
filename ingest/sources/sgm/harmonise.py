"""What a mine of SGM means. Its commodities have no rank, and its status and size stand in one text."""

import re
from collections.abc import Iterator
from functools import lru_cache

from app.domain.deposit import DepositCommodity, Harmonised, UnmappedWord
from ingest.crosswalk import Crosswalk, Crosswalks
from ingest.names import stated, tidied
from ingest.places import Place, Places
from ingest.positions import locate
from ingest.reading import NO_CODE, Code, deepest, free_code, ranked, unknown_names
from ingest.rows import Raw
from ingest.sources.sgm.columns import attributes
from ingest.sources.sgm.read import COARSEST, layer_of

# One millimetre at the scale of the sheet.
_ACCURACY_M = {"250k": 250.0, "50k": 50.0}
# SGM surveys Mexico alone, and states no country or state.
_MEXICO = Place("MX", None)


def harmonise(raw: Raw, crosswalks: Crosswalks, places: Places) -> Harmonised:
    """A mine as a deposit; raises `RowRejected` for a position that cannot be used."""
    said = attributes(raw["attributes"])
    null = crosswalks["null"]
    name, commodities, operation, structure, mineralisation, origin, alteration = (
        stated(said.get(attribute))
        for attribute in ("name", "commodities", "operation", "structure", "mineralisation", "origin", "alteration")
    )
    accuracy_m = _ACCURACY_M[layer_of(said.get("scale")) or COARSEST]
    place, lies = locate(raw["x"], raw["y"], raw["crs"], accuracy_m, ("x", "y"), _MEXICO, places)
    found, unknown = _commodities(_spoken(commodities, null), crosswalks["commodity"])
    spoken = _spoken(operation, null)
    status = _status(spoken, crosswalks["status"])
    deposit_type = _deposit_type(crosswalks, _spoken(mineralisation, null), _spoken(origin, null))
    deposit_form = free_code("deposit_form", _spoken(structure, null), crosswalks["deposit_form"])
    codes = (status, deposit_type, deposit_form)
    return Harmonised(
        name=tidied(_spoken(name, null)),
        source_name=name,
        other_names=None,
        country=_MEXICO.country,
        source_country=None,
        # Beside the border, our boundaries may put a mine on its other side.
        state=lies.state if lies.country == _MEXICO.country else None,
        source_state=None,
        source_county=None,
        commodities=found,
        source_commodities=commodities,
        status=status.code,
        source_status=operation,
        operation_type=None,
        source_operation_type=None,
        deposit_type=deposit_type.code,
        source_deposit_type=_both(mineralisation, origin),
        deposit_form=deposit_form.code,
        source_deposit_form=structure,
        production_size=None,
        source_production_size=None,
        deposit_size=None,
        source_deposit_size=None,
        operation_size=_size(spoken, crosswalks["size"]),
        source_host_rock=None,
        source_alteration=alteration,
        discovered_year=None,
        first_production_year=None,
        last_production_year=None,
        source_years=None,
        position=place,
        source_url=None,
        unmapped=tuple(word for code in codes for word in code.unmapped) + unknown,
    )


def _spoken(words: str | None, null: Crosswalk) -> str | None:
    """The words, unless they are one of SGM's ways to say nothing ("SE DESCONOCE", "No aplicable" …)."""
    return None if words is None or words in null else words


def _both(mineralisation: str | None, origin: str | None) -> str | None:
    said = (("Tipo de mineralización", mineralisation), ("Origen", origin))
    return "; ".join(f"{column}: {words}" for column, words in said if words) or None


@lru_cache(maxsize=50_000)
def _commodities(
    words: str | None, crosswalk: Crosswalk
) -> tuple[tuple[DepositCommodity, ...], tuple[UnmappedWord, ...]]:
    names = [(name, crosswalk.code(name)) for name in _names(words or "", crosswalk)]
    return ranked([(None, names)]), unknown_names(names, crosswalk)


def _names(words: str, crosswalk: Crosswalk) -> Iterator[str]:
    """Symbols or names between commas; "oro y plata" is two, while "Y" between commas is yttrium."""
    for part in filter(None, (part.strip() for part in re.split("[,;]", words))):
        if part in crosswalk:
            yield part
        else:
            yield from filter(None, (piece.strip() for piece in re.split(r"\s+[yY]\s+|/|-", part)))


@lru_cache(maxsize=50_000)
def _status(words: str | None, crosswalk: Crosswalk) -> Code:
    """The one status that the text names; none where two are at odds or a word is not known ("NO ACTIVA")."""
    if words is None:
        return NO_CODE
    lines, unexplained = crosswalk.phrases(words)
    plain = {line.code for line in lines if line.kind == "status"}
    codes = plain or {line.code for line in lines if line.kind == "generic"}
    if unexplained or len(codes) != 1:
        return Code(None, (UnmappedWord("status", unexplained or words, crosswalk.path.name),))
    return Code(codes.pop(), ())


@lru_cache(maxsize=50_000)
def _size(words: str | None, crosswalk: Crosswalk) -> str | None:
    """The size that the same text names: of the showing or mine, not of a tonnage; none where it names two."""
    sizes = {line.code for line in crosswalk.phrases(words or "")[0]}
    return sizes.pop() if len(sizes) == 1 else None


@lru_cache(maxsize=50_000)
def _deposit_type(crosswalks: Crosswalks, mineralisation: str | None, origin: str | None) -> Code:
    """The type that either column names; none where they name types on different branches."""
    crosswalk = crosswalks["deposit_type"]
    read = [free_code("deposit_type", words, crosswalk) for words in (mineralisation, origin)]
    codes = {one.code for one in read if one.code}
    return Code(deepest(codes, "deposit_type"), tuple(word for one in read for word in one.unmapped))
