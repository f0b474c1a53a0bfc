"""What an unknown word may mean: the nearest known term, or nothing."""

import pytest

from app.domain.vocabulary import vocabulary
from ingest.proposals import Proposal, propose
from ingest.sources import source


@pytest.mark.parametrize(
    ("of", "crosswalk", "word", "code", "like"),
    [
        ("mrds", "commodity", "Golld", "gold", "Gold"),
        ("mrds", "status", "PAST PRODUCR", "past-producer", "Past Producer"),
        ("mrds", "status", "Exploration", "exploration-project", "exploration-project"),
        ("mrds", "deposit_model", "Porphyry Cu-Au-Mo", "porphyry-copper-molybdenum", "Porphyry Cu-Mo"),
        ("mrds", "state", "Baja Californa", "MX-BCN", "Baja California"),
        ("sgm", "commodity", "volframio", "tungsten", "wolframio"),
        ("sgm", "status", "EN PRODUCCIÓN.", "producer", "EN PRODUCCION"),
    ],
)
def test_a_word_that_is_like_a_known_one_gets_its_code(
    of: str, crosswalk: str, word: str, code: str, like: str
) -> None:
    assert propose(word, source(of).crosswalks[crosswalk]) == Proposal(code, like)


@pytest.mark.parametrize("word", ["Unobtainium", "x", "", "矿", "?" * 500])
def test_a_word_that_is_like_none_gets_no_code(word: str) -> None:
    assert propose(word, source("mrds").crosswalks["commodity"]) is None


def test_labels_in_either_language_are_known_words() -> None:
    terms = vocabulary("commodity").terms
    crosswalk = source("mrds").crosswalks["commodity"]
    proposed = {words: propose(words, crosswalk) for term in terms.values() for words in (term.label.en, term.label.es)}
    assert [words for words, proposal in proposed.items() if proposal is None] == []


def test_a_word_that_is_known_to_say_nothing_is_no_proposal() -> None:
    crosswalk = source("mrds").crosswalks["deposit_form"]
    silent = {line.word for line in crosswalk.lines.values() if line.code is None}
    assert silent
    proposals = [propose(f"{word}x", crosswalk) for word in silent]
    assert [proposal for proposal in proposals if proposal and proposal.like in silent] == []
