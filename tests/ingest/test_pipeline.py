"""A run: every row is accounted for, kept verbatim, and takes effect with all the others or not at all."""

import gzip
import hashlib
import os
import shutil
import signal
import subprocess
import threading
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.domain.deposit import Harmonised
from app.errors import Busy, FileFault
from app.words import Words
from ingest import pipeline
from ingest.crosswalk import Crosswalks
from ingest.ledger import Counts, Received, receive, sole_run
from ingest.pipeline import Outcome, ingest
from ingest.publish import publish
from ingest.report import Teller, teller
from ingest.sources import Source, source

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample_data"
REAL = ROOT.parent / "shared/data/usgs-mrds/flat/mrds_flat46_us_ca_nv_tungsten_1694.csv.gz"
MRDS = source("mrds")
SGM = source("sgm")
PAGES = [SAMPLE / f"sgm_minas_50k_page{number}.geojson" for number in (1, 2)]

# The server is shared, so each question is about this database alone.
SOMEBODY_WAITS = """SELECT EXISTS (SELECT FROM pg_stat_activity
                                    WHERE datname = current_database() AND wait_event_type = 'Lock')"""
NOBODY_RUNS = """SELECT NOT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
                                     WHERE datname = current_database() AND locktype = 'advisory')"""

Mrds = Callable[..., Path]
One = Callable[..., Any]
Run = Callable[..., Outcome]


@pytest.fixture
def run(empty_store: Engine, quiet: Teller) -> Run:
    """Takes files into the empty store."""

    def run(*paths: Path, of: Source = MRDS, **how: Any) -> Outcome:
        return ingest(of, paths, empty_store, quiet, **how)

    return run


@pytest.fixture
def current(empty_store: Engine) -> Callable[[], dict[str, Any]]:
    """What the current records say, by their ids."""

    def look() -> dict[str, Any]:
        with empty_store.connect() as connection:
            rows = connection.execute(text("SELECT source_id, raw FROM record WHERE valid_to_run IS NULL ORDER BY id"))
            return {row.source_id: row.raw for row in rows}

    return look


@pytest.fixture
def rejected(empty_store: Engine) -> Callable[[], list[tuple[int, str]]]:
    """The rejects of all runs, by line and code."""

    def look() -> list[tuple[int, str]]:
        with empty_store.connect() as connection:
            return [
                (row, code) for row, code in connection.execute(text("SELECT row_number, code FROM reject ORDER BY id"))
            ]

    return look


@pytest.fixture
def own_source(tmp_path: Path) -> Source:
    """MRDS with crosswalks of one's own, to edit."""
    folder = tmp_path / "crosswalk"
    shutil.copytree(MRDS.crosswalks.folder, folder)
    return replace(MRDS, crosswalks=Crosswalks(folder))


def edited(source: Source, name: str, *lines: str) -> Source:
    """The source after lines were added to one of its crosswalks."""
    with (source.crosswalks.folder / f"{name}.csv").open("a", encoding="utf-8") as crosswalk:
        crosswalk.writelines(f"{line}\n" for line in lines)
    return replace(source, crosswalks=Crosswalks(source.crosswalks.folder))


def test_every_row_of_the_sample_is_published_or_rejected(
    run: Run, rejected: Callable[[], list[tuple[int, str]]]
) -> None:
    assert run(SAMPLE / "mrds.csv").counts == Counts(rows_in=93, published=85, rejected=8)
    assert run(SAMPLE / "sgm_minas_250k.json", of=SGM).counts == Counts(rows_in=36, published=33, rejected=3)
    assert run(*PAGES, of=SGM).counts == Counts(rows_in=14, published=14)
    assert sorted(rejected()) == [
        (34, "position-missing"),
        (35, "position-not-a-number"),
        (36, "row-repeated"),
        (87, "id-missing"),
        (88, "position-missing"),
        (89, "position-not-a-number"),
        (90, "position-out-of-range"),
        (91, "position-null-island"),
        (92, "row-ragged"),
        (93, "row-ragged"),
        (94, "id-repeated"),
    ]


