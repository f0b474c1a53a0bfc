"""Tiles of archives: in front of all else, the same as the routes give, of one release at a time, without the store."""

import asyncio
import gzip
import itertools
from contextlib import contextmanager

import httpx2
import mapbox_vector_tile
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text
from starlette.applications import Starlette
from starlette.routing import Mount

from app.main import create_app
from app.settings import Settings
from app.tiles.archive import Archive
from app.tiles.pyramid import path_of
from ingest.publish import rollback
from tests.bake import bake

TILE, EMPTY = "/tiles/deposits/2/0/1.mvt", "/tiles/deposits/5/31/31.mvt"
BOTH = "/tiles/deposits,boundaries/2/0/1.mvt"
FOR_A_MINUTE = "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400"
FOR_GOOD = "public, max-age=31536000, immutable"
NEW_ROW = {"dep_id": "1", "site_name": "New", "latitude": "30", "longitude": "-110", "commod1": "Gold"}


class _Noting:
    """Notes what is passed on to the service."""

    def __init__(self, app):
        self.app, self.passed = app, []

    async def __call__(self, scope, receive, send):
        self.passed.append(scope.get("path"))
        await self.app(scope, receive, send)


@contextmanager
def _serving(store_url, archives, **settings):
    service = create_app(Settings(database_url=store_url, archives=str(archives), **settings))
    service.app = noting = _Noting(service.app)
    with TestClient(service, raise_server_exceptions=False) as client:
        yield client, noting.passed


@pytest.fixture(scope="module")
def front(sample_url, archives):
    """The service, which knows what stands and has its archives open; and what it passes on from the front."""
    with _serving(sample_url, archives, catalogue_fresh_s=3600) as (client, passed):
        for path in (TILE, BOTH):
            client.get(path)
        passed.clear()
        yield client, passed


@pytest.fixture
def at_once(front):
    """Asks, and sees to it that the front itself answers."""
    client, passed = front

    def ask(path, method="GET", **headers):
        passed.clear()
        with client.stream(method, path, headers={"Accept-Encoding": "gzip", **headers}) as answer:
            answer.sent = b"".join(answer.iter_raw())
        assert passed == []
        return answer

    return ask


@pytest.fixture(scope="module")
def archive(sample_store, archives):
    """The archive of the sample's deposits."""
    with sample_store.connect() as connection:
        name = connection.scalar(text("SELECT archive FROM release"))
    return Archive(name, path_of(archives, name))


ADDRESSES = [
    TILE,
    EMPTY,
    "/tiles/{}/deposits/2/0/1.mvt",
    "/tiles/{}/boundaries/5/6/13.mvt",
    BOTH,
    "/tiles/{}/boundaries,deposits/2/0/1.mvt",
]
TOLD = [{}, {"Accept-Encoding": "identity"}, {"If-None-Match": "*"}, {"If-None-Match": '"other"'}]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("told", TOLD, ids=str)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_front_says_what_the_route_says(front, at_once, sample_release, address, told, method):
    path = address.format(sample_release)
    answer = at_once(path, method, **told)
    client, passed = front
    with client.stream(method, f"{path}?lang=en", headers={"Accept-Encoding": "gzip", **told}) as routed:
        sent = b"".join(routed.iter_raw())
    assert passed == [path]
    assert (answer.status_code, answer.sent) == (routed.status_code, sent)
    assert _told(answer) == _told(routed)


def _told(answer):
    # A page of another site is always let read; routes vary by its name, though they say the same to all.
    told = {name: value for name, value in answer.headers.items() if name not in ("vary", "content-length")}
    return told | {"vary": set(answer.headers["vary"].split(", ")) - {"Origin"}}


