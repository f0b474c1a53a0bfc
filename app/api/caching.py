"""What caches may do: keep an answer, and ask whether the release is still the one it came from."""

from email.utils import format_datetime
from hashlib import blake2b
from importlib.metadata import version

from starlette.requests import Request
from starlette.responses import Response

from app.api.compression import bare_tag
from app.queries.catalogue import Release
from app.words import Lang

_VERSION = version("vetalode")
_VARY = "Accept, Accept-Language"


def headers(request: Request, release: Release, base: str, lang: Lang) -> dict[str, str]:
    """One question always has the same answer within a release, so both name the answer.

    The address is part of it because MapLibre takes two tiles of one ETag for the same tile, wherever they came from;
    `base` is, because addresses in the answer begin with it.
    """
    asked = "\n".join((base, request.url.path, request.url.query, lang, request.headers.get("accept", ""), _VERSION))
    tag = f"{release.name}-{release.published_at:%H%M%S}-{blake2b(asked.encode(), digest_size=9).hexdigest()}"
    return {
        "ETag": f'"{tag}"',
        "Last-Modified": format_datetime(release.published_at.replace(microsecond=0), usegmt=True),
        "Cache-Control": "public, no-cache",
        "Content-Language": lang,
        "Vary": _VARY,
    }


def spoken(lang: Lang) -> dict[str, str]:
    """For an answer in the asker's language: small, so it is asked for anew each time."""
    return {"Content-Language": lang, "Cache-Control": "no-cache", "Vary": "Accept-Language"}


def unchanged(request: Request, given: dict[str, str]) -> Response | None:
    """A 304 where the client already has this answer, under the tag by which it knows it."""
    known = request.headers.get("if-none-match")
    if known is None:
        # Not "since": after a rollback the older release is the newer answer.
        tag = given["ETag"] if request.headers.get("if-modified-since") == given["Last-Modified"] else None
    elif known.strip() == "*":
        tag = given["ETag"]
    else:
        tag = next((tag.strip() for tag in known.split(",") if bare_tag(tag) == given["ETag"]), None)
    if tag is None:
        return None
    # What is compressed says of itself that it varies; this is not.
    return Response(status_code=304, headers={**given, "ETag": tag, "Vary": f"{_VARY}, Accept-Encoding"})
