"""The changes between two releases, applied to the older extract, give the newer one exactly."""

import csv
import json
import random
import re
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import httpx2
import pyogrio
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.domain.changes import GEOMETRY, OF_PROVENANCE, PREFIX, RELEASE
from app.domain.properties import properties
from app.main import create_app
from app.settings import Settings
from ingest import difference
from ingest.__main__ import main
from ingest.gates import GATES
from ingest.pipeline import ingest
from ingest.publish import publish, rollback
from ingest.sources import source
from tests.conftest import opened

DOCS = Path(__file__).parents[2] / "docs" / "changes.md"
EXTRACT, CHANGES = "/exports/deposits.geojson", "/releases/current/changes"

COLUMNS = ("dep_id", "url", "site_name", "latitude", "longitude", "country", "state", "county", "commod1", "commod2")
COLUMNS += ("commod3", "oper_type", "dep_type", "prod_size", "dev_stat", "orebody_fm", "model", "alteration", "names")
COLUMNS += ("hrock_type", "yr_fst_prd", "yr_lst_prd", "disc_yr", "reporter")
NAMES = (
    *("", " ", "Ñandú", "La Peña", "Mina «El Águila»", 'O\'Brien "100%"', "a\\b", '"release":"2026-01-01.1"', "矿 🪨"),
    *("null", "release", "Tab\tbed", "El Niño", "EL NINO", 'x"}}', "<b>&amp;", "\u2028", "\x7f"),
)
VALUES = {
    "country": ("", "Mexico", "United States", "Canada"),
    "state": ("", "Sonora", "Arizona", "Nevada"),
    "county": ("", "Cochise", "Peñasco"),
    "commod1": ("", "Gold", "Copper", "Silver, Lead", "Lithium", "Unobtainium"),
    "commod2": ("", "Zinc", "Gold"),
    "commod3": ("", "Molybdenum, Tungsten"),
    "oper_type": ("", "Surface", "Underground", "Placer"),
    "dep_type": ("", "Porphyry Copper", "Vein"),
    "prod_size": ("", "S", "M", "L", "Y"),
    "dev_stat": ("", "Producer", "Past Producer", "Occurrence", "Prospect"),
    "orebody_fm": ("", "Vein", "Manto"),
    "model": ("", "53: Porphyry Cu"),
    "alteration": ("", "sericitic", "Propilítica"),
    "hrock_type": ("", "Granite", "Andesita"),
    "yr_fst_prd": ("", "1881", "1902"),
    "yr_lst_prd": ("", "1950"),
    "disc_yr": ("", "1540", "1877"),
    "reporter": ("", "Agricola", "Calvo", "Born"),
    "url": ("", "https://mrdata.usgs.gov/mrds/show-mrds.php?dep_id=1"),
    **dict.fromkeys(("site_name", "names"), NAMES),
}
FIRST, EDITS = 1500, 1500


class Table:
    """A table of MRDS that is edited at random, each time as an agency would: rows come, go, change and are moved."""

    def __init__(self, seed):
        self.random, self.number = random.Random(seed), 0  # noqa: S311
        self.rows = [self._row() for _ in range(FIRST)]

    def edit(self):
        for _ in range(EDITS):
            match self.random.choices(("add", "remove", "change", "move"), (15, 15, 60, 10))[0]:
                case "add":
                    self.rows.insert(self.random.randrange(len(self.rows)), self._row())
                case "remove":
                    self.rows.pop(self.random.randrange(len(self.rows)))
                case "change":
                    column = self.random.choice((*VALUES, "reporter", "reporter"))
                    self.random.choice(self.rows)[column] = self.random.choice(VALUES[column])
                case "move":
                    self.random.choice(self.rows).update(self._place())

    def _row(self):
        self.number += 1
        said = {name: self.random.choice(values) for name, values in VALUES.items()}
        return {"dep_id": f"{self.number * 7919 % 100_000}", **said, **self._place()}

    def _place(self):
        digits = self.random.choice((0, 1, 5, 9))
        return {
            "latitude": str(round(self.random.uniform(14, 49), digits)),
            "longitude": str(round(self.random.uniform(-120, -90), digits)),
        }

    def write(self, path):
        with path.open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, COLUMNS)
            table.writeheader()
            table.writerows(self.rows)


