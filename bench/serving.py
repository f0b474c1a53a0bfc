"""Items as clients ask for them, and QGIS's waiting, against tipg on the same PostGIS, deposits and columns."""

import json
import os
import random
import shutil
import subprocess
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy import text

from bench import services, stores
from bench.figures import Figure
from bench.load import CONNECTIONS, Load, load

_SEED = 20_261
_ROUNDS = 3
_SECONDS = 6
# tipg takes most of a second over a page of 10,000, and eight are asked for at once.
_LONG_S = 24
_DEEP = 200_000
_QGIS_LIMIT_S = 150
# More bytes than an answer without a body has.
_EMPTY = 1000
_OURS, _TIPG = "/collections/deposits/items", "/collections/peer.deposits/items"


@dataclass(frozen=True, slots=True)
class _Two:
    """Where the two services are; None where tipg is not installed."""

    ours: str
    tipg: str | None


def measure(server: str, folder: Path) -> list[Figure]:
    """The figures; what is not installed is named in place of its figure."""
    if not shutil.which("wrk"):
        return [Figure("items, against tipg", "not measured: wrk is not installed")]
    whole, *_ = stores.files(folder)
    with stores.database(server) as url:
        stores.publish(url, whole)
        boxes, ids = _boxes(url), _ids(url)
        with services.ours(url) as ours:
            if services.has_tipg():
                with services.tipg(url) as tipg:
                    figures = _figures(_Two(ours, tipg), boxes, ids)
            else:
                figures = _figures(_Two(ours, None), boxes, ids)
        return [*figures, *_qgis(url, _number(url))]


def _figures(two: _Two, boxes: Sequence[str], ids: Sequence[str]) -> list[Figure]:
    asked = f"{CONNECTIONS} connections, one worker each"
    return [
        *_against(
            two, f"items, limit 100, random distinct boxes ({asked})", _of_boxes(boxes), _SECONDS, 10, p99_ms=100
        ),
        *_against(two, "items, limit 10,000", lambda items, _: [f"{items}?limit=10000"], _LONG_S, 10, rounds=1),
        *_against(two, "item by id, random", lambda items, n: [f"{items}/{one}" for one in _part(ids, n)], _SECONDS, 2),
        *_deep(two),
        _not_modified(two.ours),
    ]


_Paths = Callable[[str, int], Sequence[str]]


def _of_boxes(boxes: Sequence[str]) -> _Paths:
    return lambda items, n: [f"{items}?limit=100&bbox={box}" for box in _part(boxes, n)]


def _part(all_of: Sequence[str], n: int) -> Sequence[str]:
    """What is asked in round n; the first is to warm up, and nothing is asked twice."""
    size = len(all_of) // (_ROUNDS + 1)
    return all_of[n * size : (n + 1) * size]


def _against(
    two: _Two,
    what: str,
    paths: _Paths,
    seconds: int,
    target: float,
    *,
    rounds: int = _ROUNDS,
    p99_ms: float | None = None,
) -> list[Figure]:
    """Both services by turns, so that what the machine does meanwhile is shared; the median of the rounds."""
    load(two.ours, paths(_OURS, 0), 2)
    ours, theirs = list[Load](), list[Load]()
    if two.tipg:
        load(two.tipg, paths(_TIPG, 0), 2)
    for n in range(1, rounds + 1):
        ours.append(load(two.ours, paths(_OURS, n), seconds))
        if two.tipg:
            theirs.append(load(two.tipg, paths(_TIPG, n), seconds))
    mine = median(one.per_second for one in ours)
    figures = []
    if theirs:
        peer = median(one.per_second for one in theirs)
        slowest = median(one.p99_ms for one in theirs)
        said = f"{mine:.0f}/s, {mine / peer:.1f} × tipg's {peer:.1f}/s (p99 {slowest:.0f} ms)"
        figures.append(Figure(what, said, f"≥ {target:g} ×", mine / peer >= target))
    else:
        figures.append(Figure(what, f"{mine:.0f}/s; tipg is not installed"))
    if p99_ms:
        slowest = median(one.p99_ms for one in ours)
        figures.append(Figure("of these, p99", f"{slowest:.0f} ms", f"≤ {p99_ms:g} ms", slowest <= p99_ms))
    return figures


