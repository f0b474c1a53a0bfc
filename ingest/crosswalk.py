"""A source's words into our codes, by the CSVs that a geologist edits; an unknown word is never guessed."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from app.domain.table import Line as Written
from app.domain.table import lines_of, table_bytes
from app.domain.vocabulary import TERMS, TITLES, fold, vocabulary


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
        """One that matches nothing where no word is known."""
        longest_first = sorted(self.lines, key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})(?!\w)")

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

    def check(self) -> None:
        """Reads every CSV of the folder; raises `FileFault` for one that cannot be trusted."""
        for path in sorted(self.folder.glob("*.csv")):
            _ = self[path.stem]

    @cached_property
    def digest(self) -> str:
        """Changes whenever a crosswalk, vocabulary, list or further file does, so that rows are understood anew."""
        summed = hashlib.sha256()
        for path in sorted((*self.folder.glob("*.csv"), *TERMS.rglob("*.csv"), *self.further)):
            summed.update(path.name.encode() + b"\0" + table_bytes(path))
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
    codes = ("code",) if vocabulary_name in TITLES else ()
    lines: dict[str, Line] = {}
    first: dict[str, int] = {}
    for written in lines_of(path, "word", *codes):
        line = _line(written, vocabulary_name)
        word = fold(line.word)
        if lines.setdefault(word, line) != line and (lines[word].code, lines[word].kind) != (line.code, line.kind):
            raise written.fault(
                f"{line.word!r} stands in line {first[word]} already, and means something else there; keep one of them",
                f"{line.word!r} ya está en la línea {first[word]}, y significa otra cosa; deje una sola",
            )
        first.setdefault(word, written.number)
    return Crosswalk(path, lines, vocabulary_name)


def _line(written: Written, vocabulary_name: str) -> Line:
    word, code = written["word"], written.cells.get("code") or None
    if not fold(word):
        raise written.fault(
            "it has no word; each line should begin with a word of the source",
            "no tiene palabra; cada línea debe empezar con una palabra de la fuente",
        )
    if code and vocabulary_name not in TITLES:
        raise written.fault(
            f"it gives the code {code!r}, and there is no vocabulary {vocabulary_name}; those are: {', '.join(TITLES)}",
            f"da el código {code!r}, y no hay vocabulario {vocabulary_name}; los que hay: {', '.join(TITLES)}",
        )
    if code:
        written.known("code", vocabulary(vocabulary_name).terms, f"{vocabulary_name}.csv")
    return Line(word, code, written.cells.get("kind"))
