"""How to reach the store: an engine for the service, which only reads, and one for the command line."""

from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.errors import Refused
from app.settings import Settings
from app.words import Words


def serving_engine(settings: Settings) -> AsyncEngine:
    """Connections that can only read and that give up after the statement time limit; opens nothing yet."""
    limit_ms = int(settings.statement_timeout_s * 1000)
    return create_async_engine(
        _address(settings),
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=settings.pool_wait_s,
        pool_pre_ping=True,
        pool_recycle=1800,
        connect_args={
            "connect_timeout": 5,
            "client_encoding": "utf8",  # whatever PGCLIENTENCODING says: COPY's lines are written in it
            "application_name": "vetalode-service",
            "options": f"-c statement_timeout={limit_ms} -c default_transaction_read_only=on -c timezone=UTC",
        },
    )


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
