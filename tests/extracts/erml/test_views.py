"""The table of fields against what is known of the schema, and which deposits are in a view."""

import pytest

from app.domain.vocabulary import vocabulary
from app.errors import NotThere
from app.extracts.erml.views import Kind, View, fields, is_in, of_mines, view_of

REQUIRED = {
    View.MINERAL_OCCURRENCE: (
        *("identifier", "mineralOccurrenceType", "commodity"),
        *("mineralOccurrenceType_uri", "representativeCommodity_uri", "shape"),
    ),
    View.MINE: ("identifier", "status", "status_uri", "shape"),
    View.COMMODITY_RESOURCE: ("identifier", "commodity", "commodity_uri", "shape"),
}
ENDS = {View.MINERAL_OCCURRENCE: 25, View.MINE: 14, View.COMMODITY_RESOURCE: 21}


@pytest.mark.parametrize("view", View)
def test_a_view_requires_what_the_schema_requires(view):
    assert tuple(field.name for field in fields()[view] if field.required) == REQUIRED[view]


@pytest.mark.parametrize("view", View)
def test_a_view_begins_with_its_identifier_and_ends_with_its_shape(view):
    names = [field.name for field in fields()[view]]
    assert (names[0], names[-1], len(names)) == ("identifier", "shape", ENDS[view])
    assert len(set(names)) == len(names)
    assert [field.kind for field in fields()[view]].count(Kind.POINT) == 1


@pytest.mark.parametrize(("name", "hint"), [("MineView ", "did you mean MineView?"), ("", "; There are: Mineral")])
def test_a_view_that_there_is_not_is_told_with_those_that_there_are(name, hint):
    with pytest.raises(NotThere) as told:
        view_of(name)
    assert hint in told.value.words.en
    assert all(view in told.value.words.es for view in View)


def test_every_status_with_a_mine_status_is_one_of_mines(feature):
    axes = {term.code for term in vocabulary("status").terms.values() if "mine-status/" in term.more["mine_status_uri"]}
    assert set(of_mines()) == axes | {"mine-status-unknown", "quarry-status-unknown"}


@pytest.mark.parametrize(
    ("said", "views"),
    [
        ({"status": "producer"}, set(View)),
        ({"status": "quarry-status-unknown"}, set(View)),
        ({"status": "prospect"}, set(View) - {View.MINE}),
        ({"status": "unknown"}, set(View) - {View.MINE}),
        ({"status": None, "feature_kind": None}, set(View) - {View.MINE}),
        ({"status": "plant", "feature_kind": "plant"}, set()),
        ({"status": "waste", "feature_kind": "waste"}, set()),
    ],
)
def test_a_deposit_is_in_the_views_of_what_it_is(feature, said, views):
    properties = feature(**said)["properties"]
    assert {view for view in View if is_in(view, properties)} == views
