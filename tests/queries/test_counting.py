"""A count is asked of the database once for each release and filter."""

from dataclasses import replace

import pytest
from sqlalchemy import event

from app.queries import counting, deposits
from app.queries.counting import Counts
from app.queries.deposits import Walk
from app.queries.filter import DepositFilter
from app.queries.order import Place
from app.queries.spots import Spots

EVERY, GOLD, IRON = DepositFilter(), DepositFilter(commodities=("gold",)), DepositFilter(commodities=("iron",))


@pytest.fixture
def counted(ask):
    """The counts of filters in releases, one after the other, and how many statements they took."""

    def count(counts, *asked):
        async def ask_all(connection):
            statements = []
            event.listen(connection.sync_connection, "before_execute", lambda *given: statements.append(given[1]))
            return [await counts.of(connection, wanted, release) for wanted, release in asked], len(statements)

        return ask(ask_all)

    return count


def test_the_same_question_is_counted_once(counted, release, engine):
    numbers, statements = counted(
        Counts(Spots(engine)), (GOLD, release), (EVERY, release), (GOLD, release), (GOLD, release)
    )
    assert numbers[0] == numbers[2] == numbers[3] < numbers[1] == release.deposits
    assert statements == 2


def test_another_release_is_counted_anew_though_a_restored_store_gives_it_the_same_number(counted, release, engine):
    assert counted(Counts(Spots(engine)), (GOLD, release), (GOLD, replace(release, name="2026-01-01.1")))[1] == 2


def test_the_counts_asked_for_least_recently_are_forgotten(counted, release, monkeypatch, engine):
    monkeypatch.setattr(counting, "_REMEMBERED", 2)
    counts = Counts(Spots(engine))
    assert counted(counts, (GOLD, release), (EVERY, release), (GOLD, release), (IRON, release))[1] == 3
    assert counted(counts, (GOLD, release), (IRON, release))[1] == 0
    assert counted(counts, (EVERY, release))[1] == 1


def test_a_page_counts_its_list_once_and_keeps_the_number_for_that_filter_alone(ask, counted, release, engine):
    counts = Counts(Spots(engine))
    page, matched = ask(lambda connection: counts.page(connection, GOLD, release, Walk(), 3))
    assert 3 == len(page.rows) < matched
    assert counted(counts, (GOLD, release)) == ([matched], 0)
    assert counted(counts, (IRON, release))[1] == 1


def test_a_page_of_what_is_known_is_not_counted_again(ask, release, engine):
    counts = Counts(Spots(engine))
    counts.keep(GOLD, release, 7)
    assert ask(lambda connection: counts.page(connection, GOLD, release, Walk(), 3))[1] == 7


@pytest.mark.parametrize("limit", [1, 84, 85, 10_000])
@pytest.mark.parametrize(
    "wanted", [EVERY, DepositFilter(sources=("mrds",)), DepositFilter(statuses=("plant",))], ids=repr
)
def test_a_page_says_how_many_its_whole_list_has(ask, release, wanted, limit, engine):
    beyond = Walk(place=Place(("z",)))

    async def counted(connection):
        first, matched = await Counts(Spots(engine)).page(connection, wanted, release, Walk(), limit)
        _, matched_beyond = await Counts(Spots(engine)).page(connection, wanted, release, beyond, limit)
        uncounted = await deposits.page(connection, wanted, release, Walk(), limit)
        count = await deposits.counted(connection, wanted, release)
        return first, (matched, matched_beyond), uncounted, count

    first, matched, uncounted, count = ask(counted)
    assert matched == (count, count)
    assert (first.before, first.after, len(first.rows)) == (uncounted.before, uncounted.after, min(limit, count))


def test_a_page_that_has_its_whole_list_needs_no_second_statement(ask, release, statements, engine):
    async def paged(connection):
        return [await Counts(Spots(engine)).page(connection, GOLD, release, Walk(), limit) for limit in (10_000, 3)]

    pages = ask(paged)
    assert pages[0][1] == pages[1][1] == len(pages[0][0].rows)
    assert len(statements) == 3
