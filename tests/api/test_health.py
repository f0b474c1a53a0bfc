"""Alive is not ready: without a database, a schema or a release the service lives and says why it cannot answer."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, make_url, text

from app.errors import DatabaseAway, NothingPublished
from app.main import create_app
from app.settings import Settings

UNREACHABLE = "postgresql://nobody@127.0.0.1:1/none"


@pytest.fixture
def client_on():
    clients = []

    def make(database_url):
        client = TestClient(create_app(Settings(database_url=database_url)), raise_server_exceptions=False)
        clients.append(client.__enter__())
        return client

    yield make
    for client in clients:
        client.__exit__(None, None, None)


def _is_not_ready(client, words):
    for path in ("/health/ready", "/collections/deposits/items", "/tiles/deposits/0/0/0.mvt", "/sources"):
        answer = client.get(path, params={"lang": "es"})
        assert answer.status_code == 503
        assert answer.json()["detail"] == words.es
        assert int(answer.headers["retry-after"]) > 0
    assert client.get("/health/live").json() == {"live": True}
    return True


def test_with_a_release_the_service_is_ready(client):
    answer = client.get("/health/ready")
    assert answer.json() == {"ready": True, "release": client.get("/releases").json()["current"]}


def test_without_a_database_the_service_lives_and_is_not_ready(client_on):
    assert _is_not_ready(client_on(UNREACHABLE), DatabaseAway().words)


def test_without_a_database_of_that_name_too(client_on, server):
    assert _is_not_ready(client_on(make_url(server).set(database="none").render_as_string(False)), DatabaseAway().words)


def test_before_the_migrations_nothing_is_published(client_on, make_database):
    assert _is_not_ready(client_on(make_database()), NothingPublished().words)


def test_before_the_first_release_nothing_is_published(client_on, empty_store):
    assert _is_not_ready(client_on(empty_store.url.render_as_string(False)), NothingPublished().words)


def test_what_needs_no_database_answers_without_one(client_on):
    client = client_on(UNREACHABLE)
    for path in ("/vocabularies", "/vocabularies/commodity", "/vocabularies/size"):
        assert client.get(path).status_code == 200


def test_when_the_database_is_back_the_service_is_ready_without_a_restart(client_on, own_sample_store, server):
    name = own_sample_store.url.database
    client = client_on(own_sample_store.url.render_as_string(False))
    assert client.get("/health/ready").status_code == 200
    own_sample_store.dispose()
    maintenance = create_engine(server, isolation_level="AUTOCOMMIT")
    with maintenance.connect() as connection:
        connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name}
        )
        assert _is_not_ready(client, DatabaseAway().words)
        connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))
    maintenance.dispose()
    assert client.get("/health/ready").status_code == 200
    assert client.get("/collections/deposits/items").json()["numberMatched"] == 132


def test_connections_that_the_server_ended_are_replaced(client_on, own_sample_store):
    client = client_on(own_sample_store.url.render_as_string(False))
    assert client.get("/sources").status_code == 200
    with own_sample_store.connect() as connection:
        ended = connection.scalars(
            text("""
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'vetalode-service'
            """)
        )
        assert set(ended) == {True}
    assert client.get("/sources").status_code == 200
