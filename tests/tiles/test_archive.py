"""An archive is read as the `pmtiles` library reads it, and stays open as long as anyone has it."""

import asyncio
import gzip
import logging

import pytest
from pmtiles.reader import MemorySource, Reader, all_tiles

from app.domain.bbox import Bbox
from app.tiles.archive import Archive, Archives
from app.tiles.pyramid import path_of
from ingest import archives

MEXICO = Bbox(-120, 14, -86, 33)


def _write(folder, places, said="tile"):
    tiles = (archives.numbered(*place, f"{said} {place}".encode()) for place in places)
    return archives.write(folder, sorted(tiles), MEXICO, {"attribution": "Natural Earth"})


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """An archive whose directory has leaves: its folder and name."""
    folder = tmp_path_factory.mktemp("many")
    places = {
        (z, n**3 * 7919 % ((1 << z) - 1 or 1), n**5 % ((1 << z) - 3 or 1)) for z in range(13) for n in range(4000)
    }
    return folder, _write(folder, places)


def test_every_tile_of_an_archive_with_leaves_is_found(many):
    folder, name = many
    source = MemorySource(path_of(folder, name).read_bytes())
    assert Reader(source).header()["leaf_directory_length"] > 0
    archive = Archive(name, path_of(folder, name))
    stored = dict(all_tiles(source))
    assert len(stored) > 10_000
    assert all(archive.tile(*place) == tile for place, tile in stored.items())


def test_a_tile_that_an_archive_has_not_is_none(many):
    folder, name = many
    archive = Archive(name, path_of(folder, name))
    stored = {place for place, _ in all_tiles(MemorySource(path_of(folder, name).read_bytes()))}
    missing = {(12, x, y) for x in range(60) for y in range(60)} - stored
    assert len(missing) > 3000
    assert {archive.tile(*place) for place in missing} == {None}


def test_tiles_of_the_same_bytes_that_follow_one_another_are_all_found(tmp_path):
    tiles = [archives.numbered(3, x, y, b"sea") for x in range(8) for y in range(8)]
    name = archives.write(tmp_path, sorted(tiles), MEXICO, {})
    archive = Archive(name, path_of(tmp_path, name))
    assert {gzip.decompress(archive.tile(3, x, y)) for x in range(8) for y in range(8)} == {b"sea"}
    assert [archive.tile(2, 3, 3), archive.tile(4, 0, 0)] == [None, None]


def test_what_an_archive_says_of_itself_is_known(tmp_path):
    name = _write(tmp_path, [(0, 0, 0)])
    archive = Archive(name, path_of(tmp_path, name))
    assert (archive.bounds, archive.metadata["attribution"]) == (MEXICO, "Natural Earth")
    assert archive.piece(0, archive.size) == path_of(tmp_path, name).read_bytes()


def test_a_file_of_other_bytes_than_its_name_says_is_not_used_and_told_once(tmp_path, caplog):
    name = _write(tmp_path, [(0, 0, 0)])
    whole = path_of(tmp_path, name).read_bytes()
    path_of(tmp_path, name).write_bytes(whole[:-1])
    folder = Archives(tmp_path)

    async def asked():
        return [await folder.opened(name) for _ in range(3)]

    with caplog.at_level(logging.WARNING):
        assert asyncio.run(asked()) == [None] * 3
    assert [record.getMessage() for record in caplog.records] == [
        f"{path_of(tmp_path, name)} is not used: its bytes are not those that it is named by"
    ]
    path_of(tmp_path, name).write_bytes(whole)
    assert asyncio.run(folder.opened(name)).tile(0, 0, 0)


def test_an_archive_that_comes_later_is_found_without_a_restart(tmp_path):
    folder = Archives(tmp_path / "later")
    name = _write(tmp_path, [(0, 0, 0)])
    assert asyncio.run(folder.opened(name)) is None
    (tmp_path / "later").mkdir()
    path_of(tmp_path, name).rename(path_of(tmp_path / "later", name))
    assert asyncio.run(folder.opened(name)).name == name


def test_an_archive_is_opened_once_for_all_who_ask(tmp_path):
    name = _write(tmp_path, [(0, 0, 0)])
    folder = Archives(tmp_path)

    async def together():
        return await asyncio.gather(*(folder.opened(name) for _ in range(50)))

    assert len(set(map(id, asyncio.run(together())))) == 1


def test_an_archive_that_was_let_go_and_removed_is_read_to_its_end(tmp_path):
    name = _write(tmp_path, [(1, 0, 0), (1, 1, 1)])
    folder = Archives(tmp_path)
    archive = asyncio.run(folder.opened(name))
    folder.retain(set())
    path_of(tmp_path, name).unlink()
    assert dict(folder.open) == {}
    assert gzip.decompress(archive.tile(1, 1, 1)) == b"tile (1, 1, 1)"
