"""Runs the migrations on the connection it is given, or on DATABASE_URL."""

from alembic import context
from sqlalchemy import Connection, create_engine, text

from app.db.tables import metadata
from app.settings import from_environment

# Two first starts at once must not both create the tables.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('vetalode migrate'))")


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        connection.execute(_LOCK)
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with create_engine(from_environment().database_url).connect() as opened:
        run(opened)
