"""A page of a box found in memory is the page that a statement finds."""

import random
from itertools import cycle

import pytest
from sqlalchemy import text

from app.domain.bbox import Bbox
from app.queries import catalogue, deposits
from app.queries.counting import Counts
from app.queries.deposits import Walk
from app.queries.filter import DepositFilter
from app.queries.lists import Lists
from app.queries.order import Place
from app.queries.spots import Spots
from app.queries.together import MOST, Together
from tests.queries import boxes

WORLD = DepositFilter(bbox=boxes.WORLD)
# Not of any deposit: before all, between, longer and shorter than ids are, beyond all.
NOWHERE = ["", "!", "a", "mrds-", "mrds-1500", "mrds-" + 50 * "9", "sgm-m", "zzz", "ñ", "🪨"]


async def _lists(connection, release):
    spots = Spots(connection.engine, many=0)
    await spots.read(release)
    return Lists(connection.engine, spots, Together(connection.engine), Counts(spots))


def test_every_page_of_a_box_is_what_a_statement_finds(ask, release):
    async def compared(connection):
        lists = await _lists(connection, release)
        everything = await deposits.page(connection, DepositFilter(), release, Walk(), 10_000)
        chance, limits = random.Random(5), cycle([1, 2, 7, 50, 500])  # noqa: S311
        ids = [row[-1] for row in everything.rows] + 5 * NOWHERE
        differing, seen = [], set()
        for box in boxes.around(everything):
            at = chance.choice(ids)
            for place in (None, Place((at,)), Place((at,), backward=True)):
                asked = DepositFilter(bbox=box), release, Walk(place=place), next(limits)
                page, matched = await lists.page(*asked)
                stated = await deposits.page(connection, *asked)
                told = [tuple(row)[:2] for row in page.rows], page.before, page.after, page.kept, matched
                count = await deposits.counted(connection, *asked[:2])
                if told != ([tuple(row)[:2] for row in stated.rows], stated.before, stated.after, stated.kept, count):
                    differing.append(asked)
                seen.add((place and place.backward, page.before is None, page.after is None, bool(page.rows)))
        return differing, seen

    differing, seen = ask(compared)
    assert differing == []
    # From the beginning and from a place to either side: nothing, all that there is, and not all.
    assert len(seen) == 9


@pytest.mark.parametrize("limit", [1, 7, 147, 148, 149])
def test_pages_lead_through_a_box_and_back(ask, release, limit):
    async def walked(connection):
        lists = await _lists(connection, release)
        page, _ = await lists.page(WORLD, release, Walk(), limit)
        there = [page]
        while page.after:
            page, _ = await lists.page(WORLD, release, Walk(place=page.after), limit)
            there.append(page)
        back = [page]
        while page.before:
            page, _ = await lists.page(WORLD, release, Walk(place=page.before), limit)
            back.append(page)
        everything = await deposits.page(connection, DepositFilter(), release, Walk(), 10_000)
        return _rows(there), _rows(back[::-1]), [tuple(row) for row in everything.rows]

    there, back, everything = ask(walked)
    assert there == back == everything


def _rows(pages):
    return [tuple(row) for page in pages for row in page.rows]


def _looks_for_the_box(statements):
    return ["longitude" in statement for statement in statements]


@pytest.mark.parametrize(
    ("box", "limit", "stated"),
    [
        (boxes.WORLD, 3, False),
        (boxes.WORLD, MOST - 1, False),
        (boxes.WORLD, MOST, True),
        (Bbox(170, -90, 1, 90), 3, True),
    ],
)
def test_a_long_page_and_a_box_across_the_180th_meridian_are_left_to_a_statement(
    ask, release, statements, box, limit, stated
):
    async def paged(connection):
        lists = await _lists(connection, release)
        statements.clear()
        return await lists.page(DepositFilter(bbox=box), release, Walk(), limit)

    page, matched = ask(paged)
    assert len(page.rows) == min(limit, matched)
    assert any(_looks_for_the_box(statements)) is stated


def test_a_page_of_nothing_needs_no_statement(ask, release, statements):
    async def paged(connection):
        lists = await _lists(connection, release)
        statements.clear()
        return await lists.page(DepositFilter(bbox=Bbox(0.1, 0.1, 0.2, 0.2)), release, Walk(), 10)

    page, matched = ask(paged)
    assert (list(page.rows), page.before, page.after, page.kept, matched) == ([], None, None, True, 0)
    assert statements == []


@pytest.mark.parametrize("gone", ["TRUE", "id = (SELECT max(id) FROM deposit_feature WHERE id LIKE 'mrds-%')"])
def test_a_walk_in_a_release_whose_texts_are_going_is_told_so(ask_own, own_sample_store, gone):
    release = ask_own(catalogue.current_release)

    async def paged(connection):
        lists = await _lists(connection, release)
        with own_sample_store.begin() as writing:
            writing.execute(text(f"DELETE FROM deposit_feature WHERE {gone}"))
        walks = Walk(), Walk(place=Place(("m",))), Walk(place=Place(("z",), backward=True))
        return [(await lists.page(WORLD, release, walk, 500))[0].kept for walk in walks]

    assert ask_own(paged) == [True, False, False]