@pytest.mark.skipif(not REAL.exists(), reason="the real rows of MRDS are not on this machine")
def test_every_real_row_is_accounted_for_and_every_commodity_has_a_code(
    run: Run, empty_store: Engine, one: One
) -> None:
    counts = run(REAL).counts
    assert counts.rows_in == 1694
    assert counts.rows_in == counts.published + counts.rejected
    assert counts.published == one(empty_store, "SELECT count(*) FROM record")
    assert counts.rejected == one(empty_store, "SELECT count(*) FROM reject")
    assert (
        one(empty_store, "SELECT count(*) FROM record WHERE unmapped @? '$[*] ? (@.attribute == \"commodity\")'") == 0
    )
    assert one(empty_store, "SELECT count(*) FROM record WHERE 'tungsten' = ANY(commodities)") > 1000


def test_a_record_is_kept_verbatim_with_the_digest_of_its_file_and_its_line(run: Run, empty_store: Engine) -> None:
    run(SAMPLE / "mrds.csv")
    with empty_store.connect() as connection:
        row = connection.execute(
            text(
                "SELECT raw, row_number, sha256, f.name, bytes, encoding FROM record JOIN source_file f ON f.id = file"
                " WHERE source_id = '99900001'"
            )
        ).one()
    data = (SAMPLE / "mrds.csv").read_bytes()
    assert (row.raw["region"], row.raw["mas_id"], row.raw["url"], row.row_number) == ("NA", "0040119901", "", 2)
    assert len(row.raw) == 46
    assert (row.sha256, row.name, row.bytes, row.encoding) == (
        hashlib.sha256(data).hexdigest(),
        "mrds.csv",
        len(data),
        "utf-8",
    )


def test_a_reject_says_where_why_and_what_in_both_languages(run: Run, mrds: Mrds, empty_store: Engine) -> None:
    run(mrds("1,a,1,1", "2,Cananea,33° 65',-110", more=""))
    with empty_store.connect() as connection:
        reject = connection.execute(text("SELECT * FROM reject")).one()
    assert (reject.row_number, reject.stage, reject.code) == (3, "harmonise", "position-not-a-number")
    assert (reject.field, reject.value) == ("latitude", "33° 65'")
    assert reject.message_en == (
        'latitude is "33° 65\'"; it should be a decimal number such as -110.30066, or degrees, minutes and seconds'
    )
    assert reject.message_es == (
        'latitude es "33° 65\'"; debería ser un número decimal como -110.30066, o grados, minutos y segundos'
    )
    assert reject.raw == {"dep_id": "2", "site_name": "Cananea", "latitude": "33° 65'", "longitude": "-110"}


def test_the_steps_of_a_run_follow_its_rows(run: Run, mrds: Mrds, empty_store: Engine) -> None:
    run(mrds("1,a,1,1", "2,b,1,1", name="a.csv"))
    run(mrds("1,a,1,1", "2,B,1,1", "3,c", "4,d,,", name="b.csv"))
    with empty_store.connect() as connection:
        steps = connection.execute(
            text(
                "SELECT name, rows_in, rows_out, rows_rejected, rows_unchanged FROM ingest_step WHERE run = 2"
                " ORDER BY ordinal"
            )
        ).all()
    assert steps == [("read", 4, 3, 1, 0), ("harmonise", 3, 1, 1, 1), ("store", 1, 1, 0, 0)]


def test_the_same_file_again_writes_nothing_at_all(run: Run, empty_store: Engine, all_rows: Callable[..., Any]) -> None:
    first = run(SAMPLE / "mrds.csv")
    before = all_rows(empty_store)
    again = run(SAMPLE / "mrds.csv")
    assert (again.repeat_of, again.counts) == (first.run, Counts())
    assert all_rows(empty_store) == before