FILTERS = ({}, {"country": "MX"}, {"commodity": "gold", "bbox": "-115,20,-100,40"}, {"filter": "name LIKE '%ñ%'"})


@pytest.fixture(scope="module")
def random_store(make_database, sample_template, quiet, tmp_path_factory):
    """Three releases of a table that is edited at random between them, and the extracts of each by their filters."""
    table, path = Table(seed=1554), tmp_path_factory.mktemp("random") / "mrds.csv"
    url = make_database(sample_template)
    extracts = []
    with opened(url) as engine, TestClient(create_app(Settings(database_url=url, catalogue_fresh_s=0))) as client:
        for week in range(3):
            table.write(path)
            day = date(2026, 11, 2) + timedelta(weeks=week)
            ingest(source("mrds"), [path], engine, quiet, retrieved=day)
            publish(engine, quiet, GATES)
            extracts.append([client.get(EXTRACT, params=asked) for asked in FILTERS])
            table.edit()
        yield client, extracts, url


def _asked(extract, newer, **asked):
    """The address of the changes from an extract to the release of a newer one."""
    return f"/releases/{newer.json()['release']}/changes", {"since": extract.json()["release"], **asked}


def _by_the_docs(folder, extract, changes, monkeypatch):
    """What the ten lines of the documentation make."""
    monkeypatch.chdir(folder)
    Path("older.geojson").write_bytes(extract.content)
    Path("changes.geojson").write_bytes(changes.content)
    (lines,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    exec(compile(lines, str(DOCS), "exec"), {})  # noqa: S102
    return json.loads(Path("newer.geojson").read_text(encoding="utf-8"))


PAIRS = [(0, 1), (1, 2), (0, 2), (2, 0), (1, 0), (1, 1)]


@pytest.mark.parametrize("which", range(len(FILTERS)))
@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_thousands_of_edits_are_applied_exactly(random_store, tmp_path, monkeypatch, before, after, which):
    client, extracts, _ = random_store
    extract, newer = extracts[before][which], extracts[after][which]
    address, asked = _asked(extract, newer, **FILTERS[which])
    changes = client.get(address, params=asked)
    assert changes.status_code == 200, changes.text
    made = _by_the_docs(tmp_path, extract, changes, monkeypatch)
    assert made == newer.json()
    # In the same order, of members and features alike.
    assert json.dumps(made) == json.dumps(newer.json())
    lines = client.get(address, params={**asked, "f": "ndjson"})
    for said, ending in ((changes, "geojson"), (lines, "ndjson")):
        Path(f"said.{ending}").write_bytes(said.content)
        assert main(["apply", "older.geojson", f"said.{ending}", "-o", f"made.{ending}"]) == 0
        assert json.dumps(json.loads(Path(f"made.{ending}").read_bytes())) == json.dumps(newer.json())


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_each_change_is_told_once_and_counted(random_store, before, after):
    client, extracts, _ = random_store
    older, newer = ({one["id"]: one for one in extracts[at][0].json()["features"]} for at in (before, after))
    address, asked = _asked(extracts[before][0], extracts[after][0])
    said = client.get(address, params=asked).json()
    told = {(one["id"], one["properties"]["change"]) for one in said["features"]}
    assert len(told) == len(said["features"])

    def plain(feature):
        return {**feature, "properties": {**feature["properties"], RELEASE: None}}

    changed = {id_ for id_ in older.keys() & newer.keys() if plain(older[id_]) != plain(newer[id_])}
    assert told == {
        *((id_, "added") for id_ in newer.keys() - older.keys()),
        *((id_, "removed") for id_ in older.keys() - newer.keys()),
        *((id_, "changed") for id_ in changed),
    }
    kinds = [one["properties"]["change_kind"] for one in said["features"]]
    assert said["counts"] == {
        "added": len(newer.keys() - older.keys()),
        "changed": len(changed),
        "changedContent": kinds.count("content"),
        "changedProvenance": kinds.count("provenance"),
        "removed": len(older.keys() - newer.keys()),
    }
    if before != after:
        assert min(said["counts"].values()) > 0
    for one in said["features"]:
        if one["properties"]["change"] == "changed":
            _tells_what_differs(one["properties"], older[one["id"]], newer[one["id"]])


def _tells_what_differs(told, older, newer):
    said = {
        name: older["properties"][name]
        for name in newer["properties"]
        if name != RELEASE and older["properties"][name] != newer["properties"][name]
    }
    moved = {GEOMETRY: older["geometry"]} if older["geometry"] != newer["geometry"] else {}
    assert told["change_was"] == {**moved, **said}
    assert told["change_fields"] == ",".join([*moved, *said])
    assert (told["change_kind"] == "provenance") == ({*moved, *said} <= set(OF_PROVENANCE))


def test_what_differs_in_content_is_what_the_command_line_shows(random_store):
    client, extracts, url = random_store
    names = [extracts[at][0].json()["release"] for at in (0, 2)]
    said = client.get(f"/releases/{names[1]}/changes", params={"since": names[0]}).json()["features"]
    told = [one["properties"] | {"id": one["id"]} for one in said if one["properties"]["change_kind"] != "provenance"]
    with opened(url) as engine, engine.connect() as connection:
        shown = {
            (row.change, row.id) for row in difference.changes(connection, difference.releases(connection, *names))
        }
    assert {(one["change"], one["id"]) for one in told} == shown


def test_no_property_of_a_deposit_looks_like_one_of_a_change():
    assert [name for name in properties() if name.startswith(PREFIX)] == []
    assert set(OF_PROVENANCE) | {RELEASE} <= properties().keys()


ROW = {"dep_id": "1", "site_name": "Nueva", "latitude": "30", "longitude": "-110", "country": "Mexico"}


@pytest.fixture
def two(own_sample_store, client_of, add_mrds):
    """A service with two releases, the second of which has a deposit more; their names."""
    client = client_of(own_sample_store)
    first = client.get("/releases").json()["current"]
    add_mrds(own_sample_store, [ROW])
    return client, first, client.get("/releases").json()["current"]


def test_since_is_the_release_before_where_it_is_not_said(two):
    client, first, second = two
    answer = client.get(CHANGES)
    assert (answer.json()["since"], answer.json()["release"]) == (first, second)
    assert client.get(f"/releases/{second}/changes").json() == answer.json()
    assert [(one["id"], one["properties"]["change"]) for one in answer.json()["features"]] == [("mrds-1", "added")]
    name = f"vetalode-deposits-{second}-since-{first}.geojson"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'


def test_after_a_rollback_the_way_back_is_told(two, own_sample_store):
    client, first, second = two
    rollback(own_sample_store)
    answer = client.get(CHANGES, params={"since": second}).json()
    assert answer["release"] == client.get(EXTRACT).json()["release"] == first
    assert [(one["id"], one["properties"]["change"]) for one in answer["features"]] == [("mrds-1", "removed")]
    for lang, said in (("en", "no release before"), ("es", "no se conserva ninguna edición anterior")):
        refused = client.get(CHANGES, params={"lang": lang})
        assert refused.status_code == 404
        assert said in refused.json()["detail"]
        assert f"{second}, {first}" in refused.json()["detail"]


def test_a_release_that_is_not_kept_is_told_with_those_that_are(two, own_sample_store, add_mrds):
    client, first, second = two
    add_mrds(own_sample_store, [{**ROW, "dep_id": "2"}])
    add_mrds(own_sample_store, [{**ROW, "dep_id": "3"}])
    add_mrds(own_sample_store, [{**ROW, "dep_id": "4"}])
    kept = ", ".join(one["name"] for one in client.get("/releases").json()["releases"])
    assert first not in kept
    for lang, said in (("en", "is no longer kept; take the whole extract anew"), ("es", "ya no se conserva; tome")):
        gone = client.get(CHANGES, params={"since": first, "lang": lang})
        assert (gone.status_code, gone.headers["content-type"]) == (410, "application/problem+json")
        assert first in gone.json()["detail"]
        assert said in gone.json()["detail"]
        assert kept in gone.json()["detail"]
    for name in ("2001-01-01.1", "", "current", "\x00", "2001-01-01.1\x00", "x" * 500, "矿"):
        never = client.get(CHANGES, params={"since": name})
        assert never.status_code == 404
        assert kept in never.json()["detail"]
    assert client.get(f"/releases/{first}/changes").status_code == 404
    assert client.get("/releases/2001-01-01.1/changes", params={"since": second}).status_code == 404


def test_a_release_that_goes_while_it_is_asked_for_is_not_taken_for_empty(two, own_sample_store):
    _, first, second = two
    url = own_sample_store.url.render_as_string(hide_password=False)
    with TestClient(create_app(Settings(database_url=url, catalogue_fresh_s=3600))) as believing:
        assert believing.get("/releases").json()["current"] == second
        with own_sample_store.begin() as connection:
            connection.execute(text("UPDATE release SET state = 'retired' WHERE name = :name"), {"name": first})
        assert believing.get(CHANGES, params={"since": first}).status_code == 410
        assert believing.get(f"/releases/{first}/changes", params={"since": first}).status_code == 410


@pytest.mark.parametrize(
    ("accept", "f", "told"),
    [
        ("*/*", None, "application/geo+json"),
        ("application/x-ndjson", None, "application/x-ndjson"),
        ("application/geo+json;q=0.5, application/x-ndjson", None, "application/x-ndjson"),
        ("text/html", None, "application/geo+json"),
        ("application/x-ndjson", "geojson", "application/geo+json"),
        ("*/*", "ndjson", "application/x-ndjson"),
    ],
)
def test_the_form_is_chosen_by_f_or_accept(edge_client, accept, f, told):
    answer = edge_client.get(CHANGES, params={"f": f} if f else {}, headers={"Accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == told


def test_both_forms_say_the_same(edge_client):
    whole = edge_client.get(CHANGES).json()
    first, *lines = map(
        json.loads, edge_client.get(CHANGES, params={"f": "ndjson"}).text.removesuffix("\n").split("\n")
    )
    assert first == {**whole, "features": []}
    assert lines == whole["features"] != []


@pytest.mark.parametrize(("form", "driver"), [("geojson", ""), ("ndjson", "GeoJSONSeq:")])
def test_gdal_reads_both_forms_as_one_layer_of_deposits(edge_client, tmp_path, form, driver):
    answer = edge_client.get(CHANGES, params={"f": form})
    (tmp_path / "changes").write_bytes(answer.content)
    layer = pyogrio.read_dataframe(f"{driver}{tmp_path / 'changes'}")
    said = edge_client.get(CHANGES).json()["features"]
    assert list(layer["id"]) == [one["id"] for one in said]
    assert list(layer["change"]) == [one["properties"]["change"] for one in said]
    assert [[point.x, point.y] for point in layer.geometry] == [one["geometry"]["coordinates"] for one in said]


def test_the_document_says_what_it_is_in_both_languages(two):
    client, first, second = two
    said = [client.get(CHANGES, params={"lang": lang}).json() for lang in ("en", "es")]
    members = ("type", "title", "since", "release", "counts", "howToApply", "extract", "features")
    assert [tuple(one) for one in said] == [members] * 2
    for one, title, how in zip(
        said,
        (f"changes from release {first} to release {second}", f"cambios de la edición {first} a la edición {second}"),
        ("Take out the features whose change is removed", "Quite los elementos cuyo change es removed"),
        strict=True,
    ):
        assert title in one["title"]
        assert how in one["howToApply"]
    extract = client.get(EXTRACT).json()
    assert said[0]["extract"] == {name: extract[name] for name in extract if name not in ("type", "features")}


def test_the_changes_of_a_collection_are_those_of_its_extract(two):
    client, first, _ = two
    mrds = client.get(CHANGES, params={"collection": "mrds"}).json()
    assert mrds["extract"]["collection"] == "mrds"
    assert mrds["counts"]["added"] == 1
    sgm = client.get(CHANGES, params={"collection": "sgm"}).json()
    assert (sgm["counts"]["added"], sgm["features"]) == (0, [])
    assert client.get(CHANGES, params={"source": "sgm"}).json()["features"] == []
    assert client.get(CHANGES, params={"collection": "gold"}).status_code == 404
    assert client.get(CHANGES, params={"source": "gold"}).status_code == 400
    assert client.get(f"/releases/{first}/changes", params={"since": first, "collection": "mrds"}).status_code == 200


@pytest.mark.parametrize(
    "asked", [{"f": "csv"}, {"since": "", "colour": "red"}, {"limit": "2"}, {"properties": "name"}]
)
def test_what_cannot_be_asked_of_changes_is_refused(edge_client, asked):
    answer = edge_client.get(CHANGES, params=asked)
    assert (answer.status_code, answer.headers["cache-control"]) == (400, "no-store")


def test_who_has_the_changes_gets_304(edge_client):
    got = edge_client.get(CHANGES)
    again = edge_client.get(CHANGES, headers={"If-None-Match": got.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", got.headers["etag"])
    assert got.headers["cache-control"] == "public, no-cache"
    tags = {edge_client.get(CHANGES, params={"f": f}).headers["etag"] for f in ("geojson", "ndjson")}
    assert len(tags | {got.headers["etag"]}) == 3


def test_a_property_that_came_with_a_release_has_no_old_value(two, own_sample_store):
    client, first, _ = two
    with own_sample_store.begin() as connection:
        connection.execute(
            text("""
                UPDATE deposit_feature SET body = regexp_replace(body, '"status":[^,]*,', '')
                WHERE id = 'mrds-99900001' AND release = (SELECT id FROM release WHERE name = :first)
            """),
            {"first": first},
        )
    (one,) = (one for one in client.get(CHANGES).json()["features"] if one["id"] == "mrds-99900001")
    told = [one["properties"][name] for name in ("change", "change_fields", "change_was")]
    assert (told, one["properties"]["status"]) == (["changed", "status", {}], "producer")


@pytest.fixture(scope="module")
def big_served(serve, big_store) -> str:
    """The service on 20 000 deposits, all of them new in the current release; one extract at a time."""
    return serve(big_store.url.render_as_string(hide_password=False), POOL_SIZE="2", POOL_WAIT_S="0.5").url


@contextmanager
def _begun(reader, served, form):
    with reader.stream("GET", f"{served}{CHANGES}?f={form}") as answer:
        assert answer.status_code == 200
        coming = answer.iter_raw()
        yield [next(coming)], coming


@pytest.mark.parametrize("form", ["geojson", "ndjson"])
def test_changes_take_a_turn_and_end_with_their_client(big_served, reader, big_store, at_work, eventually, form):
    with _begun(reader, big_served, form):
        (query,) = at_work(big_store)
        assert "FETCH FORWARD" in query
        with httpx2.Client(base_url=big_served, trust_env=False) as other:
            assert other.get(EXTRACT).status_code == 503
            assert other.get("/releases").status_code == 200
    assert eventually(lambda: not at_work(big_store))


def test_changes_that_fail_midway_cannot_be_taken_for_whole(big_served, reader, big_store, tmp_path, capsys):
    older = {"type": "FeatureCollection", "release": "", "collection": "deposits", "filter": {}, "features": []}
    for form in ("geojson", "ndjson"):
        with _begun(reader, big_served, form) as (came, coming):
            with big_store.connect() as connection:
                ended = text("""
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND application_name = 'vetalode-service' AND state <> 'idle'
                """)
                assert list(connection.scalars(ended)) == [True]
            with pytest.raises(httpx2.RemoteProtocolError):
                came.extend(coming)
        (tmp_path / "cut").write_bytes(b"".join(came))
        head = json.JSONDecoder().raw_decode(b"".join(came).decode(errors="ignore").partition(',"features":[')[0] + "}")
        older["release"] = head[0]["since"]
        (tmp_path / "older.geojson").write_text(json.dumps(older))
        capsys.readouterr()
        assert (
            main(["--lang", "en", "apply", str(tmp_path / "older.geojson"), str(tmp_path / "cut"), "-o", "never"]) == 1
        )
        assert "cut: it " in capsys.readouterr().err
        assert not Path("never").exists()


def test_a_release_of_twenty_thousand_new_deposits_is_told_whole(big_served, reader):
    said = reader.get(f"{big_served}{CHANGES}").json()
    assert said["counts"]["added"] == len(said["features"]) == 20_000
