"""Rejects judged again: those that can be used now become records, the others stay as they are."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace as altered
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.domain.deposit import Harmonised
from app.errors import BadValue, Busy, Refused
from ingest import asking
from ingest import replay as replaying
from ingest.crosswalk import Crosswalks
from ingest.ledger import Counts, sole_run
from ingest.pipeline import ingest
from ingest.places import Places
from ingest.replay import Replayed, replay
from ingest.report import Teller
from ingest.rows import Raw, Row, rejected
from ingest.sources import Source, source

SAMPLE = Path(__file__).parents[2] / "sample_data"
MRDS, SGM = source("mrds"), source("sgm")

One = Callable[..., Any]
Ask = Callable[[str], list[tuple[Any, ...]]]


def of_yesterday(today: Source, lacking: Callable[[Raw], bool]) -> Source:
    """A source as its code was before it was mended: it understood no row of a kind."""

    def harmonise(raw: Raw, crosswalks: Crosswalks, places: Places) -> Harmonised:
        if lacking(raw):
            raise rejected("position-not-a-number", "latitude", None, "not understood yet", "aún no se entiende")
        return today.harmonise(raw, crosswalks, places)

    return altered(today, harmonise=harmonise)


NO_GAMMA = of_yesterday(MRDS, lambda raw: raw["site_name"] == "Gamma")


@pytest.fixture
def run(empty_store: Engine, quiet: Teller) -> Callable[..., int]:
    """Takes files in by the code of yesterday or today; tells the run's number."""

    def take(of: Source, *paths: Path, **how: Any) -> int:
        return ingest(of, paths, empty_store, quiet, **how).run

    return take


@pytest.fixture
def again(empty_store: Engine, quiet: Teller) -> Callable[..., list[Replayed]]:
    return lambda *which: replay(empty_store, quiet, *which)


@pytest.fixture
def ask(empty_store: Engine) -> Ask:
    def rows(question: str) -> list[tuple[Any, ...]]:
        with empty_store.connect() as connection:
            return [tuple(row) for row in connection.execute(text(question))]

    return rows


def test_what_can_be_used_now_is_a_record_as_if_it_had_come_so(
    run: Callable[..., int],
    again: Callable[..., list[Replayed]],
    ask: Ask,
    mrds: Callable[..., Path],
    empty_store: Engine,
    quiet: Teller,
) -> None:
    path = mrds("1,Alpha,40,-110", "2,Beta,,", "3,Gamma,42,-112")
    run(NO_GAMMA, path)
    assert again() == [Replayed(1, 2, Counts(rows_in=2, published=1, rejected=1), 0, "")]
    same = "source_id, layer, row_number, file, row_hash, raw::text, name, longitude, crosswalk_digest"
    assert ask("SELECT source_id, valid_from_run FROM record ORDER BY 1") == [("1", 1), ("3", 2)]
    assert ask("SELECT row_number, resolved_by_run FROM reject ORDER BY 1") == [(3, None), (4, 2)]
    replayed = ask(f"SELECT {same} FROM record ORDER BY 1")
    with empty_store.begin() as connection:
        connection.execute(text("TRUNCATE record, reject, ingest_step, ingest_run_file, ingest_run CASCADE"))
    ingest(MRDS, [path], empty_store, quiet)
    assert [row[:3] + row[4:] for row in replayed] == [
        row[:3] + row[4:] for row in ask(f"SELECT {same} FROM record ORDER BY 1")
    ]


def test_its_run_is_in_the_ledger_with_its_rows_counted(
    run: Callable[..., int], again: Callable[..., list[Replayed]], ask: Ask, mrds: Callable[..., Path]
) -> None:
    run(NO_GAMMA, mrds("2,Beta,,", "3,Gamma,42,-112"))
    again()
    assert ask("SELECT state, rows_in, rows_published, rows_rejected, rows_unchanged, message_en FROM ingest_run") == [
        ("done", 2, 0, 2, 0, None),
        ("done", 2, 1, 1, 0, "the rejects of run 1, judged again"),
    ]
    assert ask("SELECT name, rows_in, rows_out, rows_rejected FROM ingest_step WHERE run = 2") == [("replay", 2, 1, 1)]


