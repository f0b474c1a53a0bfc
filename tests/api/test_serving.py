"""`python -m app` serves until told to stop, answers what is under way, and says in two languages why it cannot."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text

import app
from app.__main__ import main

ITEMS = "/collections/deposits/items"
UNREACHABLE = "postgresql://nobody@127.0.0.1:1/none"


def _ended(served, within=10.0):
    """Seconds until the process ended."""
    begun = time.monotonic()
    served.process.wait(timeout=within)
    return time.monotonic() - begun


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_service_at_rest_ends_within_two_seconds(serve, told):
    served = serve(UNREACHABLE)
    with httpx2.Client(base_url=served.url) as kept_alive:
        assert kept_alive.get("/health/live").status_code == 200
        served.process.send_signal(told)
        assert _ended(served) < 2
    assert served.process.returncode in (0, -told)
    assert "Traceback" not in served.log.read_text()


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_request_under_way_is_answered_before_the_service_ends(serve, own_sample_store, at_work, eventually, told):
    served = serve(own_sample_store.url.render_as_string(hide_password=False))
    answers = []
    with own_sample_store.begin() as connection:
        connection.execute(text("LOCK TABLE deposit, deposit_feature, tile_point IN ACCESS EXCLUSIVE MODE"))
        asking = threading.Thread(target=lambda: answers.append(httpx2.get(served.url + ITEMS, trust_env=False)))
        asking.start()
        assert eventually(lambda: at_work(own_sample_store))
        served.process.send_signal(told)
        told_at = time.monotonic()
        time.sleep(0.5)
    asking.join()
    _ended(served)
    assert time.monotonic() - told_at < 2
    assert (answers[0].status_code, answers[0].json()["numberMatched"]) == (200, 132)
    assert served.process.returncode in (0, -told)
    assert "Traceback" not in served.log.read_text()


def test_a_damaged_vocabulary_is_said_by_its_line_in_both_languages(tmp_path):
    left_out = shutil.ignore_patterns("node_modules", "dist", "__pycache__")
    shutil.copytree(Path(app.__file__).parent, tmp_path / "app", ignore=left_out)
    sizes = tmp_path / "app/domain/terms/size.csv"
    sizes.write_text(sizes.read_text(encoding="utf-8").replace("small,", '"small,'), encoding="utf-8")
    ran = subprocess.run([sys.executable, "-m", "app"], capture_output=True, text=True, check=False, cwd=tmp_path)
    en, es = ran.stderr.splitlines()
    assert "domain/terms/size.csv: line 5: a quotation mark is left open" in en
    assert "domain/terms/size.csv: línea 5: una comilla queda abierta" in es


def test_questions_that_take_longer_do_not_hold_the_service_up(serve, own_sample_store, at_work, eventually):
    served = serve(own_sample_store.url.render_as_string(hide_password=False))
    paths = (ITEMS, "/exports/deposits.geojson", "/tiles/deposits/0/0/0.mvt?commodity=gold")
    asking = [threading.Thread(target=_ask_in_vain, args=(served.url + path,)) for path in paths]
    # What is published is asked once for all, so it is asked before.
    assert httpx2.get(served.url + "/sources", trust_env=False).status_code == 200
    with own_sample_store.begin() as connection:
        connection.execute(text("LOCK TABLE deposit, deposit_feature, tile_point IN ACCESS EXCLUSIVE MODE"))
        for each in asking:
            each.start()
        assert eventually(lambda: len(at_work(own_sample_store)) == len(paths))
        served.process.send_signal(signal.SIGTERM)
        assert _ended(served) < 2
        assert eventually(lambda: not at_work(own_sample_store))
    for each in asking:
        each.join()
    assert served.process.returncode in (0, -signal.SIGTERM)
    assert "Traceback" not in served.log.read_text()


def test_a_download_under_way_does_not_hold_the_service_up(serve, big_store, reader, at_work, eventually):
    served = serve(big_store.url.render_as_string(hide_password=False))
    with reader.stream("GET", served.url + "/exports/deposits.geojson") as answer:
        coming = answer.iter_raw()
        assert next(coming)
        served.process.send_signal(signal.SIGTERM)
        assert _ended(served) < 2
        with pytest.raises(httpx2.TransportError):
            list(coming)
    assert eventually(lambda: not at_work(big_store))
    assert "Traceback" not in served.log.read_text()


def _ask_in_vain(address):
    with pytest.raises(httpx2.TransportError):
        httpx2.get(address, timeout=30, trust_env=False).raise_for_status()


def test_several_workers_end_within_two_seconds_as_well(serve, sample_url):
    served = serve(sample_url, WORKERS="2")
    assert httpx2.get(served.url + ITEMS, trust_env=False).status_code == 200
    served.process.send_signal(signal.SIGTERM)
    assert _ended(served) < 2
    assert "Traceback" not in served.log.read_text()


def test_a_port_that_is_taken_is_said_in_one_sentence_of_each_language():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = {**os.environ, "DATABASE_URL": UNREACHABLE, "HOST": "127.0.0.1", "PORT": port}
        done = subprocess.run([sys.executable, "-m", "app"], env=told, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    english, spanish = done.stderr.splitlines()
    assert english.startswith(f"nothing can listen on 127.0.0.1:{port} ([Errno 98] Address already in use)")
    assert spanish.startswith(f"no se puede escuchar en 127.0.0.1:{port}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "70000"),
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("HOST", "192.0.2.1"),
        ("HOST", "nobody.invalid"),
        ("HOST", ".."),
        ("POOL_SIZE", "-1"),
        ("STATEMENT_TIMEOUT_S", "nan"),
        ("PUBLIC_URL", "maps.example.org"),
        ("PUBLIC_URL", "javascript:alert(1)"),
        ("PUBLIC_URL", "https://maps.example.org/?a=b"),
        ("PUBLIC_URL", 'https://maps.example.org/"><script>'),
        ("DATABASE_URL", "mysql://host/none"),
        ("DATABASE_URL", "not an address, secret"),
    ],
)
def test_a_setting_that_cannot_be_is_said_in_one_sentence_of_each_language(monkeypatch, capsys, name, value):
    monkeypatch.setattr("uvicorn.run", lambda *_, **__: pytest.fail("it serves"))
    monkeypatch.setenv("DATABASE_URL", UNREACHABLE)
    monkeypatch.setenv(name, value)
    assert main() == 1
    english, spanish = capsys.readouterr().err.splitlines()
    assert name in english
    assert name in spanish
    assert english != spanish
    assert "secret" not in english + spanish


def test_links_follow_the_scheme_that_a_proxy_on_this_machine_names(sample_served):
    answer = httpx2.get(f"{sample_served}/tiles/deposits.json", headers={"X-Forwarded-Proto": "https"}, trust_env=False)
    assert answer.json()["tiles"][0].startswith("https://127.0.0.1")


def test_the_service_does_not_say_what_it_runs_on(sample_served):
    assert "server" not in httpx2.get(f"{sample_served}/health/live", trust_env=False).headers


@pytest.mark.parametrize(("told", "logged"), [({}, False), ({"ACCESS_LOG": "yes"}, True)])
def test_requests_are_logged_when_it_is_told_to(serve, sample_url, told, logged):
    served = serve(sample_url, **told)
    httpx2.get(f"{served.url}/sources?lang=es", trust_env=False)
    assert ('"GET /sources?lang=es HTTP/1.1" 200' in served.log.read_text()) is logged
