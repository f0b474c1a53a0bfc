from app.domain.properties import properties
from app.domain.vocabulary import TITLES


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
