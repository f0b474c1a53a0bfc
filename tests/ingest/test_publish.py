"""Releases: all or nothing, three kept, and no reader ever sees half of one."""

import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from app.errors import Busy, GateClosed, NothingPublished, NotThere
from ingest import gates
from ingest import publish as publishing
from ingest.ledger import sole_run
from ingest.pipeline import ingest
from ingest.publish import Published, publish, rollback
from ingest.report import Teller
from ingest.rows import Reading
from ingest.runreport import build
from ingest.sources import source

# The server is shared, so each question is about this database alone.
SOMEBODY_WAITS = """SELECT EXISTS (SELECT FROM pg_stat_activity
                                    WHERE datname = current_database() AND wait_event_type = 'Lock')"""
NOBODY_RUNS = """SELECT NOT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
                                     WHERE datname = current_database() AND locktype = 'advisory')"""
PARTITIONS = """SELECT array_agg(relname::text ORDER BY relname::text COLLATE "C") FROM pg_class
                WHERE relkind = 'r' AND relname ~ '^(deposit|tile)(_[a-z]+)?_r[0-9]+$'"""
SERVED = """SELECT release.name || ': ' || count(deposit.id) || ' of ' || release.deposits
            FROM catalogue JOIN release ON release.id = current_release
            LEFT JOIN deposit ON deposit.release = release.id
            GROUP BY release.name, release.deposits"""

One = Callable[..., Any]
Until = Callable[[Engine, str], None]
Vetalode = Callable[..., tuple[int, str, str]]


@pytest.fixture
def add(quiet: Teller, mrds: Callable[..., Path]) -> Callable[..., None]:
    """Takes further rows of MRDS into a store."""

    def add(store: Engine, *rows: str, more: str = "") -> None:
        ingest(source("mrds"), [mrds(*rows, more=more)], store, quiet, partial=True)

    return add


@pytest.fixture
def next_release(quiet: Teller, add: Callable[..., None]) -> Callable[[Engine], Published]:
    """Publishes after one more deposit has come in."""
    count = iter(range(1, 100))

    def publish_next(store: Engine) -> Published:
        add(store, f"{next(count)},a,30,-110")
        return publish(store, quiet)

    return publish_next


@pytest.fixture
def reader(own_sample_store: Engine) -> Iterator[Connection]:
    """A connection that has begun to read the current release."""
    with own_sample_store.connect() as connection:
        assert connection.scalar(text(SERVED)) == f"{today()}.1: 132 of 132"
        yield connection


def today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


WITH_KEYS = ("deposit", "deposit_commodity")
TABLES = (*WITH_KEYS, "deposit_feature", "tile_kind", "tile_point")


def parts(*releases: int, tables: Sequence[str] = TABLES) -> list[str]:
    return sorted(f"{table}_r{release}" for table in tables for release in releases)


def test_a_release_holds_every_current_record_with_its_commodities(sample_store: Engine, one: One) -> None:
    records = one(sample_store, "SELECT count(*) FROM record WHERE valid_to_run IS NULL")
    assert one(sample_store, SERVED) == f"{today()}.1: {records} of {records}"
    assert one(sample_store, "SELECT sum(deposits) FROM release_source") == records
    apart = """SELECT count(*) FROM deposit WHERE commodities <> ARRAY(
                   SELECT commodity FROM deposit_commodity one
                   WHERE one.release = deposit.release AND one.deposit = deposit.id ORDER BY ordinal)"""
    assert one(sample_store, apart) == 0


def test_a_deposit_says_from_which_file_and_row_it_is(sample_store: Engine, one: One) -> None:
    told = """SELECT concat_ws(' ', source, source_id, source_row, synthetic, length(source_file), release_level)
              FROM deposit WHERE id = 'mrds-99900001'"""
    assert one(sample_store, told) == "mrds 99900001 2 t 64 0"


def test_commodities_are_told_apart_by_their_rank(sample_store: Engine) -> None:
    with sample_store.connect() as connection:
        row = connection.execute(text("SELECT * FROM deposit WHERE id = 'mrds-99900001'")).one()
    assert (row.primary_commodities, row.secondary_commodities, row.tertiary_commodities) == (
        ["copper"],
        ["molybdenum"],
        ["gold", "silver"],
    )
    assert row.commodities == ["copper", "molybdenum", "gold", "silver"]


