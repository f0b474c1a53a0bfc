"""Tiles: baking them, a session over all zooms, and filtered ones; against tipg, Martin and pg_tileserv."""

import gzip
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path
from statistics import mean, median, quantiles
from time import perf_counter
from urllib.parse import quote, urlsplit

import mapbox_vector_tile
from mapbox_vector_tile.Mapbox import vector_tile_pb2
from pmtiles.reader import MmapSource, all_tiles
from sqlalchemy import text

from app.domain.mercator import tile_at
from app.tiles.pyramid import EXTENT, MAX_ZOOM, path_of
from bench import services, stores
from bench.figures import Figure, timed
from bench.load import CONNECTIONS, Load, load
from bench.session import FIRST_ZOOM, LAST_ZOOM, Place, session

_TILES = 8000
_ROUNDS = 3
_SECONDS = 6
_AGAIN = 1000
_HITS = 200
_OF_A_ZOOM = 12
# As browsers, QGIS and all maps do.
_ZIPPED = {"Accept-Encoding": "gzip"}

_CQL2 = ("status='producer'", "deposit_form='vein'")
_FILTERS = (
    "commodity=gold",
    "list=us-critical-2025",
    "status=past-producer",
    "source=sgm",
    "country=MX&commodity=silver",
    *(f"filter={quote(said)}" for said in _CQL2),
)


@dataclass(frozen=True, slots=True)
class _Service:
    """Who serves tiles, and the address and path of one."""

    name: str
    base: str
    path: Callable[[Place], str]

    def bear(self, places: Sequence[Place], seconds: int, *, once: bool = True) -> Load:
        return load(self.base, [self.path(place) for place in places], seconds, _ZIPPED, once=once)


def _ours(base: str) -> _Service:
    return _Service("ours", base, lambda place: "/tiles/deposits/{}/{}/{}.mvt".format(*place))


def _tipg(base: str) -> _Service:
    return _Service("tipg", base, _path_of_tipg)


def _path_of_tipg(place: Place) -> str:
    return "/collections/peer.deposits/tiles/WebMercatorQuad/{}/{}/{}".format(*place)


def measure(server: str, folder: Path) -> list[Figure]:
    """The figures; what is not installed is named in place of its figure."""
    if not shutil.which("wrk"):
        return [Figure("tiles", "not measured: wrk is not installed")]
    mrds, _, *sgm = stores.files(folder)
    with stores.database(server) as url, ExitStack() as running:
        stores.publish(url, mrds, *sgm)
        archive, baked = _bake(url)
        services.fill_points(url)
        places = stores.drawn(url, "longitude, latitude", 20_000)
        ours = _ours(running.enter_context(services.ours(url)))
        tipg = _tipg(running.enter_context(services.tipg(url))) if services.has_tipg() else None
        peers, missing = _peers(url, archive, running)
        return [
            *baked,
            *_whole_world(ours, [one for one in (tipg, *peers) if one]),
            *_panned(ours, [one for one in (tipg, *peers) if one], session(places, _TILES), archive),
            *([] if tipg else [Figure("the same from tipg", "not measured: tipg is not installed")]),
            *missing,
            *_again(url, ours, archive, session(places, _AGAIN)),
            *_filtered(ours, tipg, places),
            _hit(ours, places),
        ]


def _bake(url: str) -> tuple[Path, Iterator[Figure]]:
    """The archive of deposits, baked anew, and what that took."""
    with stores.connected(url) as connection:
        name, deposits = connection.execute(
            text("SELECT archive, deposits FROM catalogue JOIN release ON release.id = current_release")
        ).one()
    archive = path_of(Path(os.environ["ARCHIVES"]), name)
    archive.unlink()
    taken = timed((*stores.VETALODE, "migrate"), {"DATABASE_URL": url})
    if not archive.exists():
        raise ValueError("the same release was baked into another archive")
    return archive, _of_baking(archive, deposits, taken.seconds, taken.peak_mb)


