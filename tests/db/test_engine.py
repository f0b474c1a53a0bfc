"""The service's connections can only read, give up in time, and say whose they are."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db.engine import serving_engine
from app.settings import Settings


def _said(settings: Settings, *statements: str) -> list[Any]:
    """What each of a few connections at once answers to each statement."""

    async def ask() -> list[Any]:
        async with AsyncExitStack() as opened:
            engine = serving_engine(settings)
            opened.push_async_callback(engine.dispose)
            connections = [await opened.enter_async_context(engine.connect()) for _ in range(3)]
            return [[await one.scalar(text(each)) for each in statements] for one in connections]

    return asyncio.run(ask())


def test_every_connection_has_its_limits(sample_url: str) -> None:
    shown = ("SHOW statement_timeout", "SHOW default_transaction_read_only", "SHOW timezone", "SHOW application_name")
    said = _said(Settings(database_url=sample_url, statement_timeout_s=1.5), *shown)
    assert said == [["1500ms", "on", "UTC", "vetalode-service"]] * 3


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("DELETE FROM deposit", "ReadOnlySqlTransaction"),
        ("CREATE TABLE mine (id int)", "ReadOnlySqlTransaction"),
        ("UPDATE catalogue SET current_release = NULL", "ReadOnlySqlTransaction"),
        ("SELECT pg_sleep(5)", "QueryCanceled"),
    ],
)
def test_a_connection_refuses_to_write_and_to_wait(sample_url: str, statement: str, refusal: str) -> None:
    with pytest.raises(DBAPIError, match=refusal):
        _said(Settings(database_url=sample_url, statement_timeout_s=0.2), statement)
