"""What caches may do: keep an answer, and ask whether the release is still the one it came from."""

from importlib.metadata import version

from fastapi import Request
from fastapi.responses import Response

from app.queries.catalogue import Release

_VERSION = version("vetalode")


def headers(release: Release, lang: str = "") -> dict[str, str]:
    """One address always gives the same answer within a release, so the release names the answer."""
    stamp = f"{release.published_at:%H%M%S}"
    tag = "-".join(filter(None, (release.name, stamp, _VERSION, lang)))
    return {"ETag": f'W/"{tag}"', "Cache-Control": "public, no-cache", "Vary": "Accept-Encoding, Accept-Language"}


def unchanged(request: Request, given: dict[str, str]) -> Response | None:
    """A 304 where the client already has this answer."""
    known = request.headers.get("if-none-match", "")
    tags = {tag.strip() for tag in known.split(",")}
    return Response(status_code=304, headers=given) if given["ETag"] in tags or known.strip() == "*" else None
