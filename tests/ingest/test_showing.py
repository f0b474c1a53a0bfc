"""How the command line answers people and programs."""

import csv
import io
import json
from datetime import date

import pytest

from app.words import Words
from ingest.showing import machine, sentence, table

ROWS = (
    {"word": 'Oro "fino", y plata', "rows": 2, "code": None, "raw": {"ñ": [1]}, "day": date(2026, 11, 24)},
    {"word": "línea\nnueva", "rows": 1, "code": "gold", "raw": {}, "day": None},
)

NAMES = ("word", "rows", "code", "raw", "day")


def test_json_holds_every_row_with_its_values(capsys: pytest.CaptureFixture[str]) -> None:
    machine("json", NAMES, iter(ROWS))
    said = json.loads(capsys.readouterr().out)
    assert said == [{**ROWS[0], "day": "2026-11-24"}, ROWS[1]]
    machine("json", NAMES, [])
    assert capsys.readouterr().out == "[]\n"


def test_csv_without_a_row_has_its_header(capsys: pytest.CaptureFixture[str]) -> None:
    machine("csv", NAMES, [])
    assert capsys.readouterr().out.strip() == "word,rows,code,raw,day"


def test_csv_holds_every_row_under_its_names(capsys: pytest.CaptureFixture[str]) -> None:
    machine("csv", NAMES, iter(ROWS))
    said = list(csv.DictReader(io.StringIO(capsys.readouterr().out, newline="")))
    assert said == [
        {"word": 'Oro "fino", y plata', "rows": "2", "code": "", "raw": '{"ñ": [1]}', "day": "2026-11-24"},
        {"word": "línea\nnueva", "rows": "1", "code": "gold", "raw": "{}", "day": ""},
    ]


def test_people_are_answered_in_their_language(capsys: pytest.CaptureFixture[str]) -> None:
    sentence(Words("done", "hecho"), "es")
    table(Words("Rows", "Filas"), (Words("name", "nombre"), Words("rows", "filas")), [("[red]", None)], "es")
    said = capsys.readouterr().out
    assert said.startswith("hecho\n")
    assert all(words in said for words in ("Filas", "nombre", "filas", "[red]"))
    assert "None" not in said


def test_a_title_longer_than_its_table_stays_on_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    table(Words("Deposits, from 2026-11-24.1 to 2026-11-24.2", "-"), (Words("n", "n"),), [("1",)], "en")
    assert capsys.readouterr().out.startswith("Deposits, from 2026-11-24.1 to 2026-11-24.2\n")


def test_a_wide_table_is_not_folded_for_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    table(Words("t", "t"), (Words("n", "n"),), [("x" * 150,)], "en")
    assert "x" * 150 in capsys.readouterr().out