def test_the_box_of_a_release_is_that_of_its_deposits(sample_store: Engine, one: One) -> None:
    box = "SELECT ARRAY[min(ST_X(geom)), min(ST_Y(geom)), max(ST_X(geom)), max(ST_Y(geom))] FROM deposit"
    assert one(sample_store, "SELECT bounds FROM release") == one(sample_store, box)


@pytest.mark.parametrize(("latitude", "y"), [("90", 20_036_052), ("-90", -20_036_052), ("0.001", 111)])
def test_a_deposit_at_a_pole_is_drawn_on_the_edge_of_the_map(
    empty_store: Engine, quiet: Teller, add: Callable[..., None], one: One, latitude: str, y: int
) -> None:
    add(empty_store, f"1,a,{latitude},10")
    publish(empty_store, quiet)
    assert one(empty_store, "SELECT ST_Y(geom) FROM deposit") == float(latitude)
    assert round(one(empty_store, "SELECT ST_Y(geom_3857) FROM deposit")) == y


def test_nothing_to_publish_is_said(empty_store: Engine, quiet: Teller, one: One) -> None:
    with pytest.raises(NothingPublished, match="run `vetalode ingest`"):
        publish(empty_store, quiet)
    assert one(empty_store, "SELECT count(*) FROM release") == 0


def test_publishing_again_changes_nothing(
    own_sample_store: Engine, quiet: Teller, all_rows: Callable[[Engine], Any]
) -> None:
    before = all_rows(own_sample_store)
    assert publish(own_sample_store, quiet) == Published(f"{today()}.1", 132, fresh=False)
    assert all_rows(own_sample_store) == before


def test_a_run_that_changed_nothing_is_no_reason_to_publish(
    own_sample_store: Engine, quiet: Teller, add: Callable[..., None]
) -> None:
    add(own_sample_store, "bad,row")
    assert publish(own_sample_store, quiet).fresh is False


@pytest.mark.usefixtures("changed")
def test_a_run_that_ends_after_one_that_began_later_is_published(
    own_sample_store: Engine,
    mrds: Callable[..., Path],
    answer: Callable[..., Path],
    mine: Callable[..., Any],
    quiet: Teller,
    one: One,
) -> None:
    reading, published = threading.Event(), threading.Event()

    def read(paths: Sequence[Path]) -> Reading:
        whole = source("mrds").read(paths)
        return replace(whole, rows=(row for row in whole if reading.set() or published.wait(30)))

    from_slow = (replace(source("mrds"), read=read), [mrds("2,slow,30,-110", name="slow.csv")], own_sample_store, quiet)
    slow = threading.Thread(target=ingest, args=from_slow, kwargs={"partial": True})
    slow.start()
    assert reading.wait(30)
    quick = ingest(source("sgm"), [answer(mine())], own_sample_store, quiet, partial=True).run
    assert publish(own_sample_store, quiet).deposits == 134
    published.set()
    slow.join()
    last = one(own_sample_store, "SELECT id FROM ingest_run WHERE state = 'done' ORDER BY finished_at DESC LIMIT 1")
    assert last < quick
    with own_sample_store.connect() as connection:
        held = [build(connection, run)["current_release"]["holds_run"] for run in (quick, last)]
    assert held == [True, False]
    assert publish(own_sample_store, quiet) == Published(f"{today()}.3", 135, fresh=True)
    assert publish(own_sample_store, quiet).fresh is False


def test_a_record_that_ended_leaves_the_next_release(
    own_sample_store: Engine, quiet: Teller, mrds: Callable[..., Path], one: One
) -> None:
    ingest(source("mrds"), [mrds("1,a,30,-110")], own_sample_store, quiet)
    assert publish(own_sample_store, quiet).deposits == 48
    assert one(own_sample_store, "SELECT count(*) FROM deposit WHERE release = 2 AND source = 'mrds'") == 1


@pytest.mark.parametrize(("unmapped", "of", "closed"), [(1, 100, False), (2, 199, True), (1, 1, True), (0, 1, False)])
def test_more_than_one_percent_of_rows_with_unmapped_words_stops_a_publish(
    empty_store: Engine, quiet: Teller, add: Callable[..., None], one: One, unmapped: int, of: int, closed: bool
) -> None:
    rows = (f"{number},a,30,-110,{'Unobtainium' if number < unmapped else 'Gold'}" for number in range(of))
    add(empty_store, *rows, more=",commod1")
    if closed:
        with pytest.raises(GateClosed, match=f"{unmapped} of {of} rows of mrds carry words") as refusal:
            publish(empty_store, quiet)
        assert "publish --accept unmapped" in refusal.value.words.es
        assert one(empty_store, "SELECT count(*) FROM release") == 0
    assert publish(empty_store, quiet, ["unmapped"] if closed else []).deposits == of


