"""What caches may do: keep an answer, and ask whether the release is still the one it came from."""

from importlib.metadata import version
from zlib import crc32

from fastapi import Request
from fastapi.responses import Response

from app.queries.catalogue import Release
from app.words import Lang

_VERSION = version("vetalode")


def headers(request: Request, release: Release) -> dict[str, str]:
    """One address always gives the same answer within a release, so both name the answer.

    The address is part of it because MapLibre takes two tiles of one ETag for the same tile, wherever they came from.
    """
    asked = crc32(f"{request.url.path}?{request.url.query}".encode())
    tag = f"{release.name}-{release.published_at:%H%M%S}-{_VERSION}-{asked:08x}"
    return {"ETag": f'W/"{tag}"', "Cache-Control": "public, no-cache", "Vary": "Accept-Encoding, Accept-Language"}


def spoken(lang: Lang) -> dict[str, str]:
    """For an answer in the asker's language: small, so it is asked for anew each time."""
    return {"Content-Language": lang, "Cache-Control": "no-cache", "Vary": "Accept-Language"}


def unchanged(request: Request, given: dict[str, str]) -> Response | None:
    """A 304 where the client already has this answer."""
    known = request.headers.get("if-none-match", "")
    tags = {tag.strip() for tag in known.split(",")}
    return Response(status_code=304, headers=given) if given["ETag"] in tags or known.strip() == "*" else None
