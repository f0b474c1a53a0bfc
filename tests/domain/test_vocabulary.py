"""The vocabularies: what their CSVs promise, and how a code is asked for."""

import csv
import re
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.vocabulary import TERMS, TITLES, fold, label, unknown_code, vocabulary
from app.errors import BadValue, NotThere

NAMES = sorted(TITLES)


def rows(name: str) -> list[dict[str, str]]:
    with (TERMS / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("name", NAMES)
def test_codes_are_unique_and_can_stand_in_an_address(name: str) -> None:
    codes = [row["code"] for row in rows(name)]
    assert len(set(codes)) == len(codes)
    assert [code for code in codes if not re.fullmatch(r"[A-Za-z0-9-]+", code)] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_term_has_a_tidy_label_in_both_languages(name: str) -> None:
    labels = [row[column] for row in rows(name) for column in ("label_en", "label_es")]
    assert [text for text in labels if not text or text != " ".join(text.split())] == []


@pytest.mark.parametrize("name", NAMES)
def test_labels_of_one_language_tell_the_terms_apart(name: str) -> None:
    for column in ("label_en", "label_es"):
        labels = [row[column] for row in rows(name)]
        assert sorted({text for text in labels if labels.count(text) > 1}) == []


@pytest.mark.parametrize("name", NAMES)
def test_uris_are_well_formed(name: str) -> None:
    uris = [row[column] for row in rows(name) for column in row if column.endswith("uri") and row[column]]
    assert [uri for uri in uris if urlsplit(uri).scheme not in ("http", "https") or " " in uri] == []
    assert [uri for uri in uris if not urlsplit(uri).netloc] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_line_of_a_csv_has_too_few_or_too_many_columns(name: str) -> None:
    assert [row for row in rows(name) if None in row or None in row.values()] == []


def test_terms_carry_their_further_columns_with_blanks_as_none() -> None:
    gold = vocabulary("commodity").terms["gold"]
    assert (gold.label.en, gold.label.es, gold.more["symbols"]) == ("Gold", "Oro", "Au")
    assert "" not in [value for term in vocabulary("commodity").terms.values() for value in term.more.values()]
    assert label(gold, "es") == "Oro"


def test_an_unknown_vocabulary_is_named_with_those_there_are() -> None:
    with pytest.raises(NotThere, match="commodity") as fault:
        vocabulary("colour")
    assert "hay:" in fault.value.words.es


def test_codes_come_sorted_and_once() -> None:
    assert vocabulary("commodity").codes("silver, gold,silver") == ("gold", "silver")


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [("Gold", "gold"), ("oro", "gold"), ("Au", "gold"), ("PLATA", "silver"), ("coper", "copper")],
)
def test_an_unknown_code_is_met_with_the_nearest_one(asked: str, nearest: str) -> None:
    with pytest.raises(BadValue, match=f"did you mean '{nearest}'") as fault:
        vocabulary("commodity").codes(asked)
    assert f"¿quiso decir '{nearest}'?" in fault.value.words.es


@pytest.mark.parametrize("asked", ["", "gold,", "zzzzzzzz"])
def test_nothing_is_suggested_where_nothing_is_near(asked: str) -> None:
    with pytest.raises(BadValue, match=r"is not a code we know\. The codes are at /vocabularies/commodity"):
        vocabulary("commodity").codes(asked)


def test_the_sentence_of_an_unknown_code_reads_well_in_both_languages() -> None:
    words = unknown_code("source", "x", None, "/sources").words
    assert words.en == "source='x' is not a code we know. The codes are at /sources"
    assert words.es == "source='x' no es un código conocido. Los códigos están en /sources"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Michoacán \t de  Ocampo", "michoacan de ocampo"),
        ("MANIFESTACION PEQUEÑA", "manifestacion pequena"),
        ("Straße", "strasse"),
        ("ónix", "onix"),
        ("", ""),
    ],
)
def test_folding_drops_case_accents_and_spaces(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
