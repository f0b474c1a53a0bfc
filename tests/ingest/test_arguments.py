"""What may be typed after `vetalode`, and what is said of it in each language."""

from datetime import date
from pathlib import Path

import pytest

from ingest.arguments import parse


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VETALODE_LANG", "en")


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[object, str]:
    """How a command that is not carried out exits, and what it says."""
    with pytest.raises(SystemExit) as end:
        parse(words)
    told = capsys.readouterr()
    return end.value.code, told.out + told.err


def test_an_ingest_names_its_source_its_files_and_how_to_take_them() -> None:
    asked = parse(["ingest", "sgm", "a.json", "b.json", "--partial", "--retrieved", "2026-10-04"])
    assert (asked.verb, asked.source, asked.files) == ("ingest", "sgm", [Path("a.json"), Path("b.json")])
    assert (asked.partial, asked.synthetic, asked.retrieved) == (True, False, date(2026, 10, 4))


def test_a_publish_accepts_by_name_only() -> None:
    assert parse(["publish"]).accept == []
    assert parse(["publish", "--accept", "unmapped"]).accept == ["unmapped"]


@pytest.mark.parametrize("words", [["--lang", "es"], ["--lang=es"]])
def test_the_language_is_the_one_typed(words: list[str]) -> None:
    assert parse([*words, "status"]).lang == "es"


@pytest.mark.parametrize(
    ("name", "value", "lang"),
    [("LC_ALL", "es_MX.UTF-8", "es"), ("LANG", "es", "es"), ("LC_MESSAGES", "en_US", "en"), ("LANG", "fr_FR", "en")],
)
def test_the_language_is_else_that_of_the_locale(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, lang: str
) -> None:
    for other in ("VETALODE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, value)
    assert parse(["status"]).lang == lang


VERBS = (
    "fetch",
    "migrate",
    "ingest",
    "publish",
    "rollback",
    "status",
    "rejects",
    "replay",
    "unmapped",
    "diff",
    "export",
    "apply",
    "snapshot",
    "verify",
    "vocab",
)
ENGLISH = ("usage:", "options", "positional", "show this", "error:", "invalid", "required", "FILE", "release")


@pytest.mark.parametrize("words", [(), *((verb,) for verb in VERBS)], ids=lambda words: words[0] if words else "top")
def test_help_is_in_spanish_for_who_reads_spanish(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    code, told = said(capsys, "--lang", "es", *words, "--help")
    assert code == 0
    assert told.startswith("uso: vetalode")
    assert "muestra esta ayuda y termina" in told
    assert [word for word in ENGLISH[:4] if word in told] == []


def test_help_lists_every_verb_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    english, spanish = (said(capsys, "--lang", lang, "--help")[1] for lang in ("en", "es"))
    assert [verb for verb in VERBS if verb not in english or verb not in spanish] == []
    assert "Takes in deposit layers" in english
    assert "Recibe capas de yacimientos" in spanish


@pytest.mark.parametrize(
    ("words", "en", "es"),
    [
        ([], "the following arguments are required: VERB", "faltan estos argumentos: VERBO"),
        (["dance"], "invalid choice: 'dance'", "no existe 'dance' (elija entre"),
        (["ingest", "bgs", "f"], "invalid choice: 'bgs' (choose from", "no existe 'bgs' (elija entre"),
        (["ingest", "mrds"], "the following arguments are required: FILE", "faltan estos argumentos: ARCHIVO"),
        (
            ["ingest", "mrds", "f", "--retrieved", "today"],
            "'today' is not a day such as",
            "'today' no es un día como 20",
        ),
        (["publish", "--accept", "anything"], "invalid choice: 'anything'", "no existe 'anything'"),
        (["rejects", "--run", "x"], "'x' is not the number of a run", "'x' no es el número de una"),
        (["diff", "--limit", "-1"], "'-1' is not a whole number from 0", "'-1' no es un número entero de 0"),
        (["diff", "--limit", "9999999999"], "from 0 to 2147483647", "de 0 a 2147483647"),
        (
            ["apply", "a"],
            "arguments are required: CHANGES, -o/--output",
            "faltan estos argumentos: CAMBIOS, -o/--output",
        ),
        (["vocab", "burn"], "invalid choice: 'burn'", "no existe 'burn'"),
        (["rejects", "--run"], "expected one argument", "falta su valor"),
        (["status", "--fast"], "unrecognized arguments: --fast", "argumentos desconocidos: --fast"),
    ],
)
def test_a_mistake_says_what_is_right_and_exits_with_2(
    capsys: pytest.CaptureFixture[str], words: list[str], en: str, es: str
) -> None:
    for lang, sentence in (("en", en), ("es", es)):
        code, told = said(capsys, "--lang", lang, *words)
        assert (code, sentence in told) == (2, True)