def test_a_replay_again_finds_less_and_the_file_again_finds_it_done(
    run: Callable[..., int], again: Callable[..., list[Replayed]], ask: Ask, mrds: Callable[..., Path]
) -> None:
    path = mrds("2,Beta,,", "3,Gamma,42,-112")
    run(NO_GAMMA, path)
    again()
    assert [one.counts for one in again()] == [Counts(rows_in=1, rejected=1)]
    assert run(MRDS, path) == 1
    assert run(MRDS, path, synthetic=False, partial=True) == 4
    assert ask("SELECT rows_published, rows_unchanged FROM ingest_run WHERE id = 4") == [(0, 1)]


def test_a_replay_takes_no_reject_from_sight_but_those_that_it_resolved(
    run: Callable[..., int], again: Callable[..., list[Replayed]], empty_store: Engine, mrds: Callable[..., Path]
) -> None:
    run(NO_GAMMA, mrds("1,a", "2,Beta,,", "3,Gamma,42,-112"))
    again()
    with empty_store.connect() as connection:
        left = [(row.run, row.row_number) for row in asking.rejects(connection, None, None)]
        every = [(row.row_number, row.resolved_by_run) for row in asking.rejects(connection, None, None, resolved=True)]
    assert (left, every) == ([(1, 2), (1, 3)], [(2, None), (3, None), (4, 2)])


def test_what_its_file_damages_is_told_and_not_judged(
    run: Callable[..., int], again: Callable[..., list[Replayed]], ask: Ask, mrds: Callable[..., Path]
) -> None:
    run(MRDS, mrds("1,Alpha", "2,Be\0ta,41,-111", "3,Gamma,42,-112"))
    assert again() == [Replayed(1, None, Counts(), 2, "row-nul-byte, row-ragged")]
    assert ask("SELECT count(*) FROM ingest_run") == [(1,)]


def test_a_row_whose_id_has_been_accepted_stays_a_reject(
    run: Callable[..., int], again: Callable[..., list[Replayed]], ask: Ask, mrds: Callable[..., Path]
) -> None:
    run(NO_GAMMA, mrds("3,Gamma,42,-112", "3,Gamma of old,42,-112", "4,Gamma,1,1", "4,Gamma,2,2"))
    assert [one.counts for one in again()] == [Counts(rows_in=3, published=1, rejected=2)]
    assert ask("SELECT source_id, name, latitude FROM record ORDER BY 1") == [
        ("3", "Gamma of old", 42),
        ("4", "Gamma", 1),
    ]
    assert ask("SELECT count(*) FROM reject") == [(3,)]


def test_only_the_rejects_of_each_layers_newest_run_are_judged(
    run: Callable[..., int], again: Callable[..., list[Replayed]], mrds: Callable[..., Path]
) -> None:
    run(NO_GAMMA, mrds("3,Gamma,42,-112", "1,Alpha,40,-110"))
    run(NO_GAMMA, mrds("4,Gamma,43,-113", "1,Alpha,40,-110"))
    with pytest.raises(Refused) as fault:
        again(None, 1)
    assert "later runs have read anew all rows that run 1 rejected" in fault.value.words.en
    with pytest.raises(BadValue) as none:
        again(None, 99)
    assert none.value.words.es == "no existe la ejecución 99"
    assert again("sgm") == []
    assert [one.of for one in again("mrds", 2)] == [2]


Listed = Callable[[], list[tuple[int, int]]]


@pytest.fixture
def listed(empty_store: Engine) -> Listed:
    """The rejects that a steward then sees, by run and row."""

    def look() -> list[tuple[int, int]]:
        with empty_store.connect() as connection:
            return [(row.run, row.row_number) for row in asking.rejects(connection, None, None)]

    return look


