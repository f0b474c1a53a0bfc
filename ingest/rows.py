"""What travels between the steps of a run: a row as its file has it, or the reason why it cannot be used."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from app.errors import FileFault
from app.words import Words

Raw = dict[str, Any]


class Row(NamedTuple):
    """A row of a file, verbatim; `number` is its line in a text file, its ordinal elsewhere, counted from 1."""

    file: int
    number: int
    key: str | None
    layer: str
    raw: Raw


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row cannot be used: a code for counting, the field and its value, and a sentence."""

    code: str
    field: str | None
    value: str | None
    words: Words


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that its file damages beyond reading."""

    file: int
    number: int
    reason: Reason
    raw: Raw


@dataclass(frozen=True, slots=True)
class Link:
    """Two ids of one source that the source itself holds to be one deposit, the lesser id first, with its note."""

    one: str
    other: str
    note: str | None


class RowRejected(Exception):
    """A row that can be read, but whose identity or position cannot be used."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.words.en)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class FileRead:
    """What is known of a file once it has been looked over: its encoding in words, its rows at a guess."""

    encoding: str
    rows_expected: int
    note: Words | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A source's files, looked over and ready to be read once, row by row."""

    files: tuple[FileRead, ...]
    rows: Iterable[Row | Fault]

    def __iter__(self) -> Iterator[Row | Fault]:
        return iter(self.rows)


def file_fault(path: Path, en: str, es: str) -> FileFault:
    """What is wrong with a file or folder, after its name, which `.` has none of."""
    name = path.name or path
    return FileFault(Words(f"{name}: {en}", f"{name}: {es}"))


def rejected(code: str, field: str | None, value: object, en: str, es: str) -> RowRejected:
    return RowRejected(Reason(code, field, None if value is None else str(value), Words(en, es)))
