"""Features of a file one by one, however long it is: a GeoJSON collection, or one without any and then a line each."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from app.errors import FileFault
from app.words import Words

_PIECE = 1 << 20
_SPACE = " \t\r\n"
_DECODER = json.JSONDecoder()


class Collected:
    """A file of features: `head` has the members that stand before them. Raises `FileFault` for what is none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._text, self._at = "", 0
        try:
            self._file: TextIO = path.open(encoding="utf-8-sig", newline="")
        except OSError as fault:
            why = fault.strerror or str(fault)
            raise self.fault(f"it cannot be read: {why}", f"no se puede leer: {why}") from fault
        try:
            self.head = self._head()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def fault(self, en: str, es: str) -> FileFault:
        return FileFault(Words(f"{self._path}: {en}", f"{self._path}: {es}"))

    def features(self) -> Iterator[dict[str, Any]]:
        """All of them, in strictly ascending order of their ids."""
        last = ""
        for feature in self._values():
            self._check(feature)
            if feature["id"] <= last:
                raise self.fault(
                    f"{feature['id']} comes after {last}; features should stand in the order of their ids, each once",
                    f"{feature['id']} viene después de {last}; los elementos deben ir en el orden de sus id, cada uno "
                    "una vez",
                )
            last = feature["id"]
            yield feature

    def _check(self, feature: Any) -> None:
        if not (
            isinstance(feature, dict)
            and isinstance(feature.get("id"), str)
            and feature["id"]
            and isinstance(feature.get("properties"), dict)
        ):
            raise self.fault(
                "it holds something else than features with an id and properties",
                "contiene algo distinto de elementos con id y propiedades",
            )

    def _head(self) -> dict[str, Any]:
        head: dict[str, Any] = {}
        if self._next() != "{":
            raise self._no_collection()
        while True:
            name = self._value()
            if not isinstance(name, str) or self._next() != ":":
                raise self._no_collection()
            if name == "features":
                break
            head[name] = self._value()
            if self._next() != ",":
                raise self._no_collection()
        if self._next() != "[":
            raise self._no_collection()
        return head

    def _values(self) -> Iterator[Any]:
        if self._peek() != "]":
            while True:
                yield self._value()
                if self._peek() != ",":
                    break
                self._next()
        if self._next() != "]" or self._next() != "}":
            raise self._cut()
        while self._peek():
            yield self._value()

    def _value(self) -> Any:
        """The next value. Of what the text breaks off in, more is read: a number that ends with it may go on."""
        if not self._peek():
            raise self._cut()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except (json.JSONDecodeError, RecursionError) as fault:
                if isinstance(fault, RecursionError) or not self._more():
                    raise self._cut() from fault
                continue
            if end < len(self._text) or not self._more():
                self._at = end
                return value

    def _next(self) -> str:
        sign = self._peek()
        self._at += len(sign)
        return sign

    def _peek(self) -> str:
        """The next character that is no space; none at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _more(self) -> bool:
        """Reads on, as much again as is at hand, so that a long value is not begun too often."""
        rest = self._text[self._at :]
        try:
            piece = self._file.read(max(_PIECE, len(rest)))
        except UnicodeDecodeError as fault:
            raise self.fault("it is not in UTF-8", "no está en UTF-8") from fault
        self._text, self._at = rest + piece, 0
        return bool(piece)

    def _no_collection(self) -> FileFault:
        return self.fault(
            "it should be GeoJSON as Vetalode gives it: one object whose last member is its features",
            "debe ser GeoJSON como lo da Vetalode: un objeto cuyo último miembro son sus elementos (features)",
        )

    def _cut(self) -> FileFault:
        return self.fault("it is cut short or damaged; fetch it again", "está cortado o dañado; descárguelo de nuevo")
