"""Each verb of the command line on a real store: what it answers, for people and for programs."""

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.domain.deposit import Harmonised
from ingest import asking, commands, vocabcheck
from ingest.rows import rejected
from ingest.sources import source

SAMPLE = Path(__file__).parents[2] / "sample_data"

Vetalode = Callable[..., tuple[int, str, str]]


@pytest.fixture
def unmapped_store(own_sample_store: Engine, vetalode: Vetalode) -> Engine:
    """The sample with the rows that hold unknown words."""
    vetalode(own_sample_store, "ingest", "mrds", SAMPLE / "mrds_unmapped.csv", "--partial", "--synthetic")
    return own_sample_store


def test_an_ingest_tells_what_became_of_the_rows_in_both_languages(empty_store: Engine, vetalode: Vetalode) -> None:
    assert vetalode(empty_store, "ingest", "mrds", SAMPLE / "mrds.csv") == (
        0,
        "run 1: 93 rows in = 85 to publish + 8 rejected + 0 unchanged (0 of them understood anew); 0 records ended\n",
        "see why: vetalode rejects\n",
    )
    pages = [SAMPLE / f"sgm_minas_50k_page{number}.geojson" for number in (1, 2)]
    assert vetalode(empty_store, "ingest", "sgm", *pages, lang="es") == (
        0,
        "ejecución 2: 14 filas leídas = 14 por publicar + 0 rechazadas + 0 sin cambio"
        " (0 de ellas reinterpretadas); 0 registros terminados\n",
        "",
    )


def test_the_same_file_again_is_said_to_have_written_nothing(own_sample_store: Engine, vetalode: Vetalode) -> None:
    words = ("ingest", "mrds", SAMPLE / "mrds.csv", "--synthetic")
    assert vetalode(own_sample_store, *words)[2] == (
        "run 1 has already read just these bytes, whatever their name; nothing was written\n"
    )
    assert "no se escribió nada" in vetalode(own_sample_store, *words, lang="es")[2]


def test_unknown_words_are_told_with_the_csvs_to_open(empty_store: Engine, vetalode: Vetalode) -> None:
    told = vetalode(empty_store, "ingest", "mrds", SAMPLE / "mrds_unmapped.csv")[2]
    assert told == (
        "2 words are unmapped (vetalode unmapped); add them to "
        "ingest/sources/mrds/crosswalk/commodity.csv, ingest/sources/mrds/crosswalk/status.csv\n"
    )


def test_a_publish_tells_the_release_and_its_deposits(own_sample_store: Engine, vetalode: Vetalode) -> None:
    code, out, _ = vetalode(own_sample_store, "publish")
    assert (code, "nothing has changed since release" in out, "(132 deposits)" in out) == (0, True, True)
    vetalode(own_sample_store, "ingest", "mrds", SAMPLE / "mrds_unmapped.csv", "--partial")
    assert "complete los CSV" in vetalode(own_sample_store, "publish", lang="es")[2]
    code, out, err = vetalode(own_sample_store, "publish", "--accept", "unmapped", lang="es")
    assert (code, "es la actual: 138 yacimientos" in out, "construyendo la edición" in err) == (0, True, True)
    assert "nada ha cambiado" in vetalode(own_sample_store, "publish", lang="es")[1]


def test_a_rollback_tells_the_release(own_sample_store: Engine, vetalode: Vetalode) -> None:
    vetalode(own_sample_store, "ingest", "mrds", SAMPLE / "mrds_unmapped.csv", "--partial")
    vetalode(own_sample_store, "publish", "--accept", "unmapped")
    code, out, _ = vetalode(own_sample_store, "rollback")
    assert (code, out.endswith(".1 is current again\n")) == (0, True)
    assert vetalode(own_sample_store, "rollback")[0] == 1
    assert "es de nuevo la actual" in vetalode(own_sample_store, "rollback", out.split()[1], lang="es")[1]


def test_status_says_by_its_exit_whether_a_release_is_current(
    sample_store: Engine, empty_store: Engine, vetalode: Vetalode
) -> None:
    assert vetalode(sample_store, "status", "--has-release") == (0, "", "")
    assert vetalode(empty_store, "status", "--has-release") == (3, "", "")


def test_status_shows_releases_and_runs_in_both_languages(sample_store: Engine, vetalode: Vetalode) -> None:
    out = vetalode(sample_store, "status")[1]
    assert all(words in out for words in ("Releases", "Last runs", "132", "●", "mrds.csv", "done"))
    assert "sgm_minas_50k_page1.geojson, sgm_minas_50k_page2.geojson" in out
    out = vetalode(sample_store, "status", lang="es")[1]
    assert all(words in out for words in ("Ediciones", "Últimas ejecuciones", "yacimientos", "hecha"))


