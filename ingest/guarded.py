"""XML from elsewhere, streamed through expat and never a tree in memory.

A document type is refused, and with it every entity of its own: no file that we read needs one, and they are how a
small file grows to fill a machine, or asks for another file.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.parsers import expat

from app.words import Words
from ingest.rows import file_fault

_CHUNK = 1 << 20
_LONGEST_TOKEN = 16 << 20
_LONGEST_TEXT = 1 << 20
_DEEPEST = 100


class Unfit(Exception):
    """The XML is well-formed so far, but nothing that can be used."""

    def __init__(self, en: str, es: str) -> None:
        super().__init__(en)
        self.words = Words(en, es)


@dataclass(frozen=True, slots=True)
class Sentences:
    """How the sentences end that say what is wrong with a file of one kind: one with a document type, one with an
    element that is longer or deeper than these, one that is no XML."""

    doctype: Words
    too_long: Words
    broken: Words


@contextmanager
def explained(path: Path, sentences: Sentences) -> Iterator[None]:
    """What is wrong with the XML of a file leaves as a `FileFault`."""
    try:
        yield
    except Unfit as unfit:
        raise file_fault(path, unfit.words.en, unfit.words.es) from unfit
    except expat.ExpatError as broken:
        raise file_fault(
            path,
            f"it is cut short or not XML ({broken}); {sentences.broken.en}",
            f"está cortado o no es XML ({broken}); {sentences.broken.es}",
        ) from broken


def chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """The file in pieces, of which the last is empty: only there a file cut short shows."""
    while chunk := stream.read(_CHUNK):
        yield chunk
    yield b""


class Guarded:
    """Takes a file in chunks and calls `started` at each element, with its name and attributes, and `ended`.

    Then `way` are the names from the root to that element, without prefixes; at an end `text` is what the element says,
    where it `is_leaf`. Raises `Unfit` for a document type, a text too long or an element too deep; else `ExpatError`.
    """

    def __init__(
        self,
        sentences: Sentences,
        started: Callable[[str, Mapping[str, str]], None],
        ended: Callable[[], None],
        encoding: str | None = None,
    ) -> None:
        self.encoding = "utf-8"
        self.way: list[str] = []
        self.is_leaf = False
        self._sentences = sentences
        self._started = started
        self._ended = ended
        self._text: list[str] = []
        self._length = 0
        self._taken = 0
        self._parser = expat.ParserCreate(encoding, namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.XmlDeclHandler = self._declaration
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.CharacterDataHandler = self._data
        self._parser.EndElementHandler = self._end

    @property
    def text(self) -> str:
        return "".join(self._text)

    def take(self, chunk: bytes) -> None:
        try:
            self._parser.Parse(chunk, not chunk)
        except (LookupError, ValueError) as fault:
            # So Python says that it does not know the encoding, or that it is none of those that expat can be told.
            if self.way:
                raise
            raise Unfit(
                f"it says that its encoding is {self.encoding}, in which no XML can be read; save it as UTF-8",
                f"dice que su codificación es {self.encoding}, en la que no se puede leer XML; guárdelo en UTF-8",
            ) from fault
        self._taken += len(chunk)
        if self._taken - self._parser.CurrentByteIndex > _LONGEST_TOKEN:
            raise self._too_long()

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        self.encoding = (encoding or self.encoding).lower()

    def _doctype(self, name: str, *_rest: object) -> None:
        end = self._sentences.doctype
        raise Unfit(f"it has a document type ({name}), {end.en}", f"lleva un tipo de documento ({name}), {end.es}")

    def _start(self, full_name: str, attributes: Mapping[str, str]) -> None:
        if len(self.way) == _DEEPEST:
            raise self._too_long()
        self.way.append(local_name(full_name))
        self.is_leaf, self._text, self._length = True, [], 0
        self._started(self.way[-1], attributes)

    def _data(self, text: str) -> None:
        self._text.append(text)
        self._length += len(text)
        if self._length > _LONGEST_TEXT:
            raise self._too_long()

    def _end(self, _name: str) -> None:
        self._ended()
        self.way.pop()
        self.is_leaf = False

    def _too_long(self) -> Unfit:
        end = self._sentences.too_long
        return Unfit(
            f"an element of it is longer or deeper than {end.en}",
            f"un elemento suyo es más largo o más profundo que {end.es}",
        )


def local_name(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition(" ")[2]
