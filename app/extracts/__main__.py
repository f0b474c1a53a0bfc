"""The process that makes one order; see `app.extracts.process`."""

import os
import pickle
import resource
import shutil
import signal
import sys
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from app.db.engine import extracting_engine
from app.errors import DatabaseAway, TookTooLong, TooLarge, VetalodeError
from app.extracts import making
from app.extracts.formats import FORMATS, Making
from app.extracts.process import ENDS, SIZE, UNKNOWN, Task

# Tiles and pages go first.
_NICENESS = 10


def main() -> int:
    """Makes what standard input tells, on standard output; returns what to end with."""
    signal.signal(signal.SIGTERM, _asked_to_end)
    os.nice(_NICENESS)
    task: Task = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 our own service wrote it
    out = sys.stdout.buffer
    try:
        _make(task, out)
        out.flush()
    except BrokenPipeError:
        # Who asked has left. What is left to flush goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
    except (VetalodeError, DBAPIError, OSError, RuntimeError) as fault:
        reason = _reason(fault, task)
        if reason is None:
            raise
        return next(code for code, kind in ENDS.items() if kind is reason)
    finally:
        shutil.rmtree(task.folder, ignore_errors=True)
    return 0


def _make(task: Task, out: BinaryIO) -> None:
    engine = extracting_engine(task.settings)
    if FORMATS[task.order.ending].making is not Making.FILE:
        with engine.connect() as connection:
            pieces = making.pieces(task.order, making.rows(connection, task.order))
            # With the first piece, before which the question may fail.
            out.write(SIZE.pack(UNKNOWN) + next(pieces))
            out.writelines(pieces)
        return
    limit = _limit(task)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    path = task.folder / task.order.name
    making.make(engine, task.order, path)
    with path.open("rb") as file:
        out.write(SIZE.pack(path.stat().st_size))
        shutil.copyfileobj(file, out, 1 << 20)


def _limit(task: Task) -> int:
    return task.settings.export_file_mb << 20


def _asked_to_end(*_: object) -> None:
    raise SystemExit(0)


def _reason(fault: Exception, task: Task) -> type[VetalodeError] | None:
    """Which of the reasons that can be told it is, as which a writer may not know it: None for ours to mend."""
    if _full(task.folder, _limit(task)):
        return TooLarge
    if isinstance(fault, DBAPIError):
        if "QueryCanceled" in type(fault.orig).__name__:
            return TookTooLong
        if fault.connection_invalidated or isinstance(fault, OperationalError | InterfaceError):
            return DatabaseAway
    return None


def _full(folder: Path, limit: int) -> bool:
    return any(path.stat().st_size >= limit for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    sys.exit(main())
