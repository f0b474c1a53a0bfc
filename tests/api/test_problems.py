"""Every error is a problem document in the asker's language, and the database's words stay with us."""

import re
import threading
from itertools import product
from urllib.parse import quote

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from app import errors
from app.api import problems
from app.asked import parameters
from app.main import create_app
from app.settings import Settings

ITEMS = "/collections/deposits/items"
TILE = "/tiles/deposits/0/0/0.mvt"
FILTERED = (ITEMS, TILE, "/tiles/deposits.json", "/exports/deposits.geojson")
PLAIN = (f"{ITEMS}/mrds-1", "/sources", "/releases", "/vocabularies", "/vocabularies/status", "/lists", "/health/live")


def _is_problem(answer, status, lang="en"):
    """Asserts that an answer is a problem document; returns its sentence."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-language"] == lang
    assert "etag" not in answer.headers
    said = answer.json()
    assert said.keys() == {"type", "title", "status", "detail"}
    assert said["status"] == status
    assert said["title"] == problems.TITLES[status].speak(lang)
    return said["detail"]


@pytest.mark.parametrize("path", FILTERED)
@pytest.mark.parametrize(
    ("name", "near"), [("comodity", "commodity"), ("bbx", "bbox"), ("contry", "country"), ("Status", "status")]
)
def test_a_misspelt_parameter_is_refused_and_the_right_one_named(edge_client, path, name, near):
    assert f"did you mean '{near}'?" in _is_problem(edge_client.get(path, params={name: "x"}), 400)
    assert f"¿quiso decir '{near}'?" in _is_problem(edge_client.get(path, params={name: "x", "lang": "es"}), 400, "es")


@pytest.mark.parametrize("path", FILTERED + PLAIN)
@pytest.mark.parametrize("name", ["g", "limite", "_", "", "commodity[]", "__proto__", "' OR 1=1--", "🪨"])
def test_a_parameter_that_does_not_exist_is_refused(edge_client, path, name):
    assert "there is no parameter" in _is_problem(edge_client.get(path, params={name: "1"}), 400)


@pytest.mark.parametrize(
    ("path", "absent"), [(TILE, "limit"), ("/exports/deposits.geojson", "cursor"), ("/sources", "bbox")]
)
def test_a_parameter_of_another_address_is_refused(edge_client, path, absent):
    assert absent in _is_problem(edge_client.get(path, params={absent: "1"}), 400)


@pytest.mark.parametrize("path", FILTERED)
@pytest.mark.parametrize("name", ["commodity", "bbox", "country", "lang"])
def test_a_parameter_given_twice_is_refused(edge_client, path, name):
    detail = _is_problem(edge_client.get(f"{path}?{name}=en&{name}=en"), 400)
    assert f"{name} is given twice" in detail


@pytest.mark.parametrize("path", FILTERED)
@pytest.mark.parametrize(
    ("name", "code", "near"),
    [
        ("commodity", "Au", "gold"),
        ("commodity", "oro", "gold"),
        ("commodity", "coper", "copper"),
        ("commodity", "Plata", "silver"),
        ("country", "México", "MX"),
        ("status", "Productor", "producer"),
        ("source", "mrsd", "mrds"),
        ("state", "Sonora", "MX-SON"),
        ("list", "us-critical-2052", "us-critical-2025"),
    ],
)
def test_a_code_that_does_not_exist_is_refused_and_a_near_one_named(edge_client, path, name, code, near):
    detail = _is_problem(edge_client.get(path, params={name: f"{near},{code}"}), 400)
    assert f"{name}={code!r} is not a code we know; did you mean {near!r}?" in detail


@pytest.mark.parametrize("path", FILTERED)
@pytest.mark.parametrize("value", ["", "all", "BOTH", "both,either"])
def test_critical_is_to_both_or_to_either(edge_client, path, value):
    assert "both or either" in _is_problem(edge_client.get(path, params={"critical": value}), 400)


@pytest.mark.parametrize("lang", ["fr", "EN", "es-MX", "", "*"])
@pytest.mark.parametrize("path", FILTERED + PLAIN)
def test_a_language_that_we_do_not_speak_is_refused(edge_client, path, lang):
    assert "en or es" in _is_problem(edge_client.get(path, params={"lang": lang}), 400)


@pytest.mark.parametrize("path", ["/nothing", "/vocabularies/colour", f"{ITEMS}/mrds-0", "/assets/none.js", "/apis"])
@pytest.mark.parametrize("lang", ["en", "es"])
def test_what_is_not_there_is_404(edge_client, path, lang):
    assert _is_problem(edge_client.get(path, params={"lang": lang}), 404, lang)


def test_an_address_that_does_not_exist_leads_to_one_that_lists_those_that_do(edge_client):
    detail = _is_problem(edge_client.get("/nothing"), 404)
    (listing,) = re.findall(r"/[\w.]+", detail)
    assert "/collections/{collection}/items" in edge_client.get(listing).json()["paths"]


@pytest.mark.parametrize("path", [*FILTERED, *PLAIN, "/conformance"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_another_method_is_405_and_the_right_one_is_named(edge_client, path, method):
    answer = edge_client.request(method, path)
    assert "GET" in _is_problem(answer, 405)
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [
        ("es", "es"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("en;q=0.4, es;q=0.6", "es"),
        ("es;q=0.4, en;q=0.6", "en"),
        ("fr-CA, es;q=0.1", "es"),
        ("es;q=0, en;q=0.1", "en"),
        ("es;q=0", "en"),
        ("fr", "en"),
        ("*", "en"),
        ("", "en"),
        (";;;,,q=,es;q=many", "en"),
        ("é\x7f", "en"),
    ],
)
def test_errors_speak_the_language_that_the_browser_accepts(edge_client, accepted, lang):
    _is_problem(edge_client.get("/nothing", headers={"Accept-Language": accepted.encode("latin-1")}), 404, lang)


def test_a_language_asked_for_goes_before_the_browser_s(edge_client):
    _is_problem(edge_client.get("/nothing?lang=en", headers={"Accept-Language": "es"}), 404, "en")


def test_every_error_has_its_status(edge_client):
    kinds = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.VetalodeError)
    ]
    served = [kind for kind in kinds if issubclass(kind, errors.Misasked | errors.Unavailable)]
    assert all(any(base in problems.STATUS for base in kind.__mro__) for kind in served)
    assert set(problems.STATUS.values()) <= problems.TITLES.keys()


def test_errors_may_be_read_by_other_pages_but_never_with_their_cookies(edge_client):
    answer = edge_client.get(f"{ITEMS}?limit=0", headers={"Origin": "https://example.org", "Cookie": "a=b"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


HOSTILE = [
    "'",
    '"',
    "' OR 1=1--",
    "'; drop table deposit; --",
    "1); select pg_sleep(5); --",
    "pg_sleep(5)",
    "\\",
    "\\'",
    "%",
    "%s",
    "%(source)s",
    ":release",
    "$1",
    "{}",
    "{0}",
    "{gold}",
    "[]",
    "null",
    "None",
    "NaN",
    "-1",
    "1e309",
    "9" * 400,
    "\x00",
    "gold\x00",
    "gold\n",
    "\r\nSet-Cookie: a=b",
    "<script>alert(1)</script>",
    "../../../etc/passwd",
    "ｇｏｌｄ",
    "İ",
    "\u202egold",
    "🪨",
    "a" * 5000,
    ",".join(["gold"] * 1000),
    ",",
    " ",
    "",
]
# What a client may send though no library of ours would: bytes that are no UTF-8, half a surrogate, a lone percent.
RAW = ["%ff", "%00", "%ED%A0%80", "%", "%zz", "%C0%AF", "a&=b", "&&&", "=", ";"]

NAMES = (*parameters.FILTERED, "limit", "cursor", "sortby", "properties", "skipGeometry", "crs")
DATABASE_WORDS = re.compile(r"psycopg|sqlalchemy|traceback|syntax error|relation \"|postgres|ERROR:|\bSELECT\b")


def _is_decent(answer):
    assert answer.status_code in {200, 204, 400, 404}
    assert not DATABASE_WORDS.search(answer.content.decode("utf-8", "replace"))
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_values_of_parameters_are_refused_decently(edge_client, value):
    for path, name in [*product(FILTERED, NAMES), *product(PLAIN, ["lang"])]:
        _is_decent(edge_client.get(path, params={name: value}))


@pytest.mark.parametrize("value", [*(quote(value, safe="") for value in HOSTILE), *RAW[:6]])
def test_hostile_parts_of_addresses_are_refused_decently(edge_client, value):
    for path in (f"{ITEMS}/{value}", f"/vocabularies/{value}", f"/tiles/deposits/{value}/0/0.mvt", f"/assets/{value}"):
        _is_decent(edge_client.get(path))
    _is_decent(edge_client.get(f"/tiles/deposits/0/{value}/{value}.mvt"))


@pytest.mark.parametrize("value", RAW)
def test_damaged_queries_are_refused_decently(edge_client, value):
    for path in FILTERED:
        for query in (f"commodity={value}", f"{value}=gold", f"cursor={value}", value):
            _is_decent(edge_client.get(f"{path}?{query}"))


@pytest.mark.parametrize(
    "name", ["If-None-Match", "Accept-Language", "Accept-Encoding", "Range", "Host", "X-Forwarded-Proto"]
)
@pytest.mark.parametrize("value", ["'", '"', "[", "[::1", "a b", "bytes=0-0,-1,5-2", "W/", ",", "é", "x" * 5000])
def test_hostile_headers_do_no_harm(edge_client, name, value):
    for path in (ITEMS, TILE, "/tiles/deposits.json", "/exports/deposits.geojson", "/nothing"):
        _is_decent(edge_client.get(path, headers={name: value.encode("latin-1")}))


@pytest.fixture
def client_with(own_sample_store):
    """Serves a store of one's own with further settings."""
    clients = []

    def make(**settings):
        url = own_sample_store.url.render_as_string(hide_password=False)
        client = TestClient(create_app(Settings(database_url=url, **settings)), raise_server_exceptions=False)
        clients.append(client.__enter__())
        return client

    yield make
    for client in clients:
        client.__exit__(None, None, None)


