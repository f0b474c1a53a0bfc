"""What clients do besides asking and waiting: they leave before the answer is there, or want its head only."""

import asyncio

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class EndsWithItsClient:
    """Ends a request whose client has left, and with it the question that the database is working on.

    A map that is panned leaves most of its tiles before they are made.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(None) as patience:
                watch = asyncio.create_task(_end_when_left(receive, patience))
                try:
                    await self._app(scope, receive, send)
                finally:
                    watch.cancel()
        except TimeoutError:
            if not patience.expired():
                raise


async def _end_when_left(receive: Receive, patience: asyncio.Timeout) -> None:
    # A body that a client sends is read past: no route of ours takes one.
    while (await receive())["type"] != "http.disconnect":
        pass
    patience.reschedule(0)


_ONLY_HEAD = "vetalode.only_head"


def wants_only_head(request: Request) -> bool:
    """Whether what is made for the request will not be looked at, but for its headers."""
    return _ONLY_HEAD in request.scope


class HeadAsGet:
    """Answers HEAD with the head of what GET would answer, and nothing is made beyond it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        answered = asyncio.Event()

        async def only_head(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body"})
                answered.set()

        async def left() -> Message:
            await answered.wait()
            return {"type": "http.disconnect"}

        await self._app({**scope, "method": "GET", _ONLY_HEAD: True}, left, only_head)
