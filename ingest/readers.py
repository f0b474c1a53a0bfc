"""Files as the agencies hand them out: plain, gzipped or zipped, in the encoding that their bytes show."""

import csv
import gzip
import io
import lzma
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from app.words import Words
from ingest.rows import Fault, FileRead, Reason, file_fault

# A quoted field of MRDS has never held a line break; a quote left open would swallow the rest of the file.
_LINES_OF_ONE_RECORD = 100
_CHUNK = 1 << 20
_LARGEST_BYTES = 8 << 30
_LONGEST_LINE = 16 << 20

csv.field_size_limit(_LONGEST_LINE)


# What broken bytes make the unpackers raise; a member's name that is no text is a UnicodeDecodeError.
_DAMAGES = (zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError, UnicodeDecodeError)
_ENCRYPTED = 1

# What a file raises that is no zip, or is a damaged one: a version of the format that nobody has is not implemented.
NO_ZIP = (OSError, zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError)

# The first bytes of a zip with members, and of an empty one.
_ZIP_STARTS = (b"PK\3\4", b"PK\5\6")


@contextmanager
def opened(path: Path, wanted_member: str) -> Iterator[IO[bytes]]:
    """The uncompressed bytes of a file; in a zip, of its only member that ends like `wanted_member`.

    Raises `FileFault` for a file that is missing, empty, truncated or damaged.
    """
    try:
        with path.open("rb") as raw:
            start = raw.read(4)
            raw.seek(0)
            if not start:
                raise file_fault(path, "it is empty", "está vacío")
            if start in _ZIP_STARTS:
                with zipfile.ZipFile(raw) as archive, archive.open(_member(path, archive, wanted_member)) as member:
                    yield member
            elif start[:2] == b"\x1f\x8b":
                with gzip.GzipFile(fileobj=raw) as unzipped:
                    yield cast("IO[bytes]", unzipped)
            else:
                yield raw
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise file_fault(path, f"it cannot be read: {reason}", f"no se puede leer: {reason}") from fault
    except (*_DAMAGES, NotImplementedError, RuntimeError) as fault:
        raise file_fault(
            path,
            f"its compressed content is cut short or damaged ({fault}); fetch the file again",
            f"su contenido comprimido está cortado o dañado ({fault}); descargue el archivo de nuevo",
        ) from fault


def _member(path: Path, archive: zipfile.ZipFile, wanted: str) -> zipfile.ZipInfo:
    files = [entry for entry in archive.infolist() if not entry.is_dir()]
    ending = Path(wanted).suffix.removeprefix(".")
    exact = [entry for entry in files if Path(entry.filename).name.lower() == wanted]
    alike = exact or [entry for entry in files if entry.filename.lower().endswith(ending)]
    if len(alike) != 1:
        held = ", ".join(entry.filename for entry in files) or "-"
        raise file_fault(
            path,
            f"the zip should hold one {wanted}, or one file ending in {ending}; it holds: {held}",
            f"el zip debe contener un {wanted}, o un solo archivo terminado en {ending}; contiene: {held}",
        )
    if alike[0].flag_bits & _ENCRYPTED:
        raise file_fault(
            path,
            f"{alike[0].filename} in the zip is locked by a password; unpack it first",
            f"{alike[0].filename} dentro del zip está protegido con contraseña; descomprímalo primero",
        )
    return alike[0]


@dataclass(frozen=True, slots=True)
class Look:
    """What a first pass over a text file shows: its encoding, its lines, and what will need care."""

    encoding: str
    lines: int
    damaged: bool
    nul: bool

    def as_file_read(self, path: Path) -> FileRead:
        return FileRead(self.encoding, max(self.lines - 1, 0), self._note(path))

    def _note(self, path: Path) -> Words | None:
        if self.encoding == "cp1252":
            return Words(
                f"{path.name} is not UTF-8; read as Windows-1252, which all of its bytes fit",
                f"{path.name} no es UTF-8; se lee como Windows-1252, que admite todos sus bytes",
            )
        if self.damaged:
            return Words(
                f"{path.name} is UTF-8 with some damaged rows; those are rejected one by one",
                f"{path.name} es UTF-8 con algunas filas dañadas; esas se rechazan una por una",
            )
        return None


