"""Brings a database to the newest schema, by the migrations."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from app.errors import Refused
from app.words import Words

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def migrate(connection: Connection, revision: str = "head") -> None:
    """Applies every migration that is missing; writes nothing when none is. Raises `Refused` for a database whose text
    is not in UTF-8."""
    encoding = connection.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise Refused(
            Words(
                f"the database keeps text in {encoding}; make one with ENCODING 'UTF8', which holds all names",
                f"la base de datos guarda texto en {encoding}; cree una con ENCODING 'UTF8', que admite todo nombre",
            )
        )
    command.upgrade(_config(connection), revision)


def newest() -> str:
    """The revision that this version of Vetalode needs. Revisions are numbers, and files are called after theirs."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def revision(connection: Connection) -> str | None:
    """The revision of a database, None where it has no tables of ours."""
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
