"""Downloads from real servers on the loopback, which fail in the ways that servers do."""

import io
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import pytest
from rich.console import Console

from app.errors import Busy, FileFault
from app.words import Lang
from ingest.fetch import fetch_file, sole_writer
from ingest.report import Teller
from ingest.web import Patience

ROOT = Path(__file__).parents[2]
HURRIED = Patience(tries=4, silence_s=5, pause_s=0.01, longest_pause_s=2)
FIRST = bytes(range(256)) * 800
SECOND = bytes(reversed(range(256))) * 900
LIMIT = 1_000_000


class Handler(BaseHTTPRequestHandler):
    """Does what the site's script says for this request, and serves the file properly once the script is over."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Server"

    def do_GET(self) -> None:
        site = self.server.site
        site.asked.append({name.lower(): value for name, value in self.headers.items()} | {"path": self.path})
        step = site.script.pop(0) if site.script else serve
        step(self, site)

    def answer(self, status: int, headers: dict[str, Any], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@dataclass
class Site:
    """One file on a server, what its server will do next, and what it was asked."""

    body: bytes = FIRST
    etag: str | None = '"one"'
    modified: str | None = "Tue, 23 Aug 2022 10:00:00 GMT"
    script: list[Callable[[Handler, "Site"], None]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    over: Event = field(default_factory=Event)
    address: str = ""

    def changes(self) -> None:
        self.body, self.etag, self.modified = SECOND, '"two"', "Wed, 24 Aug 2022 10:00:00 GMT"

    @property
    def named(self) -> dict[str, str]:
        words = {"ETag": self.etag, "Last-Modified": self.modified}
        return {name: value for name, value in words.items() if value}


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, site: Site) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.site = site

    def handle_error(self, *args: object) -> None:
        """A client that hangs up is no error of ours."""


def serve(it: Handler, site: Site) -> None:
    """As Apache does: 304 for what is known, 206 for the rest of what is still the same, else the whole."""
    known = it.headers.get("If-None-Match"), it.headers.get("If-Modified-Since")
    if any(known) and known[0] in (None, site.etag) and known[1] in (None, site.modified):
        return it.answer(304, site.named)
    if it.headers.get("Range") and it.headers.get("If-Range") in (site.etag, site.modified):
        return rest(it, site)
    return whole(it, site)


def whole(it: Handler, site: Site) -> None:
    it.answer(200, site.named | {"Content-Length": len(site.body)}, site.body)


def rest(it: Handler, site: Site) -> None:
    """The range that is asked for, whatever the condition."""
    start = int(it.headers["Range"].removeprefix("bytes=").removesuffix("-"))
    size = len(site.body)
    if start >= size:
        return it.answer(416, {"Content-Range": f"bytes */{size}", "Content-Length": 0})
    headers = {"Content-Range": f"bytes {start}-{size - 1}/{size}", "Content-Length": size - start}
    return it.answer(206, site.named | headers, site.body[start:])


def breaks_off(after: int) -> Callable[[Handler, Site], None]:
    def step(it: Handler, site: Site) -> None:
        it.answer(200, site.named | {"Content-Length": len(site.body)}, site.body[:after])
        it.close_connection = True

    return step


def says(status: int, **headers: object) -> Callable[[Handler, Site], None]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda it, _: it.answer(status, {"Content-Length": 0} | named)


def silent(it: Handler, site: Site) -> None:
    site.over.wait(5)


def stalls_after(count: int) -> Callable[[Handler, Site], None]:
    def step(it: Handler, site: Site) -> None:
        it.answer(200, site.named | {"Content-Length": len(site.body)}, site.body[:count])
        it.wfile.flush()
        site.over.wait(5)

    return step


def chunks(ends: bool = True) -> Callable[[Handler, Site], None]:
    def step(it: Handler, site: Site) -> None:
        it.answer(200, site.named | {"Transfer-Encoding": "chunked"})
        for at in range(0, len(site.body), 10_000):
            piece = site.body[at : at + 10_000]
            it.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        it.wfile.write(b"0\r\n\r\n" if ends else b"")
        it.close_connection = not ends

    return step


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loopback is reached directly, whatever proxy the machine has."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")


@pytest.fixture
def serving() -> Iterator[Callable[..., Site]]:
    """Puts a site on the loopback, under http or, with a certificate, https."""
    running: list[tuple[Server, Thread]] = []

    def start(site: Site | None = None, certificate: Path | None = None) -> Site:
        server = Server(site or Site())
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.append((server, thread))
        server.site.address = f"http{'s' * bool(certificate)}://127.0.0.1:{server.server_port}/mrds/mrds-csv.zip"
        return server.site

    yield start
    for server, thread in running:
        server.site.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def site(serving: Callable[..., Site]) -> Site:
    return serving()


@dataclass
class Fetching:
    """Fetches into a folder, and remembers what was told meanwhile."""

    folder: Path
    console: Console
    lang: Lang = "en"

    def __call__(self, site: Site | str, limit_bytes: int = LIMIT, patience: Patience = HURRIED) -> Path:
        address = site if isinstance(site, str) else site.address
        teller = Teller(self.lang, self.console)
        return fetch_file(address, self.folder, teller, limit_bytes=limit_bytes, patience=patience)

    def refused(self, site: Site | str, **how: Any) -> FileFault:
        with pytest.raises(FileFault) as caught:
            self(site, **how)
        return caught.value

    @property
    def told(self) -> str:
        assert isinstance(self.console.file, io.StringIO)
        return self.console.file.getvalue()

    @property
    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())

    @property
    def target(self) -> Path:
        return self.folder / "mrds-csv.zip"

    @property
    def part(self) -> Path:
        return self.folder / "mrds-csv.zip.part"


@pytest.fixture
def fetching(tmp_path: Path) -> Fetching:
    return Fetching(tmp_path / "downloads", Console(file=io.StringIO(), width=200))


WHOLE = ["mrds-csv.zip", "mrds-csv.zip.origin.json", "mrds-csv.zip.sha256"]


def test_file_arrives_whole_with_its_digest_beside_it(site: Site, fetching: Fetching) -> None:
    path = fetching(site)
    digest = sha256(FIRST).hexdigest()
    assert path.read_bytes() == FIRST
    assert fetching.names == WHOLE
    assert (fetching.folder / "mrds-csv.zip.sha256").read_text() == f"{digest}  mrds-csv.zip\n"
    assert f"mrds-csv.zip: {len(FIRST)} bytes, sha256 {digest}" in fetching.told


def test_server_is_told_who_asks(site: Site, fetching: Fetching) -> None:
    fetching(site)
    assert site.asked[0]["user-agent"].startswith("vetalode/")
    assert site.asked[0]["accept-encoding"] == "identity"


def test_unchanged_file_is_not_downloaded_again(site: Site, fetching: Fetching) -> None:
    fetching(site)
    before = fetching.target.stat().st_ino, fetching.target.stat().st_mtime_ns
    fetching(site)
    assert site.asked[1]["if-none-match"] == '"one"'
    assert (fetching.target.stat().st_ino, fetching.target.stat().st_mtime_ns) == before
    assert "mrds-csv.zip is unchanged on the server; nothing was downloaded" in fetching.told


def test_changed_file_takes_the_place_of_the_old_one(site: Site, fetching: Fetching) -> None:
    fetching(site)
    site.changes()
    assert fetching(site).read_bytes() == SECOND
    assert fetching.names == WHOLE


def test_file_that_somebody_edited_here_is_downloaded_again(site: Site, fetching: Fetching) -> None:
    fetching(site).write_bytes(b"edited")
    assert fetching(site).read_bytes() == FIRST
    assert "if-none-match" not in site.asked[1]


def test_file_of_another_address_is_downloaded_again(serving: Callable[..., Site], fetching: Fetching) -> None:
    fetching(serving())
    assert fetching(serving(Site(body=SECOND))).read_bytes() == SECOND


def test_file_without_validators_is_downloaded_each_time(serving: Callable[..., Site], fetching: Fetching) -> None:
    site = serving(Site(etag=None, modified=None))
    fetching(site)
    assert fetching(site).read_bytes() == FIRST
    assert not {"if-none-match", "if-modified-since"} & site.asked[1].keys()


def test_broken_connection_is_resumed(site: Site, fetching: Fetching) -> None:
    site.script = [breaks_off(70_000)]
    assert fetching(site).read_bytes() == FIRST
    assert site.asked[1]["range"] == "bytes=70000-"
    assert site.asked[1]["if-range"] == '"one"'
    assert "asking again in 0 s (2 of 4)" in fetching.told
    assert fetching.names == WHOLE


def test_weak_etag_is_no_condition_for_a_range(serving: Callable[..., Site], fetching: Fetching) -> None:
    site = serving(Site(etag='W/"one"', script=[breaks_off(70_000)]))
    assert fetching(site).read_bytes() == FIRST
    assert site.asked[1]["if-range"] == site.modified


def test_without_validators_a_broken_download_starts_anew(serving: Callable[..., Site], fetching: Fetching) -> None:
    site = serving(Site(etag=None, modified=None, script=[breaks_off(70_000)]))
    assert fetching(site).read_bytes() == FIRST
    assert "range" not in site.asked[1]


def test_server_that_ignores_ranges_gives_the_file_from_its_start(site: Site, fetching: Fetching) -> None:
    site.script = [breaks_off(70_000), whole]
    assert fetching(site).read_bytes() == FIRST
    assert len(site.asked) == 2


def test_file_that_changes_between_tries_starts_anew(site: Site, fetching: Fetching) -> None:
    def changed(it: Handler, site: Site) -> None:
        site.changes()
        serve(it, site)

    site.script = [breaks_off(70_000), changed]
    assert fetching(site).read_bytes() == SECOND


SAME = "Tue, 23 Aug 2022 10:00:00 GMT"
LATER = "Wed, 24 Aug 2022 10:00:00 GMT"


@pytest.mark.parametrize(
    ("etag", "modified", "body"),
    [
        ('"two"', LATER, SECOND),
        ('"two"', SAME, SECOND[: len(FIRST)]),
        (None, SAME, SECOND[: len(FIRST)]),
        ('"one"', LATER, SECOND[: len(FIRST)]),
        ('"one"', SAME, SECOND),
    ],
    ids=["all differ", "etag differs", "etag left out", "date differs", "length differs"],
)
def test_rest_of_another_file_is_never_joined_to_a_part(
    site: Site, fetching: Fetching, etag: str | None, modified: str, body: bytes
) -> None:
    """A server that ignores If-Range."""

    def changed(it: Handler, site: Site) -> None:
        site.etag, site.modified, site.body = etag, modified, body
        rest(it, site)

    site.script = [breaks_off(70_000), changed]
    assert fetching(site).read_bytes() == body
    assert "range" not in site.asked[2]
    assert "the file has changed on the server" in fetching.told


def test_rest_that_starts_elsewhere_is_not_taken(site: Site, fetching: Fetching) -> None:
    def elsewhere(it: Handler, site: Site) -> None:
        it.answer(206, site.named | {"Content-Range": f"bytes 0-99/{len(FIRST)}", "Content-Length": 100}, FIRST[:100])

    site.script = [breaks_off(70_000), elsewhere]
    assert fetching(site).read_bytes() == FIRST


def test_rest_that_is_not_all_of_it_is_asked_for_once_more(site: Site, fetching: Fetching) -> None:
    def some(it: Handler, site: Site) -> None:
        headers = {"Content-Range": f"bytes 70000-{len(FIRST) - 1}/{len(FIRST)}", "Content-Length": 1000}
        it.answer(206, site.named | headers, FIRST[70_000:71_000])

    site.script = [breaks_off(70_000), some]
    assert fetching(site).read_bytes() == FIRST
    assert site.asked[2]["range"] == "bytes=71000-"


def test_file_that_became_shorter_than_the_part_starts_anew(site: Site, fetching: Fetching) -> None:
    def shorter(it: Handler, site: Site) -> None:
        site.body = FIRST[:100]
        rest(it, site)

    site.script = [breaks_off(70_000), shorter]
    assert fetching(site).read_bytes() == FIRST[:100]


def test_content_length_that_is_too_large_never_becomes_a_file(site: Site, fetching: Fetching) -> None:
    def longer(it: Handler, site: Site) -> None:
        it.answer(200, site.named | {"Content-Length": len(site.body) + 10}, site.body)
        it.close_connection = True

    site.script = [longer] * 4
    fault = fetching.refused(site)
    assert not fetching.target.exists()
    assert fault.words.en.startswith(f"{site.address}: the connection fails")
    assert "run the same command again" in fault.words.en
    assert "repita la misma orden" in fault.words.es


def test_answer_of_unknown_length_is_refused(site: Site, fetching: Fetching) -> None:
    def endless(it: Handler, site: Site) -> None:
        it.answer(200, site.named | {"Connection": "close"}, site.body[:1000])
        it.close_connection = True

    site.script = [endless]
    assert "does not say how long the file is" in fetching.refused(site).words.en
    assert fetching.names == []


def test_chunked_file_arrives_whole(site: Site, fetching: Fetching) -> None:
    site.script = [chunks()]
    assert fetching(site).read_bytes() == FIRST


def test_chunked_file_that_breaks_off_is_resumed(site: Site, fetching: Fetching) -> None:
    def cut(it: Handler, site: Site) -> None:
        site.body = FIRST[:70_000]
        chunks(ends=False)(it, site)
        site.body = FIRST

    site.script = [cut]
    assert fetching(site).read_bytes() == FIRST
    assert site.asked[1]["range"] == "bytes=70000-"


def test_file_beyond_the_limit_is_refused_before_it_is_read(site: Site, fetching: Fetching) -> None:
    site.script = [stalls_after(10)]
    fault = fetching.refused(site, limit_bytes=1000)
    assert "larger than the limit of 1000 bytes" in fault.words.en
    assert "run the same command again" not in fault.words.en
    assert fetching.names == []
    assert len(site.asked) == 1


def test_chunked_file_beyond_the_limit_is_stopped(site: Site, fetching: Fetching) -> None:
    site.script = [chunks()]
    assert "limit of 100000 bytes" in fetching.refused(site, limit_bytes=100_000).words.en
    assert fetching.names == []
    assert len(site.asked) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_busy_server_is_asked_again(site: Site, fetching: Fetching, status: int) -> None:
    site.script = [says(status)]
    assert fetching(site).read_bytes() == FIRST
    assert f"the server answers {status}" in fetching.told


def test_retry_after_is_waited_for(site: Site, fetching: Fetching) -> None:
    site.script = [says(503, Retry_After=1)]
    started = monotonic()
    fetching(site)
    assert monotonic() - started >= 1


def test_retry_after_may_be_a_date(site: Site, fetching: Fetching) -> None:
    site.script = [says(503, Retry_After="Fri, 01 Jan 2100 00:00:00 GMT")]
    assert "503 Service Unavailable" in fetching.refused(site).words.en
    site.script = [says(503, Retry_After="Tue, 23 Aug 2022 10:00:00 GMT"), says(503, Retry_After="soon")]
    assert fetching(site).read_bytes() == FIRST


def test_wait_that_is_too_long_is_left_to_the_person(site: Site, fetching: Fetching) -> None:
    site.script = [says(429, Retry_After=3600)]
    assert "429 Too Many Requests and asks us to wait 3600 s" in fetching.refused(site).words.en
    assert len(site.asked) == 1


def test_tries_are_bounded(site: Site, fetching: Fetching) -> None:
    site.script = [says(503)] * 10
    assert "503" in fetching.refused(site).words.en
    assert len(site.asked) == 4


def test_missing_file_is_said_at_once(site: Site, fetching: Fetching) -> None:
    site.script = [says(404)]
    fault = fetching.refused(site)
    assert fault.words.en == (
        f"{site.address}: the server answers 404 Not Found; download it by hand and give it to `vetalode ingest`"
    )
    assert fault.words.es == (
        f"{site.address}: el servidor responde 404 Not Found; descárguelo a mano y páselo a `vetalode ingest`"
    )
    assert len(site.asked) == 1


def test_refused_refresh_leaves_the_earlier_file(site: Site, fetching: Fetching) -> None:
    fetching(site)
    site.changes()
    site.script = [breaks_off(70_000), says(404)]
    fetching.refused(site)
    assert fetching.target.read_bytes() == FIRST
    assert fetching.part.read_bytes() == SECOND[:70_000]
    assert fetching(site).read_bytes() == SECOND


def test_web_page_is_not_taken_for_the_file(site: Site, fetching: Fetching) -> None:
    site.script = [lambda it, _: it.answer(200, {"Content-Type": "text/html", "Content-Length": 4}, b"<p>!")]
    assert "a web page, not the file" in fetching.refused(site).words.en
    assert fetching.names == []


def test_an_empty_answer_is_not_taken_for_the_file_nor_put_in_place_of_it(site: Site, fetching: Fetching) -> None:
    fetching(site)
    site.changes()
    site.script = [says(200)]
    assert "the server gives an empty file" in fetching.refused(site).words.en
    assert fetching.target.read_bytes() == FIRST
    assert not fetching.part.exists()
    assert fetching(site).read_bytes() == SECOND


@pytest.mark.parametrize("proxy", ["http://[::1", "ftp://proxy.example:1", "socks5://127.0.0.1:9"])
def test_a_proxy_that_cannot_be_used_is_refused_by_its_name(
    site: Site, fetching: Fetching, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    words = fetching.refused(site).words
    assert "the proxy that HTTPS_PROXY names cannot be used" in words.en
    assert "debe ser como http://proxy.example:3128" in words.es


@pytest.mark.parametrize("status", [204, 206, 304])
def test_answer_that_was_not_asked_for_is_refused(site: Site, fetching: Fetching, status: int) -> None:
    site.script = [says(status)]
    assert f"the server answers {status}, not the file" in fetching.refused(site).words.en


def test_redirect_is_followed_and_the_first_name_kept(site: Site, fetching: Fetching) -> None:
    site.script = [says(302, Location="/elsewhere/2022.bin")]
    assert fetching(site) == fetching.target
    assert site.asked[1]["path"] == "/elsewhere/2022.bin"


def test_redirect_loop_ends(site: Site, fetching: Fetching) -> None:
    site.script = [says(302, Location="/mrds/mrds-csv.zip")] * 50
    assert "its redirects never end" in fetching.refused(site).words.en
    assert len(site.asked) < 10


@pytest.mark.parametrize("to", ["ftp://127.0.0.1/mrds-csv.zip", "file:///etc/hostname"])
def test_redirect_to_another_scheme_is_refused(site: Site, fetching: Fetching, to: str) -> None:
    site.script = [says(302, Location=to)]
    assert "which is not https or http" in fetching.refused(site).words.en


def test_silent_server_is_given_up(site: Site, fetching: Fetching) -> None:
    site.script = [silent] * 4
    fault = fetching.refused(site, patience=Patience(tries=2, silence_s=0.1, pause_s=0.01))
    assert "silent for more than 0.1 s" in fault.words.en


def test_server_that_falls_silent_midway_is_asked_for_the_rest(site: Site, fetching: Fetching) -> None:
    site.script = [stalls_after(70_000)]
    assert fetching(site, patience=Patience(silence_s=0.3, pause_s=0.01)).read_bytes() == FIRST
    assert site.asked[1]["range"] == "bytes=70000-"


def test_nobody_listening(serving: Callable[..., Site], fetching: Fetching, tmp_path: Path) -> None:
    closed = Server(Site())
    address = f"http://127.0.0.1:{closed.server_port}/mrds-csv.zip"
    closed.server_close()
    fault = fetching.refused(address)
    assert fault.words.en.startswith(f"{address}: the connection fails (")
    assert "download it by hand" in fault.words.en
    assert fetching.names == []


@pytest.mark.parametrize("address", ["mrds-csv.zip", "ftp://127.0.0.1/a.zip", "http:///a.zip", "http://127.0.0.1:x/a"])
def test_address_that_is_none(fetching: Fetching, address: str) -> None:
    assert fetching.refused(address).words.en.startswith(f"{address}: ")


@pytest.mark.parametrize("end", ["", "..", ".hidden", "a%2Fb", "%00"])
def test_address_without_a_usable_name(fetching: Fetching, end: str) -> None:
    assert "gives no name for its file" in fetching.refused(f"http://127.0.0.1/{end}").words.en


def test_folder_that_cannot_be_written(site: Site, fetching: Fetching) -> None:
    fetching.folder.write_text("a file, not a folder")
    fault = fetching.refused(site)
    assert fault.words.en.startswith(f"{site.address} cannot be kept: ")
    assert str(fetching.folder) in fault.words.es


def test_second_run_into_the_same_folder_is_kept_out(site: Site, fetching: Fetching) -> None:
    with sole_writer(fetching.folder), pytest.raises(Busy):
        fetching(site)
    assert fetching(site).read_bytes() == FIRST


def test_killed_run_is_resumed_by_the_next(site: Site, fetching: Fetching) -> None:
    site.script = [stalls_after(70_000)]
    code = (
        "import sys; from pathlib import Path; from ingest.fetch import fetch_file; from ingest.report import teller\n"
        "fetch_file(sys.argv[1], Path(sys.argv[2]), teller('en'), limit_bytes=10**6)"
    )
    run = subprocess.Popen([sys.executable, "-c", code, site.address, str(fetching.folder)], cwd=ROOT)
    limit = monotonic() + 30
    while not (fetching.part.exists() and fetching.part.stat().st_size):
        assert monotonic() < limit
        assert run.poll() is None
        sleep(0.01)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert not fetching.target.exists()
    here = fetching.part.stat().st_size
    assert fetching(site).read_bytes() == FIRST
    assert site.asked[1]["range"] == f"bytes={here}-"


def test_run_killed_before_the_file_got_its_name_needs_no_second_download(site: Site, fetching: Fetching) -> None:
    site.script = [breaks_off(70_000), says(404)]
    fetching.refused(site)
    fetching.part.write_bytes(FIRST)
    assert fetching(site).read_bytes() == FIRST
    assert len(site.asked) == 2


@pytest.mark.parametrize("words", [b"{", b"[]", b'{"address": 1}'])
def test_damaged_notes_beside_a_file_mean_a_new_download(site: Site, fetching: Fetching, words: bytes) -> None:
    fetching(site)
    (fetching.folder / "mrds-csv.zip.origin.json").write_bytes(words)
    assert fetching(site).read_bytes() == FIRST
    assert json.loads((fetching.folder / "mrds-csv.zip.origin.json").read_bytes())["etag"] == '"one"'


def test_progress_is_told_in_lines_away_from_a_terminal(site: Site, fetching: Fetching) -> None:
    site.body = bytes(21_000_000)
    fetching.lang = "es"
    fetching(site, limit_bytes=30_000_000)
    assert "descargando mrds-csv.zip: 10 / 21 MB\n" in fetching.told
    assert "descargando mrds-csv.zip: 20 / 21 MB\n" in fetching.told


def test_progress_is_a_bar_on_a_terminal(site: Site, fetching: Fetching) -> None:
    fetching.console = Console(file=io.StringIO(), width=120, force_terminal=True)
    fetching(site)
    assert "downloading mrds-csv.zip" in fetching.told
    assert "204.8/204.8 kB" in fetching.told


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for the loopback that signs itself."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is needed to make a certificate")
    path = tmp_path_factory.mktemp("tls") / "loopback.pem"
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subprocess.run(
        ["openssl", "req", "-x509", *key, "-keyout", path, "-out", path.with_suffix(".crt"), *names, "-days", "2"],
        check=True,
        capture_output=True,
    )
    path.write_bytes(path.read_bytes() + path.with_suffix(".crt").read_bytes())
    return path


def test_certificate_that_nobody_vouches_for_is_refused(
    serving: Callable[..., Site], fetching: Fetching, certificate: Path
) -> None:
    site = serving(certificate=certificate)
    fault = fetching.refused(site)
    assert "its certificate cannot be verified" in fault.words.en
    assert "SSL_CERT_FILE" in fault.words.es
    assert site.asked == []


def test_certificate_of_an_authority_that_is_named_is_trusted(
    serving: Callable[..., Site], fetching: Fetching, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_suffix(".crt")))
    assert fetching(serving(certificate=certificate)).read_bytes() == FIRST


def test_redirect_from_https_to_http_is_refused(
    serving: Callable[..., Site], fetching: Fetching, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_suffix(".crt")))
    plain, safe = serving(), serving(certificate=certificate)
    safe.script = [says(302, Location=plain.address)]
    assert f"sends us on to {plain.address}, which is not https" in fetching.refused(safe).words.en
    assert plain.asked == []


def test_unreadable_authorities_are_named(
    site: Site, fetching: Fetching, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", os.fspath(tmp_path / "none.pem"))
    assert "SSL_CERT_FILE cannot be read" in fetching.refused(site).words.en
