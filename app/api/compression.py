"""Answers made smaller for those who take that; a strong ETag names bytes, so each coding has a tag of its own."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type

for _media_type in ("application/problem+json", "application/schema+json", "application/vnd.oai.openapi+json"):
    add_compress_type(_media_type)


def compressed(app: ASGIApp) -> ASGIApp:
    """The app behind zstd, brotli and gzip. Low levels: a page of ten thousand deposits has some twenty megabytes."""
    return _TagByCoding(CompressMiddleware(app, minimum_size=1024, zstd_level=1, brotli_quality=2, gzip_level=1))


def bare_tag(tag: str) -> str:
    """The tag as it was before its coding was added, or a proxy weakened it."""
    tag = tag.strip().removeprefix("W/")
    stem, _, coding = tag.removesuffix('"').rpartition("+")
    return f'{stem}"' if coding in ("zstd", "br", "gzip") else tag


class _TagByCoding:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, _tagging(send) if scope["type"] == "http" else send)


def _tagging(send: Send) -> Send:
    async def tagged(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            coding, tag = headers.get("content-encoding"), headers.get("etag")
            if coding and tag:
                headers["etag"] = f'{tag[:-1]}+{coding}"'
        await send(message)

    return tagged