def test_the_gate_looks_at_each_source_alone(own_sample_store: Engine, quiet: Teller, add: Callable[..., None]) -> None:
    add(own_sample_store, "1,a,30,-110,Unobtainium", more=",commod1")
    with pytest.raises(GateClosed, match="1 of 86 rows of mrds"):
        publish(own_sample_store, quiet)


def test_three_releases_are_kept_and_older_ones_leave_no_table(
    own_sample_store: Engine, next_release: Callable[[Engine], Published], one: One
) -> None:
    names = [next_release(own_sample_store).name for _ in range(4)]
    assert names == [f"{today()}.{number}" for number in (2, 3, 4, 5)]
    assert one(own_sample_store, PARTITIONS) == parts(3, 4, 5)
    assert one(own_sample_store, "SELECT array_agg(id ORDER BY id) FROM release WHERE state = 'published'") == [3, 4, 5]
    assert one(own_sample_store, SERVED) == f"{today()}.5: 136 of 136"


def test_rolling_back_is_one_update_that_readers_see(
    own_sample_store: Engine, next_release: Callable[[Engine], Published], one: One, all_rows: Callable[[Engine], Any]
) -> None:
    next_release(own_sample_store)
    before = all_rows(own_sample_store)
    assert rollback(own_sample_store) == f"{today()}.1"
    assert one(own_sample_store, SERVED) == f"{today()}.1: 132 of 132"
    after = all_rows(own_sample_store)
    assert [table for table in before if before[table] != after[table]] == ["catalogue"]
    assert rollback(own_sample_store, f"{today()}.2") == f"{today()}.2"
    assert one(own_sample_store, SERVED) == f"{today()}.2: 133 of 133"


def test_there_is_no_release_before_the_first_or_by_an_unknown_name(own_sample_store: Engine) -> None:
    with pytest.raises(NotThere, match=rf"no release before the current one; those kept are: {today()}\.1"):
        rollback(own_sample_store)
    with pytest.raises(NotThere, match=r"no release '1999-01-01\.1'") as refusal:
        rollback(own_sample_store, "1999-01-01.1")
    assert f"las conservadas son: {today()}.1" in refusal.value.words.es


def test_there_is_nothing_to_roll_back_to_in_an_empty_store(empty_store: Engine) -> None:
    with pytest.raises(NotThere, match="those kept are: -"):
        rollback(empty_store)


def test_a_release_that_was_rolled_back_to_is_kept_while_it_is_current(
    own_sample_store: Engine, next_release: Callable[[Engine], Published], quiet: Teller, one: One
) -> None:
    next_release(own_sample_store)
    next_release(own_sample_store)
    rollback(own_sample_store, f"{today()}.1")
    assert publish(own_sample_store, quiet) == Published(f"{today()}.4", 134, fresh=True)
    assert one(own_sample_store, SERVED) == f"{today()}.4: 134 of 134"


def test_the_release_that_was_current_before_a_publish_outlives_it(
    own_sample_store: Engine, next_release: Callable[[Engine], Published], quiet: Teller, one: One
) -> None:
    next_release(own_sample_store)
    next_release(own_sample_store)
    rollback(own_sample_store, f"{today()}.1")
    assert publish(own_sample_store, quiet).name == f"{today()}.4"
    # What a serving process asks that has not looked at the catalogue since.
    assert one(own_sample_store, "SELECT count(*) FROM deposit WHERE release = 1") == 132
    assert one(own_sample_store, PARTITIONS) == parts(1, 2, 3, 4)
    assert next_release(own_sample_store).name == f"{today()}.5"
    assert one(own_sample_store, PARTITIONS) == parts(3, 4, 5)


def test_a_reader_who_began_before_a_publish_keeps_a_consistent_answer(
    own_sample_store: Engine, reader: Connection, next_release: Callable[[Engine], Published], one: One
) -> None:
    release = reader.scalar(text("SELECT current_release FROM catalogue"))
    next_release(own_sample_store)
    assert one(own_sample_store, SERVED) == f"{today()}.2: 133 of 133"
    assert reader.scalar(text("SELECT count(*) FROM deposit WHERE release = :r"), {"r": release}) == 132