def test_a_part_takes_the_place_of_no_other_rows(
    run: Callable[..., int], again: Callable[..., list[Replayed]], listed: Listed, mrds: Callable[..., Path], ask: Ask
) -> None:
    run(NO_GAMMA, mrds("1,Alpha,40,-110", "3,Gamma,42,-112"))
    run(NO_GAMMA, mrds("5,Gamma,41,-111", "2,Beta,,", name="a.csv"), partial=True)
    run(NO_GAMMA, mrds("6,Gamma,41,-111", "", name="b.csv"), partial=True)
    assert listed() == [(1, 3), (2, 2), (2, 3), (3, 2)]
    assert [(one.of, one.counts) for one in again()] == [
        (3, Counts(rows_in=1, published=1)),
        (2, Counts(rows_in=2, published=1, rejected=1)),
        (1, Counts(rows_in=1, published=1)),
    ]
    assert listed() == [(2, 3)]
    assert ask("SELECT source_id FROM record WHERE valid_to_run IS NULL ORDER BY 1") == [("1",), ("3",), ("5",), ("6",)]
    run(NO_GAMMA, mrds("1,Alpha,40,-110"))
    assert listed() == []
    assert ask("SELECT source_id FROM record WHERE valid_to_run IS NULL") == [("1",)]


def test_a_part_speaks_anew_of_the_rows_that_it_has(
    run: Callable[..., int], again: Callable[..., list[Replayed]], listed: Listed, mrds: Callable[..., Path], ask: Ask
) -> None:
    run(NO_GAMMA, mrds("1,Alpha,40,-110", "3,Gamma,42,-112", "4,Gamma,43,-113"))
    run(NO_GAMMA, mrds("3,Gamma,,", "1,Alpha,,", name="a.csv"), partial=True)
    assert listed() == [(1, 4), (2, 2), (2, 3)]
    # Not the older words of 3 and 1, which no source says now.
    assert [(one.of, one.counts.published) for one in again()] == [(2, 0), (1, 1)]
    run(NO_GAMMA, mrds("3,Delta,42,-112", name="b.csv"), partial=True)
    assert listed() == [(2, 3)]
    assert ask("SELECT source_id FROM record WHERE valid_to_run IS NULL ORDER BY 1") == [("3",), ("4",)]


def test_the_same_bytes_speak_anew_of_rows_without_an_id(
    run: Callable[..., int], listed: Listed, mrds: Callable[..., Path]
) -> None:
    part = mrds(",Alpha,40,-110", "2,Be", name="a.csv")
    run(MRDS, part, partial=True)
    run(MRDS, mrds(",Beta,41,-111", name="b.csv"), partial=True)
    assert listed() == [(1, 2), (1, 3), (2, 2)]
    run(MRDS, part.rename(part.with_stem("again")), partial=True)
    assert listed() == [(2, 2), (3, 2), (3, 3)]


def test_the_whole_of_one_layer_takes_no_reject_of_another(
    run: Callable[..., int], listed: Listed, answer: Callable[..., Path], mine: Callable[..., Any]
) -> None:
    scales = "Esc:1:250,000", "Esc:1:50,000"
    lost = [mine(f"SIN LUGAR {n}", x=None, Escala=scale) for n, scale in enumerate(scales)]
    found = [mine(f"LA VETA {n}", x=-110 - n, Escala=scale) for n, scale in enumerate(scales)]
    run(SGM, answer(*lost, *found))
    assert listed() == [(1, 1), (1, 2)]
    run(SGM, answer(found[0], name="250k.json"))
    assert listed() == [(1, 2)]
    run(SGM, answer(found[1], name="50k.json"))
    assert listed() == []


def test_a_whole_file_without_a_row_takes_no_reject_away(
    run: Callable[..., int], listed: Listed, mrds: Callable[..., Path]
) -> None:
    run(MRDS, mrds("1,Al"))
    run(MRDS, mrds(name="none.csv"))
    assert listed() == [(1, 2)]
    run(MRDS, mrds("1,Alpha,40,-110"))
    assert listed() == []


