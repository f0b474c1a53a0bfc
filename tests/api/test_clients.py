"""A client that leaves ends its question; one that wants the head only gets what GET would have begun with."""

import asyncio
from contextlib import contextmanager

import httpx2
import pytest
from sqlalchemy import create_engine, text

from app.api.clients import EndsWithItsClient


def test_head_of_an_extract_leaves_no_query_behind(sample_served, sample_store, at_work, eventually):
    with httpx2.Client(base_url=sample_served) as client:
        answer = client.head("/exports/deposits.geojson")
        assert answer.headers["content-disposition"].startswith("attachment")
        assert eventually(lambda: not at_work(sample_store))
        assert client.get("/exports/deposits.geojson").json()["features"]


@pytest.fixture(scope="module")
def lockable(make_database, sample_template):
    """A published store whose tables may be locked."""
    engine = create_engine(make_database(sample_template))
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def served(serve, lockable):
    """The service on it, with two connections."""
    url = lockable.url.render_as_string(hide_password=False)
    return serve(url, POOL_SIZE="2", POOL_WAIT_S="0.5").url


@contextmanager
def _locked(store):
    """While this lasts, whoever reads a deposit waits."""
    with store.begin() as connection:
        connection.execute(text("LOCK TABLE deposit, deposit_feature, tile_point IN ACCESS EXCLUSIVE MODE"))
        yield


@pytest.mark.parametrize(
    "path",
    [
        "/collections/deposits/items",
        "/tiles/deposits/0/0/0.mvt?commodity=gold",
        "/exports/deposits.geojson?commodity=gold",
    ],
)
def test_clients_that_leave_end_the_questions_they_wait_for(served, lockable, at_work, eventually, path):
    with _locked(lockable):
        # More of them than there are connections, so each must give its own back.
        for _ in range(5):
            with pytest.raises(httpx2.ReadTimeout):
                httpx2.get(served + path, timeout=0.2, trust_env=False)
        assert eventually(lambda: not at_work(lockable))
    assert httpx2.get(served + path, trust_env=False).status_code == 200


def test_an_error_of_the_app_is_not_taken_for_a_client_that_left():
    async def fails(scope, receive, send):
        raise TimeoutError("not the client")

    async def stays():
        await asyncio.Event().wait()

    with pytest.raises(TimeoutError, match="not the client"):
        asyncio.run(EndsWithItsClient(fails)({"type": "http"}, stays, None))
