"""Errors as problem+json (RFC 9457) in the asker's language; the one table of status codes."""

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import (
    BadValue,
    DatabaseAway,
    Gone,
    Misasked,
    NothingPublished,
    NotThere,
    TookTooLong,
    Unavailable,
    UnknownParameter,
    VetalodeError,
)
from app.words import LANGS, Lang, Words, lang_accepted

log = logging.getLogger("vetalode")

STATUS: dict[type[VetalodeError], int] = {
    BadValue: 400,
    UnknownParameter: 400,
    Misasked: 400,
    NotThere: 404,
    Gone: 410,
    Unavailable: 503,
}

TITLES: dict[int, Words] = {
    400: Words("The question cannot be answered as it was put", "La consulta no se puede responder como se hizo"),
    404: Words("There is nothing here", "Aquí no hay nada"),
    405: Words("This cannot be done here", "Esto no se puede hacer aquí"),
    410: Words("This is no longer kept", "Esto ya no se conserva"),
    416: Words("There is no such part", "No hay tal parte"),
    500: Words("The service has failed", "El servicio ha fallado"),
    503: Words("The service cannot answer now", "El servicio no puede responder ahora"),
}

_NOTHING_HERE = Words(
    "there is nothing at this address; /api lists what there is",
    "no hay nada en esta dirección; vea /api",
)
_NOT_THAT_WAY = Words("this address answers GET", "esta dirección responde a GET")
_OUR_FAULT = Words(
    "something went wrong on our side; it has been written to the service's log",
    "algo falló de nuestro lado; quedó anotado en la bitácora del servicio",
)
_TRY_AGAIN_S = "5"
_METHODS = "GET, HEAD, OPTIONS"


def asked_lang(request: Request) -> Lang:
    """The language of `?lang=`, else of Accept-Language, else English."""
    named = request.query_params.get("lang")
    return next((lang for lang in LANGS if lang == named), lang_accepted(request.headers.get("accept-language", "")))


def problem(request: Request, status: int, words: Words) -> Response:
    """A problem document; no cache keeps it."""
    lang = asked_lang(request)
    title = TITLES.get(status, TITLES[500])
    headers = {"Cache-Control": "no-store", "Content-Language": lang}
    if status == 503:
        headers["Retry-After"] = _TRY_AGAIN_S
    said = {"type": "about:blank", "title": title.speak(lang), "status": status, "detail": words.speak(lang)}
    return JSONResponse(said, status, headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Makes every failure of the app a problem document."""
    app.add_exception_handler(VetalodeError, _ours)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(PoolTimeout, _no_connection)
    app.add_exception_handler(DBAPIError, _database)
    app.add_middleware(_Unforeseen)


async def _ours(request: Request, fault: Any) -> Response:
    status = next((STATUS[kind] for kind in type(fault).__mro__ if kind in STATUS), 500)
    return problem(request, status, fault.words)


async def _http(request: Request, fault: Any) -> Response:
    if request.method == "OPTIONS" and fault.status_code == 405:
        return Response(status_code=204, headers={"Allow": _METHODS})
    words = {404: _NOTHING_HERE, 405: _NOT_THAT_WAY}.get(fault.status_code, _OUR_FAULT)
    answer = problem(request, fault.status_code, words)
    if fault.status_code == 405:
        answer.headers["Allow"] = _METHODS
    return answer


async def _no_connection(request: Request, fault: Exception) -> Response:
    log.warning("no database connection was free: %s", fault)
    return problem(request, 503, DatabaseAway().words)


async def _database(request: Request, fault: Any) -> Response:
    """The database's own words stay in the log."""
    if "QueryCanceled" in type(fault.orig).__name__:
        log.warning("statement timeout: %s", request.url)
        return problem(request, 503, TookTooLong().words)
    if fault.connection_invalidated or isinstance(fault, OperationalError | InterfaceError):
        log.error("database away: %s", fault.orig)
        return problem(request, 503, DatabaseAway().words)
    if "UndefinedTable" in type(fault.orig).__name__:
        return problem(request, 503, NothingPublished().words)
    log.error("database refused a statement", exc_info=fault)
    return problem(request, 500, _OUR_FAULT)


class _Unforeseen:
    """Answers what nobody foresaw. Starlette's own handler would stand outside of all else that answers go through."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception:
            if begun or scope["type"] != "http":
                raise
            log.exception("unforeseen")
            await problem(Request(scope), 500, _OUR_FAULT)(scope, receive, send)