def test_status_shows_why_a_run_failed(empty_store: Engine, vetalode: Vetalode) -> None:
    vetalode(empty_store, "ingest", "mrds", SAMPLE / "mrds.csv")
    with empty_store.begin() as connection:
        connection.execute(text("UPDATE ingest_run SET state = 'failed', message_en = 'oh', message_es = 'ay'"))
    assert " oh " in vetalode(empty_store, "status")[1]
    assert " ay " in vetalode(empty_store, "status", lang="es")[1]


def test_rejects_are_listed_by_reason_and_row_by_row(sample_store: Engine, vetalode: Vetalode) -> None:
    out = vetalode(sample_store, "rejects")[1]
    assert "Rejected rows, by reason" in out
    assert "latitude is 'Unknown'; it should be a decimal number" in out
    out = vetalode(sample_store, "rejects", "--source", "sgm", lang="es")[1]
    assert "Filas rechazadas, por motivo" in out
    assert "mrds.csv" not in out


def test_rejects_are_counted_where_not_all_are_shown(
    empty_store: Engine, vetalode: Vetalode, mrds: Callable[..., Path]
) -> None:
    vetalode(empty_store, "ingest", "mrds", mrds(*(f"{number},lost,," for number in range(25)), "99,a"))
    out = vetalode(empty_store, "rejects")[1]
    assert "Rejected rows, 20 of 26" in out
    assert re.search(r"│ position-missing +│ 25 +│", out)
    assert out.count("mrds.csv") == 20
    out = vetalode(empty_store, "rejects", "--limit", "3", lang="es")[1]
    assert ("Filas rechazadas, 3 de 26" in out, out.count("mrds.csv")) == (True, 3)
    assert vetalode(empty_store, "rejects", "--limit", "0")[1].count("mrds.csv") == 0
    assert len(json.loads(vetalode(empty_store, "rejects", "--format", "json")[1])) == 26
    assert len(json.loads(vetalode(empty_store, "rejects", "--format", "json", "--limit", "2")[1])) == 2
    assert "Rejected rows, 26 of 26" in vetalode(empty_store, "rejects", "--limit", "99")[1]


def test_rejects_come_back_from_csv_and_json_as_they_are(sample_store: Engine, vetalode: Vetalode) -> None:
    as_json: list[dict[str, Any]] = json.loads(vetalode(sample_store, "rejects", "--format", "json")[1])
    as_csv = list(csv.DictReader(io.StringIO(vetalode(sample_store, "rejects", "--format", "csv")[1])))
    assert len(as_json) == len(as_csv) == 11
    for one, other in zip(as_json, as_csv, strict=True):
        assert one.keys() == other.keys()
        assert json.loads(other["raw"]) == one["raw"]
        assert all(other[name] == ("" if one[name] is None else str(one[name])) for name in one if name != "raw")
    reject = next(row for row in as_json if row["row_number"] == 91)
    assert (reject["code"], reject["field"], reject["raw"]["dep_id"]) == (
        "position-null-island",
        "longitude,latitude",
        reject["raw"]["dep_id"],
    )
    assert len(reject["raw"]) == 46


def test_rejects_of_one_run_are_asked_for_by_its_number(sample_store: Engine, vetalode: Vetalode) -> None:
    assert len(json.loads(vetalode(sample_store, "rejects", "--run", "2", "--format", "json")[1])) == 3
    assert vetalode(sample_store, "rejects", "--run", "3")[1] == "no rejected row is left\n"
    assert vetalode(sample_store, "rejects", "--run", "3", "--format", "json")[1] == "[]\n"
    assert vetalode(sample_store, "rejects", "--run", "3", "--format", "csv")[1].strip() == ",".join(asking.REJECT)
    for number in ("99", "99999999999999999999"):
        assert vetalode(sample_store, "rejects", "--run", number)[::2] == (1, f"there is no run {number}\n")


def test_unmapped_words_are_listed_with_an_example_and_the_csv_to_open(
    unmapped_store: Engine, vetalode: Vetalode
) -> None:
    rows = json.loads(vetalode(unmapped_store, "unmapped", "--format", "json")[1])
    assert [(row["attribute"], row["word"], row["rows"], row["crosswalk"]) for row in rows] == [
        ("commodity", "Unobtainium", 1, "ingest/sources/mrds/crosswalk/commodity.csv"),
        ("status", "Exploration", 1, "ingest/sources/mrds/crosswalk/status.csv"),
    ]
    assert all("mrds-9998" in str(row["examples"]) for row in rows)
    as_csv = csv.DictReader(io.StringIO(vetalode(unmapped_store, "unmapped", "--format", "csv")[1]))
    assert [(row["word"], row["rows"]) for row in as_csv] == [(row["word"], str(row["rows"])) for row in rows]
    out = vetalode(unmapped_store, "unmapped", lang="es")[1]
    assert "agréguela a" in out
    assert "ingest/sources/mrds/crosswalk/commodity.csv" in out
    assert vetalode(unmapped_store, "unmapped", "--source", "sgm")[1] == "every word is explained\n"