def test_the_same_content_in_another_wrapping_writes_no_record(
    run: Run, empty_store: Engine, tmp_path: Path, all_rows: Callable[..., Any]
) -> None:
    data = (SAMPLE / "mrds.csv").read_bytes()
    run(SAMPLE / "mrds.csv")
    before = all_rows(empty_store)
    (tmp_path / "mrds.csv.gz").write_bytes(gzip.compress(data))
    with zipfile.ZipFile(tmp_path / "mrds-csv.zip", "w") as archive:
        archive.writestr("mrds.csv", data)
    for name in ("mrds.csv.gz", "mrds-csv.zip"):
        assert run(tmp_path / name).counts == Counts(rows_in=93, rejected=8, unchanged=85)
    after = all_rows(empty_store)
    assert after["record"] == before["record"]
    assert len(after["source_file"]) == 3


def test_columns_in_another_order_are_the_same_row(run: Run, mrds: Mrds, tmp_path: Path) -> None:
    run(mrds("1,Cananea,30.9,-110.3"))
    (tmp_path / "other.csv").write_text("longitude,dep_id,latitude,site_name\n-110.3,1,30.9,Cananea\n")
    assert run(tmp_path / "other.csv").counts == Counts(rows_in=1, unchanged=1)


def test_a_changed_row_is_a_new_version_and_the_old_one_ends(run: Run, mrds: Mrds, empty_store: Engine) -> None:
    run(mrds("1,Old,1,1", "2,Same,1,1", name="a.csv"))
    assert run(mrds("2,Same,1,1", "1,New,1,1", name="b.csv")).counts == Counts(rows_in=2, published=1, unchanged=1)
    with empty_store.connect() as connection:
        versions = connection.execute(
            text("SELECT raw->>'site_name', valid_from_run, valid_to_run FROM record ORDER BY id")
        ).all()
        meanings = connection.scalars(text("SELECT name FROM record ORDER BY id")).all()
    assert versions == [("Old", 1, 2), ("Same", 1, None), ("New", 2, None)]
    assert meanings == ["Old", "Same", "New"]


def test_a_whole_file_ends_the_records_that_it_lacks_and_a_part_does_not(
    run: Run, mrds: Mrds, current: Callable[[], dict[str, Any]]
) -> None:
    run(mrds("1,a,1,1", "2,b,1,1", name="a.csv"))
    part = mrds("3,c,1,1", name="b.csv")
    assert run(part, partial=True).counts.ended == 0
    assert list(current()) == ["1", "2", "3"]
    assert run(part).counts == Counts(rows_in=1, unchanged=1, ended=2)
    assert list(current()) == ["3"]


def test_a_record_that_ended_may_come_back(run: Run, mrds: Mrds, current: Callable[[], dict[str, Any]]) -> None:
    first, second = mrds("1,a,1,1", name="a.csv"), mrds("2,b,1,1", name="b.csv")
    run(first)
    run(second)
    assert run(first).counts == Counts(rows_in=1, published=1, ended=1)
    assert list(current()) == ["1"]


@pytest.mark.parametrize("partial", [False, True])
@pytest.mark.parametrize("row", ["1,a,,", "1,a,95,1", "1,a,0,0"])
def test_a_record_whose_row_can_no_longer_be_used_ends(
    run: Run, mrds: Mrds, current: Callable[[], dict[str, Any]], row: str, partial: bool
) -> None:
    run(mrds("1,a,1,1", "2,b,1,1", name="a.csv"))
    counts = run(mrds(row, "2,b,1,1", name="b.csv"), partial=partial).counts
    assert counts == Counts(rows_in=2, rejected=1, unchanged=1, ended=1)
    assert list(current()) == ["2"]