def test_a_tile_is_passed_on_as_it_is_stored(at_once, archive):
    answer = at_once(TILE)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-length"] == str(len(answer.sent))
    assert answer.sent == archive.tile(2, 0, 1)
    plain = at_once(TILE, **{"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in plain.headers
    assert plain.sent == gzip.decompress(answer.sent)
    assert plain.headers["etag"] != answer.headers["etag"]


def test_whoever_takes_neither_gzip_nor_what_is_plain_is_passed_on(front, archive):
    client, passed = front
    passed.clear()
    with client.stream("GET", TILE, headers={"Accept-Encoding": "br"}) as answer:
        assert answer.headers["content-encoding"] == "br"
        assert answer.read() == gzip.decompress(archive.tile(2, 0, 1))
    assert passed == [TILE]


def test_all_tiles_have_tags_of_their_own(front):
    client, _ = front
    places = [(z, x, y) for z in range(4) for x in range(1 << z) for y in range(1 << z)]
    sets = [("deposits", ""), ("boundaries", ""), ("boundaries,deposits", "")]
    sets += [("deposits", "?commodity=gold"), ("deposits", "?commodity=silver")]
    tags = {
        client.get(f"/tiles/{layers}/{z}/{x}/{y}.mvt{query}").headers["etag"]
        for layers, query in sets
        for z, x, y in places
    }
    assert len(tags) == len(sets) * len(places)


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', '{}, "other"', '"a" , W/{},"b"', "*"])
@pytest.mark.parametrize("path", [TILE, EMPTY])
def test_who_has_the_tile_gets_304(at_once, path, form):
    got = at_once(path)
    again = at_once(path, **{"If-None-Match": form.format(got.headers["etag"])})
    assert (again.status_code, again.sent) == (304, b"")
    assert again.headers["etag"].removeprefix("W/") == got.headers["etag"]
    assert not {"content-encoding", "content-type", "content-length"} & again.headers.keys()


def test_who_has_the_tile_plain_need_not_fetch_it_in_gzip(at_once):
    plain = at_once(TILE, **{"Accept-Encoding": "identity"}).headers["etag"]
    again = at_once(TILE, **{"If-None-Match": plain})
    assert (again.status_code, again.headers["etag"]) == (304, plain)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tiles/deposits/13/0/0.mvt", 400),
        ("/tiles/deposits/2/4/0.mvt", 400),
        ("/tiles/deposits/2/0/4.mvt", 400),
        ("/tiles/boundaries/7/0/0.mvt", 400),
        ("/tiles/deposits/2/0/-1.mvt", 400),
        ("/tiles/deposits/2/0/١.mvt", 400),
        ("/tiles/mines/2/0/1.mvt", 404),
        ("/tiles/deposits,mines/2/0/1.mvt", 404),
        ("/tiles/deposits,/2/0/1.mvt", 404),
        ("/tiles/2000-01-01.1/deposits/2/0/1.mvt", 404),
        ("/tiles/boundaries/2/0/1.mvt?commodity=gold", 400),
    ],
)
@pytest.mark.parametrize("lang", ["en", "es"])
def test_what_is_not_there_is_said_by_the_routes(front, path, status, lang):
    client, passed = front
    passed.clear()
    answer = client.get(path, headers={"Accept-Language": lang})
    assert (answer.status_code, answer.headers["content-language"]) == (status, lang)
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(passed) == 1


def test_a_release_that_is_not_kept_is_answered_by_those_that_are(front, sample_release):
    client, _ = front
    detail = client.get("/tiles/2000-01-01.1/deposits/2/0/1.mvt").json()["detail"]
    assert detail == f"there is no release '2000-01-01.1'; those kept are: {sample_release}"


def test_an_address_with_the_release_is_kept_for_good(at_once, sample_release):
    moving, lasting = at_once(TILE), at_once(f"/tiles/{sample_release}/deposits/2/0/1.mvt")
    assert (moving.headers["cache-control"], lasting.headers["cache-control"]) == (FOR_A_MINUTE, FOR_GOOD)
    assert (moving.sent, moving.headers["etag"]) == (lasting.sent, lasting.headers["etag"])


@pytest.mark.parametrize("query", ["", "?commodity=gold", "?lang=es"])
def test_layers_are_in_one_tile_whatever_their_order_and_number(front, query):
    client, _ = front
    orders = ("deposits,boundaries", "boundaries,deposits", "deposits,boundaries,deposits")
    answers = [client.get(f"/tiles/{layers}/2/0/1.mvt{query}") for layers in orders]
    assert len({(answer.content, answer.headers["etag"]) for answer in answers}) == 1
    decoded = mapbox_vector_tile.decode(answers[0].content)
    alone = [
        client.get(f"/tiles/{layer}/2/0/1.mvt{query if layer == 'deposits' else ''}")
        for layer in ("boundaries", "deposits")
    ]
    assert decoded == {name: layer for one in alone for name, layer in mapbox_vector_tile.decode(one.content).items()}
    assert decoded.keys() == {"boundaries", "deposits"}
    assert answers[0].content == alone[0].content + alone[1].content


