"""What a row of MRDS means."""

from typing import Any

import pytest

from app.domain.deposit import Harmonised
from ingest.rows import RowRejected
from ingest.sources import source

MRDS = source("mrds")
ROW = {"dep_id": "10008518", "site_name": "Cananea", "longitude": "-110.30066", "latitude": "30.95015"}


def meaning(**said: Any) -> Harmonised:
    return MRDS.harmonise(ROW | said, MRDS.crosswalks, MRDS.places)


def test_the_columns_needed_are_enough() -> None:
    meant = meaning()
    assert (meant.name, meant.position.longitude, meant.position.accuracy_m) == ("Cananea", -110.30066, 500.0)
    assert (meant.commodities, meant.status, meant.source_country, meant.unmapped) == ((), None, None, ())
    assert (meant.country, meant.state) == ("MX", "MX-SON")


def test_commodities_keep_their_rank_and_words_each_at_its_best_rank() -> None:
    meant = meaning(commod1="Copper, Sand and Gravel, Construction", commod2="Gold", commod3="Gold, copper, Silver")
    assert [(one.code, one.rank, one.words) for one in meant.commodities] == [
        ("copper", 1, "Copper"),
        ("sand-and-gravel", 1, "Sand and Gravel, Construction"),
        ("gold", 2, "Gold"),
        ("silver", 3, "Silver"),
    ]
    assert meant.source_commodities == (
        "commod1: Copper, Sand and Gravel, Construction; commod2: Gold; commod3: Gold, copper, Silver"
    )


def test_an_unknown_word_is_never_guessed_and_named_with_the_csv_to_open() -> None:
    meant = meaning(commod1="Gold, Unobtainium", dev_stat="Exploration", country="Atlantis")
    assert [one.code for one in meant.commodities] == ["gold"]
    assert (meant.status, meant.source_status) == (None, "Exploration")
    assert (meant.country, meant.source_country) == (None, "Atlantis")
    assert {(one.attribute, one.word, one.crosswalk) for one in meant.unmapped} == {
        ("commodity", "Unobtainium", "commodity.csv"),
        ("status", "Exploration", "status.csv"),
        ("country", "Atlantis", "country.csv"),
    }


def test_known_words_become_codes_and_stay_beside_them() -> None:
    meant = meaning(dev_stat="Past Producer", country="United States", state="Arizona", county="Greenlee")
    assert (meant.status, meant.source_status) == ("past-producer", "Past Producer")
    assert (meant.country, meant.source_country) == ("US", "United States")
    assert (meant.source_state, meant.source_county) == ("Arizona", "Greenlee")


def test_a_blank_of_one_space_says_nothing() -> None:
    blank = dict.fromkeys(("site_name", "commod1", "commod2", "country", "state", "dev_stat", "names", "url"), " ")
    meant = meaning(**blank)
    assert (meant.name, meant.source_name, meant.other_names, meant.source_url) == (None, None, None, None)
    assert (meant.commodities, meant.source_commodities, meant.unmapped) == ((), None, ())
    assert (meant.status, meant.source_status, meant.source_country, meant.source_state) == (None, None, None, None)


def test_a_name_is_tidied_beside_the_name_as_written() -> None:
    meant = meaning(site_name="Allen Mine    Gemrock,")
    assert (meant.name, meant.source_name) == ("Allen Mine Gemrock", "Allen Mine    Gemrock,")


@pytest.mark.parametrize("column", ["names", "prev_name"])
def test_other_names_come_from_either_layout(column: str) -> None:
    assert meaning(**{column: "Tecelote"}).other_names == "Tecelote"


def test_a_row_without_a_usable_position_is_rejected() -> None:
    with pytest.raises(RowRejected) as rejection:
        meaning(latitude="")
    assert (rejection.value.reason.code, rejection.value.reason.field) == ("position-missing", "latitude")