def _deep(two: _Two) -> list[Figure]:
    """What a page costs whose first row is 200,000 rows in, in pages at the beginning."""
    ours = _cost(two.ours, f"{_OURS}?limit=100", _walked(two.ours))
    figures = [Figure("a page of 100, 200,000 rows in, in first pages", f"{ours:.2f}", "≤ 1.2", ours <= 1.2)]
    if two.tipg:
        theirs = _cost(two.tipg, f"{_TIPG}?limit=100", f"{_TIPG}?limit=100&offset={_DEEP}")
        figures.append(Figure("the same from tipg, by offset", f"{theirs:.2f}"))
    return figures


def _cost(base: str, near: str, far: str) -> float:
    load(base, [far], 1)
    rounds = [(load(base, [near], _SECONDS), load(base, [far], _SECONDS)) for _ in range(_ROUNDS)]
    return median(one.per_second / other.per_second for one, other in rounds)


def _walked(base: str) -> str:
    """The path of our page of 100 that begins 200,000 rows in."""
    address, walked = f"{base}{_OURS}?limit=10000", 0
    while walked < _DEEP:
        page = json.load(urllib.request.urlopen(address))
        walked += page["numberReturned"]
        address = next(link["href"] for link in page["links"] if link["rel"] == "next")
    return address.removeprefix(base).replace("limit=10000", "limit=100")


def _not_modified(base: str) -> Figure:
    path = f"{_OURS}?limit=100"
    asked = urllib.request.Request(base + path, headers={"Accept": "*/*"})
    tag = urllib.request.urlopen(asked).headers["ETag"]
    rounds = [load(base, [path], _SECONDS, {"If-None-Match": tag}) for _ in range(_ROUNDS)]
    if any(one.bytes > _EMPTY * one.answers for one in rounds):
        raise ValueError(f"{base}{path} was not answered by 304 alone")
    rate = median(one.per_second for one in rounds)
    return Figure("304, nothing has changed", f"{rate:.0f}/s", "≥ 3,000/s", rate >= 3000)


def _ids(url: str) -> list[str]:
    return [str(row[0]) for row in stores.drawn(url, "id", 100_000)]


def _boxes(url: str) -> list[str]:
    """Around deposits drawn at random, from a tenth of a degree wide to five: as a map shows them at its zooms."""
    chance = random.Random(_SEED)
    return [_box(chance, *row) for row in stores.drawn(url, "longitude, latitude", 24_000)]


def _box(chance: random.Random, x: float, y: float) -> str:
    width = 10 ** chance.uniform(-1, 0.7)
    height = 0.7 * width
    west, south = x - chance.random() * width, y - chance.random() * height
    return f"{max(west, -180):.5f},{max(south, -90):.5f},{min(west + width, 180):.5f},{min(south + height, 90):.5f}"


def _number(url: str) -> int:
    with stores.connected(url) as connection:
        return connection.scalar(text("SELECT count(*) FROM deposit")) or 0


def _qgis(url: str, deposits: int) -> Iterator[Figure]:
    what = "QGIS loads all deposits: time that it waited for"
    if subprocess.run(("/usr/bin/python3", "-c", "import qgis.core"), capture_output=True, check=False).returncode:
        yield Figure(what, "not measured: QGIS for Python is not installed")
        return
    for name, serve, collection in (("us", services.ours, "deposits"), ("tipg", services.tipg, "peer.deposits")):
        if name == "tipg" and not services.has_tipg():
            yield Figure(f"{what} tipg", "not measured: tipg is not installed")
            continue
        with TemporaryDirectory() as folder, serve(url, Path(folder) / "waits") as base:
            loaded, whole = _loaded(base, collection, Path(folder) / "profile")
            waits = [float(line) for line in (Path(folder) / "waits").read_text(encoding="ascii").splitlines()]
        whole = whole and loaded == deposits
        end = "" if whole else f" of {deposits:,} (it was stopped after {_QGIS_LIMIT_S} s)"
        said = f"{sum(waits):.1f} s in {len(waits)} requests, {loaded:,} deposits{end}"
        if name == "us":
            yield Figure(f"{what} {name}", said, "≤ 10 s, all of them", whole and sum(waits) <= 10)
        else:
            yield Figure(f"{what} {name}", said)


def _loaded(base: str, collection: str, profile: Path) -> tuple[int, bool]:
    """How many deposits QGIS has got, and whether it came to an end before it was stopped."""
    script = str(Path(__file__).with_name("qgis_load.py"))
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = ("/usr/bin/python3", script, f"{base}/", collection, str(profile))
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        said, _ = process.communicate(timeout=_QGIS_LIMIT_S)
        whole = process.returncode == 0
    except subprocess.TimeoutExpired:
        process.kill()
        said, _ = process.communicate()
        whole = False
    return int((said.split() or ["0"])[-1]), whole
