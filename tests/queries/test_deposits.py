"""Deposits come as GeoJSON text, page by page, one by one, and as a stream that holds little at a time."""

import json
import math
from contextlib import aclosing

import pytest
from sqlalchemy import text

from app.domain.properties import properties
from app.queries import deposits
from app.queries.deposits import Walk
from app.queries.filter import DepositFilter
from app.queries.order import Place

EVERY = DepositFilter()

# What the map page, QGIS projects and spreadsheets rely on.
PROPERTIES = [
    "source",
    "source_id",
    "name",
    "source_name",
    "other_names",
    "country",
    "source_country",
    "state",
    "source_state",
    "source_county",
    "commodities",
    "primary_commodities",
    "secondary_commodities",
    "tertiary_commodities",
    "source_commodities",
    "critical_lists",
    "critical_to",
    "critical_commodities",
    "feature_kind",
    "status",
    "source_status",
    "status_as_of",
    "occurrence_type",
    "mine_status",
    "operation_type",
    "source_operation_type",
    "deposit_type",
    "source_deposit_type",
    "deposit_form",
    "source_deposit_form",
    "production_size",
    "source_production_size",
    "deposit_size",
    "source_deposit_size",
    "operation_size",
    "source_host_rock",
    "source_alteration",
    "discovered_year",
    "first_production_year",
    "last_production_year",
    "source_years",
    "position_accuracy_m",
    "source_crs",
    "transform",
    "position_rule",
    "position_check",
    "layer",
    "source_url",
    "licence",
    "citation",
    "retrieved",
    "source_file",
    "source_row",
    "synthetic",
    "release",
]


@pytest.fixture(scope="session")
def feature_of(ask, release):
    def one(deposit_id):
        page = ask(lambda connection: deposits.page(connection, DepositFilter(ids=(deposit_id,)), release, Walk(), 1))
        return json.loads(page.rows[0][0])

    return one


def test_a_feature_has_every_property_in_its_place_and_says_null_where_nothing_is_stated(feature_of):
    full, bare = feature_of("mrds-99900001"), feature_of("mrds-15")
    assert list(full["properties"]) == list(bare["properties"]) == PROPERTIES == list(properties())
    assert list(full) == ["type", "id", "geometry", "properties"]
    assert bare["properties"]["commodities"] is bare["properties"]["status"] is bare["properties"]["country"] is None


def test_names_come_back_as_they_were_written(feature_of):
    assert feature_of("mrds-15")["properties"]["source_name"] == 'O\'Brien "100%" <b>{}\\ ñ 矿 🪨'


def test_harmonised_values_stand_beside_the_source_s_own(feature_of):
    said = feature_of("mrds-99900001")["properties"]
    assert (said["commodities"], said["primary_commodities"]) == ("copper,molybdenum,gold,silver", "copper")
    assert said["source_commodities"] == "commod1: Copper; commod2: Molybdenum; commod3: Gold, Silver"
    assert (said["country"], said["source_country"]) == ("US", "United States")
    assert (said["status"], said["source_status"]) == ("producer", "Producer")


def test_a_deposit_is_traced_to_its_line(feature_of, release):
    said = feature_of("mrds-99900001")["properties"]
    assert (said["source_row"], said["release"]) == (2, release.name)
    assert len(said["source_file"]) == 64


def test_made_up_deposits_carry_no_agency_s_terms_and_real_ones_do(feature_of):
    made, real = feature_of("mrds-99900001")["properties"], feature_of("mrds-1")["properties"]
    assert made["synthetic"] is True
    assert "Synthetic sample data of Vetalode" in made["citation"]
    assert real["synthetic"] is False
    assert "Synthetic" not in real["citation"] + real["licence"]
    assert real["retrieved"] in real["citation"]
    assert "{" not in made["citation"] + real["citation"]


@pytest.mark.parametrize("limit", [1, 7, 50, 147, 148, 149, 10_000])
def test_pages_visit_every_deposit_once_in_the_order_of_ids(ask, release, limit):
    ids, walk = [], Walk()
    for _ in range(math.ceil(148 / limit)):
        page = ask(lambda connection, walk=walk: deposits.page(connection, EVERY, release, walk, limit))
        ids += [json.loads(row[0])["id"] for row in page.rows]
        walk = Walk(place=page.after)
        assert 0 < len(page.rows) <= limit
    assert page.after is None
    assert ids == sorted(set(ids))
    assert len(ids) == release.deposits == 148


def test_a_page_beyond_the_last_id_is_empty_and_the_last(ask, release):
    beyond = Walk(place=Place(("sgm-zzz",)))
    page = ask(lambda connection: deposits.page(connection, EVERY, release, beyond, 10))
    assert (list(page.rows), page.after) == ([], None)


def test_a_stream_says_what_a_page_says(ask, release):
    async def streamed(connection):
        return [row[0] async for batch in deposits.stream(connection, EVERY, release, Walk(), 60) for row in batch]

    page = ask(lambda connection: deposits.page(connection, EVERY, release, Walk(), 10_000))
    assert ask(streamed) == [row[0] for row in page.rows]


def test_a_stream_fetches_a_batch_at_a_time_from_a_cursor_on_the_server(ask_big):
    async def first_batch(connection, release):
        async with aclosing(deposits.stream(connection, EVERY, release, Walk(), 60)) as batches:
            return len(await anext(batches)), await _say(connection, "SELECT count(*) FROM pg_cursors")

    assert ask_big(first_batch) == (1000, 1)


def test_a_stream_has_its_own_time_limit(ask, release):
    async def limit_within(connection):
        async with aclosing(deposits.stream(connection, EVERY, release, Walk(), 61.5)) as batches:
            await anext(batches)
            return await _say(connection, "SHOW statement_timeout")

    assert ask(limit_within) == "61500ms"


async def _say(connection, statement):
    return (await connection.execute(text(statement))).scalar_one()