def test_an_id_given_twice_keeps_its_first_usable_row(
    run: Run, mrds: Mrds, current: Callable[[], dict[str, Any]], rejected: Callable[[], list[tuple[int, str]]]
) -> None:
    run(mrds("1,bad,,", "1,good,1,1", "1,good,1,1", "1,late,1,1"))
    assert current()["1"]["site_name"] == "good"
    assert rejected() == [(2, "position-missing"), (4, "row-repeated"), (5, "id-repeated")]


@pytest.mark.parametrize("key", ["1 2", "a/b", "ñ", "x" * 65, "1;drop", "１"])
def test_an_id_that_cannot_stand_in_an_address_is_rejected(
    run: Run, mrds: Mrds, rejected: Callable[[], list[tuple[int, str]]], key: str
) -> None:
    assert run(mrds(f"{key},a,1,1")).counts == Counts(rows_in=1, rejected=1)
    assert rejected() == [(2, "id-malformed")]


@pytest.mark.parametrize("lines", [[], ["1,a"], ["\0"]], ids=["no row", "ragged", "damaged"])
def test_a_file_without_a_single_usable_row_ends_nothing(
    run: Run, mrds: Mrds, current: Callable[[], dict[str, Any]], lines: list[str]
) -> None:
    run(mrds("1,a,1,1", name="a.csv"))
    assert run(mrds(*lines, name="b.csv")).counts.ended == 0
    assert list(current()) == ["1"]


def test_the_two_scales_of_sgm_do_not_end_one_another(
    run: Run, answer: Callable[..., Path], mine: Callable[..., Any], one: One, empty_store: Engine
) -> None:
    coarse, fine = mine(), mine("B", Escala="Esc:1:50,000")
    run(answer(coarse, name="a.json"), of=SGM)
    assert run(answer(fine, mine("C", Escala=None), name="b.json"), of=SGM).counts.ended == 0
    assert run(answer(fine, name="c.json"), of=SGM).counts.ended == 1
    assert one(empty_store, "SELECT array_agg(layer ORDER BY id) FROM record WHERE valid_to_run IS NULL") == [
        "250k",
        "50k",
    ]


def test_a_service_rebuilt_with_other_numbers_changes_nothing(
    run: Run, answer: Callable[..., Path], mine: Callable[..., Any], current: Callable[[], dict[str, Any]]
) -> None:
    run(answer(mine(ObjectId=1), mine("B", ObjectId=2), name="a.json"), of=SGM)
    before = list(current())
    counts = run(answer(mine("B", ObjectId=1), mine(ObjectId=2), name="b.json"), of=SGM).counts
    assert counts == Counts(rows_in=2, unchanged=2)
    assert sorted(current()) == sorted(before)


def test_a_mine_of_sgm_that_moved_a_little_or_was_respelt_is_a_change_of_the_same_deposit(
    run: Run, answer: Callable[..., Path], mine: Callable[..., Any], current: Callable[[], dict[str, Any]]
) -> None:
    run(answer(mine("CANANEA", x=-110.3, y=30.95), mine("NAICA", x=-105.5, y=27.85), name="a.json"), of=SGM)
    before = sorted(current())
    moved, respelt = mine("CANANEA", x=-110.307, y=30.951), mine("NAICA (MINA)", x=-105.5, y=27.85)
    assert run(answer(moved, respelt, name="b.json"), of=SGM).counts == Counts(rows_in=2, published=2)
    assert sorted(current()) == before


def test_what_the_database_cannot_keep_costs_its_own_row_only(
    run: Run, answer: Callable[..., Path], mine: Callable[..., Any], rejected: Callable[[], list[tuple[int, str]]]
) -> None:
    odd = [mine("half \ud800"), mine("nul \0"), mine(ObjectId=2**70), mine(**{"a\0": 1})]
    assert run(answer(*odd, mine("whole")), of=SGM).counts == Counts(rows_in=5, published=1, rejected=4)
    assert rejected() == [(1, "row-unstorable"), (2, "row-nul-byte"), (3, "row-unstorable"), (4, "row-nul-byte")]


