"""Words into codes: what the harmonisers of all sources do alike. An unknown word gives no code and is listed."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from app.domain.deposit import DepositCommodity, UnmappedWord
from app.domain.vocabulary import vocabulary
from ingest.crosswalk import Crosswalk


class Code(NamedTuple):
    """The code of some words, None where they say none, and the words that no crosswalk explains."""

    code: str | None
    unmapped: tuple[UnmappedWord, ...]


NO_CODE = Code(None, ())


@lru_cache(maxsize=100_000)
def one_code(attribute: str, words: str | None, crosswalk: Crosswalk) -> Code:
    """The code of a word of a closed list."""
    if words is None:
        return NO_CODE
    if words in crosswalk:
        return Code(crosswalk.code(words), ())
    return Code(None, (UnmappedWord(attribute, words, crosswalk.path.name),))


@lru_cache(maxsize=100_000)
def free_code(attribute: str, words: str | None, crosswalk: Crosswalk) -> Code:
    """The code of free text by the phrases in it. Text of which something is known is not listed as unmapped."""
    if words is None:
        return NO_CODE
    lines, _ = crosswalk.phrases(words)
    if not lines:
        return Code(None, (UnmappedWord(attribute, words, crosswalk.path.name),))
    return Code(deepest({line.code for line in lines if line.code}, crosswalk.vocabulary), ())


def deepest(codes: set[str], name: str) -> str | None:
    """The one code that all others contain; None where they lie on different branches of the vocabulary's tree."""
    lowest = [code for code in codes if codes <= {code, *_above(code, name)}]
    return lowest[0] if len(lowest) == 1 else None


@lru_cache(maxsize=2_000)
def _above(code: str, name: str) -> tuple[str, ...]:
    parent = vocabulary(name).terms[code].more.get("parent")
    return (parent, *_above(parent, name)) if parent else ()


def ranked(lists: Iterable[tuple[int | None, Sequence[tuple[str, str | None]]]]) -> tuple[DepositCommodity, ...]:
    """The commodities of ranked lists of names with their codes; each code once, at its best rank."""
    found: dict[str, DepositCommodity] = {}
    for rank, names in lists:
        for name, code in names:
            if code is not None:
                found.setdefault(code, DepositCommodity(code, rank, name))
    return tuple(found.values())


def unknown_names(names: Iterable[tuple[str, str | None]], crosswalk: Crosswalk) -> tuple[UnmappedWord, ...]:
    """The names that the crosswalk lacks; a known name without a code says nothing, and is not among them."""
    return tuple(
        UnmappedWord("commodity", name, crosswalk.path.name)
        for name, code in names
        if code is None and name not in crosswalk
    )
