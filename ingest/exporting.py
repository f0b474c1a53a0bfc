"""Extracts from the command line: the same orders as the service takes, made by the same code."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from app.asked.parameters import EXPORT
from app.db.engine import extracting_engine, serving_engine
from app.errors import UnknownParameter
from app.extracts import making, ordering
from app.extracts.formats import Format
from app.extracts.order import Order
from app.queries import deposits
from app.queries.standing import Standing, Standings
from app.settings import Settings
from app.words import Lang, Words
from ingest.files import check_parent, whole
from ingest.report import Teller


def export(settings: Settings, teller: Teller, collection: str, asked: Mapping[str, str], path: Path) -> Order:
    """Writes what is asked of a collection to the path, in the format that its ending names; returns what was made.

    Raises our errors for what is wrong with the question. The file is there whole, or as it was before.
    """
    form = ordering.format_of(path.name.partition(".")[2])
    _check(asked, form)
    check_parent(path)
    order = asyncio.run(_ordered(settings, collection, asked, form, teller.lang))
    matched, doing = order.provenance.matched, Words("deposits", "yacimientos")
    engine = extracting_engine(settings)
    with whole(path) as made:
        making.make(engine, order, made, lambda rows: teller.track(rows, matched, doing, len))
    return order


def _check(asked: Mapping[str, str], form: Format) -> None:
    """Raises `UnknownParameter` for what that format cannot be asked."""
    for name in asked:
        if name not in EXPORT and form.ending != "csv":
            title = form.title.en
            raise UnknownParameter(
                Words(f"{name} is only for CSV, not for {title}", f"{name} es sólo para CSV, no para {title}")
            )


async def _ordered(settings: Settings, collection: str, asked: Mapping[str, str], form: Format, lang: Lang) -> Order:
    engine = serving_engine(settings)
    try:
        standing: Standing = await Standings(engine, settings.catalogue_fresh_s).now()
        of, release = standing.collection(collection), standing.current
        wants = ordering.read(asked, form, standing.cards, of.within)
        async with engine.connect() as connection:
            matched = await deposits.counted(connection, wants[0], release)
    finally:
        await engine.dispose()
    return ordering.order(asked, lang, of, release, form, wants, matched)