def test_an_unknown_word_comes_with_a_proposal_that_is_called_one(unmapped_store: Engine, vetalode: Vetalode) -> None:
    out = vetalode(unmapped_store, "unmapped")[1]
    assert all(
        words in out for words in ("proposal, to be checked", "exploration-project", "mrds-99980006 Sample Claim")
    )
    assert "propuesta, por revisar" in vetalode(unmapped_store, "unmapped", lang="es")[1]
    rows = json.loads(vetalode(unmapped_store, "unmapped", "--format", "json")[1])
    assert [(row["word"], row["proposal"], row["note"]) for row in rows] == [
        ("Unobtainium", None, None),
        ("Exploration", "exploration-project", "proposed for its likeness to 'exploration-project'; not checked"),
    ]
    assert rows[1]["examples"] == [{"id": "mrds-99980006", "name": "Sample Claim - Unknown Status"}]


def test_the_csv_of_unknown_words_leads_with_a_line_of_a_crosswalk(unmapped_store: Engine, vetalode: Vetalode) -> None:
    lines = list(csv.reader(io.StringIO(vetalode(unmapped_store, "unmapped", "--format", "csv", lang="es")[1])))
    assert lines[0] == ["word", "proposal", "note", "source", "attribute", "rows", "examples", "crosswalk"]
    assert lines[2] == [
        *("Exploration", "exploration-project", "propuesto por su parecido con 'exploration-project'; sin revisar"),
        *("mrds", "status", "1", "mrds-99980006 Sample Claim - Unknown Status"),
        "ingest/sources/mrds/crosswalk/status.csv",
    ]


def test_the_crosswalks_named_are_files_of_the_project(unmapped_store: Engine, vetalode: Vetalode) -> None:
    rows = json.loads(vetalode(unmapped_store, "unmapped", "--format", "json")[1])
    assert [row["crosswalk"] for row in rows if not (SAMPLE.parent / row["crosswalk"]).is_file()] == []


@pytest.fixture
def changed_store(own_sample_store: Engine, vetalode: Vetalode) -> Engine:
    """The sample in one release, and six rows more in the next."""
    vetalode(own_sample_store, "ingest", "mrds", SAMPLE / "mrds_unmapped.csv", "--partial", "--synthetic")
    vetalode(own_sample_store, "publish", "--accept", "unmapped")
    return own_sample_store


def test_a_difference_is_told_by_source_and_one_by_one(changed_store: Engine, vetalode: Vetalode) -> None:
    code, out, _ = vetalode(changed_store, "diff")
    assert (code, "Changes, 6 of 6" in out, "mrds-99980001" in out, "Sunshine Mine" in out) == (0, True, True, True)
    out = vetalode(changed_store, "diff", "--limit", "2", lang="es")[1]
    assert all(words in out for words in ("Yacimientos, de ", "nuevos", "Cambios, 2 de 6", "nuevo", "antes", "después"))
    assert "mrds-99980003" not in out
    assert "Changes" not in vetalode(changed_store, "diff", "--limit", "0")[1]


def test_a_difference_is_whole_for_programs(changed_store: Engine, vetalode: Vetalode) -> None:
    rows = json.loads(vetalode(changed_store, "diff", "--format", "json")[1])
    assert [row["id"] for row in rows] == [f"mrds-9998000{n}" for n in range(1, 7)]
    as_csv = list(csv.DictReader(io.StringIO(vetalode(changed_store, "diff", "--format", "csv")[1])))
    assert [{name: value or None for name, value in row.items()} for row in as_csv] == rows
    assert [*rows[0]] == ["change", "id", "name", "field", "old", "new"]
    assert len(json.loads(vetalode(changed_store, "diff", "--format", "json", "--limit", "1")[1])) == 1


def test_changed_fields_are_told_with_how_often(own_sample_store: Engine, vetalode: Vetalode, tmp_path: Path) -> None:
    text = (SAMPLE / "mrds.csv").read_text(encoding="utf-8")
    assert text.count("Producer")
    path = tmp_path / "mrds.csv"
    path.write_text(text.replace(",Producer,", ",Prospect,"), encoding="utf-8")
    vetalode(own_sample_store, "ingest", "mrds", path, "--synthetic")
    assert vetalode(own_sample_store, "publish")[0] == 0
    out = vetalode(own_sample_store, "diff")[1]
    assert all(words in out for words in ("Fields that changed", "source_status", "Producer", "Prospect", "prospect"))
    older = vetalode(own_sample_store, "diff", "--format", "json")[1]
    assert {row["change"] for row in json.loads(older)} == {"changed"}


