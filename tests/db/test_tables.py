"""The migrations make just the tables that the code knows."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text

from app.db import schema
from app.db.tables import metadata


def _of_ours(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    """PostGIS's own table, and the partitions that releases make, are not in the migrations."""
    return not (kind == "table" and name is not None and (name == "spatial_ref_sys" or "_r" in name[-6:]))


def test_migrations_make_the_tables_of_the_code(empty_store: Engine) -> None:
    with empty_store.connect() as connection:
        options = {"include_object": _of_ours, "compare_type": True, "compare_server_default": True}
        difference = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    assert difference == []


def test_migrating_twice_changes_nothing_and_back_leaves_nothing(empty_store: Engine) -> None:
    from alembic import command

    tables = text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
    with empty_store.begin() as connection:
        before = connection.scalar(tables)
        schema.migrate(connection)
        assert connection.scalar(tables) == before
        command.downgrade(schema._config(connection), "base")
        assert connection.scalar(tables) == 1  # spatial_ref_sys, which is PostGIS's
