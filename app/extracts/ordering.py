"""From a question's words to an order; each error says what would be right."""

from collections.abc import Collection as Names
from collections.abc import Mapping

from app.asked.values import Shown, deposit_filter, shown, truth
from app.domain.crs import CRS84
from app.errors import BadValue, NotThere
from app.extracts.formats import FORMATS, Format
from app.extracts.order import Order
from app.extracts.provenance import Provenance
from app.queries.catalogue import Release
from app.queries.collections import Collection
from app.queries.filter import DepositFilter
from app.words import Lang, Words, meant, nearest, quoted


def format_of(ending: str) -> Format:
    """The format of files that end so; raises `NotThere`."""
    if ending not in FORMATS:
        near = nearest(ending, FORMATS)
        hint = meant(near and f".{near}")
        listed = ", ".join(f".{one}" for one in FORMATS)
        raise NotThere(
            Words(
                f"there is no format {quoted('.' + ending)}{hint.en} There are: {listed}",
                f"no existe el formato {quoted('.' + ending)}{hint.es} Existen: {listed}",
            )
        )
    return FORMATS[ending]


def read(
    asked: Mapping[str, str], form: Format, sources: Names[str], within: str | None
) -> tuple[DepositFilter, Shown]:
    """Which deposits are asked for, and how they are to be said in that format; raises `BadValue`."""
    wanted, said = deposit_filter(asked, sources, within), shown(asked)
    if said.crs != CRS84 and not form.any_crs:
        title, others = form.title.en, ", ".join(f".{one.ending}" for one in FORMATS.values() if one.any_crs)
        raise BadValue(
            Words(
                f"crs: {title} knows no positions but those of CRS84; other systems are in {others}",
                f"crs: {title} no conoce más posiciones que las de CRS84; otros sistemas van en {others}",
            )
        )
    return wanted, said


def order(
    asked: Mapping[str, str],
    lang: Lang,
    of: Collection,
    release: Release,
    form: Format,
    wants: tuple[DepositFilter, Shown],
    matched: int,
) -> Order:
    """The order for what was read, of which there are so many deposits."""
    provenance = Provenance.of(asked, of, release, matched)
    mark = truth("bom", asked.get("bom", "false"))
    return Order(form.ending, *wants, provenance, lang, spreadsheet=mark)