def look_over(path: Path, wanted_member: str) -> Look:
    """One pass over the bytes, to decide how to read them; raises `FileFault` where no text can be read.

    Third parties report mrds.csv both as Latin-1 and as UTF-8, so the content decides, not the name:
    UTF-8 if it is; else Windows-1252 if no line makes sense as multi-byte UTF-8; else UTF-8 with damage.
    """
    lines, nul, total, last = 0, False, 0, b""
    utf8_lines = other_lines = 0
    fits_cp1252, blank = True, True
    with opened(path, wanted_member) as stream:
        for chunk in _whole_lines(path, stream):
            if not total and chunk[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise file_fault(path, "it is UTF-16; save it as UTF-8", "está en UTF-16; guárdelo en UTF-8")
            total, last = total + len(chunk), chunk
            if total > _LARGEST_BYTES:
                raise file_fault(path, "it unpacks to more than 8 GiB", "descomprimido supera los 8 GiB")
            blank = blank and not chunk.strip(b"\xef\xbb\xbf\r\n \0")
            lines += chunk.count(b"\n")
            nul = nul or b"\0" in chunk
            if not chunk.isascii():
                good, bad = _by_line(chunk)
                utf8_lines, other_lines = utf8_lines + good, other_lines + bad
                fits_cp1252 = fits_cp1252 and decodes(chunk, "cp1252")
    if blank:
        raise file_fault(path, "it is empty", "está vacío")
    lines += not last.endswith(b"\n")
    foreign = other_lines > 0 and utf8_lines == 0 and fits_cp1252
    return Look("cp1252" if foreign else "utf-8", lines, other_lines > 0 and not foreign, nul)


def _whole_lines(path: Path, stream: IO[bytes]) -> Iterator[bytes]:
    kept = b""
    while chunk := stream.read(_CHUNK):
        cut = chunk.rfind(b"\n") + 1
        if cut:
            yield kept + chunk[:cut]
            kept = chunk[cut:]
        else:
            kept += chunk
        if len(kept) > _LONGEST_LINE:
            raise file_fault(path, "it has a line of more than 16 MiB", "tiene una línea de más de 16 MiB")
    if kept:
        yield kept


def _by_line(chunk: bytes) -> tuple[int, int]:
    """How many lines with bytes beyond ASCII are UTF-8, and how many are not."""
    if decodes(chunk, "utf-8"):
        return 1, 0
    beyond = [line for line in chunk.split(b"\n") if not line.isascii()]
    good = sum(decodes(line, "utf-8") for line in beyond)
    return good, len(beyond) - good


def decodes(data: bytes, encoding: str) -> bool:
    """Whether the bytes are text in an encoding."""
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


class _Lines:
    """Lines of text that remembers those taken since the last record, and takes them back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._back: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= _LINES_OF_ONE_RECORD:
            raise csv.Error("a quote is never closed")
        line = self._back.popleft() if self._back else next(self._lines)
        self.taken.append(line)
        return line

    def settle(self) -> tuple[int, list[str]]:
        """The number of the first line of the record just read, and its lines."""
        first, taken = self.number + 1, self.taken
        self.number += len(taken)
        self.taken = []
        return first, taken

    def give_back_all_but_first(self, taken: list[str]) -> None:
        self._back.extendleft(reversed(taken[1:]))
        self.number -= len(taken) - 1


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A CSV file with its header read: the names, and the rows or faults below it."""

    header: tuple[str, ...]
    rows: Iterator[tuple[int, list[str]] | Fault]


@contextmanager
def csv_table(path: Path, look: Look, wanted_member: str, file: int) -> Iterator[CsvTable]:
    """The header of a CSV and its records, each with the number of the line it starts on.

    A record that its quotes or its number of fields break is a `Fault`, and reading goes on with the next line.
    """
    with opened(path, wanted_member) as stream:
        encoding = "utf-8-sig" if look.encoding == "utf-8" else look.encoding
        text = io.TextIOWrapper(stream, encoding=encoding, errors="surrogateescape", newline="")
        lines = _Lines(text)
        header = _header(path, lines)
        suspicious = look.damaged or look.nul
        yield CsvTable(header, _records(lines, header, file, suspicious))


def _header(path: Path, lines: _Lines) -> tuple[str, ...]:
    try:
        names = tuple(name.strip() for name in next(csv.reader(lines, strict=True)))
    except (csv.Error, StopIteration) as fault:
        raise file_fault(
            path, "its first line is not a CSV header", "su primera línea no es un encabezado CSV"
        ) from fault
    lines.settle()
    if _unstorable(names):
        listed = ", ".join(map(_storable, names))
        raise file_fault(path, f"its header is damaged: {listed}", f"su encabezado está dañado: {listed}")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        listed = ", ".join(map(repr, twice))
        raise file_fault(
            path,
            f"its header names a column twice: {listed}; its first line should name each once",
            f"su encabezado repite columnas: {listed}; su primera línea debe nombrar cada una una vez",
        )
    return names


def _records(
    lines: _Lines, header: tuple[str, ...], file: int, suspicious: bool
) -> Iterator[tuple[int, list[str]] | Fault]:
    width = len(header)
    while True:
        try:
            for fields in csv.reader(lines, strict=True):
                number, taken = lines.settle()
                if len(fields) == width and not (suspicious and _unstorable(fields)):
                    yield number, fields
                elif not fields:
                    continue  # a blank line is no row
                elif len(fields) == width:
                    yield Fault(file, number, _byte_reason(fields, header), {"fields": list(map(_storable, fields))})
                elif len(taken) > 1:
                    lines.give_back_all_but_first(taken)
                    yield _quote_fault(file, number, taken[0])
                else:
                    yield Fault(file, number, _ragged(fields, width), {"fields": list(map(_storable, fields))})
            return
        except csv.Error:
            number, taken = lines.settle()
            lines.give_back_all_but_first(taken)
            yield _quote_fault(file, number, taken[0])


def _unstorable(fields: Sequence[str]) -> bool:
    return any("\0" in field or (not field.isprintable() and _has_lone_byte(field)) for field in fields)


def _has_lone_byte(field: str) -> bool:
    return any("\udc80" <= char <= "\udcff" for char in field)


def _storable(field: str) -> str:
    """A field that a database can keep: NUL as its name, a byte of no encoding as an escape."""
    return field.replace("\0", "\\x00").encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _byte_reason(fields: list[str], header: tuple[str, ...]) -> Reason:
    name, field = next((n, f) for n, f in zip(header, fields, strict=True) if "\0" in f or _has_lone_byte(f))
    if "\0" in field:
        words = Words(
            f"{name} holds a NUL byte, which no text has; the agency's file is damaged here",
            f"{name} contiene un byte NUL, que ningún texto lleva; el archivo está dañado aquí",
        )
        return Reason("row-nul-byte", name, _storable(field), words)
    words = Words(
        f"{name} holds bytes that are not UTF-8, while the rest of the file is",
        f"{name} contiene bytes que no son UTF-8, mientras que el resto del archivo lo es",
    )
    return Reason("row-encoding", name, _storable(field), words)


def _ragged(fields: list[str], width: int) -> Reason:
    words = Words(
        f"the row has {len(fields)} fields, the header {width}; no value can be told from its neighbour",
        f"la fila tiene {len(fields)} campos y el encabezado {width}; no se sabe qué valor es de qué columna",
    )
    return Reason("row-ragged", None, str(len(fields)), words)


def _quote_fault(file: int, number: int, line: str) -> Fault:
    words = Words(
        "a quotation mark in the row is opened or closed in the wrong place; write a quote inside a field twice",
        "una comilla de la fila se abre o se cierra donde no debe; escriba dos veces la comilla dentro de un campo",
    )
    shown = _storable(line.rstrip("\r\n"))
    return Fault(file, number, Reason("row-quote", None, None, words), {"line": shown})