LOCK = text("LOCK TABLE deposit, deposit_feature, tile_point IN ACCESS EXCLUSIVE MODE")


@pytest.mark.parametrize("path", [ITEMS, TILE, f"{ITEMS}/mrds-99900001"])
@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_question_that_takes_too_long_is_given_up_with_a_sentence(client_with, own_sample_store, path, lang):
    client = client_with(statement_timeout_s=0.2)
    assert client.get("/sources").status_code == 200
    with own_sample_store.begin() as connection:
        connection.execute(LOCK)
        answer = client.get(path, params={"lang": lang})
    assert _is_problem(answer, 503, lang) == errors.TookTooLong().words.speak(lang)
    assert int(answer.headers["retry-after"]) > 0
    assert client.get(path).status_code == 200


def test_when_no_connection_is_free_the_answer_is_503_and_not_a_wait(client_with, own_sample_store):
    client = client_with(pool_size=1, pool_wait_s=0.2, statement_timeout_s=5, catalogue_fresh_s=0)
    assert client.get("/sources").status_code == 200
    with own_sample_store.begin() as connection:
        connection.execute(LOCK)
        waiting = threading.Thread(target=client.get, args=(ITEMS,))
        waiting.start()
        answers = [client.get("/sources") for _ in range(2)]
        alive = client.get("/health/live")
    waiting.join()
    assert _is_problem(answers[-1], 503) == errors.DatabaseAway().words.en
    assert alive.status_code == 200
    assert client.get("/sources").status_code == 200


