"""How to reach the store: an engine for the service, which only reads, and one for the command line."""

from sqlalchemy import Engine, create_engine
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.settings import Settings


def serving_engine(settings: Settings) -> AsyncEngine:
    """Connections that can only read and that give up after the statement time limit; opens nothing yet."""
    limit_ms = int(settings.statement_timeout_s * 1000)
    return create_async_engine(
        settings.database_url,
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=settings.pool_wait_s,
        pool_pre_ping=True,
        pool_recycle=1800,
        connect_args={
            "connect_timeout": 5,
            "application_name": "vetalode-service",
            "options": f"-c statement_timeout={limit_ms} -c default_transaction_read_only=on -c timezone=UTC",
        },
    )


# A run may take minutes, but nothing that it does in one statement should take hours.
_INGEST_LIMIT_MS = 3_600_000


def ingesting_engine(settings: Settings) -> Engine:
    """Connections for the command line; opens nothing yet."""
    return create_engine(
        settings.database_url,
        connect_args={
            "connect_timeout": 5,
            "application_name": "vetalode-ingest",
            "options": f"-c statement_timeout={_INGEST_LIMIT_MS} -c timezone=UTC -c client_min_messages=warning",
        },
    )
