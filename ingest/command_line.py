"""Carries out what was typed after `vetalode`, and says each failure in one sentence of the person's language."""

import errno
import os
import sys
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from pathlib import Path

import psycopg
from psycopg.errors import FeatureNotSupported, InsufficientPrivilege, ReadOnlySqlTransaction, UndefinedTable
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from app.db import schema
from app.db.engine import ingesting_engine
from app.errors import DatabaseAway, Refused, VetalodeError
from app.settings import from_environment
from app.words import Words
from ingest import commands
from ingest.arguments import Asked, parse
from ingest.report import teller

_WITHOUT_STORE: dict[str, Callable[[Asked], int]] = {
    "fetch": commands.fetch,
    "apply": commands.apply,
    "verify": commands.verify,
    "vocab": commands.vocab,
}
_VERBS: dict[str, Callable[[Asked, Engine], int]] = {
    "migrate": commands.migrate,
    "ingest": commands.ingest,
    "publish": commands.publish,
    "snapshot": commands.snapshot,
    "rollback": commands.rollback,
    "status": commands.status,
    "rejects": commands.rejects,
    "replay": commands.replay,
    "unmapped": commands.unmapped,
    "diff": commands.diff,
    "report": commands.report,
    "export": commands.export,
    "raster": commands.raster,
}
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# What the database refuses because of how it was set up, not of what it was told.
_SET_UP = (psycopg.OperationalError, InsufficientPrivilege, ReadOnlySqlTransaction, UndefinedTable, FeatureNotSupported)


def run(words: Sequence[str] | None = None) -> int:
    """Carries out one command; a failure is one sentence in the person's language, never a traceback."""
    _open_output()
    asked = parse(sys.argv[1:] if words is None else list(words))
    tell = teller(asked.lang)
    try:
        return _carry_out(asked)
    except VetalodeError as fault:
        tell.say(fault.words)
    except (DBAPIError, psycopg.Error) as fault:  # the driver's own comes of COPY
        cause = fault.orig if isinstance(fault, DBAPIError) else fault
        if not isinstance(cause, _SET_UP):
            raise
        tell.say(_away(cause).words)
    except BrokenPipeError:
        # `vetalode rejects | head` has seen enough.
        _silence()
    except OSError as fault:
        _silence()
        tell.say(_disk_full(fault) if fault.errno in _FULL else _not_allowed(fault))
    except KeyboardInterrupt:
        tell.say(_STOPPED_FETCH if asked.verb == "fetch" else _STOPPED)
        return 130
    return 1


def _open_output() -> None:
    """Names that the terminal's encoding lacks are escaped, and an output that was closed takes everything."""
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _carry_out(asked: Asked) -> int:
    if asked.verb in _WITHOUT_STORE:
        done = _WITHOUT_STORE[asked.verb](asked)
    else:
        settings = from_environment()
        asked.settings = settings
        engine = ingesting_engine(settings)
        try:
            _check_schema(engine, asked)
            done = _VERBS[asked.verb](asked, engine)
        finally:
            engine.dispose()
    sys.stdout.flush()
    return done


def _check_schema(engine: Engine, asked: Asked) -> None:
    """Raises `Refused` for a store that this version cannot use; what has no tables yet, or old ones, may migrate."""
    with engine.connect() as connection:
        found = schema.revision(connection)
    if found is not None and found > schema.newest():
        raise Refused(_OF_A_NEWER_VERSION)
    if asked.verb != "migrate" and found != schema.newest():
        raise Refused(_NOT_MIGRATED if found is None else _OF_AN_OLDER_VERSION)


_STOPPED = Words(
    "stopped; `vetalode status` shows what was done until then",
    "detenido; `vetalode status` muestra lo que se hizo hasta entonces",
)
_STOPPED_FETCH = Words("stopped; the same command goes on from here", "detenido; la misma orden continúa desde aquí")
_NOT_MIGRATED = Words(
    "the database has no tables of Vetalode yet; run `vetalode migrate`",
    "la base de datos aún no tiene las tablas de Vetalode; ejecute `vetalode migrate`",
)
_OF_AN_OLDER_VERSION = Words(
    "the tables of the database are of an older version of Vetalode; run `vetalode migrate`",
    "las tablas de la base de datos son de una versión anterior de Vetalode; ejecute `vetalode migrate`",
)
_OF_A_NEWER_VERSION = Words(
    "the tables of the database are of a newer version of Vetalode; use that version",
    "las tablas de la base de datos son de una versión más reciente de Vetalode; use esa versión",
)


def _silence() -> None:
    """What is still to be written must not complain at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _disk_full(fault: OSError) -> Words:
    why = fault.strerror
    return Words(
        f"there is no room left ({why}): free some, or name another temporary folder in TMPDIR",
        f"no queda espacio ({why}): libere un poco, o indique otra carpeta temporal en TMPDIR",
    )


def _not_allowed(fault: OSError) -> Words:
    why = fault.strerror or str(fault)
    what = f"{os.fsdecode(fault.filename)}: " if isinstance(fault.filename, str | bytes) else ""
    return Words(
        f"{what}the system refuses it: {why}; mend that, or name another temporary folder in TMPDIR",
        f"{what}el sistema lo rechaza: {why}; remédielo, o indique otra carpeta temporal en TMPDIR",
    )


def _away(fault: BaseException) -> VetalodeError:
    said = str(fault).strip()
    if not said:
        return DatabaseAway()
    reason = said.splitlines()[0]
    return Refused(
        Words(
            f"the database of DATABASE_URL cannot be used: {reason}",
            f"no se puede usar la base de datos de DATABASE_URL: {reason}",
        )
    )
