"""Asks the store as the service does, over its own read-only connections."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.engine import serving_engine
from app.queries import catalogue
from app.queries.catalogue import Release
from app.settings import Settings

Ask = Callable[[Callable[[AsyncConnection], Awaitable[Any]]], Any]


@contextmanager
def _asking(store: Engine) -> Iterator[Ask]:
    engine = serving_engine(Settings(database_url=store.url.render_as_string(hide_password=False)))
    with asyncio.Runner() as runner:

        def ask(question: Callable[[AsyncConnection], Awaitable[Any]]) -> Any:
            async def asked() -> Any:
                async with engine.connect() as connection:
                    return await question(connection)

            return runner.run(asked())

        yield ask
        runner.run(engine.dispose())


@pytest.fixture(scope="session")
def ask(edge_store: Engine) -> Iterator[Ask]:
    """Puts a question to the store of the sample data and the edges."""
    with _asking(edge_store) as ask:
        yield ask


@pytest.fixture
def ask_own(own_sample_store: Engine) -> Iterator[Ask]:
    """Puts a question to the sample store of one's own."""
    with _asking(own_sample_store) as ask:
        yield ask


@pytest.fixture
def ask_empty(empty_store: Engine) -> Iterator[Ask]:
    """Puts a question to a store in which nothing has been published."""
    with _asking(empty_store) as ask:
        yield ask


@pytest.fixture(scope="session")
def ask_big(big_store: Engine) -> Iterator[Callable[[Callable[[AsyncConnection, Release], Awaitable[Any]]], Any]]:
    """Puts a question to the store of 20 000 deposits and its release."""
    with _asking(big_store) as ask:
        release = ask(catalogue.current_release)
        yield lambda question: ask(lambda connection: question(connection, release))


@pytest.fixture(scope="session")
def release(ask: Ask) -> Release:
    return ask(catalogue.current_release)
