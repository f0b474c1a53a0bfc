"""The files of a release are what the API says, row by row, each in its place whole or not there at all."""

import json
import signal
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from app.errors import Busy, NotThere, Refused
from app.extracts.formats import ENDINGS
from app.settings import Settings
from ingest import outlines, snapshots
from ingest.ledger import sole_run
from ingest.pipeline import ingest
from ingest.publish import publish
from ingest.report import Teller
from ingest.snapshots import snapshot
from ingest.sources import source
from tests.bake import bake

COLLECTIONS = ("deposits", "mrds", "sgm")
RECORDED = """SELECT array_agg(collection || '.' || ending) FROM release_file
              JOIN release ON release.id = release WHERE name = :name OR CAST(:name AS text) IS NULL"""

One = Callable[..., Any]
Vetalode = Callable[..., tuple[int, str, str]]
Features = Callable[[str], Mapping[str, Any]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of archives of one's own."""
    return tmp_path / "archives"


@pytest.fixture
def bare_store(own_sample_store: Engine) -> Engine:
    """The published sample data in a store of one's own, without files."""
    with own_sample_store.begin() as connection:
        connection.execute(text("DELETE FROM release_file"))
    return own_sample_store


def settings(store: Engine, folder: Path) -> Settings:
    return Settings(database_url=store.url.render_as_string(hide_password=False), archives=str(folder))


@pytest.fixture(scope="session")
def feature_of(released_client: TestClient) -> Features:
    """The features of a collection by their ids, as the API lists them."""

    def listed(collection: str) -> Mapping[str, Any]:
        answer = released_client.get(f"/collections/{collection}/items", params={"limit": 10_000})
        return {one["id"]: one for one in answer.json()["features"]}

    return listed


@pytest.fixture(scope="session")
def path_of(released_client: TestClient, archives: Path) -> Callable[[str], Path]:
    """Where a file of the current release lies."""
    current = released_client.get("/releases").json()["current"]
    said = released_client.get(f"/releases/{current}/manifest.json").json()
    names = {one["name"]: one["sha256"] for one in said["files"]}
    return lambda name: archives / f"{names[name]}.{name.partition('.')[2]}"


@pytest.mark.parametrize("ending", ["geojson", "csv"])
@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_file_of_text_is_the_extract_byte_by_byte(
    released_client: TestClient, path_of: Callable[[str], Path], collection: str, ending: str
) -> None:
    given = released_client.get(f"/exports/{collection}.{ending}", params={"lang": "en"})
    assert path_of(f"{collection}.{ending}").read_bytes() == given.content


@pytest.mark.parametrize("ending", ["fgb", "gpkg"])
@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_file_of_gdals_has_the_rows_of_the_api(
    path_of: Callable[[str], Path], feature_of: Features, collection: str, ending: str
) -> None:
    layer = {"layer": collection} if ending == "gpkg" else {}
    read = pyogrio.read_dataframe(path_of(f"{collection}.{ending}"), **layer)
    said = feature_of(collection)
    assert sorted(read["id"]) == sorted(said)
    for row in read.itertuples():
        one = said[row.id]
        assert [row.geometry.x, row.geometry.y] == one["geometry"]["coordinates"]
        for name in ("name", "source_name", "commodities", "status", "source_crs", "release"):
            value = getattr(row, name, None)
            assert (value if isinstance(value, str) else None) == one["properties"].get(name)
        assert str(row.retrieved)[:10] == one["properties"]["retrieved"]


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_file_of_parquet_has_the_rows_of_the_api(
    path_of: Callable[[str], Path], feature_of: Features, collection: str
) -> None:
    table = pq.read_table(path_of(f"{collection}.parquet"))
    said = feature_of(collection)
    rows = {row["id"]: row for row in table.to_pylist()}
    assert rows.keys() == said.keys()
    for number, row in rows.items():
        point = shapely.from_wkb(row["geometry"])
        assert [point.x, point.y] == said[number]["geometry"]["coordinates"]
        told = {name: str(row[name]) if name == "retrieved" else row[name] for name in said[number]["properties"]}
        assert told == said[number]["properties"]


def test_an_older_release_that_is_kept_has_its_own_files(
    released_client: TestClient, archives: Path, sample_release: str
) -> None:
    said = released_client.get(f"/releases/{sample_release}/manifest.json").json()
    rows = {one["name"]: one["rows"] for one in said["files"] if one["rows"] is not None}
    assert rows == {f"{name}.{ending}": rows for name, rows in _SAMPLE.items() for ending in ENDINGS}
    whole = next(one for one in said["files"] if one["name"] == "deposits.geojson")
    document = json.loads((archives / f"{whole['sha256']}.geojson").read_bytes())
    assert (document["release"], len(document["features"])) == (sample_release, _SAMPLE["deposits"])


_SAMPLE = {"deposits": 132, "mrds": 85, "sgm": 47}


def test_a_publish_makes_the_files_after_the_release_is_current(
    bare_store: Engine,
    vetalode: Vetalode,
    mrds: Callable[..., Path],
    quiet: Teller,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    one: One,
) -> None:
    monkeypatch.setenv("ARCHIVES", str(folder))
    monkeypatch.setattr(outlines, "BUILT", folder / "none")
    seen: list[str] = []
    real = snapshots.snapshot

    def looked(*given: Any) -> Any:
        seen.append(one(bare_store, "SELECT name FROM release JOIN catalogue ON id = current_release"))
        return real(*given)

    monkeypatch.setattr(snapshots, "snapshot", looked)
    ingest(source("mrds"), [mrds("1,a,30,-110")], bare_store, quiet, partial=True)
    code, said, _ = vetalode(bare_store, "publish", "--no-files")
    assert (code, seen, one(bare_store, RECORDED, name=None)) == (0, [], None)
    assert "were made" not in said
    # Nothing has changed, and what that release lacks is made.
    code, said, _ = vetalode(bare_store, "publish")
    assert (code, seen) == (0, [one(bare_store, "SELECT max(name) FROM release")])
    assert f"15 files of release {seen[0]} were made" in said
    names = [f"{name}.{ending}" for name in COLLECTIONS for ending in ENDINGS]
    made = one(bare_store, RECORDED, name=seen[0])
    assert sorted(made) == sorted([*names, "deposits.pmtiles"])
    said = vetalode(bare_store, "snapshot", lang="es")[1]
    assert said == f"la edición {seen[0]} tiene todos sus archivos\n"


def test_what_is_recorded_of_a_file_is_true(bare_store: Engine, quiet: Teller, folder: Path) -> None:
    folder.mkdir()
    bake(bare_store, folder)
    done = snapshot(settings(bare_store, folder), bare_store, quiet)
    with bare_store.connect() as connection:
        rows = connection.execute(text("SELECT * FROM release_file")).all()
    assert (done.files, done.bytes) == (15, sum(row.bytes for row in rows if row.ending != "pmtiles"))
    for row in rows:
        held = (folder / f"{row.sha256}.{row.ending}").read_bytes()
        assert (row.sha256, row.bytes) == (sha256(held).hexdigest(), len(held))
        assert row.rows == (None if row.ending == "pmtiles" else _SAMPLE[row.collection])
    assert {path.name for path in folder.iterdir()} == {f"{row.sha256}.{row.ending}" for row in rows}


def test_only_what_is_missing_is_made(bare_store: Engine, quiet: Teller, folder: Path, one: One) -> None:
    told = settings(bare_store, folder)
    assert snapshot(told, bare_store, quiet).files == 15
    assert snapshot(told, bare_store, quiet).files == 0
    lost = next(folder.glob("*.csv"))
    lost.unlink()
    before = one(bare_store, "SELECT array_agg(made_at ORDER BY collection, ending) FROM release_file")
    assert snapshot(told, bare_store, quiet).files == 1
    assert lost.is_file()
    assert one(bare_store, "SELECT array_agg(made_at ORDER BY collection, ending) FROM release_file") == before


def test_a_killed_snapshot_leaves_whole_files_and_the_next_makes_the_others(
    bare_store: Engine,
    started: Callable[..., Any],
    until: Callable[[Engine, str], None],
    quiet: Teller,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    one: One,
) -> None:
    monkeypatch.setenv("ARCHIVES", str(folder))
    with bare_store.connect() as waiting:
        # Files of two are whole; it waits before the third.
        with bare_store.begin() as connection:
            connection.execute(
                text("""
                    CREATE FUNCTION held() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                        IF (SELECT count(*) FROM release_file) = 2 THEN PERFORM pg_advisory_xact_lock(1); END IF;
                        RETURN NEW; END $$
                """)
            )
            connection.execute(
                text("CREATE TRIGGER held BEFORE INSERT ON release_file FOR EACH ROW EXECUTE FUNCTION held()")
            )
        waiting.execute(text("SELECT pg_advisory_lock(1)"))
        process = started(bare_store, "snapshot")
        until(
            bare_store,
            "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
            " WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted)",
        )
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert list((folder / "making").iterdir())
        waiting.execute(text("SELECT pg_advisory_unlock(1)"))
    with bare_store.begin() as connection:
        connection.execute(text("DROP TRIGGER held ON release_file"))
    until(bare_store, _NOBODY)
    with bare_store.connect() as connection:
        rows = connection.execute(text("SELECT sha256, ending FROM release_file")).all()
    assert len(rows) == 2
    for name, ending in rows:
        assert sha256((folder / f"{name}.{ending}").read_bytes()).hexdigest() == name
    assert snapshot(settings(bare_store, folder), bare_store, quiet).files == 13
    assert not (folder / "making").exists()
    assert one(bare_store, "SELECT count(*) FROM release_file") == 15


_NOBODY = """SELECT NOT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
                                 WHERE datname = current_database() AND locktype = 'advisory')"""


def test_files_go_with_the_releases_that_they_are_of(
    bare_store: Engine,
    quiet: Teller,
    mrds: Callable[..., Path],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    one: One,
) -> None:
    monkeypatch.setattr(outlines, "BUILT", folder / "none")
    told = settings(bare_store, folder)
    for number in range(4):
        snapshot(told, bare_store, quiet)
        ingest(source("mrds"), [mrds(f"{number},a,30,-110")], bare_store, quiet, partial=True)
        publish(bare_store, quiet, folder=folder)
    snapshot(told, bare_store, quiet)
    kept = "SELECT array_agg(DISTINCT release.name) FROM release_file JOIN release ON release.id = release"
    assert one(bare_store, kept) == one(bare_store, _KEPT)
    with bare_store.connect() as connection:
        recorded = set(connection.scalars(text("SELECT sha256 || '.' || ending FROM release_file")))
        recorded |= set(connection.scalars(text("SELECT archive || '.pmtiles' FROM release WHERE state = 'published'")))
    assert {path.name for path in folder.iterdir()} == recorded


_KEPT = "SELECT array_agg(name ORDER BY name) FROM release WHERE state = 'published'"


def test_a_rollback_needs_no_new_files(
    bare_store: Engine, quiet: Teller, mrds: Callable[..., Path], folder: Path, vetalode: Vetalode
) -> None:
    told = settings(bare_store, folder)
    snapshot(told, bare_store, quiet)
    ingest(source("mrds"), [mrds("1,a,30,-110")], bare_store, quiet, partial=True)
    publish(bare_store, quiet)
    assert vetalode(bare_store, "rollback")[0] == 0
    assert snapshot(told, bare_store, quiet).files == 0


def test_one_makes_files_at_a_time_and_meanwhile_a_release_may_be_published(
    bare_store: Engine, quiet: Teller, folder: Path
) -> None:
    told = settings(bare_store, folder)
    with sole_run(bare_store, "snapshot"):
        with pytest.raises(Busy, match="another run is at snapshot now"):
            snapshot(told, bare_store, quiet)
        assert publish(bare_store, quiet).fresh is False


def test_a_release_that_is_not_kept_is_named_with_those_that_are(
    bare_store: Engine, quiet: Teller, folder: Path, sample_release: str
) -> None:
    with pytest.raises(NotThere, match=f"there is no release '2020-01-01.1'; those kept are: {sample_release}"):
        snapshot(settings(bare_store, folder), bare_store, quiet, "2020-01-01.1")


def test_a_file_that_lacks_deposits_is_not_kept(bare_store: Engine, quiet: Teller, folder: Path, one: One) -> None:
    with bare_store.begin() as connection:
        connection.execute(text("DELETE FROM deposit_feature WHERE id = 'mrds-99900001'"))
    with pytest.raises(Refused, match="has 131 deposits, not 132"):
        snapshot(settings(bare_store, folder), bare_store, quiet)
    assert one(bare_store, "SELECT count(*) FROM release_file WHERE collection IN ('deposits', 'mrds')") == 0
    assert not (folder / "making").exists()


def test_a_disk_that_is_full_ends_it(
    bare_store: Engine, quiet: Teller, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = snapshots.making.make

    def onto_a_full_disk(engine: Engine, order: Any, path: Path, watch: Any) -> None:
        real(engine, order, Path("/dev/full") if order.ending == "csv" else path, watch)

    monkeypatch.setattr(snapshots.making, "make", onto_a_full_disk)
    with pytest.raises(OSError, match="No space left"):
        snapshot(settings(bare_store, folder), bare_store, quiet)
