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


def words(meant: Harmonised, attribute: str) -> list[tuple[str, str]]:
    """The unmapped words of an attribute, with the CSV to open."""
    return [(one.word, one.crosswalk) for one in meant.unmapped if one.attribute == attribute]


@pytest.mark.parametrize(
    ("model", "dep_type", "code"),
    [
        ("42: W skarn", "", "skarn-tungsten-mo"),
        ("42: W skarn", "Contact Metamorphic", "skarn-tungsten-mo"),
        ("85: Polymetallic veins", "Contact Metamorphic", "vein-polymetallic"),
        ("", "Contact Metamorphic", "skarn"),
        ("", "SKARN, QUARTZ VEIN", "skarn"),
        ("", "tungsten skarn", "skarn-tungsten-mo"),
        (" ", "Skarn", "skarn"),
        # Several models, run together or in braces: the deeper of one branch, and none of two.
        ("53: Porphyry Cu58: Porphyry Cu, skarn-related", "", "porphyry-copper-gold"),
        ("{42: W skarn}{59: Skarn Cu}", "Skarn", None),
        ("59: Skarn Cu173: Sediment-hosted Au", "Pluton-related poly metallic skarn", None),
        ("42: W skarn273: Low-sulfide Au-quartz vein", "", None),
        # A model of which we know that it names no type leaves the word to the free text.
        ("180: Simple Sb (veins, pods, etc)", "Skarn", "skarn"),
        ("180: Simple Sb (veins, pods, etc)", "", None),
        ("", "", None),
    ],
)
def test_the_type_is_that_of_the_model_before_that_of_the_text(model: str, dep_type: str, code: str | None) -> None:
    meant = meaning(model=model, dep_type=dep_type)
    assert (meant.deposit_type, words(meant, "deposit_type")) == (code, [])


def test_the_words_of_a_type_stay_with_the_columns_they_stand_in() -> None:
    assert meaning(model="42: W skarn", dep_type="Vein").source_deposit_type == "model: 42: W skarn; dep_type: Vein"
    assert meaning(dep_type=" Vein ").source_deposit_type == "dep_type:  Vein "
    assert meaning(model=" ").source_deposit_type is None


def test_a_model_and_a_text_that_nobody_mapped_are_listed() -> None:
    meant = meaning(model="999: Moon rock42: W skarn", dep_type="cheese")
    assert meant.deposit_type == "skarn-tungsten-mo"
    assert words(meant, "deposit_type") == [("Moon rock", "deposit_model.csv")]
    meant = meaning(model="999: Moon rock", dep_type="cheese")
    assert meant.deposit_type is None
    assert words(meant, "deposit_type") == [("Moon rock", "deposit_model.csv"), ("cheese", "deposit_type.csv")]


@pytest.mark.parametrize("dep_type", ["Vein", "vein", "VEINS", "Quartz vein"])
def test_a_vein_is_a_form_and_no_type(dep_type: str) -> None:
    meant = meaning(dep_type=dep_type)
    assert (meant.deposit_type, meant.deposit_form) == (None, "vein")
    assert (meant.source_deposit_type, meant.source_deposit_form, meant.unmapped) == (f"dep_type: {dep_type}", None, ())


@pytest.mark.parametrize(
    ("orebody_fm", "dep_type", "form"),
    [
        ("TABULAR", "", "tabular"),
        ("tabular", "", "tabular"),
        ("LENTICULAR", "Vein", "lens"),
        ("LENSES", "", "lens"),
        ("IRREGULAR", "", "irregular-body"),
        ("VEIN, IRREGULAR", "Skarn", None),
        ("TABULAR TO IRREGULAR", "", None),
        ("Individual orebodies are roughly tabular", "", "tabular"),
        ("", "Skarn", None),
    ],
)
def test_the_form_is_that_of_the_orebody_before_that_of_the_type(
    orebody_fm: str, dep_type: str, form: str | None
) -> None:
    meant = meaning(orebody_fm=orebody_fm, dep_type=dep_type)
    assert (meant.deposit_form, meant.source_deposit_form) == (form, orebody_fm or None)
    assert words(meant, "deposit_form") == []


