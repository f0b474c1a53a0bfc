"""Pairs that MRDS itself holds to be one deposit: kept as said, replaced when said otherwise."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from ingest.ledger import Counts
from ingest.pipeline import Outcome, ingest
from ingest.report import Teller
from ingest.sources import source

REAL = Path(__file__).parents[3] / "shared/data/usgs-mrds/rdbms"
MRDS = source("mrds")

Dups = Callable[..., Path]
Run = Callable[[Path], Outcome]


@pytest.fixture
def dups(tmp_path: Path) -> Dups:
    """A release that holds the table of duplicates alone, as a folder; a pair with its note, if it has one."""

    def write(folder: str, *pairs: tuple[str, ...]) -> Path:
        path = tmp_path / folder
        path.mkdir()
        lines = ["dep_id\tdep_id_dup\trel_type\tnotes", *("\t".join((*pair[:2], "", *pair[2:])) for pair in pairs)]
        said = [line if line.count("\t") == 3 else f"{line}\t" for line in lines]
        (path / "Dups.txt").write_text("\n".join(said) + "\n")
        return path

    return write


@pytest.fixture
def run(empty_store: Engine, quiet: Teller) -> Run:
    return lambda path: ingest(MRDS, [path], empty_store, quiet)


@pytest.fixture
def links(empty_store: Engine) -> Callable[[], list[tuple[Any, ...]]]:
    """The pairs of the store: source, both ids, note, run."""

    def look() -> list[tuple[Any, ...]]:
        with empty_store.connect() as connection:
            asked = text("SELECT source, one, other, note, run FROM source_link ORDER BY one, other")
            return [tuple(row) for row in connection.execute(asked)]

    return look


def test_a_pair_is_kept_once_whichever_side_says_it(run: Run, dups: Dups, links: Callable[[], Any]) -> None:
    outcome = run(dups("a", ("2", "1"), ("1", "2", "added by hand"), ("3", "4"), ("5", "5")))
    assert (outcome.links, outcome.new_links) == (2, 2)
    assert links() == [("mrds", "1", "2", "added by hand", 1), ("mrds", "3", "4", None, 1)]


def test_a_release_of_pairs_alone_publishes_and_ends_nothing(
    run: Run, dups: Dups, mrds: Callable[..., Path], empty_store: Engine, one: Callable[..., Any]
) -> None:
    run(mrds("1,a,1,1", "2,b,1,1"))
    assert run(dups("a", ("1", "2"))).counts == Counts()
    assert one(empty_store, "SELECT count(*) FROM record WHERE valid_to_run IS NULL") == 2


def test_a_release_without_deposits_says_so_in_the_language_of_the_person(
    empty_store: Engine, dups: Dups, vetalode: Callable[..., tuple[int, str, str]]
) -> None:
    assert (
        "only the pairs that they assert are taken" in vetalode(empty_store, "ingest", "mrds", dups("a", ("1", "2")))[2]
    )
    told = vetalode(empty_store, "ingest", "mrds", dups("b", ("1", "3")), lang="es")[2]
    assert "solo se toman los pares que afirman" in told


def test_the_same_pairs_again_write_nothing(
    run: Run, dups: Dups, empty_store: Engine, all_rows: Callable[[Engine], Any]
) -> None:
    path = dups("a", ("1", "2"), ("3", "4", "note"))
    run(path)
    before = all_rows(empty_store)
    assert run(path).repeat_of == 1
    assert all_rows(empty_store) == before


def test_pairs_said_again_by_another_file_keep_their_rows(
    run: Run, dups: Dups, empty_store: Engine, all_rows: Callable[[Engine], Any]
) -> None:
    run(dups("a", ("1", "2"), ("3", "4", "note")))
    before = all_rows(empty_store)["source_link"]
    outcome = run(dups("b", ("3", "4", "note"), ("2", "1"), ("1", "2")))
    assert (outcome.links, outcome.new_links) == (2, 0)
    assert all_rows(empty_store)["source_link"] == before


def test_a_pair_that_is_gone_goes_and_a_new_note_is_taken(run: Run, dups: Dups, links: Callable[[], Any]) -> None:
    run(dups("a", ("1", "2"), ("3", "4"), ("5", "6")))
    outcome = run(dups("b", ("1", "2"), ("3", "4", "added by hand"), ("7", "8")))
    assert (outcome.links, outcome.new_links) == (3, 2)
    assert links() == [
        ("mrds", "1", "2", None, 1),
        ("mrds", "3", "4", "added by hand", 2),
        ("mrds", "7", "8", None, 2),
    ]


def test_a_file_that_asserts_no_pairs_leaves_them(
    run: Run, dups: Dups, mrds: Callable[..., Path], links: Callable[[], Any]
) -> None:
    run(dups("a", ("1", "2")))
    outcome = run(mrds("1,a,1,1"))
    assert (outcome.links, outcome.new_links) == (0, 0)
    assert links() == [("mrds", "1", "2", None, 1)]


def test_pairs_of_another_source_are_left_alone(
    run: Run, dups: Dups, empty_store: Engine, links: Callable[[], Any]
) -> None:
    run(dups("a", ("1", "2")))
    with empty_store.begin() as connection:
        connection.execute(text("INSERT INTO source_link VALUES ('sgm', '1', '9', NULL, 1)"))
    run(dups("b", ("1", "3")))
    assert links() == [("mrds", "1", "3", None, 2), ("sgm", "1", "9", None, 1)]


@pytest.mark.skipif(not REAL.exists(), reason="the real tables of MRDS are not on this machine")
def test_every_real_pair_is_kept_and_a_second_reading_writes_nothing(
    run: Run, empty_store: Engine, one: Callable[..., Any], all_rows: Callable[[Engine], Any]
) -> None:
    outcome = run(REAL)
    assert (outcome.counts, outcome.links, outcome.new_links) == (Counts(), 42_636, 42_636)
    assert one(empty_store, "SELECT count(*) FROM source_link WHERE source = 'mrds' AND one < other") == 42_636
    assert one(empty_store, "SELECT count(*) FROM source_link WHERE note = 'added by hand'") == 11
    before = all_rows(empty_store)
    assert run(REAL).repeat_of == outcome.run
    assert all_rows(empty_store) == before
