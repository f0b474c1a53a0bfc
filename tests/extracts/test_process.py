"""A format that a process of its own makes: it ends with its client, leaves nothing behind, never looks whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import Engine, text

EXTRACT = "/exports/deposits.csv"
_AT_WORK = text("""
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'vetalode-extract'
""")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the service's processes write."""
    return tmp_path_factory.mktemp("made")


@pytest.fixture(scope="module")
def served(serve, big_store, folder) -> str:
    """The service on 20 000 deposits, which makes one extract at a time."""
    url = big_store.url.render_as_string(hide_password=False)
    return serve(url, EXPORTS_AT_ONCE="1", POOL_WAIT_S="5", TMPDIR=str(folder)).url


@contextmanager
def _begun(reader: httpx2.Client, served: str) -> Iterator[Iterator[bytes]]:
    """An extract of which the first bytes were read: what is still to come."""
    with reader.stream("GET", served + EXTRACT) as answer:
        assert answer.status_code == 200
        coming = answer.iter_raw()
        assert next(coming)
        yield coming


def _at_work(store: Engine) -> list[int]:
    with store.connect() as connection:
        return list(connection.scalars(_AT_WORK))


def test_a_client_that_leaves_ends_the_process_and_its_query(served, reader, big_store, folder, eventually):
    with _begun(reader, served):
        assert eventually(lambda: len(_at_work(big_store)) == 1)
        assert len(list(folder.iterdir())) == 1
    assert eventually(lambda: not _at_work(big_store))
    assert eventually(lambda: not any(folder.iterdir()))


def test_a_second_is_asked_to_come_again(served, reader, eventually, big_store):
    with _begun(reader, served):
        refused = httpx2.get(served + EXTRACT, params={"lang": "es"}, trust_env=False, timeout=60)
        assert (refused.status_code, refused.headers["content-type"]) == (503, "application/problem+json")
        assert refused.json()["detail"].startswith("ya se preparan tantos extractos")
        assert int(refused.headers["retry-after"]) > 0
    assert eventually(lambda: not _at_work(big_store))
    assert httpx2.get(served + EXTRACT, trust_env=False, timeout=60).text.count("\n") == 20_133


def test_of_what_is_only_asked_for_its_head_nothing_is_made(served, reader):
    with _begun(reader, served), httpx2.Client(base_url=served, trust_env=False) as other:
        for ending, media_type in (("csv", "text/csv; charset=utf-8"), ("gpkg", "application/geopackage+sqlite3")):
            head = other.head(f"/exports/deposits.{ending}")
            assert (head.status_code, head.headers["content-type"]) == (200, media_type)
            assert head.headers["content-disposition"].endswith(f'.{ending}"')
            assert "content-length" not in head.headers
        assert other.head("/exports/deposits.gpkg?commodity=gld").status_code == 400


def test_a_database_that_fails_midway_leaves_no_file_that_looks_whole(served, reader, big_store, folder, eventually):
    with _begun(reader, served) as coming:
        with big_store.connect() as connection:
            for pid in _at_work(big_store):
                assert connection.scalar(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        with pytest.raises(httpx2.RemoteProtocolError, match="incomplete chunked read"):
            assert b"psycopg" not in b"".join(coming)
    assert eventually(lambda: not any(folder.iterdir()))


def test_one_that_takes_too_long_is_given_up(serve, reader, big_store, folder, eventually):
    url = big_store.url.render_as_string(hide_password=False)
    slow = serve(url, EXPORT_TIMEOUT_S="2", TMPDIR=str(folder)).url
    with _begun(reader, slow) as coming:
        assert eventually(lambda: not _at_work(big_store))
        with pytest.raises(httpx2.RemoteProtocolError):
            list(coming)
    assert eventually(lambda: not any(folder.iterdir()))
