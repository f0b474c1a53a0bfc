"""A source's words into our codes, by the CSVs that a geologist edits; an unknown word is never guessed."""

import csv
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from app.domain.vocabulary import TERMS, fold, vocabulary
from app.errors import FileFault
from app.words import Words


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a crosswalk: a source's word, the code it means (none: a word that says nothing), its kind."""

    word: str
    code: str | None
    kind: str | None


@dataclass(frozen=True, eq=False)
class Crosswalk:
    """The lines of one CSV by their folded word.

    `path` is what to open when a word is missing, `vocabulary` the name of the one whose codes it gives.
    """

    path: Path
    lines: Mapping[str, Line]
    vocabulary: str

    def __contains__(self, word: str) -> bool:
        return fold(word) in self.lines

    def code(self, word: str) -> str | None:
        line = self.lines.get(fold(word))
        return line.code if line else None

    @cached_property
    def longest_name(self) -> int:
        """Commas in the known name that holds the most of them, plus one."""
        return max((word.count(",") for word in self.lines), default=0) + 1

    def names(self, text: str) -> Iterable[str]:
        """A comma-separated list cut into names, the longest known one first: names hold commas too.

        "Sand and Gravel, Construction, Gold" is two names. An unknown name is what lies between two commas.
        """
        parts = [part.strip() for part in text.split(",")]
        at = 0
        while at < len(parts):
            longest = min(self.longest_name, len(parts) - at)
            spans = (", ".join(parts[at : at + span]) for span in range(longest, 1, -1))
            name = next((span for span in spans if span in self), parts[at])
            at += name.count(", ") + 1
            if name:
                yield name

    @cached_property
    def _phrase(self) -> re.Pattern[str]:
        longest_first = sorted(self.lines, key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")

    def phrases(self, text: str) -> tuple[list[Line], str]:
        """The known phrases of a text in their order, the longest first, and what none of them explains."""
        folded = fold(text)
        found = [self.lines[match.group()] for match in self._phrase.finditer(folded)]
        return found, " ".join(_MARKS.sub(" ", self._phrase.sub(" ", folded)).split())


# Punctuation between phrases says nothing.
_MARKS = re.compile(r"[^\w]+")


class Crosswalks:
    """The crosswalks of one source, each read and checked against its vocabulary when first asked for.

    `further` are files that rows are understood by besides.
    """

    def __init__(self, folder: Path, further: Sequence[Path] = ()) -> None:
        self.folder = folder
        self.further = tuple(further)
        self._read: dict[str, Crosswalk] = {}

    def __getitem__(self, name: str) -> Crosswalk:
        if name not in self._read:
            self._read[name] = _crosswalk(self.folder / f"{name}.csv", name)
        return self._read[name]

    @cached_property
    def digest(self) -> str:
        """Changes whenever a crosswalk, vocabulary, list or further file does, so that rows are understood anew."""
        summed = hashlib.sha256()
        for path in sorted((*self.folder.glob("*.csv"), *TERMS.rglob("*.csv"), *self.further)):
            summed.update(path.name.encode() + b"\0" + path.read_bytes())
        return summed.hexdigest()[:16]


# A source's second way to say the same kind of thing.
_FURTHER = {
    "deposit_model": "deposit_type",
    "deposit_size": "size",
    "commodity_code": "commodity",
    "fips_country": "country",
}


def vocabulary_of(name: str) -> str:
    """The vocabulary that a crosswalk of that name gives codes of; the first one into a vocabulary has its name."""
    return _FURTHER.get(name, name)


def _crosswalk(path: Path, name: str) -> Crosswalk:
    vocabulary_name = vocabulary_of(name)
    lines: dict[str, Line] = {}
    for line in _lines(path):
        if line.code and line.code not in vocabulary(vocabulary_name).terms:
            raise _fault(
                path,
                f"the code {line.code!r} of {line.word!r} is not in the vocabulary {vocabulary_name}",
                f"el código {line.code!r} de {line.word!r} no está en el vocabulario {vocabulary_name}",
            )
        if lines.setdefault(fold(line.word), line).code != line.code:
            raise _fault(
                path,
                f"{line.word!r} stands there twice, with different codes",
                f"{line.word!r} está dos veces, con códigos distintos",
            )
    return Crosswalk(path, lines, vocabulary_name)


def _lines(path: Path) -> list[Line]:
    """The lines that hold a word. Spreadsheets put a mark before UTF-8, or save in another encoding altogether."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as opened:
            rows = csv.DictReader(opened)
            read = [Line(row["word"], (row.get("code") or "").strip() or None, row.get("kind")) for row in rows]
    except (KeyError, UnicodeDecodeError, csv.Error) as fault:
        raise _fault(
            path,
            "it is not a table in UTF-8 with commas between its columns, the first of which is word",
            "no es una tabla en UTF-8 con comas entre sus columnas, la primera de las cuales es word",
        ) from fault
    return [line for line in read if fold(line.word or "")]


def _fault(path: Path, en: str, es: str) -> FileFault:
    where = "/".join(path.parts[-3:])
    return FileFault(Words(f"{where}: {en}", f"{where}: {es}"))
