"""Absolute addresses: QGIS and others cannot use relative ones."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request

from app.settings import Settings

_HOST = re.compile(r"[\w.-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?", re.ASCII)
_PREFIX = re.compile(r"(/[\w.~-]+)*/?", re.ASCII)


def base_of(request: Request, settings: Settings) -> str:
    """Where clients see the service, without a last slash: PUBLIC_URL, else as a proxy says, else as asked for."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    told = _forwarded(request)
    scheme = told.get("proto", "").lower()
    host = told.get("host", "")
    prefix = request.headers.get("x-forwarded-prefix", "").strip()
    scheme = scheme if scheme in ("http", "https") else request.url.scheme
    host = host if _HOST.fullmatch(host) else request.url.netloc
    prefix = prefix if _PREFIX.fullmatch(prefix) else ""
    return f"{scheme}://{host}{prefix.rstrip('/')}{request.scope.get('root_path', '').rstrip('/')}"


def _forwarded(request: Request) -> dict[str, str]:
    """What the proxy nearest to the client says: Forwarded (RFC 7239), else the older X-Forwarded-* headers."""
    standard = request.headers.get("forwarded", "").split(",")[0]
    if standard:
        pairs = (pair.partition("=") for pair in standard.split(";"))
        return {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}
    first = {name: request.headers.get(f"x-forwarded-{name}", "").split(",")[0].strip() for name in ("proto", "host")}
    port = request.headers.get("x-forwarded-port", "").split(",")[0].strip()
    if port.isdecimal() and first["host"] and ":" not in first["host"] and port not in ("80", "443"):
        first["host"] += f":{port}"
    return first


def address(base: str, path: str, asked: Mapping[str, str] | None = None) -> str:
    """The address of a path of ours below `base`, with the parameters given."""
    # Braces stay: an address may be a template, as those of tiles are.
    query = f"?{urlencode(asked, safe=',:/{}')}" if asked else ""
    return f"{base}{quote(path, safe='/{}:@,')}{query}"


def link(href: str, rel: str, media_type: str, **more: str | bool) -> dict[str, Any]:
    return {"href": href, "rel": rel, "type": media_type, **more}
