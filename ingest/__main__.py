"""The command line: `vetalode`, also `python -m ingest`. Exit 0: done; 1: refused, with a sentence; 2: misused."""

import errno
import os
import sys
from collections.abc import Callable, Sequence

import psycopg
from psycopg.errors import InsufficientPrivilege, UndefinedTable
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from app.db.engine import ingesting_engine
from app.errors import DatabaseAway, Refused, VetalodeError
from app.settings import from_environment
from app.words import Words
from ingest import commands
from ingest.arguments import Asked, parse
from ingest.report import teller

_VERBS: dict[str, Callable[[Asked, Engine], int]] = {
    "fetch": commands.fetch,
    "migrate": commands.migrate,
    "ingest": commands.ingest,
    "publish": commands.publish,
    "rollback": commands.rollback,
    "status": commands.status,
    "rejects": commands.rejects,
    "replay": commands.replay,
    "unmapped": commands.unmapped,
    "diff": commands.diff,
    "report": commands.report,
    "vocab": commands.vocab,
}


def main(words: Sequence[str] | None = None) -> int:
    """Carries out one command; a failure is one sentence in the person's language, never a traceback."""
    asked = parse(sys.argv[1:] if words is None else list(words))
    tell = teller(asked.lang)
    try:
        return _carry_out(asked)
    except VetalodeError as fault:
        tell.say(fault.words)
    except (OperationalError, psycopg.OperationalError) as fault:  # the driver's own comes of COPY
        tell.say(_away(fault).words)
    except ProgrammingError as fault:
        if not isinstance(fault.orig, UndefinedTable | InsufficientPrivilege):
            raise
        tell.say(_NOT_MIGRATED if isinstance(fault.orig, UndefinedTable) else _away(fault).words)
    except BrokenPipeError:
        # `vetalode rejects | head` has seen enough.
        _silence()
    except OSError as fault:
        if fault.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        _silence()
        tell.say(_disk_full(fault))
    except KeyboardInterrupt:
        tell.say(_STOPPED_FETCH if asked.verb == "fetch" else _STOPPED)
        return 130
    return 1


def _carry_out(asked: Asked) -> int:
    engine = ingesting_engine(from_environment())
    try:
        done = _VERBS[asked.verb](asked, engine)
        sys.stdout.flush()
        return done
    finally:
        engine.dispose()


_STOPPED = Words("stopped; nothing of this run was kept", "detenido; no se conservó nada de esta ejecución")
_STOPPED_FETCH = Words("stopped; the same command goes on from here", "detenido; la misma orden continúa desde aquí")
_NOT_MIGRATED = Words(
    "the database has no tables of Vetalode yet; run `vetalode migrate`",
    "la base de datos aún no tiene las tablas de Vetalode; ejecute `vetalode migrate`",
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


def _away(fault: DBAPIError | psycopg.Error) -> VetalodeError:
    said = str(fault.orig if isinstance(fault, DBAPIError) else fault).strip()
    if not said:
        return DatabaseAway()
    reason = said.splitlines()[0]
    return Refused(
        Words(
            f"the database of DATABASE_URL cannot be used: {reason}",
            f"no se puede usar la base de datos de DATABASE_URL: {reason}",
        )
    )


if __name__ == "__main__":
    sys.exit(main())
