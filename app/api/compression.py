"""Answers made smaller for those who take that; a strong ETag names bytes, so each coding has a tag of its own."""

import gzip
from collections.abc import Mapping
from functools import lru_cache

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type

from app.api.caching import AS_IT_LIES
from app.api.negotiation import offers

for _media_type in (
    "application/gml+xml",
    "application/problem+json",
    "application/schema+json",
    "application/vnd.oai.openapi+json",
):
    add_compress_type(_media_type)

_BODILESS = (204, 304)
# Of those wanted alike, the first.
_CODINGS = ("zstd", "br", "gzip", "identity")


def compressed(app: ASGIApp) -> ASGIApp:
    """The app behind zstd, brotli and gzip. What is inside hears of no coding: it gives, and is given, bare tags."""
    # Low levels: a page of ten thousand deposits has some twenty megabytes. An answer without bytes stays so.
    return _ByCoding(CompressMiddleware(app, minimum_size=1, zstd_level=1, brotli_quality=2, gzip_level=1))


def coding_for(accepted: str) -> str:
    """The coding that an Accept-Encoding header wants most (RFC 9110 §12.5.3); identity where it takes none."""
    weights = _weights(accepted)
    wanted = max(_CODINGS, key=lambda coding: weights[coding])
    return wanted if weights[wanted] else "identity"


@lru_cache(maxsize=1024)
def coding_of_zipped(accepted: str) -> str:
    """The coding of what is at hand in gzip: that, where an Accept-Encoding header wants identity no more than it."""
    weights = _weights(accepted)
    zipped = weights["gzip"]
    return "gzip" if zipped and zipped >= weights["identity"] else coding_for(accepted)


def _weights(accepted: str) -> Mapping[str, float]:
    told = dict(offers(accepted))
    others = told.get("*", 0.0)
    # Whoever does not speak of identity takes it, if nothing better is to be had.
    unsaid = {"identity": others or 0.0001}
    return {coding: told.get(coding, unsaid.get(coding, others)) for coding in _CODINGS}


def known_as(tag: str, known: str) -> str | None:
    """The name by which an If-None-Match header has the answer of that bare tag, in whatever coding."""
    return next((one for one in map(str.strip, known.split(",")) if _bare(one) == tag), None)


def coded(tag: str, coding: str) -> str:
    """The name of the answer of that bare tag in a coding."""
    return tag if coding == "identity" else f'{tag[:-1]}+{coding}"'


def passed_on(request: Request) -> dict[str, str]:
    """The header of an answer that is at hand in gzip, where the client takes that; without a body it names the tag."""
    return {"Content-Encoding": "gzip"} if "gzip" in request.headers.get("accept-encoding", "") else {}


def zipped(body: bytes, media_type: str, headers: Mapping[str, str]) -> Response:
    """An answer that is at hand in gzip, as its headers say it."""
    plain = body if "Content-Encoding" in headers else gzip.decompress(body)
    return Response(plain, headers=headers, media_type=media_type)


class _ByCoding:
    """Passes on the coding that is wanted most, and gzip where that is taken too, for what is at hand in it. Names each
    answer by a tag of its own for each coding."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = MutableHeaders(raw=list(scope["headers"]))
        accepted = ",".join(asked.getlist("accept-encoding"))
        coding = coding_for(accepted)
        known = ",".join(asked.getlist("if-none-match"))
        # Of these the middleware inside chooses by its own order, in which gzip is last.
        asked["accept-encoding"] = ", ".join(dict.fromkeys((coding, coding_of_zipped(accepted))))
        if "if-none-match" in asked:
            asked["if-none-match"] = ", ".join(_bare(tag.strip()) for tag in known.split(","))
        await self._app({**scope, "headers": asked.raw}, receive, _tagging(send, coding, known))


def _tagging(send: Send, wanted: str, known: str) -> Send:
    async def tagged(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if headers.get("content-encoding") == AS_IT_LIES:
                del headers["content-encoding"]
            elif tag := headers.get("etag"):
                # A client that has the answer is told the name by which it knows it.
                name = known_as(tag, known) if message["status"] == 304 else None
                headers["etag"] = name or coded(tag, headers.get("content-encoding", wanted))
                if message["status"] in _BODILESS:
                    del headers["content-encoding"]
                if "accept-encoding" not in headers.get("vary", "").lower():
                    headers.add_vary_header("Accept-Encoding")
        await send(message)

    return tagged


def _bare(tag: str) -> str:
    """The tag as it was before its coding was added, or a proxy weakened it."""
    tag = tag.removeprefix("W/")
    stem, _, coding = tag.removesuffix('"').rpartition("+")
    return f'{stem}"' if coding in _CODINGS else tag
