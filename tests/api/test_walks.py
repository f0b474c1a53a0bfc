"""A walk by `next` or `prev` stays in the release in which it began, and ends with a sentence when that is gone."""

import csv
import threading
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, text

from app.main import create_app
from app.settings import Settings
from ingest.pipeline import ingest
from ingest.publish import KEPT, publish
from ingest.sources import source
from tests.conftest import SAMPLE, opened

ITEMS = "/collections/deposits/items"
EVERYTHING = 10_000
# What is asked; with how many rows it begins, and with how many each page after the first goes on.
WALKS = {
    "a row at a time": ({"country": "MX", "source": "mrds"}, [1]),
    "some": ({}, [7]),
    "many": ({}, [50]),
    "another limit each time": ({}, [3, 40, 1, 8, EVERYTHING]),
    "sorted": ({"sortby": "name"}, [9]),
    "sorted from the end": ({"sortby": "-discovered_year,-name"}, [13, 5]),
    "of one source": ({"sortby": "-name", "collection": "mrds"}, [11]),
    "by a condition": ({"filter": "NOT (name LIKE 'S%')", "commodity": "gold,silver"}, [4]),
    "in another system": ({"crs": "EPSG:6372", "properties": "name,release"}, [20]),
}


def _published_again(engine, tmp_path, quiet, turn):
    """A release in which deposits are new, others have gone, and all of a source have another name."""
    with (SAMPLE / "mrds.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    called = header.index("site_name")
    kept = [[*row[:called], f"{row[called]} {turn}", *row[called + 1 :]] for row in rows[turn::2]]
    new = [[f"{number}{turn}", *kept[0][1:]] for number in (1, 50, 999999)]
    path = tmp_path / f"mrds-{turn}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *kept, *new])
    ingest(source("mrds"), [path], engine, quiet, synthetic=True)
    publish(engine, quiet, accepted=("rows", "fill", "moved", "reused", "unmapped"))


@pytest.fixture(scope="module")
def stores(make_database, sample_template, tmp_path_factory, quiet):
    """Makes a store of the sample data, and a way to publish in it again."""
    engines = []

    def make():
        opening = opened(make_database(sample_template))
        engine = opening.__enter__()
        engines.append(opening)
        folder = tmp_path_factory.mktemp("again")
        return engine, lambda turn: _published_again(engine, folder, quiet, turn)

    yield make
    for opening in engines:
        opening.__exit__(None, None, None)


def _serving(engine, fresh_s):
    url = engine.url.render_as_string(hide_password=False)
    return TestClient(create_app(Settings(database_url=url, catalogue_fresh_s=fresh_s)), raise_server_exceptions=False)


def _page(client, asked, **further):
    asked = {**asked, **further}
    return client.get(f"/collections/{asked.pop('collection', 'deposits')}/items", params=asked).json()


def _cursor(page, rel="next"):
    """The cursor of a link of the page; None where it has no such link."""
    leading = [link["href"] for link in page["links"] if link["rel"] == rel]
    return parse_qs(urlsplit(leading[0]).query)["cursor"][0] if leading else None


def _ids(page):
    return [feature["id"] for feature in page["features"]]


@pytest.fixture(scope="module")
def begun(stores):
    """Each walk's whole list and its first page, as they were before a release was published; and the client."""
    engine, publish_again = stores()
    with _serving(engine, 0) as client:
        before = {
            name: (_page(client, asked, limit=EVERYTHING), _page(client, asked, limit=limits[0]))
            for name, (asked, limits) in WALKS.items()
        }
        publish_again(1)
        yield client, before


@pytest.mark.parametrize("name", WALKS)
def test_a_release_published_meanwhile_takes_and_repeats_no_row_of_a_walk(begun, name):
    client, before = begun
    (asked, limits), (whole, page) = WALKS[name], before[name]
    pages = [page]
    while cursor := _cursor(page):
        page = _page(client, asked, cursor=cursor, limit=limits[min(len(pages), len(limits) - 1)])
        pages.append(page)
    assert len(pages) > 2
    assert [feature for page in pages for feature in page["features"]] == whole["features"]
    assert {page["release"] for page in pages} == {whole["release"]}
    assert {page["numberMatched"] for page in pages} == {len(whole["features"])}
    new = _page(client, asked, limit=EVERYTHING)
    assert new["release"] != whole["release"]
    assert new["features"] != whole["features"]


@pytest.mark.parametrize("name", WALKS)
def test_a_walk_leads_back_through_its_release_as_well(begun, name):
    client, before = begun
    (asked, limits), (whole, page) = WALKS[name], before[name]
    while cursor := _cursor(page):
        page = _page(client, asked, cursor=cursor, limit=EVERYTHING)
    back = [page]
    while cursor := _cursor(page, "prev"):
        page = _page(client, asked, cursor=cursor, limit=limits[0])
        back.append(page)
    assert [feature for page in back[::-1] for feature in page["features"]] == whole["features"]
    assert {page["release"] for page in back} == {whole["release"]}


def test_the_answers_of_an_older_release_have_tags_of_their_own(begun):
    client, before = begun
    (link,) = (one["href"] for one in before["some"][1]["links"] if one["rel"] == "next")
    older = client.get(link)
    assert older.headers["etag"].startswith(f'"{before["some"][0]["release"]}-')
    assert client.get(link, headers={"If-None-Match": older.headers["etag"]}).status_code == 304


# A serving process that asks each time what is published, and one that believes what it knows for an hour.
@pytest.fixture(scope="module", params=[0, 3600])
def gone(request, stores):
    """A page in the middle of each walk, of a release that has since been dropped; and the client."""
    engine, publish_again = stores()
    with _serving(engine, request.param) as client:
        middle = {}
        for name, (asked, limits) in WALKS.items():
            first = _page(client, asked, limit=limits[0])
            middle[name] = _page(client, asked, cursor=_cursor(first), limit=limits[0])
        for turn in range(KEPT):
            publish_again(turn % 2)
        yield client, middle


@pytest.mark.parametrize("rel", ["next", "prev"])
@pytest.mark.parametrize(
    ("lang", "said"), [("en", "is no longer kept; begin again"), ("es", "ya no se conserva; empiece")]
)
@pytest.mark.parametrize("name", WALKS)
def test_a_walk_whose_release_is_gone_is_410_with_a_sentence(gone, name, rel, lang, said):
    client, middle = gone
    asked = {**WALKS[name][0], "cursor": _cursor(middle[name], rel), "lang": lang}
    answer = client.get(f"/collections/{asked.pop('collection', 'deposits')}/items", params=asked)
    assert answer.status_code == 410
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == lang
    assert answer.headers["cache-control"] == "no-store"
    problem = answer.json()
    assert problem["status"] == 410
    assert middle[name]["release"] in problem["detail"]
    assert said in problem["detail"]
    assert client.get(answer.url, params={**asked, "f": "html"}).json() == problem


def test_a_release_that_is_dropped_after_the_next_one_was_seen_is_no_longer_listed(stores):
    engine, publish_again = stores()
    with _serving(engine, 0) as client:

        def listed():
            return [one["name"] for one in client.get("/releases").json()["releases"]]

        seen = []

        def look(connection, cursor, statement, parameters, context, executemany):
            if "SET state = 'retired' WHERE id" in statement:
                seen.append(listed())

        event.listen(engine, "before_cursor_execute", look)
        for turn in range(KEPT):
            publish_again(turn % 2)
        event.remove(engine, "before_cursor_execute", look)
        assert [len(names) for names in seen] == [KEPT + 1]
        assert listed() == seen[0][:KEPT]


def test_a_walk_goes_on_at_a_process_that_has_not_yet_heard_of_its_release(stores):
    engine, publish_again = stores()
    with _serving(engine, 0) as one, _serving(engine, 3600) as other:
        old = _page(other, {"limit": 5})["release"]
        publish_again(1)
        first = _page(one, {"limit": 5})
        second = _page(other, {"limit": 5, "cursor": _cursor(first)})
        assert (old != first["release"], second["release"]) == (True, first["release"])
        assert _ids(first) + _ids(second) == _ids(_page(one, {"limit": 10}))


def test_a_release_is_gone_from_when_it_begins_to_be_dropped(stores, eventually):
    engine, publish_again = stores()
    publishing = threading.Thread(target=lambda: [publish_again(turn % 2) for turn in range(KEPT)])
    # Of two serving processes that believe what they know, the second has not counted.
    with _serving(engine, 3600) as one, _serving(engine, 3600) as other, engine.connect() as look:
        page = _page(one, {}, limit=7)
        assert other.get("/releases").status_code == 200
        look = look.execution_options(isolation_level="AUTOCOMMIT")
        release = look.scalar(text("SELECT current_release FROM catalogue"))
        with engine.connect() as reader:
            # Who still reads a table holds its dropping up; others no longer see it.
            reader.execute(text(f"SELECT count(*) FROM deposit_r{release}"))
            publishing.start()
            assert eventually(lambda: look.scalar(text("SELECT bool_or(inhdetachpending) FROM pg_inherits")))
            answers = [client.get(ITEMS, params={"cursor": _cursor(page), "limit": 7}) for client in (one, other)]
        publishing.join()
    assert [answer.status_code for answer in answers] == [410, 410]


def test_walks_while_releases_come_and_go_are_whole_or_end_with_a_sentence(stores):
    engine, publish_again = stores()
    ended, publishing = [], threading.Thread(target=lambda: [publish_again(turn % 2) for turn in range(2 * KEPT)])
    with _serving(engine, 0) as client:
        publishing.start()
        while publishing.is_alive():
            ended.append(_walked(client))
        publishing.join()
        ended.append(_walked(client))
    assert len({release for release, _ in ended}) > 2
    assert ended[-1][1]


def _walked(client):
    """The release of a walk, and whether it came to its end; asserts that what it was given is whole so far."""
    address, seen, releases = f"{ITEMS}?limit=9", [], set()
    while True:
        answer = client.get(address)
        if answer.status_code == 410:
            return next(iter(releases)), False
        assert answer.status_code == 200, answer.text
        page = answer.json()
        seen += _ids(page)
        releases.add(page["release"])
        assert len(releases) == 1
        assert len(set(seen)) == len(seen) <= page["numberMatched"]
        if not _cursor(page):
            assert len(seen) == page["numberMatched"]
            return page["release"], True
        address = next(link["href"] for link in page["links"] if link["rel"] == "next")


def test_a_box_of_a_large_release_is_walked_in_memory_as_by_statements(client_of, big_store, statements, eventually):
    client, box = client_of(big_store), "-119,20,-117,21.4"

    def in_memory():
        statements.clear()
        _page(client, {"bbox": box, "limit": 1})
        return not any("longitude" in statement for statement in statements)

    def walked(**asked):
        pages = [_page(client, {"bbox": box, "limit": 500, **asked})]
        while cursor := _cursor(pages[-1]):
            pages.append(_page(client, {"bbox": box, "limit": 700, "cursor": cursor, **asked}))
        while cursor := _cursor(pages[-1], "prev"):
            pages.append(_page(client, {"bbox": box, "limit": 999, "cursor": cursor, **asked}))
        return [(page["features"], page["numberMatched"], page["numberReturned"]) for page in pages]

    assert eventually(in_memory)
    statements.clear()
    remembered = walked()
    assert not any("longitude" in statement for statement in statements)
    assert remembered == walked(source="mrds")
    assert remembered[0][1] == 1801
    assert [returned for *_, returned in remembered] == [500, 700, 601, 999, 201]
