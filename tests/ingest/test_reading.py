"""Words into codes, as the harmonisers of all sources do it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.deposit import DepositCommodity, UnmappedWord
from ingest.crosswalk import Crosswalk, Crosswalks
from ingest.reading import NO_CODE, Code, deepest, free_code, one_code, ranked, unknown_names

Write = Callable[..., Crosswalk]


@pytest.fixture
def crosswalk(tmp_path: Path) -> Write:
    """A crosswalk of one's own, by the name of its vocabulary."""

    def write(name: str, *lines: str) -> Crosswalk:
        (tmp_path / f"{name}.csv").write_text("\n".join(["word,code", *lines]) + "\n", encoding="utf-8")
        return Crosswalks(tmp_path)[name]

    return write


@pytest.fixture
def status(crosswalk: Write) -> Crosswalk:
    return crosswalk("status", "Past Producer,past-producer", "Unknown,unknown", "N/A,")


@pytest.fixture
def types(crosswalk: Write) -> Crosswalk:
    return crosswalk(
        "deposit_type",
        "skarn,skarn",
        "copper skarn,skarn-copper",
        "Contact metasomatic,skarn",
        "placer,placer",
        "vein,",
    )


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Past Producer", "past-producer"),
        ("PAST  PRODUCER", "past-producer"),
        ("Unknown", "unknown"),
        ("N/A", None),
    ],
)
def test_a_word_of_a_closed_list_has_one_code_or_none(status: Crosswalk, words: str, code: str | None) -> None:
    assert one_code("status", words, status) == Code(code, ())


def test_no_words_say_nothing(status: Crosswalk, types: Crosswalk) -> None:
    assert one_code("status", None, status) is NO_CODE
    assert free_code("deposit_type", None, types) is NO_CODE
    assert Code(None, ()) == NO_CODE


@pytest.mark.parametrize("words", ["Past", "Past Producers", "Past Producer, Unknown", "Producer", "", " "])
def test_an_unknown_word_is_listed_and_never_guessed(status: Crosswalk, words: str) -> None:
    assert one_code("status", words, status) == Code(None, (UnmappedWord("status", words, "status.csv"),))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("skarn", "skarn"),
        ("SKARN", "skarn"),
        ("Copper skarn", "skarn-copper"),
        ("Skarn; copper skarn near the contact", "skarn-copper"),
        ("Skarn, contact metasomatic,", "skarn"),
        ("vein", None),
        ("Vein, skarn", "skarn"),
        ("placer, skarn", None),
        ("skarn of a kind that nobody wrote down", "skarn"),
    ],
)
def test_free_text_has_the_code_of_the_phrases_in_it(types: Crosswalk, words: str, code: str | None) -> None:
    assert free_code("deposit_type", words, types) == Code(code, ())


@pytest.mark.parametrize("words", ["greisen", "skarns", "placers and veins", "copperskarn"])
def test_free_text_of_which_nothing_is_known_is_listed(types: Crosswalk, words: str) -> None:
    listed = (UnmappedWord("deposit_type", words, "deposit_type.csv"),)
    assert free_code("deposit_type", words, types) == Code(None, listed)


@pytest.mark.parametrize(
    ("codes", "deep"),
    [
        (set(), None),
        ({"skarn"}, "skarn"),
        ({"skarn", "skarn-copper"}, "skarn-copper"),
        ({"magmatic-hydrothermal", "skarn", "skarn-copper"}, "skarn-copper"),
        ({"magmatic-hydrothermal", "skarn-copper"}, "skarn-copper"),
        ({"skarn-copper", "skarn-iron"}, None),
        ({"skarn", "placer"}, None),
        ({"skarn", "skarn-copper", "placer"}, None),
    ],
)
def test_of_codes_on_one_branch_the_deepest_is_meant(codes: set[str], deep: str | None) -> None:
    assert deepest(codes, "deposit_type") == deep


def test_a_vocabulary_without_a_tree_has_one_code_or_none() -> None:
    assert deepest({"vein"}, "deposit_form") == "vein"
    assert deepest({"vein", "manto"}, "deposit_form") is None


def test_a_commodity_is_taken_once_at_its_best_rank_in_order() -> None:
    lists = [
        (1, [("Gold", "gold"), ("Unobtainium", None)]),
        (2, [("Silver", "silver"), ("gold", "gold")]),
        (None, [("AU", "gold"), ("CU", "copper"), ("AG", "silver")]),
    ]
    assert ranked(lists) == (
        DepositCommodity("gold", 1, "Gold"),
        DepositCommodity("silver", 2, "Silver"),
        DepositCommodity("copper", None, "CU"),
    )


def test_a_known_name_without_a_code_is_not_unknown(crosswalk: Write) -> None:
    known = crosswalk("commodity", "Gold,gold", "None,")
    names = [("Gold", "gold"), ("None", None), ("Unobtainium", None), ("Unobtainium", None)]
    assert unknown_names(names, known) == (UnmappedWord("commodity", "Unobtainium", "commodity.csv"),) * 2
