"""A sentence in the two languages of the project."""

import difflib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

Lang = Literal["en", "es"]
LANGS: tuple[Lang, ...] = get_args(Lang)


@dataclass(frozen=True, slots=True)
class Words:
    """The same sentence in English and in Spanish."""

    en: str
    es: str

    def __str__(self) -> str:
        return self.en

    def speak(self, lang: Lang) -> str:
        return self.es if lang == "es" else self.en


def nearest(word: str, known: Collection[str]) -> str | None:
    """The known word that is most like it; None where none is like it."""
    return next(iter(difflib.get_close_matches(word, known, n=1)), None)


def meant(near: str | None, end: str = ";") -> Words:
    """How a sentence about an unknown word goes on: with the known one that may be meant, where there is one."""
    return Words(f"; did you mean {near}?", f"; ¿quiso decir {near}?") if near else Words(end, end)


def quoted(text: str) -> str:
    """A text to be said back in a sentence: in quotes, its control characters escaped, and no longer than a line."""
    return repr(text if len(text) <= 80 else text[:79] + "…")


def lang_of_locale(locale: str) -> Lang:
    """The language of a POSIX locale name such as es_MX.UTF-8; English for all but Spanish."""
    return "es" if locale.lower().startswith("es") else "en"


def lang_accepted(header: str) -> Lang:
    """The first of our languages in an Accept-Language header, by its weights (RFC 9110 §12.5.4)."""
    offers = sorted(map(_offer, header.split(",")), key=lambda offer: -offer[1])
    return next((lang for tag, q in offers for lang in LANGS if q > 0 and tag == lang), "en")


def _offer(item: str) -> tuple[str, float]:
    tag, _, parameters = item.lower().partition(";")
    weight = parameters.strip().removeprefix("q=")
    try:
        q = float(weight) if weight else 1.0
    except ValueError:
        q = 0.0
    return tag.strip().partition("-")[0], q if 0 <= q <= 1 else 0.0
