from app.domain.properties import properties
from app.domain.vocabulary import TITLES
from app.queries.deposits import PROPERTIES


def test_the_table_names_what_is_served_in_its_order() -> None:
    assert tuple(properties()) == PROPERTIES


def test_each_property_is_told_in_both_languages() -> None:
    for one in properties().values():
        for words in (one.title, one.about):
            assert words.en
            assert words.es
        assert one.about.en != one.about.es


def test_the_vocabularies_named_are_ours() -> None:
    named = {one.vocabulary for one in properties().values() if one.vocabulary}
    assert named
    assert named <= TITLES.keys()
