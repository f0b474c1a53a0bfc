"""Answers made smaller for those who take that; a strong ETag names bytes, so each coding has a tag of its own."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type

from app.api.negotiation import offers

for _media_type in ("application/problem+json", "application/schema+json", "application/vnd.oai.openapi+json"):
    add_compress_type(_media_type)

# Of those wanted alike, the first.
_CODINGS = ("zstd", "br", "gzip", "identity")


def compressed(app: ASGIApp) -> ASGIApp:
    """The app behind zstd, brotli and gzip. What is inside hears of no coding: it gives, and is given, bare tags."""
    # Low levels: a page of ten thousand deposits has some twenty megabytes. An answer without bytes stays so.
    return _ByCoding(CompressMiddleware(app, minimum_size=1, zstd_level=1, brotli_quality=2, gzip_level=1))


def coding_for(accepted: str) -> str:
    """The coding that an Accept-Encoding header wants most (RFC 9110 §12.5.3); identity where it takes none."""
    told = dict(offers(accepted))
    others = told.get("*", 0.0)
    # Whoever does not speak of identity takes it, if nothing better is to be had.
    unsaid = {"identity": others or 0.0001}
    weights = {coding: told.get(coding, unsaid.get(coding, others)) for coding in _CODINGS}
    wanted = max(_CODINGS, key=lambda coding: weights[coding])
    return wanted if weights[wanted] else "identity"


class _ByCoding:
    """Passes on only the coding that is wanted most, and names each answer by a tag of its own for each coding."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = MutableHeaders(raw=list(scope["headers"]))
        coding = coding_for(",".join(asked.getlist("accept-encoding")))
        known = [tag.strip() for tag in ",".join(asked.getlist("if-none-match")).split(",")]
        asked["accept-encoding"] = coding
        if "if-none-match" in asked:
            asked["if-none-match"] = ", ".join(map(_bare, known))
        await self._app({**scope, "headers": asked.raw}, receive, _tagging(send, coding, known))


def _tagging(send: Send, coding: str, known: list[str]) -> Send:
    async def tagged(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if tag := headers.get("etag"):
                coded = tag if coding == "identity" else f'{tag[:-1]}+{coding}"'
                # A client that has the answer is told the name by which it knows it.
                names = (one for one in known if message["status"] == 304 and _bare(one) == tag)
                headers["etag"] = next(names, coded)
                if "accept-encoding" not in headers.get("vary", "").lower():
                    headers.add_vary_header("Accept-Encoding")
        await send(message)

    return tagged


def _bare(tag: str) -> str:
    """The tag as it was before its coding was added, or a proxy weakened it."""
    tag = tag.removeprefix("W/")
    stem, _, coding = tag.removesuffix('"').rpartition("+")
    return f'{stem}"' if coding in _CODINGS else tag
