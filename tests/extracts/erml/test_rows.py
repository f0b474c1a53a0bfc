"""What a row says is what the deposit says, in CGI's terms; what nobody knows is nil, and nothing is guessed."""

import pytest

from app.domain.vocabulary import vocabulary
from app.extracts.erml.rows import rows
from app.extracts.erml.views import View, fields
from tests.extracts.erml.conftest import BASE, CGI, NIL

ITEM = f"{BASE}/collections/deposits/items/mrds-1"


def _of(view, feature, lang="en"):
    (row,) = rows(view, feature, BASE, lang)
    return row.values


def _occurrence(feature, lang="en"):
    return _of(View.MINERAL_OCCURRENCE, feature, lang)


def test_a_deposit_of_which_nothing_is_known_is_nil_where_it_must_be(feature):
    said = _occurrence(feature())
    assert (said["mineralOccurrenceType"], said["mineralOccurrenceType_uri"]) == ("unknown", f"{NIL}unknown")
    assert (said["commodity"], said["representativeCommodity_uri"]) == ("unknown", f"{NIL}unknown")
    assert _occurrence(feature(), "es")["commodity"] == "se desconoce"
    stated = {name for name, value in said.items() if value is not None}
    assert stated == {
        *("identifier", "mineralOccurrenceType", "mineralOccurrenceType_uri", "commodity"),
        *("representativeCommodity_uri", "specification_uri", "positionalAccuracy", "source"),
    }


def test_an_empty_text_is_one_that_is_not_stated(feature):
    said = _occurrence(feature(name="", source_host_rock="", commodities="", source_deposit_type="", source_url=""))
    plain = _occurrence(feature())
    assert said == plain


def test_an_occurrence_in_both_languages(feature):
    one = feature(
        name="La Caridad",
        commodities="copper,celestite",
        primary_commodities="copper",
        occurrence_type="deposit",
        status="producer",
        mine_status="operating",
        deposit_type="placer",
        deposit_form="lens",
        source_host_rock="CALIZA",
        source_url="https://a.example/1",
    )
    assert _occurrence(one) == {
        "identifier": ITEM,
        "name": "La Caridad",
        "mineralOccurrenceType": "Deposit",
        "commodity": "Copper, Celestite",
        "mineName": "La Caridad",
        "hostGeologicUnit": "CALIZA",
        "mineralDepositModel": "Placer",
        "mineralOccurrenceShape": "Lens-shaped",
        "positionalAccuracy": "500 metres",
        "source": "A survey · Licence: CC0 · https://a.example/1",
        "mineralOccurrenceType_uri": f"{CGI}mineral-occurrence-type/deposit",
        "representativeCommodity_uri": f"{CGI}commodity-code/copper",
        "mine_uri": ITEM,
        "mineralDepositModel_uri": f"{CGI}mineral-deposit-model/placer",
        "specification_uri": ITEM,
    }
    spanish = _occurrence(one, "es")
    assert spanish["mineralOccurrenceType"] == "Yacimiento"
    assert spanish["commodity"] == "Cobre, Celestita"
    assert spanish["mineralOccurrenceShape"] == "Lenticular"
    assert spanish["positionalAccuracy"] == "500 metros"
    assert spanish["source"] == "A survey · Licencia: CC0 · https://a.example/1"


@pytest.mark.parametrize(
    ("said", "uri"),
    [
        # Ranked: the first of the primary ones. Not ranked: the only one, or their group, else nothing.
        ({"commodities": "gold,silver", "primary_commodities": "gold,silver"}, f"{CGI}commodity-code/gold"),
        ({"commodities": "gold"}, f"{CGI}commodity-code/gold"),
        ({"commodities": "gold,silver"}, f"{CGI}commodity-code/precious-metal"),
        ({"commodities": "copper,gold"}, f"{NIL}unknown"),
        ({"commodities": "tin,kaolin"}, f"{NIL}unknown"),
        ({"commodities": "kaolin,bentonite"}, f"{NIL}unknown"),
        # CGI has something broader, or nothing.
        ({"commodities": "celestite"}, f"{CGI}commodity-code/strontium"),
        ({"commodities": "dolomite"}, f"{NIL}missing"),
    ],
)
def test_a_representative_commodity_is_never_guessed(feature, said, uri):
    assert _occurrence(feature(**said))["representativeCommodity_uri"] == uri


