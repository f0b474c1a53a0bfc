"""Absolute addresses: QGIS and others cannot use relative ones."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus

from starlette.requests import Request

from app.settings import Settings

_HOST = re.compile(r"([\w.-]+|\[[0-9a-fA-F:.]+\])(:\d{1,5})?", re.ASCII)
_DIGITS = re.compile(r"\d{1,5}", re.ASCII)
_PORT = re.compile(r":\d+$", re.ASCII)
_PAIR = re.compile(r"""\s*([\w-]+)=("[^"]*"|[^\s;,"]*)\s*(;|,|$)""", re.ASCII)
_PREFIX = re.compile(r"(/(?!\.+(/|$))[\w.~-]+)*/?", re.ASCII)


def base_of(request: Request, settings: Settings) -> str:
    """Where clients see the service, without a last slash: PUBLIC_URL, else as a proxy says, else as asked for."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    told = _forwarded(request)
    scheme, host, prefix = told.get("proto", "").lower(), told.get("host", ""), told.get("prefix", "")
    scheme = scheme if scheme in ("http", "https") else request.url.scheme
    host = host if _is_host(host) else quote(request.url.netloc, safe="[]:")
    if "port" in told and not _PORT.search(host):
        host += f":{told['port']}"
    prefix = prefix if _PREFIX.fullmatch(prefix) else ""
    return f"{scheme}://{host}{prefix.rstrip('/')}{_mounted_at(request)}"


def path_of(request: Request) -> str:
    """The path that was asked for, below where the service is mounted."""
    return request.url.path.removeprefix(_mounted_at(request))


def _mounted_at(request: Request) -> str:
    at: str = request.scope.get("root_path", "")
    return at.rstrip("/")


def _forwarded(request: Request) -> dict[str, str]:
    """What the proxy nearest to the client says: Forwarded (RFC 7239), else the older X-Forwarded-* headers."""
    told = {}
    for name in ("proto", "host", "port", "prefix"):
        said = request.headers.get(f"x-forwarded-{name}", "").split(",")[0].strip()
        if said and (name != "port" or (_DIGITS.fullmatch(said) and int(said) <= 65_535 and said not in ("80", "443"))):
            told[name] = said
    standard = dict(_first(request.headers.get("forwarded", "")))
    if _is_host(standard.get("host", "")):
        # Its port comes with it.
        told.pop("port", None)
    else:
        standard.pop("host", None)
    return told | standard


def _is_host(said: str) -> bool:
    """Whether it can stand for the host in an address."""
    host = _HOST.fullmatch(said)
    return host is not None and host[1].strip(".") != "" and int((host[2] or ":0")[1:]) <= 65_535


def _first(forwarded: str) -> Iterator[tuple[str, str]]:
    """The pairs of a Forwarded header's first element; a quoted value may hold what else would end it."""
    at = 0
    while pair := _PAIR.match(forwarded, at):
        yield pair[1].lower(), pair[2].strip('"')
        if pair[3] != ";":
            break
        at = pair.end()


def address(base: str, path: str, asked: Mapping[str, str] | None = None) -> str:
    """The address of a path of ours below `base`, with the parameters given."""
    pairs = (f"{_quoted(name)}={_quoted(value)}" for name, value in (asked or {}).items())
    query = f"?{'&'.join(pairs)}" if asked else ""
    return f"{base}{quote(path, safe='/{}:@,')}{query}"


@lru_cache(maxsize=1024)
def _quoted(text: str) -> str:
    """As it stands in a query; each link of an answer says much the same."""
    # Braces stay: an address may be a template, as those of tiles are.
    return quote_plus(text, safe=",:/{}")


def link(href: str, rel: str, media_type: str, **more: str | int) -> dict[str, Any]:
    return {"href": href, "rel": rel, "type": media_type, **more}


def header_link(href: str, rel: str, media_type: str) -> str:
    """A link as the Link header has it (RFC 8288)."""
    return f'<{href}>; rel="{rel}"; type="{media_type}"'