def _of_baking(archive: Path, deposits: int, seconds: float, peak_mb: float) -> Iterator[Figure]:
    with archive.open("rb") as file:
        sizes = {place: len(tile) for place, tile in all_tiles(MmapSource(file))}
        world = next(tile for place, tile in all_tiles(MmapSource(file)) if place == (0, 0, 0))
    counted = sum(
        feature["properties"].get("point_count", 1)
        for feature in mapbox_vector_tile.decode(gzip.decompress(world))["deposits"]["features"]
        if all(0 <= axis < EXTENT for axis in feature["geometry"]["coordinates"])
    )
    largest = max(sizes, key=lambda place: sizes[place])
    largest_kb = sizes[largest] / 1000
    yield Figure(
        f"tiles of {deposits:,} deposits baked, the whole command", f"{seconds:.1f} s", "≤ 60 s", seconds <= 60
    )
    yield Figure("peak memory of it, without PostgreSQL", f"{peak_mb:.0f} MB")
    yield Figure("the archive", f"{len(sizes):,} tiles, {archive.stat().st_size / 1e6:.1f} MB")
    yield Figure(
        "its largest tile, gzipped",
        f"{largest_kb:.1f} KB ({'/'.join(map(str, largest))})",
        "≤ 200 KB",
        largest_kb <= 200,
    )
    yield Figure(
        "tile of zoom 0, gzipped",
        f"{len(world) / 1000:.1f} KB, {counted:,} deposits of {deposits:,} counted",
        "≤ 100 KB, all of them",
        len(world) <= 100_000 and counted == deposits,
    )


def _peers(url: str, archive: Path, running: ExitStack) -> tuple[list[_Service], list[Figure]]:
    """Those whose programs are named, and a line for each that is not."""
    peers, missing = list[_Service](), list[Figure]()
    if binary := os.environ.get("MARTIN_BIN"):
        made, tiles = _by_tippecanoe(url, archive)
        base = running.enter_context(services.martin(binary, url, made, caching=False))
        peers += _of_martin(base, tiles)
    else:
        missing.append(Figure("the same from Martin", "not measured: MARTIN_BIN does not name its program"))
    if binary := os.environ.get("PG_TILESERV_BIN"):
        base = running.enter_context(services.pg_tileserv(binary, url))
        peers.append(_Service("pg_tileserv", base, lambda place: "/peer.points/{}/{}/{}.pbf".format(*place)))
    else:
        missing.append(Figure("the same from pg_tileserv", "not measured: PG_TILESERV_BIN does not name its program"))
    return peers, missing


def _of_martin(base: str, tiles: str) -> tuple[_Service, _Service]:
    return (
        _Service("Martin on PostGIS", base, lambda place: "/points/{}/{}/{}".format(*place)),
        _Service(f"Martin on {tiles}", base, lambda place: "/archive/{}/{}/{}".format(*place)),
    )


def _by_tippecanoe(url: str, archive: Path) -> tuple[Path, str]:
    """The archive that tippecanoe makes of the same points, or ours, and what it is called."""
    if not shutil.which("tippecanoe"):
        return archive, "our archive (tippecanoe is not installed)"
    points, made = archive.with_name("points.geojsonl"), archive.with_name("tippecanoe.pmtiles")
    with stores.connected(url) as connection, points.open("w", encoding="utf-8") as out:
        said = text(
            "SELECT ST_AsGeoJSON(said.*) FROM (SELECT *, ST_Transform(geom, 4326) AS geom FROM peer.points) said"
        )
        out.writelines(f"{row[0]}\n" for row in connection.execution_options(yield_per=1000).execute(said))
    options = ("-Z0", f"-z{MAX_ZOOM}", "-ldeposits", "--drop-densest-as-needed", "--force", "--quiet")
    subprocess.run(("tippecanoe", *options, "-o", str(made), str(points)), check=True)
    return made, "a PMTiles of tippecanoe"


