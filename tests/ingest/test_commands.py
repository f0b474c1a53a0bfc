"""Each verb of the command line on a real store: what it answers, for people and for programs."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

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
    assert vetalode(own_sample_store, *words)[2] == "run 1 has already read just this; nothing was written\n"
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
    assert vetalode(sample_store, "rejects", "--run", "3")[1] == "no row was rejected\n"
    assert vetalode(sample_store, "rejects", "--run", "3", "--format", "json")[1] == "[]\n"
    assert vetalode(sample_store, "rejects", "--run", "3", "--format", "csv")[1].strip() == ""
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


def test_the_crosswalks_named_are_files_of_the_project(unmapped_store: Engine, vetalode: Vetalode) -> None:
    rows = json.loads(vetalode(unmapped_store, "unmapped", "--format", "json")[1])
    assert [row["crosswalk"] for row in rows if not (SAMPLE.parent / row["crosswalk"]).is_file()] == []
