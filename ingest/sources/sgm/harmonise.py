"""What a mine of SGM means. Its commodities have no rank, and its status and size stand in one text."""

import re
from collections.abc import Iterator

from app.domain.deposit import DepositCommodity, Harmonised, UnmappedWord
from ingest.coordinates import position
from ingest.crosswalk import Crosswalk, Crosswalks
from ingest.names import stated, tidied
from ingest.rows import Raw
from ingest.sources.sgm.columns import attributes
from ingest.sources.sgm.read import layer_of

# One millimetre at the scale of the sheet.
_ACCURACY_M = {"250k": 250.0, "50k": 50.0}


def harmonise(raw: Raw, crosswalks: Crosswalks) -> Harmonised:
    """A mine as a deposit; raises `RowRejected` for a position that cannot be used."""
    said = attributes(raw["attributes"])
    layer = layer_of(said.get("scale"))
    place = position(raw["x"], raw["y"], raw["crs"], _ACCURACY_M[layer], ("x", "y"))
    null = crosswalks["null"]
    name, commodities, operation = (stated(said.get(attribute)) for attribute in ("name", "commodities", "operation"))
    found, unknown = _commodities(_spoken(commodities, null), crosswalks["commodity"])
    status, unclear = _status(_spoken(operation, null), crosswalks["status"])
    return Harmonised(
        layer=layer,
        position=place,
        name=tidied(_spoken(name, null)),
        source_name=name,
        # SGM surveys Mexico alone, and states no country or state.
        country="MX",
        commodities=tuple(found),
        source_commodities=commodities,
        status=status,
        source_status=operation,
        unmapped=(*unknown, *unclear),
    )


def _spoken(words: str | None, null: Crosswalk) -> str | None:
    """The words, unless they are one of SGM's ways to say nothing ("SE DESCONOCE", "No aplicable" …)."""
    return None if words is None or words in null else words


def _commodities(words: str | None, crosswalk: Crosswalk) -> tuple[list[DepositCommodity], list[UnmappedWord]]:
    found: dict[str, DepositCommodity] = {}
    unknown: list[UnmappedWord] = []
    for name in _names(words or "", crosswalk):
        code = crosswalk.code(name)
        if code is None:
            unknown.append(UnmappedWord("commodity", name, crosswalk.path.name))
        else:
            found.setdefault(code, DepositCommodity(code, None, name))
    return list(found.values()), unknown


def _names(words: str, crosswalk: Crosswalk) -> Iterator[str]:
    """Symbols or names between commas; "oro y plata" is two, while "Y" between commas is yttrium."""
    for part in filter(None, (part.strip() for part in re.split("[,;]", words))):
        if part in crosswalk:
            yield part
        else:
            yield from filter(None, (piece.strip() for piece in re.split(r"\s+[yY]\s+|/|-", part)))


def _status(words: str | None, crosswalk: Crosswalk) -> tuple[str | None, list[UnmappedWord]]:
    """The one status that the text names; none where two are at odds or a word is not known ("NO ACTIVA")."""
    if words is None:
        return None, []
    lines, unexplained = crosswalk.phrases(words)
    plain = {line.code for line in lines if line.kind == "status"}
    codes = plain or {line.code for line in lines if line.kind == "generic"}
    if unexplained or len(codes) != 1:
        return None, [UnmappedWord("status", unexplained or words, crosswalk.path.name)]
    return codes.pop(), []