def _whole_world(ours: _Service, peers: Sequence[_Service]) -> Iterator[Figure]:
    _fetch(ours, [(0, 0, 0)])
    for peer in peers:
        body = _fetch(peer, [(0, 0, 0)])
        shown = _number(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
        yield Figure(f"tile of zoom 0 from {peer.name}", f"{len(body) / 1000:,.1f} KB, {shown:,} features")


def _fetch(service: _Service, places: Sequence[Place]) -> bytes:
    """Asks for the tiles one by one; the body of the last."""
    client = HTTPConnection(urlsplit(service.base).netloc)
    return [_asked(client, service.path(place))[0] for place in places][-1]


def _number(tile: bytes) -> int:
    said = vector_tile_pb2.tile()
    said.ParseFromString(tile)
    return sum(len(layer.features) for layer in said.layers)


def _panned(ours: _Service, peers: Sequence[_Service], places: Sequence[Place], archive: Path) -> Iterator[Figure]:
    """All by turns; each round begins elsewhere in the session, for those who do not come to its end."""
    rounds = list[Mapping[str, Load]]()
    for n in range(_ROUNDS):
        start = n * len(places) // _ROUNDS
        turned = [*places[start:], *places[:start]]
        rounds.append({one.name: one.bear(turned, _SECONDS) for one in (ours, *peers)})
    rates = {one.name: median(borne[one.name].per_second for borne in rounds) for one in (ours, *peers)}
    slowest = {one.name: median(borne[one.name].p99_ms for borne in rounds) for one in (ours, *peers)}
    rate, p99_ms = rates[ours.name], slowest[ours.name]
    yield Figure(
        f"a session of {len(places):,} distinct tiles, zooms {FIRST_ZOOM} to {LAST_ZOOM}, "
        f"{_empty(places, archive):.0%} empty; nobody keeps tiles ({CONNECTIONS} connections, one worker each)",
        f"{rate:,.0f}/s",
        "≥ 10,000/s",
        rate >= 10_000,
    )
    yield Figure("of these, p99", f"{p99_ms:.1f} ms", "≤ 5 ms", p99_ms <= 5)
    for peer in peers:
        ratio, least = rate / rates[peer.name], 50 if peer.name == "tipg" else 1
        yield Figure(
            f"against {peer.name}",
            f"{ratio:.1f} × its {rates[peer.name]:,.0f}/s (p99 {slowest[peer.name]:,.1f} ms)",
            f"≥ {least} ×",
            ratio >= least,
        )


def _empty(places: Sequence[Place], archive: Path) -> float:
    with archive.open("rb") as file:
        full = {place for place, _ in all_tiles(MmapSource(file))}
    return sum(place not in full for place in places) / len(places)


def _again(url: str, ours: _Service, archive: Path, places: Sequence[Place]) -> Iterator[Figure]:
    """What has been asked for before, by those who keep tiles in memory."""
    what = f"{len(places):,} tiles of the session again and again"
    yield Figure(what, f"{ours.bear(places, _SECONDS, once=False).per_second:,.0f}/s")
    binary = os.environ.get("MARTIN_BIN")
    if not binary:
        return
    with services.martin(binary, url, archive, caching=True) as base:
        for martin in _of_martin(base, "our archive"):
            _fetch(martin, places)
            rate = martin.bear(places, _SECONDS, once=False).per_second
            yield Figure(f"{what}, {martin.name}, which keeps them", f"{rate:,.0f}/s")


def _filtered(ours: _Service, tipg: _Service | None, places: Sequence[tuple[float, float]]) -> Iterator[Figure]:
    """One question after the other, each of them asked once."""
    client = HTTPConnection(urlsplit(ours.base).netloc)
    other = HTTPConnection(urlsplit(tipg.base).netloc) if tipg else None
    for zoom in range(MAX_ZOOM + 1):
        tiles = list(islice(dict.fromkeys((zoom, *tile_at(zoom, *place)) for place in places), _OF_A_ZOOM))
        taken, by_cql2, theirs = list[float](), list[float](), list[float]()
        for tile in tiles:
            took = [_asked(client, f"{ours.path(tile)}?{said}")[1] for said in _FILTERS]
            taken += took
            by_cql2 += took[-len(_CQL2) :]
            if other:
                theirs += [_asked(other, f"{_path_of_tipg(tile)}?filter={quote(said)}")[1] for said in _CQL2]
        yield _of_zoom(zoom, len(tiles), taken, mean(theirs) / mean(by_cql2) if theirs else None)


def _of_zoom(zoom: int, tiles: int, taken: Sequence[float], ratio: float | None) -> Figure:
    p95_ms = quantiles(taken, n=20)[-1]
    what = f"filtered tile of zoom {zoom}, not kept: {len(_FILTERS)} filters on {tiles}"
    said = f"p95 {p95_ms:.0f} ms, median {median(taken):.0f} ms"
    if ratio is None:
        return Figure(what, said, "≤ 60 ms", p95_ms <= 60)
    return Figure(what, f"{said}; by CQL2 {ratio:.1f} × as fast as tipg", "≤ 60 ms, ≥ 5 ×", p95_ms <= 60 and ratio >= 5)


def _asked(client: HTTPConnection, path: str) -> tuple[bytes, float]:
    """The body of an answer, and how many ms it took."""
    started = perf_counter()
    client.request("GET", path, headers=_ZIPPED)
    answer = client.getresponse()
    body = answer.read()
    took_ms = (perf_counter() - started) * 1000
    if answer.status not in (200, 204):
        raise ValueError(f"{path}: {answer.status} {body[:500]!r}")
    return body, took_ms


def _hit(ours: _Service, places: Sequence[tuple[float, float]]) -> Figure:
    tiles = islice(dict.fromkeys((8, *tile_at(8, *place)) for place in places), _HITS)
    kept = _Service(ours.name, ours.base, lambda place: f"{ours.path(place)}?commodity=gold")
    asked = list(tiles)
    _fetch(kept, asked)
    rate = median(kept.bear(asked, _SECONDS, once=False).per_second for _ in range(_ROUNDS))
    return Figure(f"filtered tile that is kept, {len(asked)} of them", f"{rate:,.0f}/s", "≥ 3,000/s", rate >= 3000)
