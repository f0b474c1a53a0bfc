"""The text tables of a relational release of MRDS: found in a folder or a zip, decoded, and cut into rows.

A row is a line: its text stands in quotes, with a quote inside written twice and a line break as the two characters
backslash and n (so in all of the tables seen, of 2019). So a quote left open damages its own line and no other.
"""

import csv
import gzip
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import IO, cast

from app.errors import FileFault
from app.words import Words
from ingest.readers import NO_ZIP, Look, decodes, opened
from ingest.rows import Fault, Reason, file_fault

# From Datadxny; only Place is from schema.ini, which labels its columns: they have the names here that the WFS gives.
_COLUMNS = Path(__file__).parent / "relational_columns.csv"
# The short form of the release, rdbms-tab, has this table in place of Deposits, Coords and Location.
SHORT = "MRDS"
_DICTIONARY = "Datadxny"
# What explains a release and holds no deposits.
_EXPLAINING = ("About", "Accession", _DICTIONARY)

KEY = "dep_id"
# An extract numbers its lines in this column, which says nothing of a deposit.
_ORDINAL = "i"

_LONGEST_LINE = 16 << 20
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Text:
    """A file of tab-separated lines, plain or gzipped, on its own or a member of a zip."""

    path: Path
    member: str | None = None

    @property
    def name(self) -> str:
        return Path(self.member or self.path).name

    @cached_property
    def look(self) -> Look:
        """One pass over the bytes: UTF-8 if they are; else Windows-1252 if no line makes sense as multi-byte UTF-8."""
        lines = utf8_lines = other_lines = 0
        fits_cp1252 = True
        for line in self.lines():
            lines += 1
            if not line.isascii():
                good = decodes(line, "utf-8")
                utf8_lines, other_lines = utf8_lines + good, other_lines + (not good)
                fits_cp1252 = fits_cp1252 and decodes(line, "cp1252")
        foreign = other_lines > 0 and utf8_lines == 0 and fits_cp1252
        return Look("cp1252" if foreign else "utf-8", lines, other_lines > 0 and not foreign, nul=False)

    def lines(self) -> Iterator[bytes]:
        with self._bytes() as stream:
            first = True
            while line := stream.readline(_LONGEST_LINE):
                if len(line) == _LONGEST_LINE:
                    raise self.fault("it has a line of more than 16 MiB", "tiene una línea de más de 16 MiB")
                if first and line[:2] in _UTF16:
                    raise self.fault("it is UTF-16; save it as UTF-8", "está en UTF-16; guárdelo en UTF-8")
                yield line.removeprefix(_MARK) if first else line
                first = False

    def fields(self, line: bytes) -> list[str] | None:
        """The fields of a line; None where its bytes or its quotes are broken."""
        if b"\0" in line:
            return None
        try:
            return next(csv.reader([line.decode(self.look.encoding)], delimiter="\t", strict=True), [])
        except (UnicodeDecodeError, csv.Error):
            return None

    @contextmanager
    def _bytes(self) -> Iterator[IO[bytes]]:
        with opened(self.path, self.name.lower()) as stream:
            if self.member and self.name.lower().endswith(".gz"):
                yield cast("IO[bytes]", gzip.GzipFile(fileobj=stream))
            else:
                # A member of a zip looks for its line ends in Python; a buffer in C is many times as fast.
                yield cast("IO[bytes]", io.BufferedReader(cast("io.RawIOBase", stream), 1 << 20))

    def fault(self, en: str, es: str) -> FileFault:
        where = f"{self.path.name}/{self.name}" if self.member else self.path.name
        return FileFault(Words(f"{where}: {en}", f"{where}: {es}"))


@dataclass(frozen=True, slots=True)
class Record:
    """A row of a table: the line it stands on, the dep_id it belongs to, its values in the order of the columns."""

    number: int
    dep_id: str
    values: list[str]


