"""What the deposits come from, which releases there are, what the codes mean."""

import pytest

from app.domain.vocabulary import TITLES


def test_sources_carry_their_terms_in_both_languages(edge_client):
    said = edge_client.get("/sources").json()
    mrds, sgm = said["sources"]
    assert (mrds["id"], sgm["id"]) == ("mrds", "sgm")
    assert (mrds["deposits"], mrds["synthetic"]) == (101, 85)
    for source in (mrds, sgm):
        assert source["title"] == source["title_en"] != source["title_es"]
        assert all(source[name] for name in ("agency", "licence", "citation", "homepage", "retrieved"))
    spanish = edge_client.get("/sources", params={"lang": "es"}).json()["sources"]
    assert [source["title"] for source in spanish] == [mrds["title_es"], sgm["title_es"]]


def test_releases_name_the_current_one(edge_client):
    said = edge_client.get("/releases").json()
    assert [release["deposits"] for release in said["releases"]] == [148, 132]
    assert said["current"] == said["releases"][0]["name"]
    assert all(release["published_at"] for release in said["releases"])


def test_the_vocabularies_there_are(edge_client):
    said = edge_client.get("/vocabularies", params={"lang": "es"}).json()["vocabularies"]
    assert [vocabulary["name"] for vocabulary in said] == list(TITLES)
    assert [vocabulary["title"] for vocabulary in said] == [title.es for title in TITLES.values()]


@pytest.mark.parametrize("name", TITLES)
def test_a_vocabulary_says_each_code_in_both_languages(edge_client, name):
    english, spanish = (edge_client.get(f"/vocabularies/{name}", params={"lang": lang}).json() for lang in ("en", "es"))
    assert (english["lang"], spanish["lang"]) == ("en", "es")
    assert english["title"] != spanish["title"]
    assert [term["code"] for term in english["terms"]] == [term["code"] for term in spanish["terms"]]
    assert len({term["code"] for term in english["terms"]}) == len(english["terms"]) > 0
    for one, other in zip(english["terms"], spanish["terms"], strict=True):
        assert one["label"] == one["label_en"] == other["label_en"]
        assert other["label"] == other["label_es"] == one["label_es"]
        assert "note" not in one


def test_every_code_of_the_deposits_is_explained(edge_client):
    terms = {
        name: {term["code"] for term in edge_client.get(f"/vocabularies/{name}").json()["terms"]} for name in TITLES
    }
    for feature in edge_client.get("/exports/deposits.geojson").json()["features"]:
        said = feature["properties"]
        assert set(filter(None, (said["commodities"] or "").split(","))) <= terms["commodity"]
        for name in terms.keys() & said.keys():
            assert {said[name]} - {None} <= terms[name]


def test_every_commodity_has_a_group(edge_client):
    assert all(term["group"] for term in edge_client.get("/vocabularies/commodity").json()["terms"])


def test_lists_of_critical_minerals_are_dated_and_say_whose_they_are(edge_client):
    codes = {term["code"] for term in edge_client.get("/vocabularies/commodity").json()["terms"]}
    english, spanish = (edge_client.get("/lists", params={"lang": lang}).json()["lists"] for lang in ("en", "es"))
    assert {each["country"] for each in english} == {"US", "MX"}
    for one, other in zip(english, spanish, strict=True):
        assert one["id"] == other["id"]
        assert (one["label"], other["label"]) == (one["label_en"], one["label_es"])
        assert one["listed_on"]
        assert one["source"]
        assert set(one["commodities"]) <= codes


def test_every_list_of_the_deposits_is_explained(edge_client):
    lists = {each["id"] for each in edge_client.get("/lists").json()["lists"]}
    said = [f["properties"]["critical_lists"] for f in edge_client.get("/exports/deposits.geojson").json()["features"]]
    named = {code for codes in filter(None, said) for code in codes.split(",")}
    assert named
    assert named <= lists
