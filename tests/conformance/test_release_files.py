"""Files of a release are read where they lie: for a box, a part of their bytes crosses the network."""

import io
import re
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.settings import Settings
from ingest.snapshots import snapshot

pytestmark = pytest.mark.conformance

BOX = (-111.0, 24.0, -110.0, 26.0)
# What GDAL asks of a server that it would not have to ask.
SHORT = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR"}


class Counter(ThreadingHTTPServer):
    """Stands before the service, passes on what is asked of it, and counts the bytes of the answers."""

    def __init__(self, behind: str) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.behind = behind
        self.counted = 0
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class _Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        told = {"Accept-Encoding": "identity"}
        if "Range" in self.headers:
            told["Range"] = self.headers["Range"]
        with httpx2.Client(trust_env=False, timeout=60) as client:
            answer = client.request(self.command, self.server.behind + self.path, headers=told)
        self.send_response(answer.status_code)
        for name in ("Content-Length", "Content-Range", "Content-Type", "Accept-Ranges", "ETag", "Last-Modified"):
            if name in answer.headers:
                self.send_header(name, answer.headers[name])
        self.end_headers()
        self.server.counted += len(answer.content)
        self.wfile.write(answer.content)

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="session")
def released(big_store, big_served, archives, quiet) -> dict[str, dict]:
    """The files of the release of 20 132 deposits, by their names, as its manifest has them."""
    url = big_store.url.render_as_string(hide_password=False)
    snapshot(Settings(database_url=url, archives=str(archives)), big_store, quiet)
    with httpx2.Client(base_url=big_served.url, trust_env=False) as client:
        current = client.get("/releases").json()["current"]
        said = client.get(f"/releases/{current}/manifest.json").json()
    return {one["name"]: one for one in said["files"]}


@pytest.fixture
def counting(big_served) -> Iterator[Counter]:
    counter = Counter(big_served.url)
    thread = threading.Thread(target=counter.serve_forever)
    thread.start()
    yield counter
    counter.shutdown()
    thread.join()
    counter.server_close()


@pytest.fixture
def through(counting, big_served) -> Callable[[str], str]:
    """The address of a file by which its bytes are counted."""
    return lambda address: address.replace(big_served.url, counting.url)


@pytest.fixture(scope="module")
def inside(big_features) -> set[str]:
    west, south, east, north = BOX
    places = {number: one["geometry"]["coordinates"] for number, one in big_features.items()}
    found = {number for number, (x, y) in places.items() if west <= x <= east and south <= y <= north}
    assert 500 < len(found) < len(places) / 10
    return found


def test_gdal_reads_a_box_of_flatgeobuf_where_it_lies(run, released, counting, through, inside):
    one = released["deposits.fgb"]
    box = tuple(map(str, BOX))
    said = run("gdal-bin", "ogrinfo", "-ro", "-al", "-spat", *box, f"/vsicurl/{through(one['address'])}", **SHORT)
    assert set(re.findall(r"^  id \(String\) = (\S+)$", said, re.MULTILINE)) == inside
    assert 0 < counting.counted < one["bytes"] / 4


# In a process of its own: while GDAL waits for an answer, it lets no other thread of Python's give one.
_READ = """
import sys, pyogrio
print(*pyogrio.read_dataframe(sys.argv[1], bbox=tuple(map(float, sys.argv[2:])))["id"])
"""


def test_the_newer_gdal_does_so_too(run, released, counting, through, inside):
    one = released["deposits.fgb"]
    said = run("pyogrio", sys.executable, "-c", _READ, f"/vsicurl/{through(one['address'])}", *map(str, BOX), **SHORT)
    assert set(said.split()) == inside
    assert 0 < counting.counted < one["bytes"] / 4


class Ranges(io.RawIOBase):
    """A file at an address, of which each part is asked for when it is read."""

    def __init__(self, address: str) -> None:
        self._client = httpx2.Client(trust_env=False, timeout=60)
        self._address, self._at = address, 0
        self._size = int(self._client.head(address).headers["content-length"])

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def read(self, size: int = -1) -> bytes:
        end = self._size if size < 0 else min(self._at + size, self._size)
        if end <= self._at:
            return b""
        answer = self._client.get(self._address, headers={"Range": f"bytes={self._at}-{end - 1}"})
        assert (answer.status_code, len(answer.content)) == (206, end - self._at)
        self._at = end
        return answer.content

    def close(self) -> None:
        self._client.close()
        super().close()


def test_arrow_reads_a_box_of_geoparquet_where_it_lies(released, counting, through, inside):
    one = released["deposits.parquet"]
    west, south, east, north = BOX
    with Ranges(through(one["address"])) as ranges:
        file = pq.ParquetFile(pa.PythonFile(ranges, mode="r"))
        groups = [number for number in range(file.num_row_groups) if _meets(file.metadata.row_group(number))]
        table = file.read_row_groups(groups, columns=["id", "bbox"])
    assert 0 < len(groups) < file.num_row_groups
    places = {row["id"]: (row["bbox"]["xmin"], row["bbox"]["ymin"]) for row in table.to_pylist()}
    assert {i for i, (x, y) in places.items() if west <= x <= east and south <= y <= north} == inside
    # Positions and ids are half of so small a file, whose texts are all alike.
    assert 0 < counting.counted < one["bytes"] * 2 / 3


def _meets(group: pq.RowGroupMetaData) -> bool:
    """Whether the box of a group of rows, by its statistics, meets `BOX`."""
    columns = [group.column(number) for number in range(group.num_columns)]
    sides = {column.path_in_schema: column.statistics for column in columns}
    west, south, east, north = BOX
    return bool(
        sides["bbox.xmin"].min <= east
        and sides["bbox.xmax"].max >= west
        and sides["bbox.ymin"].min <= north
        and sides["bbox.ymax"].max >= south
    )
