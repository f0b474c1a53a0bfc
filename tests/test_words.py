"""A sentence in two languages, and which of them a person wants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.words import LANGS, Words, lang_accepted, lang_of_locale


def test_words_are_spoken_in_the_language_asked_for_and_print_in_english() -> None:
    words = Words("gold", "oro")
    assert (words.speak("en"), words.speak("es"), str(words)) == ("gold", "oro", "gold")


@pytest.mark.parametrize(
    ("locale", "lang"), [("es_MX.UTF-8", "es"), ("ES", "es"), ("en_US.UTF-8", "en"), ("C", "en"), ("", "en")]
)
def test_a_locale_is_spanish_or_else_english(locale: str, lang: str) -> None:
    assert lang_of_locale(locale) == lang


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("es", "es"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("en-US,en;q=0.9,es;q=0.8", "en"),
        ("en;q=0.2, es;q=0.7", "es"),
        ("fr, es;q=0.1", "es"),
        ("EN;Q=0.1, ES;Q=0.9", "es"),
        ("es;q=0", "en"),
        ("es;q=much, en;q=0.1", "en"),
        ("es;q=nan, es;q=7", "en"),
        ("est", "en"),
        ("*", "en"),
        ("", "en"),
        (";;,,;q=", "en"),
    ],
)
def test_the_accepted_language_is_ours_with_the_greatest_weight(header: str, lang: str) -> None:
    assert lang_accepted(header) == lang


@given(st.text())
def test_no_header_is_too_strange_to_answer(header: str) -> None:
    assert lang_accepted(header) in LANGS