def test_a_database_that_refuses_a_statement_is_our_fault_and_its_words_stay_in_the_log(
    client_with, own_sample_store, caplog
):
    with own_sample_store.begin() as connection:
        connection.execute(text("ALTER TABLE source DROP COLUMN homepage"))
    answer = client_with().get("/sources")
    detail = _is_problem(answer, 500)
    assert not DATABASE_WORDS.search(detail)
    assert "homepage" not in answer.text
    assert "homepage" in caplog.text


def test_what_nobody_foresaw_is_a_problem_document_too(client_with, monkeypatch, caplog):
    client = client_with()
    monkeypatch.setattr("app.queries.catalogue.sources", None)
    answer = client.get("/sources", params={"lang": "es"}, headers={"Origin": "https://example.org"})
    assert _is_problem(answer, 500, "es")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert client.head("/sources").content == b""
    assert "TypeError" in caplog.text


def test_what_nobody_foresaw_is_logged_once_and_the_connection_stays(serve, own_sample_store):
    served = serve(own_sample_store.url.render_as_string(hide_password=False), CATALOGUE_FRESH_S="0.001")
    with own_sample_store.begin() as connection:
        connection.execute(
            text("ALTER TABLE catalogue ALTER cursor_key TYPE text USING NULL, ALTER cursor_key DROP NOT NULL")
        )
    with httpx2.Client(base_url=served.url, trust_env=False) as client:
        _is_problem(client.get("/sources"), 500)
        assert client.get("/health/live").status_code == 200
    said = served.log.read_text()
    assert (said.count("Traceback"), said.count("cannot convert 'NoneType' object to bytes")) == (1, 1)