def test_a_model_without_a_term_is_in_the_words_of_its_source(feature):
    said = _occurrence(feature(source_deposit_type="dep_type: Odd one"))
    assert (said["mineralDepositModel"], said["mineralDepositModel_uri"]) == ("dep_type: Odd one", None)


@pytest.mark.parametrize("metres", [500, 12.37, 1_234_567])
def test_an_accuracy_is_the_api_s_number(feature, metres):
    assert _occurrence(feature(position_accuracy_m=metres))["positionalAccuracy"] == f"{metres} metres"
    assert _occurrence(feature(position_accuracy_m=None))["positionalAccuracy"] is None


def test_every_shape_of_a_form_has_a_name_in_both_languages(feature):
    with_shape = [term.code for term in vocabulary("deposit_form").terms.values() if term.more["shape_uri"]]
    assert with_shape
    for code in with_shape:
        assert all(_occurrence(feature(deposit_form=code), lang)["mineralOccurrenceShape"] for lang in ("en", "es"))
    assert _occurrence(feature(deposit_form="massive"))["mineralOccurrenceShape"] is None


def test_a_mine_s_status_is_told_with_its_time(feature):
    one = feature(status="producer", mine_status="operating", status_as_of="2011")
    said = _of(View.MINE, one)
    assert (said["status"], said["status_uri"]) == ("Operating (as of 2011)", f"{CGI}mine-status/operating")
    assert _of(View.MINE, one, "es")["status"] == "En operación (según registro de 2011)"


def test_a_mine_of_unknown_status_is_a_mine(feature):
    said = _of(View.MINE, feature(status="mine-status-unknown", occurrence_type="deposit", status_as_of="2011"))
    assert (said["status"], said["status_uri"]) == ("unknown", f"{NIL}unknown")


@pytest.mark.parametrize(
    ("status", "mine_status", "end"),
    [("past-producer", "not-operating", "1952"), ("closed", "closed", "1952"), ("producer", "operating", None)],
)
def test_only_a_mine_that_has_ended_has_an_end(feature, status, mine_status, end):
    years = {"first_production_year": 1899, "last_production_year": 1952}
    said = _of(View.MINE, feature(status=status, mine_status=mine_status, **years))
    assert (said["startDate"], said["endDate"]) == ("1899", end)


def test_a_resource_is_a_row_for_each_commodity_with_its_rank(feature):
    one = feature(
        commodities="copper,gold,silver,dolomite",
        primary_commodities="copper",
        secondary_commodities="gold",
        tertiary_commodities="silver",
    )
    found = list(rows(View.COMMODITY_RESOURCE, one, BASE, "en"))
    said = [
        (row.key, *(row.values[name] for name in ("identifier", "commodity", "commodityRank", "commodity_uri")))
        for row in found
    ]
    assert said == [
        ("mrds-1.copper", f"{ITEM}#copper", "Copper", "primary commodity", f"{CGI}commodity-code/copper"),
        ("mrds-1.gold", f"{ITEM}#gold", "Gold", "secondary commodity", f"{CGI}commodity-code/gold"),
        ("mrds-1.silver", f"{ITEM}#silver", "Silver", "tertiary commodity", f"{CGI}commodity-code/silver"),
        ("mrds-1.dolomite", f"{ITEM}#dolomite", "Dolomite", None, f"{NIL}missing"),
    ]
    assert {row.values["mineralOccurrence_uri"] for row in found} == {ITEM}
    assert not list(rows(View.COMMODITY_RESOURCE, feature(), BASE, "en"))


@pytest.mark.parametrize("view", View)
def test_a_row_says_nothing_that_its_view_has_no_field_for(feature, view):
    one = feature(commodities="gold", status="producer", mine_status="operating")
    assert _of(view, one).keys() <= {field.name for field in fields()[view]}
