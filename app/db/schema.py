"""Brings a database to the newest schema, by the migrations."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def migrate(connection: Connection, revision: str = "head") -> None:
    """Applies every migration that is missing; writes nothing when none is."""
    command.upgrade(_config(connection), revision)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