def test_releases_that_say_the_same_are_told_so(
    sample_store: Engine, vetalode: Vetalode, one: Callable[..., Any]
) -> None:
    name = one(sample_store, "SELECT name FROM release")
    assert vetalode(sample_store, "diff", name, name)[:2] == (0, f"{name} and {name} say the same of every deposit\n")
    assert vetalode(sample_store, "diff", name, name, lang="es")[1] == f"{name} y {name} dicen lo mismo de todo\n"
    assert vetalode(sample_store, "diff")[::2] == (
        1,
        f"there is no older release to compare with; those kept are: {name}\n",
    )


def test_a_replay_tells_what_became_of_the_rejects(
    empty_store: Engine, vetalode: Vetalode, mrds: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert vetalode(empty_store, "replay")[1] == "there is no reject to replay\n"

    def harmonise(*_: object) -> Harmonised:
        raise rejected("position-not-a-number", "latitude", None, "not understood yet", "aún no se entiende")

    with monkeypatch.context() as yesterday:
        yesterday.setattr(commands, "source", lambda name: replace(source(name), harmonise=harmonise))
        vetalode(empty_store, "ingest", "mrds", mrds("1,Alpha,40,-110", "2,Beta,,", "3"))
    code, out, _ = vetalode(empty_store, "replay", "--source", "mrds", "--run", "1")
    assert (code, out) == (
        0,
        "run 2: 2 rejects of run 1 judged again = 1 to publish + 1 still rejected\n"
        "1 rejects of run 1 are damage of the file (row-ragged); only a better file mends them\n",
    )
    assert vetalode(empty_store, "replay", lang="es")[1] == (
        "ejecución 3: 1 rechazos de la 1 juzgados de nuevo = 0 por publicar + 1 aún rechazados\n"
        "1 rechazos de la ejecución 1 son daños del archivo (row-ragged); solo los remedia un archivo mejor\n"
    )
    assert "the rejects of run 1, judged again" in vetalode(empty_store, "status")[1]
    left, every = vetalode(empty_store, "rejects")[1], vetalode(empty_store, "rejects", "--all", lang="es")[1]
    assert (left.count("mrds.csv"), every.count("mrds.csv")) == (2, 3)
    assert ("resolved by run" in left, "resuelta por ejec." in every) == (False, True)
    assert vetalode(empty_store, "publish")[0] == 0


def test_the_vocabularies_are_checked_and_the_page_about_them_written(
    sample_store: Engine, vetalode: Vetalode, vocabulary_copy: Path
) -> None:
    (vocabulary_copy / "docs").mkdir()
    assert vetalode(sample_store, "vocab", "check")[:2] == (
        0,
        "the vocabularies and crosswalks agree with each other\n",
    )
    assert not (vocabulary_copy / vocabcheck.PAGE).exists()
    assert vetalode(sample_store, "vocab", "write", lang="es")[:2] == (0, "se escribió docs/vocabularies.md\n")
    page = (vocabulary_copy / vocabcheck.PAGE).read_text(encoding="utf-8")
    assert page == vocabcheck.document(vocabulary_copy)


def test_what_is_wrong_with_the_vocabularies_is_told_line_by_line_and_nothing_written(
    sample_store: Engine, vetalode: Vetalode, vocabulary_copy: Path
) -> None:
    crosswalk = vocabulary_copy / "ingest/sources/mrds/crosswalk/status.csv"
    crosswalk.write_text(crosswalk.read_text(encoding="utf-8") + "Dormant,asleep,\nIdle,idle,\n", encoding="utf-8")
    for task in ("check", "write"):
        code, out, _ = vetalode(sample_store, "vocab", task, lang="es")
        assert (code, out.count("\n"), "'Dormant' tiene 'asleep', que no es de status" in out) == (1, 2, True)
    crosswalk.write_text("word,code,note\n", encoding="utf-8")
    assert vetalode(sample_store, "vocab", "write")[::2] == (
        1,
        f"{vocabulary_copy / vocabcheck.PAGE}: it cannot be written: No such file or directory\n",
    )


@pytest.fixture
def vocabulary_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of every CSV, in place of the project's."""
    root = vocabcheck.ROOT
    for path in (*root.glob("app/domain/terms/**/*.csv"), *root.glob("ingest/sources/*/crosswalk/*.csv")):
        there = tmp_path / path.relative_to(root)
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_bytes(path.read_bytes())
    monkeypatch.setattr(vocabcheck, "ROOT", tmp_path)
    return tmp_path
