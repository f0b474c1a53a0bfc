"""`/collections/{collection}/items`: deposits page by page, and one by its id."""

from typing import Any

import orjson
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.api import caching, html
from app.api.cursor import Cursors
from app.api.links import link
from app.api.negotiation import Form
from app.api.question import Question, question
from app.asked.parameters import ITEM, ITEMS
from app.asked.values import Shown, deposit_filter, limit, shown, sort_keys
from app.errors import Gone, NotThere
from app.extracts.geojson import GEOJSON, features
from app.extracts.geojson import collection as feature_collection
from app.queries import deposits
from app.queries.catalogue import Release
from app.queries.deposits import Page, Walk
from app.queries.filter import DepositFilter
from app.queries.order import Place
from app.words import Words

router = APIRouter()


@router.get("/collections/{collection}/items")
async def items(request: Request, collection: str) -> Response:
    asked = await question(request, ITEMS)
    wanted = deposit_filter(asked.asked, asked.standing.cards, asked.collection(collection).within)
    rows, keys, say = limit(asked.asked.get("limit")), sort_keys(asked.asked.get("sortby")), shown(asked.asked)
    cursors = Cursors(asked.standing.key, wanted, keys)
    release, place = await _begin(asked, cursors)
    kept = asked.kept(release) | _crs_header(say)
    if same := caching.unchanged(request, kept):
        return same
    walk = Walk(keys=keys, place=place, crs=say.projection)
    page, matched = await asked.wired.lists.page(wanted, release, walk, rows)
    if not page.kept:
        raise _gone(release.name)
    members = {
        "release": release.name,
        # When the text was made: the same question has the same bytes for as long as its release stands.
        "timeStamp": release.published_at.isoformat(timespec="seconds"),
        "numberMatched": matched,
        "numberReturned": len(page.rows),
        "links": _links(asked, collection, cursors, release, page),
    }
    body = feature_collection(features(page.rows, say), members)
    if asked.form is Form.HTML:
        # Ten thousand rows take a second to write: not while everybody else waits.
        return await run_in_threadpool(html.page, "items", orjson.loads(body), asked, kept, asked.standing)
    return Response(body, media_type=GEOJSON, headers=kept)


async def _begin(asked: Question, cursors: Cursors) -> tuple[Release, Place | None]:
    """The release that is walked, and where in it to begin: a walk stays in the release that it began in."""
    if "cursor" not in asked.asked:
        return asked.standing.current, None
    name, place = cursors.read(asked.asked["cursor"])
    # The list may have begun at another process, which knew of a new release a moment earlier.
    release = asked.standing.release(name) or (await asked.wired.standings.anew()).release(name)
    if release is None:
        raise _gone(name)
    return release, place


def _gone(name: str) -> Gone:
    return Gone(
        Words(
            f"release {name}, in which this list began, is no longer kept; begin again without a cursor",
            f"la edición {name}, en la que empezó esta lista, ya no se conserva; empiece de nuevo sin cursor",
        )
    )


def _links(asked: Question, collection: str, cursors: Cursors, release: Release, page: Page) -> list[dict[str, Any]]:
    path = f"/collections/{collection}"
    links = asked.own_links(GEOJSON)
    for place, rel, title in (
        (page.after, "next", Words("Next page", "Página siguiente")),
        (page.before, "prev", Words("Page before", "Página anterior")),
    ):
        if place is not None:
            onward = {**asked.asked, "cursor": cursors.write(release.name, place)}
            links.append(link(asked.address(f"{path}/items", onward), rel, GEOJSON, title=title.speak(asked.lang)))
    return [*links, _to_collection(asked, path)]


def _to_collection(asked: Question, path: str) -> dict[str, Any]:
    title = Words("The collection", "La colección").speak(asked.lang)
    return link(asked.address(path), "collection", "application/json", title=title)


def _crs_header(say: Shown) -> dict[str, str]:
    return {"Content-Crs": f"<{say.crs.uri}>"}


@router.get("/collections/{collection}/items/{deposit_id}")
async def item(request: Request, collection: str, deposit_id: str) -> Response:
    asked = await question(request, ITEM)
    within = asked.collection(collection).within
    release, say = asked.standing.current, shown(asked.asked)
    kept = asked.kept() | _crs_header(say)
    # Whoever knows the tag has had the answer, so there is one.
    if same := caching.named(request, kept):
        return same
    # No id has control characters, and PostgreSQL could not hold all of them.
    row = await _row(asked, deposit_id, within, say) if deposit_id.isprintable() else None
    if row is None:
        raise NotThere(
            Words(
                f"there is no deposit {deposit_id!r} in release {release.name}; an id looks like mrds-10013821",
                f"no hay yacimiento {deposit_id!r} en la edición {release.name}; un id es como mrds-10013821",
            )
        )
    if same := caching.unchanged(request, kept):
        return same
    (text,) = features([row], say)
    # RFC 7946 lets a feature have members of its own; the standard wants links in each item.
    links = orjson.dumps(_item_links(asked, collection))
    body = b'%b,"links":%b}' % (text[:-1], links)
    if asked.form is Form.HTML:
        return html.page("item", orjson.loads(body), asked, kept, asked.standing)
    return Response(body, media_type=GEOJSON, headers=kept)


async def _row(asked: Question, deposit_id: str, within: str | None, say: Shown) -> Any:
    if within is None and say.projection is None:
        body = await asked.wired.together.one(asked.standing.current, deposit_id)
        return None if body is None else (body,)
    wanted = DepositFilter(ids=(deposit_id,), within=within)
    async with asked.wired.engine.connect() as connection:
        page = await deposits.page(connection, wanted, asked.standing.current, Walk(crs=say.projection), 1)
        return page.rows[0] if page.rows else None


def _item_links(asked: Question, collection: str) -> list[dict[str, Any]]:
    return [*asked.own_links(GEOJSON), _to_collection(asked, f"/collections/{collection}")]