def test_boundaries_are_in_a_common_tile_to_their_own_zoom(front):
    client, _ = front
    assert "boundaries" in mapbox_vector_tile.decode(client.get("/tiles/boundaries,deposits/6/13/27.mvt").content)
    deeper = client.get("/tiles/boundaries,deposits/7/26/54.mvt")
    assert deeper.content == client.get("/tiles/deposits/7/26/54.mvt").content != b""


def test_tilejson_says_the_zooms_and_fields_of_each_layer(front, sample_release):
    client, _ = front
    both = client.get("/tiles/deposits,boundaries.json").json()
    alone = [client.get(f"/tiles/{layer}.json").json() for layer in ("boundaries", "deposits")]
    assert [(one["minzoom"], one["maxzoom"]) for one in (both, *alone)] == [(0, 12), (0, 6), (0, 12)]
    assert both["vector_layers"] == [layer for one in alone for layer in one["vector_layers"]]
    assert both["tiles"] == ["http://testserver/tiles/boundaries,deposits/{z}/{x}/{y}.mvt"]
    assert both["attribution"] == f"Natural Earth · {alone[1]['attribution']}"
    drawn = mapbox_vector_tile.decode(client.get(BOTH).content)
    for layer in both["vector_layers"]:
        said = {name for feature in drawn[layer["id"]]["features"] for name in feature["properties"]}
        assert said <= layer["fields"].keys()
    of_release = client.get(f"/tiles/{sample_release}/deposits.json", params={"commodity": "gold"}).json()
    assert of_release["tiles"] == [
        f"http://testserver/tiles/{sample_release}/deposits/{{z}}/{{x}}/{{y}}.mvt?commodity=gold"
    ]
    first = of_release["tiles"][0].format(z=0, x=0, y=0)
    assert client.get(first).headers["cache-control"] == FOR_GOOD


def test_the_front_is_there_where_the_service_is_a_part_of_another(sample_url, archives):
    service = create_app(Settings(database_url=sample_url, archives=str(archives), catalogue_fresh_s=3600))
    inner = service.app
    service.app = noting = _Noting(inner)
    outer = Starlette(routes=[Mount("/geo", service)], lifespan=lambda _: inner.router.lifespan_context(inner))
    with TestClient(outer) as client:
        answers = [client.get(f"/geo{TILE}") for _ in range(3)]
    assert len({(answer.status_code, answer.content, answer.headers["etag"]) for answer in answers}) == 1
    assert len(noting.passed) == 1


def _shown(client):
    """The release that is current, by its tiles: their tag, and what they count."""
    tile = client.get("/tiles/deposits/0/0/0.mvt")
    features = mapbox_vector_tile.decode(tile.content)["deposits"]["features"]
    return tile.headers["etag"], sum(one["properties"].get("point_count", 1) for one in features)


def test_publish_and_rollback_switch_archive_release_and_tag_together(own_sample_store, archives, add_mrds):
    url = own_sample_store.url.render_as_string(hide_password=False)
    with _serving(url, archives, catalogue_fresh_s=0.001) as (client, _):
        first, before = _shown(client), client.get("/releases").json()["current"]
        add_mrds(own_sample_store, [NEW_ROW])
        bake(own_sample_store, archives, "México")
        second, after = _shown(client), client.get("/releases").json()["current"]
        assert (second[1], second[0] != first[0]) == (first[1] + 1, True)
        by_release = {name: client.get(f"/tiles/{name}/deposits/0/0/0.mvt").headers["etag"] for name in (before, after)}
        assert by_release == {before: first[0], after: second[0]}
        rollback(own_sample_store)
        assert _shown(client) == first
        assert client.get(f"/tiles/{after}/deposits/0/0/0.mvt").headers["etag"] == second[0]


