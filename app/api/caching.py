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
    told = request.headers.get("if-none-match", "").strip()
    # Not "since": after a rollback the older release is the newer answer.
    same_time = not told and request.headers.get("if-modified-since") == given["Last-Modified"]
    return _not_modified(given, given["ETag"]) if told == "*" or same_time else known(request, given)


def known(request: Request, given: dict[str, str]) -> Response | None:
    """A 304 where the client names the answer's tag, which only that answer can have told it."""
    tags = (tag.strip() for tag in request.headers.get("if-none-match", "").split(","))
    tag = next((tag for tag in tags if bare_tag(tag) == given["ETag"]), None)
    return None if tag is None else _not_modified(given, tag)


def _not_modified(given: dict[str, str], tag: str) -> Response:
    # What is compressed says of itself that it varies; this is not.
    return Response(status_code=304, headers={**given, "ETag": tag, "Vary": f"{_VARY}, Accept-Encoding"})