def test_a_snapshot_of_before_a_publish_still_answers_with_the_old_release(
    own_sample_store: Engine, next_release: Callable[[Engine], Published]
) -> None:
    with own_sample_store.connect().execution_options(isolation_level="REPEATABLE READ") as reader:
        before = reader.scalar(text(SERVED))
        next_release(own_sample_store)
        assert reader.scalar(text(SERVED)) == before


@pytest.mark.parametrize("later", ["migrate", "publish"])
def test_a_release_that_an_open_snapshot_does_not_see_is_marked_as_seen_by_all_later(
    own_sample_store: Engine, next_release: Callable[[Engine], Published], vetalode: Vetalode, one: One, later: str
) -> None:
    unmarked = "SELECT relpages - relallvisible FROM pg_class WHERE relname = 'deposit_r2'"
    with own_sample_store.connect().execution_options(isolation_level="REPEATABLE READ") as reader:
        reader.scalar(text(SERVED))
        next_release(own_sample_store)
        assert one(own_sample_store, unmarked) > 0
    if later == "publish":
        next_release(own_sample_store)
    else:
        assert vetalode(own_sample_store, "migrate")[0] == 0
    assert one(own_sample_store, unmarked) == 0


def test_a_release_still_being_read_is_dropped_by_a_later_publish(
    own_sample_store: Engine,
    next_release: Callable[[Engine], Published],
    monkeypatch: pytest.MonkeyPatch,
    reader: Connection,
    one: One,
) -> None:
    monkeypatch.setattr(publishing, "_WAIT_TO_DETACH", "50ms")
    for _ in range(4):
        next_release(own_sample_store)
    assert reader.scalar(text("SELECT count(*) FROM deposit_r1")) == 132
    assert one(own_sample_store, SERVED) == f"{today()}.5: 136 of 136"
    reader.rollback()
    next_release(own_sample_store)
    assert one(own_sample_store, PARTITIONS) == parts(4, 5, 6)


def test_dropping_an_old_release_holds_up_nobody_who_reads_the_sources(
    own_sample_store: Engine, next_release: Callable[[Engine], Published], one: One
) -> None:
    with own_sample_store.connect() as reader:
        reader.execute(text("SELECT FROM source, commodity, status, country"))
        for _ in range(3):
            next_release(own_sample_store)
        assert one(own_sample_store, PARTITIONS) == sorted(parts(1, tables=WITH_KEYS) + parts(2, 3, 4))
    next_release(own_sample_store)
    assert one(own_sample_store, PARTITIONS) == parts(3, 4, 5)


@pytest.mark.parametrize(
    "lock",
    ["LOCK TABLE deposit_commodity IN ACCESS EXCLUSIVE MODE", "LOCK TABLE catalogue IN SHARE MODE"],
    ids=["while building", "before the flip"],
)
def test_a_publish_that_is_killed_leaves_the_old_release_current_and_the_next_one_clean(
    own_sample_store: Engine,
    add: Callable[..., None],
    quiet: Teller,
    started: Callable[..., subprocess.Popen[bytes]],
    until: Until,
    one: One,
    lock: str,
) -> None:
    add(own_sample_store, "1,a,30,-110")
    with own_sample_store.connect() as holding:
        holding.execute(text(lock))
        killed = started(own_sample_store, "publish")
        until(own_sample_store, SOMEBODY_WAITS)
        assert one(own_sample_store, SERVED) == f"{today()}.1: 132 of 132"
        killed.send_signal(signal.SIGKILL)
        killed.wait()
    until(own_sample_store, NOBODY_RUNS)
    with own_sample_store.begin() as connection:
        flipped = connection.scalar(text("SELECT current_release FROM catalogue"))
    done = publish(own_sample_store, quiet)
    assert (flipped, done.deposits) == (1, 133)
    assert one(own_sample_store, SERVED) == f"{done.name}: 133 of 133"
    assert one(own_sample_store, "SELECT count(*) FROM release WHERE state = 'building'") == 0
    assert one(own_sample_store, PARTITIONS) == parts(1, one(own_sample_store, "SELECT current_release FROM catalogue"))