def test_an_unknown_word_never_costs_a_location(run: Run, mrds: Mrds, empty_store: Engine) -> None:
    run(mrds("1,a,30,-110,Unobtainium,Exploration", more=",commod1,dev_stat"))
    with empty_store.connect() as connection:
        row = connection.execute(text("SELECT longitude, latitude, status, commodities, unmapped FROM record")).one()
    assert (row.longitude, row.latitude, row.status, row.commodities) == (-110, 30, None, [])
    assert sorted((one["attribute"], one["word"], one["crosswalk"]) for one in row.unmapped) == [
        ("commodity", "Unobtainium", "commodity.csv"),
        ("status", "Exploration", "status.csv"),
    ]


def test_an_edited_crosswalk_makes_the_same_file_be_understood_anew(
    run: Run, mrds: Mrds, own_source: Source, empty_store: Engine, one: One
) -> None:
    path = mrds("1,a,1,1,Unobtainium", "2,b,1,1,Gold", "3,c,,,Gold", more=",commod1")
    run(path, of=own_source)
    kept = "id, source_id, layer, row_hash, raw::text, file, row_number, valid_from_run, valid_to_run"
    said = f"SELECT array_agg(({kept})::text ORDER BY id) FROM record"
    before = one(empty_store, said)
    counts = run(path, of=edited(own_source, "commodity", "Unobtainium,gold,")).counts
    assert counts == Counts(rows_in=3, rejected=1, unchanged=2, reread=2)
    assert one(empty_store, said) == before
    assert one(empty_store, "SELECT count(*) FROM record WHERE unmapped IS NULL") == 2
    assert one(empty_store, "SELECT count(*) FROM record WHERE primary_commodities = '{gold}'") == 2
    assert one(empty_store, "SELECT array_agg(commodity_words[1] ORDER BY id) FROM record") == ["Unobtainium", "Gold"]