def test_a_mine_of_sgm_gets_the_key_and_the_layer_that_its_file_would_give_it(
    run: Callable[..., int],
    again: Callable[..., list[Replayed]],
    ask: Ask,
    answer: Callable[..., Path],
    mine: Callable[..., Any],
) -> None:
    unscaled = mine("LA VETA", Escala=None)
    path = answer(unscaled, mine("LA ROSA", x=-111, Escala="Esc:1:50,000"), mine("SIN LUGAR", x=None, Escala=None))
    run(of_yesterday(SGM, lambda raw: raw["attributes"]["Nombre"] == "LA VETA"), path)
    assert [one.counts for one in again()] == [Counts(rows_in=2, published=1, rejected=1)]
    keys = sorted((row.key, row.layer) for row in SGM.read([path]) if isinstance(row, Row) and row.key)
    assert ask("SELECT source_id, layer FROM record ORDER BY 1") == keys
    assert {layer for _, layer in keys} == {"50k"}


def test_made_up_rejects_become_made_up_records(
    run: Callable[..., int], again: Callable[..., list[Replayed]], ask: Ask, mrds: Callable[..., Path]
) -> None:
    path = mrds("3,Gamma,42,-112")
    run(NO_GAMMA, path, synthetic=True)
    again()
    assert run(MRDS, path, synthetic=True, partial=True) == 3
    assert ask("SELECT rows_published, rows_unchanged FROM ingest_run WHERE id = 3") == [(0, 1)]


def test_a_replay_during_an_ingest_is_refused_and_one_that_breaks_leaves_nothing(
    run: Callable[..., int],
    again: Callable[..., list[Replayed]],
    ask: Ask,
    mrds: Callable[..., Path],
    empty_store: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run(NO_GAMMA, mrds("3,Gamma,42,-112", "4,Gamma,broken,1"))
    with sole_run(empty_store, "ingest mrds"), pytest.raises(Busy):
        again()

    def harmonise(raw: Raw, crosswalks: Crosswalks, places: Places) -> Harmonised:
        if raw["latitude"] == "broken":
            raise RuntimeError(raw["latitude"])
        return MRDS.harmonise(raw, crosswalks, places)

    monkeypatch.setattr(replaying, "source", lambda _: altered(MRDS, harmonise=harmonise))
    with pytest.raises(RuntimeError):
        again()
    assert ask("SELECT count(*) FROM record") == [(0,)]
    assert ask("SELECT count(resolved_by_run) FROM reject") == [(0,)]
    assert ask("SELECT state FROM ingest_run ORDER BY id") == [("done",), ("failed",)]


def test_a_source_whose_rows_cannot_be_told_apart_alone_says_so(
    run: Callable[..., int],
    again: Callable[..., list[Replayed]],
    ask: Ask,
    mrds: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run(NO_GAMMA, mrds("3,Gamma,42,-112"))
    monkeypatch.setattr(replaying, "source", lambda _: altered(MRDS, key_and_layer=None))
    with pytest.raises(Refused) as fault:
        again()
    assert "ingest the file again" in fault.value.words.en
    assert ask("SELECT count(*) FROM ingest_run") == [(1,)]


def rows_of(of: Source, *paths: Path) -> Iterable[Row]:
    return (row for row in of.read(paths) if isinstance(row, Row))


@pytest.mark.parametrize(
    ("of", "names"),
    [
        (MRDS, ["mrds.csv"]),
        (SGM, ["sgm_minas_250k.json"]),
        (SGM, ["sgm_minas_50k_page1.geojson", "sgm_minas_50k_page2.geojson"]),
    ],
)
def test_a_row_alone_has_the_key_and_the_layer_that_it_has_in_its_file(of: Source, names: list[str]) -> None:
    rows = list(rows_of(of, *(SAMPLE / name for name in names)))
    layers = {row.layer for row in rows}
    assert of.key_and_layer is not None
    for row in rows:
        kept = json.loads(json.dumps(row.raw, default=str))
        key = row.key.partition("-")[0] if row.key and of is SGM else row.key
        assert of.key_and_layer(kept, layers) == (key, row.layer)
