"""`/collections/deposits/items`: deposits page by page, and one by its id."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.api import caching
from app.api.cursor import write_cursor
from app.api.deps import Conn, Current, Everything, Lang, Page
from app.api.geojson import GEOJSON, GeoJSONResponse, collection
from app.api.links import address, link
from app.errors import NotThere
from app.queries import deposits
from app.words import Words

router = APIRouter(tags=["deposits · yacimientos"])
PATH = "/collections/deposits/items"


@router.get(PATH, summary="Deposits · Yacimientos", response_class=GeoJSONResponse)
async def items(request: Request, conn: Conn, release: Current, page: Page, wired: Everything) -> Response:
    """Deposits as GeoJSON, in the order of their ids; follow the link `next` for more."""
    wanted, paging = page
    kept = caching.headers(request, release)
    if same := caching.unchanged(request, kept):
        return same
    features, further = await deposits.page(conn, wanted, release, paging.limit, paging.after)
    asked = dict(request.query_params)
    links = [link(address(request, wired.settings, PATH, asked), "self", GEOJSON)]
    if further is not None:
        onward = address(request, wired.settings, PATH, {**asked, "cursor": write_cursor(further)})
        links.append(link(onward, "next", GEOJSON))
    members: dict[str, Any] = {
        "release": release.name,
        "timeStamp": datetime.now(UTC).isoformat(timespec="seconds"),
        "numberMatched": await wired.counts.of(conn, wanted, release),
        "numberReturned": len(features),
        "links": links,
    }
    return GeoJSONResponse(collection(features, members), headers=kept)


@router.get(PATH + "/{deposit_id}", summary="One deposit · Un yacimiento", response_class=GeoJSONResponse)
async def item(request: Request, deposit_id: str, conn: Conn, release: Current, _: Lang) -> Response:
    """One deposit with all that is known of it, each value beside the source's own words."""
    feature = await deposits.one(conn, release, deposit_id) if "\0" not in deposit_id else None
    if feature is None:
        raise NotThere(
            Words(
                f"there is no deposit {deposit_id!r} in release {release.name}; an id looks like mrds-10013821",
                f"no hay yacimiento {deposit_id!r} en la edición {release.name}; un id es como mrds-10013821",
            )
        )
    kept = caching.headers(request, release)
    return caching.unchanged(request, kept) or GeoJSONResponse(feature, headers=kept)
