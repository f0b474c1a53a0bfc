"""How to reach the store: engines for the service and for extracts, which only read, and one for the command line."""

import select
from typing import Any

from psycopg.abc import Buffer
from psycopg.adapt import Loader
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from app.errors import Refused
from app.settings import Settings
from app.words import Words


def serving_engine(settings: Settings) -> AsyncEngine:
    """Connections that can only read and that give up after the statement time limit; opens nothing yet."""
    engine = create_async_engine(
        _address(settings),
        # Each question is one statement; a transaction around it would double the time of the small ones.
        isolation_level="AUTOCOMMIT",
        # Of a filter of 50,000 characters, what is kept of its statement takes megabytes.
        query_cache_size=100,
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=settings.pool_wait_s,
        pool_recycle=1800,
        connect_args=_reading("vetalode-service", settings.statement_timeout_s, **_ONE_BY_ONE),
    )
    event.listen(engine.sync_engine, "connect", _pass_bytes_on)
    event.listen(engine.sync_engine, "checkout", _replace_ended)
    return engine


def extracting_engine(settings: Settings) -> Engine:
    """A connection that can only read and that gives up after the time limit of extracts; opens nothing yet."""
    # Whoever asked may leave while nothing is written yet.
    limits = {"client_connection_check_interval": "1000"}
    engine = create_engine(
        _address(settings),
        poolclass=NullPool,
        connect_args=_reading("vetalode-extract", settings.export_timeout_s, **limits),
    )
    event.listen(engine, "connect", _pass_bytes_on)
    return engine


# The best way to find a box depends on how much lies in it, so a plan for no box in particular is a bad one.
_ONE_BY_ONE = {"plan_cache_mode": "force_custom_plan"}


def _reading(name: str, limit_s: float, **further: str) -> dict[str, Any]:
    limits = {
        "statement_timeout": int(limit_s * 1000),
        "default_transaction_read_only": "on",
        "timezone": "UTC",
        "jit": "off",
        **further,
    }
    return {
        "connect_timeout": 5,
        "client_encoding": "utf8",  # whatever PGCLIENTENCODING says: texts are passed on as they come
        "application_name": name,
        # A server that is gone without a word is given up after a minute, not after a quarter of an hour.
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 60_000,
        "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
    }


class _Bytes(Loader):
    def load(self, data: Buffer) -> bytes:
        return bytes(data)


def _pass_bytes_on(_: object, connection: Any) -> None:
    """What is selected as varchar comes as UTF-8: texts that are only passed on, decoded for nothing. No column is."""
    connection.driver_connection.adapters.register_loader("varchar", _Bytes)


def _replace_ended(connection: Any, *_: object) -> None:
    """Raises `DisconnectionError`, for which the pool opens another, where the server has ended an idle connection.

    It says so before it goes, so there is something to read where nothing was asked: known without asking.
    """
    heard = select.poll()
    heard.register(connection.driver_connection.pgconn.socket, select.POLLIN)
    if heard.poll(0):
        raise DisconnectionError


# A run may take minutes, but nothing that it does in one statement should take hours.
_INGEST_LIMIT_MS = 3_600_000


def ingesting_engine(settings: Settings) -> Engine:
    """Connections for the command line; opens nothing yet."""
    return create_engine(
        _address(settings),
        connect_args={
            "connect_timeout": 5,
            "client_encoding": "utf8",  # whatever PGCLIENTENCODING says: COPY's lines are written in it
            "application_name": "vetalode-ingest",
            "options": f"-c statement_timeout={_INGEST_LIMIT_MS} -c timezone=UTC -c client_min_messages=warning",
        },
    )


def _address(settings: Settings) -> URL:
    """DATABASE_URL in its parts; raises `Refused` where it is no address. Not repeated, for it may hold a password."""
    try:
        url = make_url(settings.database_url)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.drivername != "postgresql+psycopg":
        raise Refused(
            Words(
                "DATABASE_URL is not the address of a PostgreSQL database; one looks like postgresql://host/database",
                "DATABASE_URL no es la dirección de una base PostgreSQL; se escribe como postgresql://host/base",
            )
        )
    return url