def test_a_form_that_nobody_mapped_is_listed_and_a_type_that_names_none_is_not() -> None:
    assert words(meaning(orebody_fm="blob"), "deposit_form") == [("blob", "deposit_form.csv")]
    assert words(meaning(dep_type="Placer"), "deposit_form") == []


@pytest.mark.parametrize(
    ("prod_size", "size"),
    [
        ("S", "small"),
        ("M", "medium"),
        ("L", "large"),
        ("N", "no-production"),
        ("U", "unknown"),
        ("Y", "produced-size-unknown"),
        ("", None),
    ],
)
def test_the_size_of_the_production_is_one_thing(prod_size: str, size: str | None) -> None:
    meant = meaning(prod_size=prod_size)
    assert (meant.production_size, meant.source_production_size) == (size, prod_size or None)
    assert (meant.deposit_size, meant.operation_size, meant.unmapped) == (None, None, ())


@pytest.mark.parametrize(("words", "size"), [("L", "large"), ("M", "medium"), ("S", "small")])
def test_the_size_of_the_deposit_is_another(words: str, size: str) -> None:
    meant = meaning(deposit_size=words, prod_size="Y")
    assert (meant.deposit_size, meant.source_deposit_size) == (size, words)
    assert (meant.production_size, meant.operation_size) == ("produced-size-unknown", None)


def test_a_size_that_nobody_mapped_says_of_which_it_is() -> None:
    meant = meaning(prod_size="XL", deposit_size="Y")
    assert words(meant, "production_size") == [("XL", "size.csv")]
    assert words(meant, "deposit_size") == [("Y", "deposit_size.csv")]


@pytest.mark.parametrize(
    ("said", "years", "source_years"),
    [
        (
            {"disc_yr": "1875", "yr_fst_prd": "1906", "yr_lst_prd": "1929"},
            (1875, 1906, 1929),
            "disc_yr: 1875; yr_fst_prd: 1906; yr_lst_prd: 1929",
        ),
        ({"disc_yr": "1917", "dy_ba": "<"}, (1917, None, None), "disc_yr: <1917"),
        ({"yr_fst_prd": "1941", "yfp_ba": ">"}, (None, 1941, None), "yr_fst_prd: >1941"),
        ({"yr_lst_prd": "1945", "ylp_ba": ">", "dy_ba": "<"}, (None, None, 1945), "yr_lst_prd: >1945"),
        ({"disc_yr": "1917", "dy_ba": " "}, (1917, None, None), "disc_yr: 1917"),
        ({"disc_yr": "0", "yr_fst_prd": "0"}, (None, None, None), "disc_yr: 0; yr_fst_prd: 0"),
        ({"disc_yr": "1950'S"}, (None, None, None), "disc_yr: 1950'S"),
        ({"dy_ba": "<", "prod_yrs": "1930'S"}, (None, None, None), None),
        ({}, (None, None, None), None),
    ],
)
def test_years_are_numbers_beside_their_words_and_0_is_none(
    said: dict[str, str], years: tuple[int | None, ...], source_years: str | None
) -> None:
    meant = meaning(**said)
    assert (meant.discovered_year, meant.first_production_year, meant.last_production_year) == years
    assert (meant.source_years, meant.unmapped) == (source_years, ())


def test_host_rock_and_alteration_are_kept_word_for_word() -> None:
    alteration = "Hidrotermal: Caolinizacion, Piritizacion Y Propilitizacion."
    meant = meaning(hrock_unit="Winnemucca;;Winnemucca", hrock_type="Shale,  Quartzite ", alteration=alteration)
    assert meant.source_host_rock == "hrock_unit: Winnemucca;;Winnemucca; hrock_type: Shale,  Quartzite "
    assert (meant.source_alteration, meant.unmapped) == (alteration, ())
    assert meaning(hrock_type="Shale").source_host_rock == "hrock_type: Shale"
    assert (meaning().source_host_rock, meaning().source_alteration) == (None, None)