@dataclass(frozen=True)
class Table:
    """One table of a release: its name, its text, and the columns to go by where that has no header."""

    name: str
    file: int
    text: Text
    expected: Sequence[str]

    @cached_property
    def _head(self) -> tuple[Sequence[str], bool]:
        """The columns, and whether the first line names them."""
        first = self.text.fields(next(self.text.lines(), b"")) or []
        names = tuple(name.strip() for name in first)
        if KEY in map(str.lower, names):
            return names, True
        if KEY in self.expected and len(first) == len(self.expected):
            return self.expected, False
        if KEY in self.expected and len(first) == len(self.expected) + 1:
            return (_ORDINAL, *self.expected), False
        raise self.text.fault(
            f"its first line names no column {KEY}, nor has it as many fields as {self.name} has columns",
            f"su primera línea no nombra una columna {KEY} ni tiene tantos campos como columnas tiene {self.name}",
        )

    @property
    def _first_column(self) -> int:
        return int(self._head[0][0].lower() == _ORDINAL)

    @property
    def columns(self) -> Sequence[str]:
        """The names of the values, as the table writes them; not that of the ordinal, which numbers lines."""
        return self._head[0][self._first_column :]

    def records(self) -> Iterator[Record | Fault]:
        """The rows, each once, or what is wrong with them, in the order of their lines."""
        names, has_header = self._head
        width, first, key = len(names), self._first_column, [name.lower() for name in names].index(KEY)
        for number, line in enumerate(self.text.lines(), 1):
            fields = self.text.fields(line)
            if (has_header and number == 1) or fields == []:  # a blank line is no row
                continue
            if fields is not None and len(fields) == width and fields[key].strip():
                yield Record(number, fields[key].strip(), fields[first:])
            else:
                yield self._damage(number, line, fields)

    def _damage(self, number: int, line: bytes, fields: list[str] | None) -> Fault:
        code, words = self._unreadable(line) if fields is None else self._unusable(fields)
        where = Words(f"{self.text.name}, line {number}: {words.en}", f"{self.text.name}, línea {number}: {words.es}")
        said = line.rstrip(b"\r\n").replace(b"\0", b"\\x00").decode(self.text.look.encoding, "backslashreplace")
        return Fault(self.file, number, Reason(code, None, self.name, where), {"table": self.name, "line": said})

    def _unreadable(self, line: bytes) -> tuple[str, Words]:
        if b"\0" in line:
            return "row-nul-byte", Words(
                "it holds a NUL byte, which no text has; the agency's file is damaged here",
                "contiene un byte NUL, que ningún texto lleva; el archivo está dañado aquí",
            )
        if not decodes(line, self.text.look.encoding):
            return "row-encoding", Words(
                "it holds bytes that are not UTF-8, while the rest of the table is",
                "contiene bytes que no son UTF-8, mientras que el resto de la tabla lo es",
            )
        return "row-quote", Words(
            "a quotation mark is opened or closed in the wrong place, or not closed on its line",
            "una comilla se abre o se cierra donde no debe, o no se cierra en su línea",
        )

    def _unusable(self, fields: Sequence[str]) -> tuple[str, Words]:
        width = len(self._head[0])
        if len(fields) != width:
            return "row-ragged", Words(
                f"it has {len(fields)} fields, the table {width} columns; no value can be told from its neighbour",
                f"tiene {len(fields)} campos y la tabla {width} columnas; no se sabe qué valor es de cuál",
            )
        return "id-missing", Words(
            f"its {KEY} is empty, so it belongs to no deposit",
            f"su {KEY} está vacío, así que no es de ningún yacimiento",
        )


