"""Downloads a file that a survey publishes: resumed where it broke off, never half under its own name.

I am mrds-csv.zip: I arrive as mrds-csv.zip.part, beside which my server's words for this state of me are kept. If
the connection breaks, only my rest is asked for, on the condition that I have not changed. Once I am whole I get my
name, and my sha256 beside me. Next time the server is asked whether I have changed, and mostly I have not.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote, urlsplit

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from app.errors import Busy, FileFault
from app.words import Words
from ingest.files import sha256_of, write_whole
from ingest.report import Teller
from ingest.web import Client, Patience, Response, Unanswered, client, explained, patiently, settled, too_large

_PLAIN_EVERY = 10_000_000
_MEGA = 1_000_000
_A_NAME = re.compile(r"\w[\w.-]*")
_BY_HAND = Words(
    "download it by hand and give it to `vetalode ingest`",
    "descárguelo a mano y páselo a `vetalode ingest`",
)


def fetch_file(
    address: str,
    folder: Path,
    teller: Teller,
    *,
    limit_bytes: int,
    name: str | None = None,
    patience: Patience | None = None,
) -> Path:
    """The file at `address`, whole, in `folder`; not downloaded again while the server has no other.

    `NAME.sha256` is written beside it. Raises `FileFault` where the server does not hand it over, or it is larger
    than `limit_bytes`; `Busy` where another run writes into the folder.
    """
    patience = patience or Patience()
    target = folder / checked_name(name or unquote(urlsplit(address).path.rpartition("/")[2]), address)
    with explained(address, _BY_HAND), sole_writer(folder), client(address, patience) as asking:
        download = _Download(address, target, asking, teller, limit_bytes)
        patiently(download.attempt, patience, teller)
    return target


def checked_name(name: str, address: str) -> str:
    """The name of a file or folder that is to hold what the address gives; letters, digits, `_`, `.` and `-`."""
    if not _A_NAME.fullmatch(name):
        raise FileFault(
            Words(
                f"{address} gives no name for its file ({name!r}); a name has letters, digits, _ . and -",
                f"{address} no da nombre a su archivo ({name!r}); un nombre lleva letras, cifras, _ . y -",
            )
        )
    return name


@contextmanager
def sole_writer(folder: Path) -> Iterator[None]:
    """Makes the folder, and keeps other runs out of it for the time being; raises `Busy` where one is in it."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        _lock(handle, folder)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, folder: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as fault:
        raise Busy(
            Words(
                f"another run is downloading into {folder}; wait until it is done",
                f"otra ejecución está descargando en {folder}; espere a que termine",
            )
        ) from fault


@dataclass(frozen=True, slots=True)
class _Version:
    """The server's words for one state of a file, and our digest once it is here."""

    address: str
    etag: str | None
    last_modified: str | None
    length: int | None
    sha256: str | None = None

    @property
    def validator(self) -> str | None:
        """What If-Range may carry: a weak ETag may not (RFC 9110 §13.1.5)."""
        strong = self.etag if self.etag and not self.etag.startswith("W/") else None
        return strong or self.last_modified

    def agrees(self, other: "_Version") -> bool:
        """Whether they are called the same; an answer to If-Range may leave out the date (RFC 9110 §15.3.7)."""
        said_by_both = (
            (mine, theirs)
            for mine, theirs in ((self.last_modified, other.last_modified), (self.length, other.length))
            if mine is not None and theirs is not None
        )
        return self.etag == other.etag and all(mine == theirs for mine, theirs in said_by_both)


def _version(address: str, response: Response, length: int | None) -> _Version:
    headers = response.headers
    return _Version(address, headers.get("ETag"), headers.get("Last-Modified"), length)


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.origin.json")


