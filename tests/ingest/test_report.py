"""What a run says while it works: a bar on a terminal, plain lines elsewhere."""

import io

import pytest
from rich.console import Console

from app.words import Words
from ingest import report
from ingest.report import Teller, teller

DOING = Words("reading mrds", "leyendo mrds")


@pytest.mark.parametrize(("lang", "said"), [("en", "gold [bold] {x}\n"), ("es", "oro [bold] {x}\n")])
def test_sentences_go_to_the_error_output_as_they_are(capsys: pytest.CaptureFixture[str], lang: str, said: str) -> None:
    Teller(lang, teller().console).say(Words("gold [bold] {x}", "oro [bold] {x}"))  # type: ignore[arg-type]
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", said)


def test_a_long_sentence_stays_on_one_line_for_who_reads_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    teller("en").say(Words("word " * 99, ""))
    assert capsys.readouterr().err.count("\n") == 1


def test_progress_without_a_terminal_is_a_line_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "_PLAIN_EVERY", 2)
    assert list(teller("es").track("abcde", 5, DOING)) == list("abcde")
    assert capsys.readouterr().err == "leyendo mrds: 2 / 5\nleyendo mrds: 4 / 5\n"


@pytest.mark.parametrize("items", ["abc", ""])
def test_progress_on_a_terminal_is_a_bar_that_hands_on_every_item(items: str) -> None:
    screen = io.StringIO()
    tell = Teller("en", Console(file=screen, force_terminal=True))
    assert list(tell.track(items, len(items), DOING)) == list(items)
    assert "reading mrds" in screen.getvalue()