def tables(paths: Sequence[Path]) -> list[Table]:
    """The tables of a release in files, folders and zips; raises `FileFault` where there is none, or one twice."""
    found: dict[str, Table] = {}
    for file, path in enumerate(paths):
        named = list(_named(path))
        if not named:
            raise _no_table(path)
        for name, text in named:
            if name in found:
                twin = found[name].text.name
                raise text.fault(f"the table {name} is also in {twin}", f"la tabla {name} está también en {twin}")
            found[name] = Table(name, file, text, _known_columns().get(name, ()))
    data = [table for name, table in sorted(found.items()) if name not in _EXPLAINING]
    if not data:
        raise _no_table(paths[0])
    stated = _stated_columns(found[_DICTIONARY].text) if _DICTIONARY in found else {}
    return [replace(table, expected=stated.get(table.name, table.expected)) for table in data]


def _no_table(path: Path) -> FileFault:
    held = ", ".join(name for name, _ in _held(path)[:12]) or "-"
    return file_fault(
        path,
        f"it holds no table of MRDS, such as Deposits.txt, Coords.txt or Dups.txt; it holds: {held}",
        f"no contiene ninguna tabla de MRDS, como Deposits.txt, Coords.txt o Dups.txt; contiene: {held}",
    )


def files_of(path: Path) -> list[Path]:
    """The files in a folder that are tables of a release or explain one; a file stands for itself.

    Raises `FileFault` for a folder without any.
    """
    if not path.is_dir():
        return [path]
    named = [text.path for _, text in _named(path)]
    if not named:
        raise _no_table(path)
    return named


def has_table(path: Path) -> bool:
    """Whether a file, a folder or a zip has a table of MRDS, by its name."""
    return any(name not in _EXPLAINING for name, _ in _named(path))


def left_aside(path: Path) -> list[str]:
    """The texts of a folder or a zip that are called after no table of MRDS."""
    return [name for name, _ in _held(path) if _stem(name) and _table_name(name) is None]


def _named(path: Path) -> Iterator[tuple[str, Text]]:
    for way, text in _held(path):
        name = _table_name(way)
        if name:
            yield name, text


def _held(path: Path) -> list[tuple[str, Text]]:
    """The files of a folder or a zip by their way within it; a file by its own name."""
    if path.is_dir():
        files = sorted(one for one in path.rglob("*") if one.is_file())
        return [(str(one.relative_to(path)), Text(one)) for one in files]
    try:
        with zipfile.ZipFile(path) as archive:
            members = [one.filename for one in archive.infolist() if not one.is_dir()]
    except NO_ZIP:
        return [(path.name, Text(path))]
    return [(member, Text(path, member)) for member in members]


def _table_name(way: str) -> str | None:
    names = {name.lower(): name for name in (*_known_columns(), *_EXPLAINING, SHORT)}
    return names.get(_stem(way) or "")


def _stem(way: str) -> str | None:
    """What a text is called, in lower case; None for what is no text, and for what a Mac puts beside it."""
    called = Path(way).name.lower().removesuffix(".gz")
    return called.removesuffix(".txt") if called.endswith(".txt") and not called.startswith(".") else None


@cache
def _known_columns() -> Mapping[str, Sequence[str]]:
    """The columns of each table in their order, as the dictionary of 2019 has them."""
    with _COLUMNS.open(encoding="utf-8", newline="") as lines:
        return _in_order((row["table"], row["column"], row["position"]) for row in csv.DictReader(lines))


def _stated_columns(dictionary: Text) -> Mapping[str, Sequence[str]]:
    """The columns of each table in their order, as the dictionary that came with the release has them."""
    lines = [fields for fields in map(dictionary.fields, dictionary.lines()) if fields]
    header = lines[0] if lines else []
    if not {"tblname", "number", "label"} <= set(header):
        return {}
    rows = [dict(zip(header, fields, strict=True)) for fields in lines[1:] if len(fields) == len(header)]
    columns = [(row["tblname"].capitalize(), row["label"].lower(), row["number"]) for row in rows]
    # A table's own entry has neither number nor label.
    return _in_order(column for column in columns if column[2].isdecimal())


def _in_order(columns: Iterable[tuple[str, str, str]]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for table, column, _ in sorted(columns, key=lambda column: (column[0], int(column[2]))):
        found.setdefault(table, []).append(column)
    return found
