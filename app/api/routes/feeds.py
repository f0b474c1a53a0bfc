"""`/releases.atom`, `/releases.json`: who subscribes hears of each release, and where its changes are."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api import caching
from app.api.feeds import MEDIA_TYPES, WRITTEN, Entry, Feed
from app.api.question import Question, question
from app.asked.parameters import PLAIN
from app.queries import catalogue

router = APIRouter()


@router.get("/releases.atom")
async def atom(request: Request) -> Response:
    """The kept releases as Atom 1.0."""
    return await _feed(request, "atom")


@router.get("/releases.json")
async def json(request: Request) -> Response:
    """The kept releases as JSON Feed 1.1."""
    return await _feed(request, "json")


async def _feed(request: Request, form: str) -> Response:
    asked = await question(request, PLAIN)
    # Which are kept is part of the answer, and changes a moment after which one is current.
    kept = caching.headers(
        request, asked.standing.current, asked.base, asked.lang, *(one.name for one in asked.standing.kept)
    )
    if same := caching.unchanged(request, kept):
        return same
    feed = Feed(asked.base, asked.lang, await _entries(asked))
    return Response(WRITTEN[form](feed), media_type=MEDIA_TYPES[form], headers=kept)


async def _entries(asked: Question) -> list[Entry]:
    kept = asked.standing.kept
    async with asked.wired.engine.connect() as connection:
        return [
            Entry(
                release=release,
                cards=await catalogue.sources(connection, release.id),
                before=kept[place + 1] if place + 1 < len(kept) else None,
                current=release == asked.standing.current,
            )
            for place, release in enumerate(kept)
        ]
