"""Absolute addresses: QGIS and others cannot use relative ones."""

from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import Request

from app.settings import Settings


def address(request: Request, settings: Settings, path: str, asked: Mapping[str, str] | None = None) -> str:
    """The address of a path of ours as the client sees it, with the parameters given."""
    base = settings.public_url or str(request.base_url)
    query = f"?{urlencode(asked, safe=',')}" if asked else ""
    return f"{base.rstrip('/')}{path}{query}"


def link(href: str, rel: str, media_type: str, **more: str) -> dict[str, str]:
    return {"href": href, "rel": rel, "type": media_type, **more}
