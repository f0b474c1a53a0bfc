"""Names tidied, words kept verbatim."""

import pytest

from ingest.names import stated, tidied


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("  Bonanza   Mine ", "Bonanza Mine"),
        ("Allen Mine            Gemrock,", "Allen Mine Gemrock"),
        ("Geysers, The", "Geysers, The"),
        ("Peñoles", "Peñoles"),
        (" ,; ", None),
        ("", None),
        (None, None),
    ],
)
def test_a_name_is_tidied_but_never_rewritten(words: str | None, name: str | None) -> None:
    assert tidied(words) == name


@pytest.mark.parametrize(
    ("words", "kept"), [(" a  b ", " a  b "), (1881, "1881"), (0, "0"), ("", None), (" ", None), (None, None)]
)
def test_words_are_kept_as_they_stand_and_blanks_are_none(words: object, kept: str | None) -> None:
    assert stated(words) == kept