def test_no_answer_is_of_two_releases_while_they_change(serve, own_sample_store, archives, add_mrds):
    served = serve(own_sample_store.url.render_as_string(hide_password=False), WORKERS="2", CATALOGUE_FRESH_S="0.01")
    with own_sample_store.connect() as connection:
        before = connection.scalar(text("SELECT name FROM release"))
    add_mrds(own_sample_store, [NEW_ROW])
    bake(own_sample_store, archives)
    with own_sample_store.connect() as connection:
        ids = dict(connection.execute(text("SELECT name, id FROM release")).all())
    (after,) = ids.keys() - {before}
    tags = {}
    with httpx2.Client(base_url=served.url, trust_env=False) as client:
        for name in ids:
            answer = client.get(f"/tiles/{name}/deposits/0/0/0.mvt")
            tags[answer.headers["etag"]] = answer.content
        assert len(tags) == 2
        seen = set()
        for _, name in zip(range(40), itertools.cycle((before, after)), strict=False):
            with own_sample_store.begin() as connection:
                connection.execute(text("UPDATE catalogue SET current_release = :id"), {"id": ids[name]})
            for _ in range(10):
                answer = client.get("/tiles/deposits/0/0/0.mvt")
                assert answer.content == tags[answer.headers["etag"]]
                seen.add(answer.headers["etag"])
        assert seen == tags.keys()


@pytest.fixture
def cut_off(server, own_sample_store):
    """Takes the store away from everyone, and gives it back."""
    name = own_sample_store.url.database
    maintenance = create_engine(server, isolation_level="AUTOCOMMIT")

    def cut(away):
        with maintenance.connect() as connection:
            connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {not away}'))
            ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
            connection.execute(text(ended), {"name": name})

    yield cut
    cut(away=False)
    maintenance.dispose()


def test_tiles_come_while_the_database_is_down(serve, own_sample_store, cut_off, add_mrds, archives, eventually):
    served = serve(own_sample_store.url.render_as_string(hide_password=False), CATALOGUE_FRESH_S="0.05")
    filtered = f"{TILE}?commodity=gold"
    with httpx2.Client(base_url=served.url, trust_env=False) as client:
        lasting = (TILE, EMPTY, BOTH, filtered, "/tiles/deposits.json", "/exports/deposits.pmtiles")
        known = {path: (client.get(path).status_code, client.get(path).content) for path in lasting}
        cut_off(away=True)
        for _ in range(3):
            for path in lasting:
                answer = client.get(path)
                assert (answer.status_code, answer.content) == known[path]
            assert client.get("/tiles/deposits/3/1/3.mvt", headers={"Accept-Encoding": "br"}).status_code == 200
        for path in ("/collections/deposits/items", f"{TILE}?commodity=silver", "/health/ready"):
            assert client.get(path).status_code == 503
        cut_off(away=False)
        own_sample_store.dispose()
        add_mrds(own_sample_store, [NEW_ROW])
        bake(own_sample_store, archives)
        assert eventually(lambda: client.get(TILE).content != known[TILE][1])
    assert "Traceback" not in served.log.read_text()


def test_a_hundred_who_ask_for_a_filtered_tile_cost_one_statement(sample_url, archives, statements):
    service = create_app(Settings(database_url=sample_url, archives=str(archives)))

    async def story():
        transport = httpx2.ASGITransport(app=service)
        async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as client:
            # Two ways to say it.
            paths = [f"{TILE}?commodity={codes}" for codes in ("gold,silver", "silver,gold")]
            answers = await asyncio.gather(*(client.get(paths[n % 2]) for n in range(100)))
        await service.app.state.wired.engine.dispose()
        return answers

    answers = asyncio.run(story())
    assert len({(answer.status_code, answer.content, answer.headers["etag"]) for answer in answers}) == 1
    assert sum("ST_AsMVT" in statement for statement in statements) == 1


def test_where_an_archive_is_missing_the_tile_is_made_and_the_same(sample_url, front, tmp_path, sample_release):
    with _serving(sample_url, tmp_path) as (client, _):
        for path in (TILE, EMPTY, f"/tiles/{sample_release}/deposits/3/1/3.mvt"):
            made, baked = client.get(path), front[0].get(path)
            assert (made.status_code, made.content) == (baked.status_code, baked.content)
            assert made.headers["cache-control"] == baked.headers["cache-control"]
        for path in ("/tiles/boundaries/0/0/0.mvt", BOTH, "/tiles/boundaries.json", "/exports/deposits.pmtiles"):
            answer = client.get(path, headers={"Accept-Language": "es"})
            assert answer.status_code == 503
            assert "no está en esta máquina" in answer.json()["detail"]


def test_a_release_published_without_archives_has_its_deposits_as_tiles_alone(edge_client):
    assert edge_client.get(TILE).status_code == 200
    for path in ("/tiles/boundaries/0/0/0.mvt", BOTH, "/tiles/boundaries.json", "/exports/boundaries.pmtiles"):
        answer = edge_client.get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")
        assert "was published without an archive" in answer.json()["detail"]