def test_a_crosswalk_that_is_edited_while_a_run_begins_is_not_taken_for_understood(
    run: Run, mrds: Mrds, own_source: Source, empty_store: Engine, one: One, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = mrds("1,a,1,1,Unobtainium", more=",commod1")

    def receive_and_edit(path: Path, retrieved: date | None) -> Received:
        edited(own_source, "commodity", "Unobtainium,gold,")
        return receive(path, retrieved)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(pipeline, "receive", receive_and_edit)
        run(path, of=own_source)
    assert one(empty_store, "SELECT commodities FROM record") == []
    again = run(path, of=replace(own_source, crosswalks=Crosswalks(own_source.crosswalks.folder)))
    assert again.counts == Counts(rows_in=1, unchanged=1, reread=1)
    assert one(empty_store, "SELECT commodities FROM record") == ["gold"]


def test_what_was_made_up_and_what_a_survey_said_are_never_the_same(
    run: Run, mrds: Mrds, empty_store: Engine, one: One
) -> None:
    path = mrds("1,a,1,1")
    run(path)
    assert run(path, synthetic=True).counts == Counts(rows_in=1, published=1)
    assert one(empty_store, "SELECT array_agg(synthetic ORDER BY id) FROM source_file") == [False, True]
    assert run(path, synthetic=True).repeat_of is not None


def test_a_run_keeps_the_names_days_and_kind_of_its_files_when_their_bytes_come_again(
    run: Run, mrds: Mrds, empty_store: Engine
) -> None:
    rows = "1,a,1,1", "2,b,,"
    run(mrds(*rows, name="old.csv"), retrieved=date(2026, 1, 1))
    run(mrds(*rows, name="new.csv"), retrieved=date(2026, 2, 2), partial=True)
    run(mrds(*rows, name="made.csv"), retrieved=date(2026, 2, 2), synthetic=True)
    run(mrds(*rows, name="old.csv"), retrieved=date(2026, 1, 1), partial=True)
    with empty_store.connect() as connection:
        told = connection.execute(
            text("""
                SELECT run, name, retrieved::text, synthetic,
                       (SELECT array_agg(row_number) FROM reject WHERE reject.run = link.run AND reject.file = file.id)
                FROM ingest_run_file link JOIN source_file file ON file.id = link.file ORDER BY run
            """)
        )
        assert [tuple(one) for one in told] == [
            (1, "old.csv", "2026-01-01", False, [3]),
            (2, "new.csv", "2026-02-02", False, [3]),
            (3, "made.csv", "2026-02-02", True, [3]),
            (4, "old.csv", "2026-01-01", False, [3]),
        ]
        assert connection.scalar(text("SELECT count(*) FROM source_file")) == 3


def test_a_corrected_day_reaches_the_next_release(run: Run, mrds: Mrds, empty_store: Engine, quiet: Teller) -> None:
    def said() -> list[tuple[Any, ...]]:
        publish(empty_store, quiet)
        released = """SELECT source_id, deposit.retrieved::text, source_row
                      FROM deposit JOIN catalogue ON release = current_release ORDER BY 1"""
        with empty_store.connect() as connection:
            assert connection.scalar(text("SELECT count(DISTINCT file) FROM record WHERE valid_to_run IS NULL")) == 2
            return [tuple(row) for row in connection.execute(text(released))]

    run(mrds("1,a,1,1", name="older.csv"), retrieved=date(2026, 1, 1))
    path = mrds("2,b,1,1", "1,a,1,1", name="mrds.csv")
    run(path, retrieved=date(2026, 1, 2))
    assert said() == [("1", "2026-01-01", 2), ("2", "2026-01-02", 2)]
    corrected = run(path, retrieved=date(2026, 2, 2))
    assert (corrected.repeat_of, corrected.counts) == (None, Counts(rows_in=2, unchanged=2, reread=1))
    assert said() == [("1", "2026-01-01", 2), ("2", "2026-02-02", 2)]
    again = (run(path, retrieved=date(2026, 2, 2)), run(path), run(mrds("2,b,1,1", "1,a,1,1", name="other.csv")))
    assert [one.repeat_of for one in again] == [corrected.run] * 3
    assert run(path, partial=True).counts == Counts(rows_in=2, unchanged=2)
    assert publish(empty_store, quiet).fresh is False


@pytest.mark.parametrize("retrieved", [None, date(2026, 10, 4)])
def test_the_day_of_a_file_is_the_one_given_or_that_of_its_writing(
    run: Run, mrds: Mrds, empty_store: Engine, one: One, retrieved: date | None
) -> None:
    path = mrds("1,a,1,1")
    os.utime(path, (86_400 * 20_000 + 1, 86_400 * 20_000 + 1))
    run(path, retrieved=retrieved)
    assert one(empty_store, "SELECT retrieved FROM source_file") == (retrieved or date(2024, 10, 4))


def test_a_file_name_in_another_encoding_is_no_obstacle(run: Run, mrds: Mrds, empty_store: Engine, one: One) -> None:
    assert run(mrds("1,a,1,1", name=os.fsdecode(b"m\xe9xico.csv"))).counts.published == 1
    assert one(empty_store, "SELECT name FROM source_file") == r"m\udce9xico.csv"


def test_a_note_on_a_file_is_told_in_the_language_asked_for(
    empty_store: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mrds.csv").write_bytes("dep_id,site_name,latitude,longitude\n1,Peña,1,1\n".encode("cp1252"))
    ingest(MRDS, [tmp_path / "mrds.csv"], empty_store, teller("es"))
    assert "mrds.csv no es UTF-8; se lee como Windows-1252" in capsys.readouterr().err


def test_a_file_that_is_refused_leaves_no_run(
    run: Run, mrds: Mrds, tmp_path: Path, empty_store: Engine, one: One
) -> None:
    (tmp_path / "empty.csv").touch()
    with pytest.raises(FileFault):
        run(mrds("1,a,1,1"), tmp_path / "empty.csv")
    assert one(empty_store, "SELECT count(*) FROM ingest_run") == 0


def test_a_crosswalk_that_cannot_be_trusted_leaves_no_run(
    run: Run, mrds: Mrds, own_source: Source, empty_store: Engine, one: One
) -> None:
    edited(own_source, "deposit_form", '"Vena,vein,', "Manto,manto,")
    with pytest.raises(FileFault, match=r"deposit_form\.csv: line \d+: a quotation mark is left open"):
        run(mrds("1,a,1,1"), of=own_source)
    assert one(empty_store, "SELECT count(*) FROM ingest_run") == 0


def test_a_run_that_breaks_down_leaves_its_reason_and_nothing_else(
    run: Run, mrds: Mrds, empty_store: Engine, one: One
) -> None:
    def harmonise(*_: object) -> Harmonised:
        raise FileFault(Words("\udcff.csv: the file went away", "\udcff.csv: el archivo desapareció"))

    run(mrds("1,a,1,1,Gold", more=",commod1", name="a.csv"))
    with pytest.raises(FileFault, match="the file went away"):
        run(mrds("2,b,1,1,Gold", more=",commod1", name="b.csv"), of=replace(MRDS, harmonise=harmonise))
    assert one(empty_store, "SELECT state FROM ingest_run WHERE id = 2") == "failed"
    assert one(empty_store, "SELECT message_es FROM ingest_run WHERE id = 2") == "\\udcff.csv: el archivo desapareció"
    assert one(empty_store, "SELECT string_agg(source_id, ',') FROM record WHERE valid_to_run IS NULL") == "1"
    assert one(empty_store, "SELECT count(*) FROM source_file") == 1


def test_one_source_is_taken_in_by_one_run_at_a_time(run: Run, mrds: Mrds, empty_store: Engine) -> None:
    with sole_run(empty_store, "ingest mrds"):
        with pytest.raises(Busy, match="another run is at ingest mrds now") as refusal:
            run(mrds("1,a,1,1"))
        run(SAMPLE / "sgm_minas_250k.json", of=SGM)
    assert "espere a que termine" in refusal.value.words.es
    assert run(mrds("1,a,1,1")).counts.published == 1


def test_a_run_that_is_killed_leaves_nothing_and_shows_as_interrupted(
    run: Run,
    mrds: Mrds,
    empty_store: Engine,
    one: One,
    started: Callable[..., subprocess.Popen[bytes]],
    until: Callable[[Engine, str], None],
) -> None:
    run(mrds("1,a,1,1", name="a.csv"))
    path = mrds("1,b,1,1", "2,c,1,1", name="b.csv")
    with empty_store.connect() as connection:
        connection.execute(text("LOCK TABLE record IN SHARE MODE"))
        killed = started(empty_store, "ingest", "mrds", path)
        until(empty_store, SOMEBODY_WAITS)
        with pytest.raises(Busy):
            run(path)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
    until(empty_store, NOBODY_RUNS)
    assert one(empty_store, "SELECT string_agg(raw->>'site_name', ',') FROM record") == "a"
    assert run(path).counts == Counts(rows_in=2, published=2)
    assert one(empty_store, "SELECT state || ': ' || message_es FROM ingest_run WHERE id = 2") == "failed: interrumpida"


def test_two_runs_of_two_sources_may_go_on_together(empty_store: Engine, quiet: Teller, mrds: Mrds, one: One) -> None:
    both = [
        threading.Thread(target=ingest, args=(MRDS, [mrds("1,a,1,1")], empty_store, quiet)),
        threading.Thread(target=ingest, args=(SGM, PAGES, empty_store, quiet)),
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert one(empty_store, "SELECT count(*) FROM record") == 15
