"""What caches may do: keep an answer, and ask whether the release is still the one it came from."""

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from app.queries.catalogue import Release
from app.words import Lang

_APP = Path(__file__).parents[1]
_VARY = "Accept, Accept-Language"


def _program() -> str:
    """The program by its version and by what it answers with: its code, its pages and its terms."""
    folders = ("api", "asked", "domain", "extracts", "queries", "styles", "tiles", "web/pages")
    parts = [_APP / "words.py", *(path for folder in folders for path in (_APP / folder).rglob("*.*"))]
    digest = blake2b(version("vetalode").encode(), digest_size=9)
    for path in sorted(path for path in parts if path.suffix in (".py", ".html", ".css", ".csv")):
        digest.update(f"\n{path.relative_to(_APP).as_posix()}\n".encode() + path.read_bytes())
    return digest.hexdigest()


_PROGRAM = _program()
# No coding, but our own word for that, which never leaves the service: parts are of the bytes as they lie there.
AS_IT_LIES = "as-it-lies"
FOR_GOOD = "public, max-age=31536000, immutable"
# A map shows a release two minutes after it was published at the latest, and goes on for a day where we do not answer.
_FOR_A_MINUTE = "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400"


def headers(
    request: Request, release: Release, base: str, lang: Lang, *further: str, changed: datetime | None = None
) -> dict[str, str]:
    """One question always has the same answer within a release, so both name the answer, and the program with them.

    The address is part of it because MapLibre takes two tiles of one ETag for the same tile, wherever they came from;
    `base` is, because addresses in the answer begin with it. `further` is what the answer depends on besides. `changed`
    is when it was last another one within the release, where it may be: files are made after that was published.
    """
    accepted, since = request.headers.get("accept", ""), str(changed or "")
    asked = "\n".join((base, request.url.path, request.url.query, lang, accepted, _PROGRAM, since, *further))
    tag = f"{release.name}-{release.published_at:%H%M%S}-{blake2b(asked.encode(), digest_size=9).hexdigest()}"
    return {
        "ETag": f'"{tag}"',
        "Last-Modified": _dated(changed or release.published_at),
        "Cache-Control": "public, no-cache",
        "Content-Language": lang,
        "Vary": _VARY,
    }


def of_tile(release: Release, *, for_good: bool) -> dict[str, str]:
    """What caches are told of a tile but for its tag; `for_good` where its address names the release.

    Whatever asks for it: a shared cache would give one answer to all.
    """
    return {
        "Last-Modified": _dated(release.published_at),
        "Cache-Control": FOR_GOOD if for_good else _FOR_A_MINUTE,
        "Access-Control-Allow-Origin": "*",
    }


def of_file(name: str, changed: datetime, *, for_good: bool) -> dict[str, str]:
    """What caches are told of a file of that name; it is given in parts too, so in no coding but its own. `for_good`
    where its address names the release."""
    return {
        "ETag": f'"{name}"',
        "Last-Modified": _dated(changed),
        "Cache-Control": FOR_GOOD if for_good else "public, no-cache",
        "Accept-Ranges": "bytes",
        "Content-Encoding": AS_IT_LIES,
    }


def of_raster_tile(name: str) -> dict[str, str]:
    """For a tile of that name of a raster, as this program draws it."""
    return {"ETag": tag_of_tile(name, baked=False), "Cache-Control": _FOR_A_MINUTE, "Access-Control-Allow-Origin": "*"}


def tag_of_tile(name: str, *, baked: bool) -> str:
    """The tag of a tile of that name; what is in no archive is as this program draws it."""
    return f'"{name}"' if baked else f'"{name}-{_PROGRAM}"'


def _dated(moment: datetime) -> str:
    return format_datetime(moment.replace(microsecond=0), usegmt=True)


def spoken(lang: Lang) -> dict[str, str]:
    """For an answer in the asker's language: small, so it is asked for anew each time."""
    return {"Content-Language": lang, "Cache-Control": "no-cache", "Vary": _VARY}


def of_bytes(body: bytes, lang: Lang) -> dict[str, str]:
    """For an answer that is of no release: its bytes are its name."""
    told = {"Content-Language": lang, "Vary": _VARY}
    return {"ETag": tag_of_bytes(body), "Cache-Control": "public, no-cache", **told}


def tag_of_bytes(body: bytes) -> str:
    return f'"{blake2b(body, digest_size=9).hexdigest()}"'


def unchanged(request: Request, given: dict[str, str]) -> Response | None:
    """A 304 where the client already has this answer."""
    known = request.headers.get("if-none-match")
    if known is None:
        since = request.headers.get("if-modified-since")
        # Not "since": after a rollback the older release is the newer answer.
        same = since is not None and _moment(since) == _moment(given["Last-Modified"])
        return Response(status_code=304, headers=given) if same else None
    return Response(status_code=304, headers=given) if known.strip() == "*" else named(request, given)


def named(request: Request, given: dict[str, str]) -> Response | None:
    """A 304 where the client names this very answer, which therefore it was once given."""
    known = request.headers.get("if-none-match", "").split(",")
    return Response(status_code=304, headers=given) if given["ETag"] in map(str.strip, known) else None


def _moment(text: str) -> datetime | None:
    """A date of HTTP in any of its three forms (RFC 9110 §5.6.7); None for what is none."""
    try:
        said = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return said if said.tzinfo else said.replace(tzinfo=UTC)