def _kept_version(path: Path, address: str) -> _Version | None:
    """The version kept beside a file, if the file came from this address."""
    try:
        kept = _Version(**json.loads(_beside(path).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
    return kept if kept.address == address and path.exists() else None


def _keep_version(path: Path, version: _Version) -> None:
    write_whole(_beside(path), json.dumps(asdict(version), indent=1).encode())


@dataclass(frozen=True, slots=True)
class _Download:
    """One file on its way from its address to its name."""

    address: str
    target: Path
    client: Client
    teller: Teller
    limit_bytes: int

    @property
    def part(self) -> Path:
        return self.target.with_name(f"{self.target.name}.part")

    def _here(self) -> int:
        return self.part.stat().st_size

    def attempt(self) -> None:
        """Asks once for what is missing; what came of it stays for the next attempt."""
        begun, condition = self._begun()
        if begun and begun.length == self._here():
            return self._finish(begun)
        with self.client.stream("GET", self.address, headers={"Accept-Encoding": "identity", **condition}) as response:
            if response.status_code == HTTPStatus.NOT_MODIFIED and condition and not begun:
                return self._say_unchanged()
            if begun and response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                raise self._another_file()
            settled(response)
            version = self._taken_up(response, begun) if begun else None
            if version is None:
                version = self._started(response)
            self._receive(response, version)
        return self._finish(version)

    def _begun(self) -> tuple[_Version | None, dict[str, str]]:
        """The version of which a part is here, if it can be resumed, and the condition on which we ask."""
        begun = _kept_version(self.part, self.address)
        if begun and begun.validator and self._here():
            return begun, {"Range": f"bytes={self._here()}-", "If-Range": begun.validator}
        whole = _kept_version(self.target, self.address)
        if whole is None or whole.sha256 != sha256_of(self.target):
            return None, {}
        known = {"If-None-Match": whole.etag, "If-Modified-Since": whole.last_modified}
        return None, {name: value for name, value in known.items() if value}

    def _taken_up(self, response: Response, begun: _Version) -> _Version | None:
        """The version that the answer goes on with; None where it starts at the first byte.

        Servers are met that ignore If-Range, so the rest is believed only if it is called the same as the part.
        """
        if response.status_code != HTTPStatus.PARTIAL_CONTENT:
            return None
        said = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", response.headers.get("Content-Range", ""))
        start, length = map(int, said.groups()) if said else (-1, -1)
        if start != self._here() or not begun.agrees(_version(self.address, response, length)):
            raise self._another_file()
        return replace(begun, length=length)

    def _drop_part(self) -> None:
        self.part.unlink(missing_ok=True)
        _beside(self.part).unlink(missing_ok=True)

    def _another_file(self) -> Unanswered:
        self._drop_part()
        return Unanswered(
            "the file has changed on the server, so what is here of it is of no use; starting anew",
            "el archivo cambió en el servidor, así que la parte que ya está no sirve; se empieza de nuevo",
            passing=True,
        )

    def _started(self, response: Response) -> _Version:
        """Makes room for a file from its first byte on. The old part goes first: two versions never meet in one."""
        if response.status_code != HTTPStatus.OK:
            said = response.status_code
            raise Unanswered(f"the server answers {said}, not the file", f"el servidor responde {said}, no el archivo")
        if response.headers.get("Content-Type", "").startswith("text/html"):
            raise Unanswered(
                "the server answers with a web page, not the file",
                "el servidor responde con una página web, no con el archivo",
            )
        version = _version(self.address, response, _length(response))
        self.part.write_bytes(b"")
        _keep_version(self.part, version)
        return version

    def _too_large(self) -> Unanswered:
        """A part that can never become whole is not kept."""
        self._drop_part()
        return too_large(self.limit_bytes)

    def _receive(self, response: Response, version: _Version) -> None:
        here = self._here()
        if version.length is not None and version.length > self.limit_bytes:
            raise self._too_large()
        with self.part.open("ab") as file:
            # Raw: a server may call the compression of a .gz a Content-Encoding, and we want the file, not its content.
            for chunk in _shown(response.iter_raw(), here, version.length, self.target.name, self.teller):
                here += len(chunk)
                if here > self.limit_bytes:
                    raise self._too_large()
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())

    def _finish(self, version: _Version) -> None:
        length = self._here()
        if length < (version.length or 0):
            raise Unanswered("the file breaks off", "el archivo se interrumpe", passing=True)
        if not length:
            self._drop_part()
            raise Unanswered("the server gives an empty file", "el servidor da un archivo vacío")
        digest = sha256_of(self.part)
        self.part.replace(self.target)
        _beside(self.part).unlink()
        name = self.target.name
        write_whole(self.target.with_name(f"{name}.sha256"), f"{digest}  {name}\n".encode())
        # Last, for it vouches for the file by its digest: what is cut off before this is downloaded once more.
        _keep_version(self.target, replace(version, length=length, sha256=digest))
        said = f"{name}: {length} bytes, sha256 {digest}"
        self.teller.say(Words(said, said))

    def _say_unchanged(self) -> None:
        name = self.target.name
        self.teller.say(
            Words(
                f"{name} is unchanged on the server; nothing was downloaded",
                f"{name} no ha cambiado en el servidor; no se descargó nada",
            )
        )


def _shown(chunks: Iterable[bytes], here: int, total: int | None, name: str, teller: Teller) -> Iterator[bytes]:
    """Hands the chunks on, showing how many bytes have come: a bar on a terminal, plain lines elsewhere."""
    follow = _bar if teller.console.is_terminal else _lines
    doing = Words(f"downloading {name}", f"descargando {name}").speak(teller.lang)
    return follow(chunks, here, total, doing, teller.console)


def _bar(chunks: Iterable[bytes], here: int, total: int | None, doing: str, console: Console) -> Iterator[bytes]:
    what = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*what, TimeRemainingColumn(), console=console) as progress:
        task = progress.add_task(doing, total=total, completed=here)
        for chunk in chunks:
            yield chunk
            progress.advance(task, len(chunk))


def _lines(chunks: Iterable[bytes], here: int, total: int | None, doing: str, console: Console) -> Iterator[bytes]:
    of = f" / {total // _MEGA}" if total else ""
    for chunk in chunks:
        yield chunk
        before, here = here, here + len(chunk)
        if here // _PLAIN_EVERY > before // _PLAIN_EVERY:
            console.print(f"{doing}: {here // _MEGA}{of} MB", markup=False, highlight=False)


def _length(response: Response) -> int | None:
    """Content-Length; None for a body in chunks, which say themselves where they end."""
    if "chunked" in response.headers.get("Transfer-Encoding", "").lower():
        return None
    said = response.headers.get("Content-Length", "")
    if not said.isdecimal():
        raise Unanswered(
            "the server does not say how long the file is, so a part could not be told from the whole",
            "el servidor no dice el tamaño del archivo, así que una parte no se distinguiría del todo",
        )
    return int(said)
