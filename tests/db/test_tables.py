"""The migrations make just the tables that the code knows."""

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from app.db import schema
from app.db.tables import metadata
from ingest.landing import RECORD


def _of_ours(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    """PostGIS's own table, and the partitions that releases make, are not in the migrations."""
    return not (kind == "table" and name is not None and (name == "spatial_ref_sys" or "_r" in name[-6:]))


def test_migrations_make_the_tables_of_the_code(empty_store: Engine) -> None:
    with empty_store.connect() as connection:
        options = {"include_object": _of_ours, "compare_type": True, "compare_server_default": True}
        difference = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    assert difference == []


def test_migrating_twice_changes_nothing_and_back_leaves_nothing(empty_store: Engine) -> None:
    tables = text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
    with empty_store.begin() as connection:
        before = connection.scalar(tables)
        schema.migrate(connection)
        assert connection.scalar(tables) == before
        command.downgrade(schema._config(connection), "base")
        assert connection.scalar(tables) == 1  # spatial_ref_sys, which is PostGIS's


def test_a_release_of_an_older_version_holds_the_runs_that_surely_ended_before_its_last_one(
    own_sample_store: Engine,
) -> None:
    with own_sample_store.begin() as connection:
        command.downgrade(schema._config(connection), "0006")
        assert connection.scalar(text("SELECT last_run FROM release")) == 3
        connection.execute(text("UPDATE ingest_run SET finished_at = now() WHERE id = 1"))
        schema.migrate(connection)
        assert connection.scalar(text("SELECT runs FROM release")) == [2, 3]


def test_a_file_received_twice_is_one_again_in_an_older_version(own_sample_store: Engine) -> None:
    tables = ("record", "reject", "ingest_run_file")
    of_file = [f"SELECT count(*) FROM {table} WHERE file = " for table in tables]
    with own_sample_store.begin() as connection:
        before = [connection.scalar(text(f"{count} 1")) for count in of_file]
        twin = connection.scalar(
            text("""
                INSERT INTO source_file (source, sha256, name, bytes, encoding, retrieved, synthetic)
                SELECT source, sha256, 'again.csv', bytes, encoding, retrieved, synthetic FROM source_file WHERE id = 1
                RETURNING id
            """)
        )
        for table in tables:
            connection.execute(text(f"UPDATE {table} SET file = :twin WHERE file = 1"), {"twin": twin})
        connection.execute(text("UPDATE record SET file = 1 WHERE source_id = '99900001'"))
        files = connection.scalar(text("SELECT count(*) FROM source_file"))
        command.downgrade(schema._config(connection), "0004")
        assert [connection.scalar(text(f"{count} 1")) for count in of_file] == before
        assert all(before)
        assert connection.scalar(text("SELECT count(*) FROM source_file")) == files - 1
        schema.migrate(connection)


@pytest.fixture
def writing(sample_store: Engine) -> Iterator[Connection]:
    """A transaction on the sample that is taken back."""
    with sample_store.connect() as connection:
        yield connection
        connection.rollback()


@pytest.mark.parametrize(
    ("lie", "guard"),
    [
        ("UPDATE ingest_run SET rows_published = rows_published + 1", "ingest_run_conservation_check"),
        ("UPDATE ingest_run SET rows_rejected = rows_rejected - 1", "ingest_run_conservation_check"),
        ("UPDATE ingest_run SET rows_in = NULL", "ingest_run_conservation_check"),
        ("UPDATE ingest_run SET rows_unchanged = NULL", "ingest_run_conservation_check"),
        ("UPDATE ingest_run SET state = 'almost'", "ingest_run_state_check"),
        (
            "INSERT INTO ingest_run (source, state, partial, crosswalk_digest) VALUES ('mrds', 'done', false, '')",
            "ingest_run_conservation_check",
        ),
        ("UPDATE ingest_step SET rows_out = rows_out + 1", "ingest_step_conservation_check"),
        ("UPDATE ingest_step SET rows_in = rows_in - 1", "ingest_step_conservation_check"),
        ("UPDATE release_source SET deposits = deposits - 1", "release_source_conservation_check"),
        ("UPDATE release SET state = 'lost'", "release_state_check"),
        ("INSERT INTO catalogue (one_row, cursor_key) VALUES (false, '')", "catalogue_only_check"),
        ("INSERT INTO catalogue (cursor_key) VALUES ('')", "catalogue_pkey"),
        ("UPDATE deposit_commodity SET rank = 4", "deposit_commodity_rank_check"),
        ("UPDATE deposit SET status = 'thriving'", "deposit_status_fkey"),
        ("UPDATE deposit SET mine_status = 'thriving'", "deposit_mine_status_fkey"),
        ("UPDATE deposit SET deposit_type = 'lode'", "deposit_deposit_type_fkey"),
        ("UPDATE deposit SET operation_size = 'huge'", "deposit_operation_size_fkey"),
        ("UPDATE deposit SET state = 'MX-XXX'", "deposit_state_fkey"),
        ("UPDATE deposit SET country = 'XX'", "deposit_country_fkey"),
        ("UPDATE deposit_commodity SET commodity = 'phlogiston'", "deposit_commodity_commodity_fkey"),
        (
            f"INSERT INTO record ({', '.join(RECORD)}) SELECT {', '.join(RECORD)} FROM record",
            "record_current_key",
        ),
        ("INSERT INTO source_link (source, one, other, run) VALUES ('mrds', '2', '1', 1)", "source_link_order_check"),
        ("INSERT INTO source_link (source, one, other, run) VALUES ('mrds', '1', '1', 1)", "source_link_order_check"),
        ("UPDATE critical SET named = 'phlogiston'", "critical_named_fkey"),
        ("DELETE FROM status WHERE code = 'past-producer'", "deposit_status_fkey"),
        ("UPDATE release_file SET bytes = 0", "release_file_size_check"),
        ("UPDATE release_file SET rows = -1", "release_file_size_check"),
        ("UPDATE release_file SET release = 9", "release_file_release_fkey"),
        ("UPDATE release SET id = 9", "catalogue_current_release_fkey"),
    ],
)
def test_the_database_refuses_what_cannot_be_true(writing: Connection, lie: str, guard: str) -> None:
    with pytest.raises(IntegrityError, match=guard):
        writing.execute(text(lie))


def test_a_run_that_is_under_way_or_failed_need_not_add_up(writing: Connection) -> None:
    for state in ("running", "failed"):
        writing.execute(text("UPDATE ingest_run SET state = :state, rows_in = NULL"), {"state": state})
    assert writing.scalar(text("SELECT count(*) FROM ingest_run WHERE state = 'failed'")) == 3
