"""Archives of tiles: whole, of all zooms, the same bytes each time, and as many as there are releases."""

import gzip
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import shapely
from pmtiles.reader import MmapSource, Reader, all_tiles
from pmtiles.tile import Compression, TileType
from sqlalchemy import Engine, text

from app.domain import mercator
from app.tiles.drawing import fields
from app.tiles.pyramid import BOUNDARIES_MAX_ZOOM, MAX_ZOOM, path_of
from ingest import archives as writing
from ingest import baking, outlines
from ingest import publish as publishing
from ingest.publish import publish, rollback
from ingest.report import Teller
from tests.mvt import features, inside

One = Callable[..., Any]
Tiles = dict[tuple[int, int, int], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def boundaries(archives: Path, sample_store: Engine) -> Path:
    name = outlines.bake(sample_store, archives)
    assert name
    return path_of(archives, name)


@pytest.fixture
def folder(tmp_path: Path, boundaries: Path) -> Path:
    """A folder of one's own, in which the boundaries are already, since they take seconds."""
    folder = tmp_path / "archives"
    folder.mkdir()
    (folder / boundaries.name).hardlink_to(boundaries)
    return folder


def opened(path: Path, layer: str = "deposits") -> tuple[Reader, Tiles]:
    """An archive's reader, and the features of all its tiles by zoom, column and row."""
    with path.open("rb") as archive:
        source = MmapSource(archive)
        tiles = {place: gzip.decompress(tile) for place, tile in all_tiles(source)}
        return Reader(source), {place: features(tile, layer) for place, tile in tiles.items()}


def test_an_archive_counts_every_deposit_once_at_every_zoom(sample_store: Engine, tmp_path: Path, one: One) -> None:
    name = baking.bake(sample_store, 1, tmp_path)
    assert name
    reader, tiles = opened(path_of(tmp_path, name))
    counts = Counter[int]()
    for (zoom, _, _), drawn in tiles.items():
        counts[zoom] += sum(feature["properties"].get("point_count", 1) for feature in filter(inside, drawn))
    assert counts == dict.fromkeys(range(MAX_ZOOM + 1), one(sample_store, "SELECT deposits FROM release"))
    assert reader.header()["addressed_tiles_count"] == len(tiles)


def test_an_archive_says_what_it_is(sample_store: Engine, tmp_path: Path, one: One) -> None:
    name = baking.bake(sample_store, 1, tmp_path)
    assert name
    reader, _ = opened(path_of(tmp_path, name))
    header, said = reader.header(), reader.metadata()
    assert (header["min_zoom"], header["max_zoom"], header["clustered"]) == (0, MAX_ZOOM, True)
    assert (header["tile_type"], header["tile_compression"]) == (TileType.MVT, Compression.GZIP)
    box = [header[f"{end}_{axis}_e7"] / 1e7 for end in ("min", "max") for axis in ("lon", "lat")]
    assert box == pytest.approx(one(sample_store, "SELECT bounds FROM release"), abs=1e-7)
    assert said["version"] == one(sample_store, "SELECT name FROM release")
    assert "Servicio Geológico Mexicano" in said["attribution"]
    (layer,) = said["vector_layers"]
    assert layer == {"id": "deposits", "fields": fields(["mrds", "sgm"]), "minzoom": 0, "maxzoom": MAX_ZOOM}


def test_a_release_is_baked_to_the_same_bytes_each_time_and_called_by_them(
    sample_store: Engine, tmp_path: Path
) -> None:
    for part in "ab":
        writing.prepare(tmp_path / part)
    names = {baking.bake(sample_store, 1, tmp_path / part) for part in "ab"}
    (name,) = names
    assert name
    assert {sha256(path.read_bytes()).hexdigest() for path in tmp_path.glob("*/*")} == names
    assert baking.bake(sample_store, 1, tmp_path / "a") == name
    assert [path.name for path in (tmp_path / "a").iterdir()] == [f"{name}.pmtiles"]


def test_a_release_with_nothing_to_see_has_no_archive(own_sample_store: Engine, tmp_path: Path) -> None:
    with own_sample_store.begin() as connection:
        connection.execute(text("UPDATE tile_point SET release_level = 2"))
    assert baking.bake(own_sample_store, 1, tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_an_archive_that_is_not_finished_is_not_there(sample_store: Engine, tmp_path: Path) -> None:
    def broken() -> Any:
        yield writing.numbered(0, 0, 0, b"tile")
        raise KeyError

    with pytest.raises(KeyError):
        writing.write(tmp_path, broken(), mercator.WORLD, {})
    assert list(tmp_path.iterdir()) == []


def test_boundaries_are_countries_and_states_in_both_languages(boundaries: Path) -> None:
    reader, tiles = opened(boundaries, "boundaries")
    assert (reader.header()["min_zoom"], reader.header()["max_zoom"]) == (0, BOUNDARIES_MAX_ZOOM)
    world = {said["code"]: said for said in (feature["properties"] for feature in tiles[0, 0, 0])}
    assert {"US", "MX", "CA"} <= world.keys()
    sonora = {f["properties"]["code"]: f["properties"] for f in tiles[6, 12, 26]}["MX-SON"]
    assert sonora == {
        "level": "state",
        "code": "MX-SON",
        "country": "MX",
        "name_en": "Sonora",
        "name_es": "Sonora",
    }
    assert world["US"]["name_es"] == "Estados Unidos"
    assert {f["geometry"]["type"] for drawn in tiles.values() for f in drawn} <= {"Polygon", "MultiPolygon"}


def test_a_boundary_is_named_once_and_inside_of_it(boundaries: Path) -> None:
    _, tiles = opened(boundaries, "boundary_names")
    for zoom in range(BOUNDARIES_MAX_ZOOM + 1):
        names = Counter(
            f["properties"]["code"] for at, drawn in tiles.items() for f in filter(inside, drawn) if at[0] == zoom
        )
        assert {"US", "MX", "US-NV", "MX-SON"} <= names.keys()
        assert set(names.values()) == {1}
    (sonora,) = (f for f in tiles[6, 12, 26] if f["properties"]["code"] == "MX-SON" and inside(f))
    _, lines = opened(boundaries, "boundaries")
    (shape,) = (f for f in lines[6, 12, 26] if f["properties"]["code"] == "MX-SON")
    assert shapely.geometry.shape(shape["geometry"]).contains(shapely.Point(sonora["geometry"]["coordinates"]))


def test_boundaries_are_made_once(boundaries: Path, sample_store: Engine, folder: Path) -> None:
    before = boundaries.stat().st_mtime_ns
    assert outlines.bake(sample_store, folder) == boundaries.stem
    assert boundaries.stat().st_mtime_ns == before


def test_a_published_release_names_its_archives(
    own_sample_store: Engine, quiet: Teller, folder: Path, one: One
) -> None:
    move(own_sample_store)
    publish(own_sample_store, quiet, folder=folder)
    names = one(own_sample_store, "SELECT ARRAY[archive, boundaries] FROM release WHERE id = 2")
    assert sorted(path.stem for path in folder.iterdir()) == sorted(names)


def test_archives_go_with_the_releases_that_they_are_of(
    own_sample_store: Engine, quiet: Teller, folder: Path, one: One
) -> None:
    publishing.bake_missing(own_sample_store, folder)
    made = []
    for _ in range(4):
        move(own_sample_store)
        publish(own_sample_store, quiet, folder=folder)
        made.append(one(own_sample_store, "SELECT archive FROM release ORDER BY id DESC LIMIT 1"))
    boundaries = one(own_sample_store, "SELECT boundaries FROM release ORDER BY id DESC LIMIT 1")
    assert {path.stem for path in folder.iterdir()} == {*made[-3:], boundaries}
    rollback(own_sample_store)
    assert one(own_sample_store, "SELECT archive FROM catalogue JOIN release ON id = current_release") == made[-2]


def test_what_a_killed_publish_left_is_removed_by_the_next(
    own_sample_store: Engine, quiet: Teller, folder: Path
) -> None:
    (folder / "tmpabc.unfinished").write_bytes(b"half")
    move(own_sample_store)
    publish(own_sample_store, quiet, folder=folder)
    assert {path.suffix for path in folder.iterdir()} == {".pmtiles"}


def test_what_a_folder_lacks_of_the_kept_releases_is_baked_by_migrating(
    own_sample_store: Engine, vetalode: Any, folder: Path, monkeypatch: pytest.MonkeyPatch, one: One
) -> None:
    monkeypatch.setenv("ARCHIVES", str(folder))
    assert vetalode(own_sample_store, "migrate")[0] == 0
    name = one(own_sample_store, "SELECT archive FROM release")
    path_of(folder, name).unlink()
    assert vetalode(own_sample_store, "migrate")[0] == 0
    assert path_of(folder, name).is_file()


_MILLIDEGREES = iter(range(1, 1000))


def move(store: Engine) -> None:
    """A deposit is elsewhere by a finished run, so that there is something to publish."""
    with store.begin() as connection:
        connection.execute(
            text("""
                WITH run AS (
                    INSERT INTO ingest_run (source, state, partial, crosswalk_digest, rows_in, rows_published,
                                            rows_rejected, rows_unchanged, rows_ended, rows_reread)
                    VALUES ('mrds', 'done', true, '', 1, 1, 0, 0, 0, 0) RETURNING id)
                UPDATE record SET longitude = longitude + :n / 1000.0 FROM run
                WHERE source = 'mrds' AND source_id = '99900001' AND valid_to_run IS NULL
            """),
            {"n": next(_MILLIDEGREES)},
        )
