"""The known term that an unknown word is most like: for a person to judge, and never used by itself."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from app.domain.vocabulary import fold, vocabulary
from ingest.crosswalk import Crosswalk

# The share of letters that two words have in common, in their order, from which on they are called alike.
_ALIKE = 0.7


@dataclass(frozen=True, slots=True)
class Proposal:
    """A code that a word may mean, and the known words that it resembles."""

    code: str
    like: str


def propose(word: str, crosswalk: Crosswalk) -> Proposal | None:
    """The nearest of the crosswalk's words and of its vocabulary's codes and labels; None where none is near."""
    known = _known(crosswalk)
    near = difflib.get_close_matches(fold(word), known, n=1, cutoff=_ALIKE)
    return known[near[0]] if near else None


@lru_cache(maxsize=32)
def _known(crosswalk: Crosswalk) -> dict[str, Proposal]:
    """All that means a code, folded; where words mean several, the crosswalk is nearer to the source than labels."""
    known: dict[str, Proposal] = {}
    for words, code in _meaning(crosswalk):
        known.setdefault(fold(words), Proposal(code, words))
    return known


def _meaning(crosswalk: Crosswalk) -> Iterator[tuple[str, str]]:
    for line in crosswalk.lines.values():
        if line.code:
            yield line.word, line.code
    for term in vocabulary(crosswalk.vocabulary).terms.values():
        for words in (term.code, term.label.en, term.label.es):
            yield words, term.code
