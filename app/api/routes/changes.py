"""`/releases/{newer}/changes`: what makes the extract of an older release into that of a newer one."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api import caching
from app.api.clients import wants_only_head
from app.api.extracted import begun, head
from app.api.negotiation import preferred
from app.api.question import Question, question
from app.api.turns import turn
from app.asked.parameters import CHANGES, CURRENT
from app.asked.values import deposit_filter
from app.domain.deposit import ALL
from app.errors import NotThere
from app.extracts.changes import MEDIA_TYPES, NDJSON, Changes, features, frame
from app.extracts.geojson import GEOJSON
from app.extracts.provenance import Provenance
from app.queries import changes as asking
from app.queries.catalogue import Release
from app.queries.filter import DepositFilter
from app.words import Words, quoted

router = APIRouter()
_FORMS = {"geojson": (GEOJSON, "application/json"), "ndjson": (NDJSON, "application/ndjson", "application/jsonl")}
# What else is asked for was never a release, whatever it is.
_NAME = re.compile(r"\d{4}-\d\d-\d\d\.\d+", re.ASCII)


@router.get("/releases/{newer}/changes")
async def changes(request: Request, newer: str) -> Response:
    """The deposits that came, went or differ since a release, of those that the filter wants."""
    asked = await question(request, CHANGES)
    release = asked.release(None if newer == CURRENT else newer)
    older = await _since(asked, release)
    kept, form = asked.kept(release), preferred(request, _FORMS)
    if same := caching.unchanged(request, kept):
        return same
    wanted, told = await _told(asked, older, release)
    headers = {**kept, "Content-Disposition": f'attachment; filename="{told.name(form)}"'}
    if wants_only_head(request):
        return head(MEDIA_TYPES[form], headers)
    pieces = _pieces(asked, wanted, older, told, form)
    return await begun(pieces, MEDIA_TYPES[form], asked.wired.settings.export_timeout_s, headers)


async def _since(asked: Question, newer: Release) -> Release:
    """The release that the client has, else the one before the newer; raises `NotThere` and `Gone`."""
    name, kept = asked.asked.get("since"), asked.standing.kept
    if name is None:
        older = next((one for one in kept if one.id < newer.id), None)
        if older is None:
            raise _nothing_before(newer, kept)
        return older
    known = asked.standing.release(name)
    if known is None:
        if _NAME.fullmatch(name):
            async with asked.wired.engine.connect() as connection:
                if await asking.was_published(connection, name):
                    raise asking.no_longer_kept(name, kept)
        raise _never_was(name, kept)
    return known


def _nothing_before(newer: Release, kept: tuple[Release, ...]) -> NotThere:
    listed = ", ".join(one.name for one in kept)
    return NotThere(
        Words(
            f"no release before {newer.name} is kept, so say since which one; those kept are: {listed}",
            f"no se conserva ninguna edición anterior a {newer.name}; diga desde cuál (since); las conservadas son: "
            f"{listed}",
        )
    )


def _never_was(name: str, kept: tuple[Release, ...]) -> NotThere:
    listed = ", ".join(one.name for one in kept)
    return NotThere(
        Words(
            f"since={quoted(name)}: there is no such release; those kept are: {listed}",
            f"since={quoted(name)}: no existe tal edición; las conservadas son: {listed}",
        )
    )


async def _told(asked: Question, older: Release, newer: Release) -> tuple[DepositFilter, Changes]:
    """Which deposits are asked for, and what is said of their changes; raises our errors for what is wrong."""
    held = await asked.wired.standings.contents(newer)
    of = asked.collection(asked.asked.get("collection", ALL))
    wanted = deposit_filter(asked.asked, held.cards, of.within)
    matched = await asked.matched(wanted, newer)
    of = held.collections.get(of.id, of)
    return wanted, Changes(older.name, Provenance.of(asked.asked, of, newer, matched), asked.lang)


async def _pieces(
    asked: Question, wanted: DepositFilter, older: Release, told: Changes, form: str
) -> AsyncGenerator[bytes]:
    wired, newer = asked.wired, told.newer.release
    timeout_s = wired.settings.export_timeout_s
    async with (
        turn(wired),
        wired.engine.connect() as connection,
        aclosing(asking.stream(connection, wanted, older, newer, timeout_s)) as coming,
    ):
        rows = await anext(coming)
        around = frame(told, form, rows)
        yield around.opening + around.some(list(features(rows)), first=True)
        async for rows in coming:
            yield around.some(list(features(rows)), first=False)
            await asyncio.sleep(0)
        yield around.closing
