"""Critical minerals: which commodities count on which list, and by what."""

import csv
from datetime import date

import pytest

from app.domain.critical import FOLDER, critical_lists, current
from app.domain.vocabulary import vocabulary

US_2022, US_2025 = "us-critical-2022", "us-critical-2025"
MX_LAW, MX_SCARCE, MX_HELD = "mx-strategic-law", "mx-scarce-2026", "mx-held-2026"
LISTS = (US_2022, US_2025, MX_LAW, MX_SCARCE, MX_HELD)


def members(code: str) -> dict[str, str]:
    """The commodities that a list names, with whether that is certain."""
    with (FOLDER / f"{code}.csv").open(encoding="utf-8", newline="") as lines:
        return {row["commodity"]: row["certain"] for row in csv.DictReader(lines)}


def test_the_lists_are_told_in_the_order_of_their_index() -> None:
    assert tuple(critical_lists()) == LISTS


@pytest.mark.parametrize(("code", "count"), [(US_2022, 50), (US_2025, 60), (MX_LAW, 1), (MX_SCARCE, 13), (MX_HELD, 10)])
def test_a_list_names_as_many_as_were_published(code: str, count: int) -> None:
    assert len(members(code)) == count


@pytest.mark.parametrize("code", LISTS)
def test_every_named_commodity_counts_by_itself_unless_it_is_uncertain(code: str) -> None:
    counts = critical_lists()[code].counts
    assert {one for one, by in counts.items() if one == by} == {
        one for one, certain in members(code).items() if certain == "yes"
    }


@pytest.mark.parametrize("code", LISTS)
def test_whatever_counts_has_a_term(code: str) -> None:
    counts = critical_lists()[code].counts
    assert {*counts, *counts.values()} <= vocabulary("commodity").terms.keys()


@pytest.mark.parametrize(
    ("code", "commodity", "by"),
    [
        (US_2025, "copper", "copper"),
        (US_2025, "chromite", "chromium"),
        (US_2025, "rutile", "titanium"),
        (US_2025, "zircon", "zirconium"),
        (US_2025, "beryl", "beryllium"),
        (US_2025, "bauxite", "aluminium"),
        (US_2025, "spodumene", "lithium"),
        (US_2025, "borate", "boron"),
        (US_2025, "rare-earth-element", "lanthanum"),
        (US_2025, "platinum-group", "platinum"),
        (US_2025, "monazite", "rare-earth-element"),
        (US_2022, "rare-earth-element", "lanthanum"),
        (US_2022, "monazite", "rare-earth-element"),
        (US_2022, "magnesite", "magnesium"),
        (MX_LAW, "lithium", "lithium"),
        (MX_LAW, "spodumene", "lithium"),
        (MX_SCARCE, "chromite", "chromium"),
        (MX_SCARCE, "platinum-group", "platinum"),
        (MX_HELD, "magnesite", "magnesium"),
    ],
)
def test_an_ore_counts_by_its_element_and_a_group_by_its_members(code: str, commodity: str, by: str) -> None:
    assert critical_lists()[code].counts[commodity] == by


@pytest.mark.parametrize(
    ("code", "commodity"),
    [
        (US_2025, "gold"),
        (US_2025, "molybdenum"),
        (US_2025, "iron"),
        (US_2022, "copper"),
        (US_2022, "silver"),
        (US_2022, "borate"),
        (MX_LAW, "copper"),
        (MX_SCARCE, "rare-earth-element"),
        (MX_SCARCE, "monazite"),
        (MX_SCARCE, "osmium"),
    ],
)
def test_what_a_list_does_not_name_is_not_on_it(code: str, commodity: str) -> None:
    assert commodity not in critical_lists()[code].counts


@pytest.mark.parametrize(
    ("code", "commodity"),
    [
        # The list's own wording leaves doubt.
        (MX_HELD, "gold"),
        (MX_HELD, "manganese"),
        # The list names silicon, phosphate and metallurgical coal; whether these are meant is not said.
        (US_2025, "silica"),
        (US_2025, "quartz"),
        (US_2025, "apatite"),
        (US_2025, "coal"),
    ],
)
def test_what_is_uncertain_does_not_count(code: str, commodity: str) -> None:
    assert commodity not in critical_lists()[code].counts


def test_a_list_says_whose_it_is_of_which_day_and_where_it_was_read() -> None:
    newest = critical_lists()[US_2025]
    assert (newest.country, newest.listed_on, newest.standing) == ("US", date(2025, 11, 7), "official")
    law = critical_lists()[MX_LAW]
    assert (law.country, law.listed_on, law.standing) == ("MX", date(2022, 4, 20), "law")
    for one in critical_lists().values():
        assert one.source
        assert one.label.en != one.label.es
        assert one.note.en != one.note.es


def test_a_list_that_a_newer_one_replaced_is_kept_and_not_in_force() -> None:
    assert current() == {"US": (US_2025,), "MX": (MX_LAW, MX_SCARCE, MX_HELD)}
    assert US_2022 in critical_lists()