@pytest.fixture
def held_up(own_sample_store: Engine, quiet: Teller, until: Until) -> Iterator[Callable[[], None]]:
    """A publish that stands still between its two tables; the call lets it go on, and waits for it."""
    broke: list[BaseException] = []

    def work() -> None:
        try:
            publish(own_sample_store, quiet)
        except BaseException as fault:  # noqa: BLE001
            broke.append(fault)

    publishing_now = threading.Thread(target=work)
    holding = own_sample_store.connect()
    holding.execute(text("LOCK TABLE deposit_commodity IN ACCESS EXCLUSIVE MODE"))
    publishing_now.start()
    until(own_sample_store, SOMEBODY_WAITS)

    def go_on() -> None:
        holding.rollback()
        publishing_now.join()
        assert broke == []

    yield go_on
    holding.close()
    publishing_now.join()


@pytest.fixture
def changed(own_sample_store: Engine, add: Callable[..., None]) -> None:
    add(own_sample_store, "1,a,30,-110,Gold", more=",commod1")


@pytest.mark.usefixtures("changed")
def test_a_release_is_of_one_moment_though_a_run_finishes_meanwhile(
    own_sample_store: Engine, held_up: Callable[[], None], one: One
) -> None:
    with own_sample_store.begin() as connection:
        connection.execute(text("UPDATE record SET valid_to_run = 1 WHERE source_id IN ('1', '99900001')"))
    held_up()
    assert one(own_sample_store, SERVED) == f"{today()}.2: 133 of 133"
    gold = "SELECT count(*) FROM deposit_commodity WHERE release = 2 AND deposit = 'mrds-1'"
    assert one(own_sample_store, gold) == 1


@pytest.mark.usefixtures("changed")
def test_what_the_gates_have_not_seen_is_not_published(
    own_sample_store: Engine, mrds: Callable[..., Path], quiet: Teller, monkeypatch: pytest.MonkeyPatch, one: One
) -> None:
    reading, looked, looking = threading.Event(), threading.Event(), gates.check

    def read(paths: Sequence[Path]) -> Reading:
        whole = source("mrds").read(paths)
        return replace(whole, rows=(row for row in whole if reading.set() or looked.wait(30)))

    odd = mrds(*(f"{number},a,30,-110,Unobtainium" for number in range(100, 200)), more=",commod1", name="odd.csv")
    from_meanwhile = (replace(source("mrds"), read=read), [odd], own_sample_store, quiet)
    run = threading.Thread(target=ingest, args=from_meanwhile, kwargs={"partial": True})

    def look(connection: Connection, accepted: Sequence[str]) -> None:
        looking(connection, accepted)
        looked.set()
        run.join()
        assert one(own_sample_store, "SELECT count(*) FROM record WHERE unmapped IS NOT NULL") >= 100

    run.start()
    assert reading.wait(30)
    monkeypatch.setattr(gates, "check", look)
    assert publish(own_sample_store, quiet).deposits == 133
    monkeypatch.undo()
    assert one(own_sample_store, SERVED) == f"{today()}.2: 133 of 133"
    with pytest.raises(GateClosed, match="carry words that no crosswalk explains"):
        publish(own_sample_store, quiet)


@pytest.mark.usefixtures("changed")
def test_a_run_that_starts_during_a_publish_waits_and_both_succeed(
    own_sample_store: Engine, held_up: Callable[[], None], add: Callable[..., None], until: Until, one: One
) -> None:
    run = threading.Thread(target=add, args=(own_sample_store, "2,b,30,-110"))
    run.start()
    until(own_sample_store, SOMEBODY_WAITS.replace("EXISTS (SELECT", "2 = (SELECT count(*)"))
    held_up()
    run.join()
    assert one(own_sample_store, SERVED) == f"{today()}.2: 133 of 133"
    assert one(own_sample_store, "SELECT count(*) FROM record WHERE source_id = '2'") == 1


@pytest.mark.usefixtures("changed")
def test_readers_are_served_by_the_old_release_during_a_publish(
    own_sample_store: Engine, held_up: Callable[[], None], one: One
) -> None:
    assert one(own_sample_store, SERVED) == f"{today()}.1: 132 of 132"
    held_up()
    assert one(own_sample_store, SERVED) == f"{today()}.2: 133 of 133"


def test_one_publish_or_rollback_goes_on_at_a_time(own_sample_store: Engine, quiet: Teller) -> None:
    with sole_run(own_sample_store, "publish"):
        with pytest.raises(Busy, match="another run is at publish now"):
            publish(own_sample_store, quiet)
        with pytest.raises(Busy, match="another run is at publish now"):
            rollback(own_sample_store)
    assert publish(own_sample_store, quiet).fresh is False