@pytest.mark.parametrize(
    ("oper_type", "code"),
    [
        ("Surface", "surface"),
        ("Surface-Underground", "surface-underground"),
        ("Placer", "placer"),
        ("Brine Operation", "brine"),
        ("Unknown", "unknown"),
    ],
)
def test_an_operation_has_a_type(oper_type: str, code: str) -> None:
    meant = meaning(oper_type=oper_type)
    assert (meant.operation_type, meant.source_operation_type, meant.unmapped) == (code, oper_type, ())


SONORA, ARIZONA, PERU, SEA = ("-110.3", "30.95"), ("-112.07", "33.45"), ("-76.1", "-11.6"), ("-130", "20")


@pytest.mark.parametrize(
    ("at", "country", "state", "understood"),
    [
        (SONORA, "Mexico", "Sonora", ("MX", "MX-SON")),
        (SONORA, "Mexico", "", ("MX", "MX-SON")),
        (SONORA, "", "", ("MX", "MX-SON")),
        (SONORA, " ", " ", ("MX", "MX-SON")),
        (ARIZONA, "United States", "Arizona", ("US", "US-AZ")),
        (ARIZONA, "United States", "", ("US", "US-AZ")),
        (ARIZONA, "", "", ("US", "US-AZ")),
        (PERU, "Peru", "Lima", ("PE", None)),
        (PERU, "", "", ("PE", None)),
        (SEA, "", "", (None, None)),
        # Words before the polygon, where there are any; a state of the place's is none of another country's.
        (ARIZONA, "Mexico", "Sonora", ("MX", "MX-SON")),
        (ARIZONA, "Mexico", "", ("MX", None)),
        (ARIZONA, "Atlantis", "", (None, None)),
        (ARIZONA, "United States", "Puerto Rico", ("US", None)),
        (SONORA, "Mexico", "Coahuila de Zaragoza", ("MX", "MX-COA")),
        (SONORA, "Mexico", "Baja Norte", ("MX", "MX-BCN")),
    ],
)
def test_country_and_state_are_those_stated_else_those_the_point_lies_in(
    at: tuple[str, str], country: str, state: str, understood: tuple[str | None, str | None]
) -> None:
    meant = meaning(longitude=at[0], latitude=at[1], country=country, state=state)
    assert (meant.country, meant.state) == understood
    assert (meant.source_country, meant.source_state) == (country.strip() or None, state.strip() or None)


def test_a_state_that_nobody_mapped_is_listed_in_the_two_countries_that_have_a_vocabulary() -> None:
    assert words(meaning(country="Mexico", state="Aztlan"), "state") == [("Aztlan", "state.csv")]
    assert words(meaning(country="Peru", state="Aztlan"), "state") == []
    assert words(meaning(country="Atlantis", state="Aztlan"), "state") == []


def test_a_position_at_odds_with_its_country_is_repaired_or_remarked_on() -> None:
    repaired = meaning(country="Peru", longitude="76.13372", latitude="11.60044")
    assert (repaired.position.longitude, repaired.position.rule) == (-76.13372, "both-signs")
    assert meaning(country="Peru").position.check == "outside-stated-country"
    assert meaning(country="Mexico", state="Yucatan").position.check == "outside-stated-state"


def test_commodities_by_name_without_a_rank_and_by_code_come_last() -> None:
    meant = meaning(commod1="Gold", commod_unranked="Silver, Gold", code_list=" AU  CU XX ")
    assert [(one.code, one.rank, one.words) for one in meant.commodities] == [
        ("gold", 1, "Gold"),
        ("silver", None, "Silver"),
        ("copper", None, "CU"),
    ]
    assert words(meant, "commodity") == [("XX", "commodity_code.csv")]
    assert meant.source_commodities == "commod1: Gold; commod_unranked: Silver, Gold; code_list:  AU  CU XX "
