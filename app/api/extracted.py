"""An extract as an answer: written while it is read, given up when that takes too long, never whole when it failed."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any

from fastapi.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from app.api.turns import turn
from app.api.wired import Wired
from app.extracts import process, text
from app.extracts.formats import FORMATS, Making
from app.extracts.geojson import features
from app.extracts.order import Order
from app.extracts.text import Frame
from app.queries import deposits

Pieces = AsyncGenerator[bytes]


class Extract(StreamingResponse):
    """The pieces of an order.

    A client's leaving ends it from outside (`app.api.clients`) by one cancellation. Starlette would cancel again at
    each step of the cleaning up, and so keep psycopg from telling the server to end the query.
    """

    def __init__(self, pieces: Pieces, media_type: str, limit_s: float, headers: Mapping[str, str]) -> None:
        super().__init__(pieces, media_type=media_type, headers=headers)
        self._pieces = pieces
        self._limit_s = limit_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        async with asyncio.timeout(self._limit_s), aclosing(self._pieces):
            await self.stream_response(send)


async def extract(wired: Wired, order: Order, headers: Mapping[str, str]) -> Extract:
    """The order as an answer, when its first piece is there; raises our errors where it cannot be begun."""
    form = FORMATS[order.ending]
    pieces = _text(wired, order) if form.making is Making.TEXT else _by_process(wired, order)
    return await begun(pieces, form.media_type, wired.settings.export_timeout_s, headers)


def head(media_type: str, headers: Mapping[str, str]) -> Response:
    """What a client hears that wants only the head of an extract, for which nothing is made."""
    # Of something, and streamed: what has no bytes would be in no coding, and of a length that it is not.
    return StreamingResponse(iter((b" ",)), headers=headers, media_type=media_type)


async def begun(pieces: Pieces, media_type: str, limit_s: float, headers: Mapping[str, str]) -> Extract:
    """What the pieces are, as an answer that says OK only when the first is there."""
    first = await anext(pieces)
    return Extract(_again(first, pieces), media_type, limit_s, headers)


async def _again(first: bytes, pieces: Pieces) -> Pieces:
    async with aclosing(pieces):
        yield first
        async for piece in pieces:
            yield piece


@asynccontextmanager
async def batches(wired: Wired, order: Order) -> AsyncIterator[AsyncGenerator[Sequence[Sequence[Any]]]]:
    """The rows of an order, some at a time, of one statement that ends with whoever reads them."""
    timeout_s = wired.settings.export_timeout_s
    release = order.provenance.release
    async with (
        turn(wired),
        wired.engine.connect() as connection,
        aclosing(deposits.stream(connection, order.wanted, release, order.walk(), timeout_s)) as coming,
    ):
        yield coming


async def framed(
    wired: Wired, order: Order, frame: Frame, said: Callable[[Sequence[Sequence[Any]], bool], Awaitable[bytes]]
) -> Pieces:
    """The rows of an order in their frame; `said` makes the text of some, which are the first or follow others."""
    async with batches(wired, order) as coming:
        # With the first batch, so that a question that fails at once is answered so.
        head, first = frame.opening, True
        async for rows in coming:
            text = await said(rows, first)
            if piece := head + text:
                yield piece
            head, first = b"", first and not text
            await asyncio.sleep(0)
        yield head + frame.closing


def _text(wired: Wired, order: Order) -> Pieces:
    frame = text.frame(order)

    async def said(rows: Sequence[Sequence[Any]], first: bool) -> bytes:
        return frame.some(features(rows, order.shown), first=first)

    return framed(wired, order, frame, said)


async def _by_process(wired: Wired, order: Order) -> Pieces:
    async with turn(wired), process.made(wired.settings, order) as made:
        async for piece in made.pieces:
            yield piece
