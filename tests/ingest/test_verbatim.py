"""A row as JSON that the database keeps, or the reason why it cannot be kept."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.rows import RowRejected
from ingest.verbatim import shown, verbatim

DEEP: Any = "x"
for _ in range(400):
    DEEP = [DEEP]


@pytest.mark.parametrize("words", ["NA", " ", "null", "Peña “x”", r"C:\u0000", "\\\\u0000", "😀", "0040119901"])
def test_words_come_back_as_they_were(words: str) -> None:
    assert json.loads(verbatim({"a": words})) == {"a": words}


@pytest.mark.parametrize("raw", [{"a": "x\0y"}, {"a\0": "x"}, {"a": ["x", "\0"]}, {"a": "\\\0"}])
def test_a_nul_anywhere_rejects_the_row(raw: dict[str, Any]) -> None:
    with pytest.raises(RowRejected) as rejection:
        verbatim(raw)
    assert rejection.value.reason.code == "row-nul-byte"


@pytest.mark.parametrize(
    "raw", [{"a": "\ud800"}, {"\udfff": "a"}, {"a": 2**70}, {"a": DEEP}], ids=["half", "half name", "long", "deep"]
)
def test_what_no_json_holds_rejects_the_row(raw: dict[str, Any]) -> None:
    with pytest.raises(RowRejected) as rejection:
        verbatim(raw)
    assert rejection.value.reason.code == "row-unstorable"
    assert json.loads(verbatim(shown(raw))).keys() == shown(raw).keys()


@given(st.dictionaries(st.text(), st.text(st.characters()) | st.integers() | st.floats() | st.none()))
def test_every_row_can_be_kept_or_shown(raw: dict[str, Any]) -> None:
    try:
        kept = verbatim(raw)
    except RowRejected:
        kept = verbatim(shown(raw))
    assert len(json.loads(kept)) == len(raw)


def test_damage_is_shown_as_escapes() -> None:
    assert shown({"a": "x\0y", "b": "\ud800z", "c": {"d": "\0"}}) == {
        "a": r"x\x00y",
        "b": r"\ud800z",
        "c": r"{'d': '\x00'}",
    }
