"""What is published: a release, its sources, and what was before."""

import pytest

from app.domain.bbox import Bbox
from app.errors import NothingPublished
from app.queries import catalogue
from ingest.publish import publish, rollback


def test_nothing_is_published_before_the_first_release(ask_empty):
    with pytest.raises(NothingPublished):
        ask_empty(catalogue.current_release)


def test_a_release_knows_its_box(release):
    assert release.bounds == Bbox(-180, -90, 180, 90)


def test_a_source_counts_its_deposits_and_those_that_are_made_up(ask, release):
    mrds, sgm = ask(lambda connection: catalogue.sources(connection, release.id))
    assert (mrds.id, mrds.deposits, mrds.synthetic) == ("mrds", 101, 85)
    assert (sgm.id, sgm.deposits, sgm.synthetic) == ("sgm", 47, 47)
    assert release.deposits == mrds.deposits + sgm.deposits


def test_a_source_whose_rows_are_all_made_up_carries_no_agency_s_terms(ask, release):
    mrds, sgm = ask(lambda connection: catalogue.sources(connection, release.id))
    assert sgm.licence_url is None
    assert "Synthetic" in sgm.citation
    assert "Synthetic" not in mrds.citation
    assert str(mrds.retrieved) in mrds.citation
    assert "{" not in sgm.citation + mrds.citation


def test_rolling_back_changes_the_current_release_and_keeps_both(own_sample_store, ask_own, add_mrds, quiet):
    first = ask_own(catalogue.current_release)
    add_mrds(own_sample_store, [{"dep_id": "1", "site_name": "New", "latitude": "30", "longitude": "-110"}])
    second = ask_own(catalogue.current_release)
    assert second.deposits == first.deposits + 1
    assert ask_own(catalogue.kept_releases) == [second, first]
    assert rollback(own_sample_store) == first.name
    assert ask_own(catalogue.current_release) == first
    assert ask_own(catalogue.kept_releases) == [second, first]
    assert publish(own_sample_store, quiet).fresh
