"""The process that makes one order; see `app.extracts.process`."""

import os
import pickle
import resource
import shutil
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from app.db.engine import extracting_engine
from app.errors import DatabaseAway, TookTooLong, TooLarge, VetalodeError
from app.extracts import making
from app.extracts.formats import FORMATS, Making
from app.extracts.process import FAULT, SIZE, UNKNOWN, Reason, Task

# Tiles and pages go first.
_NICENESS = 10
_PIECE = 1 << 20


def main() -> int:
    """Makes what standard input tells, on standard output; returns what to end with."""
    signal.signal(signal.SIGTERM, _asked_to_end)
    os.nice(_NICENESS)
    task: Task = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 our own service wrote it
    out = sys.stdout.buffer
    try:
        with _made(task) as (size, pieces):
            out.write(SIZE.pack(size))
            out.writelines(pieces)
        out.flush()
    except _NotMade as fault:
        out.write(SIZE.pack(FAULT) + pickle.dumps(fault.reason))
    except BrokenPipeError:
        # Who asked has left. What is left to flush goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
    finally:
        shutil.rmtree(task.folder, ignore_errors=True)
    return 0


class _NotMade(Exception):
    """Nothing was written yet, so the reason can be told."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason


@contextmanager
def _made(task: Task) -> Iterator[tuple[int, Iterable[bytes]]]:
    """How many bytes there will be, and those; raises `_NotMade` where there will be none for a reason of ours."""
    engine = extracting_engine(task.settings)
    with ExitStack() as open_meanwhile:
        try:
            if FORMATS[task.order.ending].making is Making.FILE:
                made = _file(task, engine, open_meanwhile)
            else:
                made = _pieces(task, engine, open_meanwhile)
        except (VetalodeError, DBAPIError, OSError, RuntimeError) as fault:
            if reason := _reason(fault, task):
                raise _NotMade(reason) from fault
            raise
        yield made


def _pieces(task: Task, engine: Engine, open_meanwhile: ExitStack) -> tuple[int, Iterable[bytes]]:
    connection = open_meanwhile.enter_context(engine.connect())
    pieces = making.pieces(task.order, making.rows(connection, task.order))
    # Before the first piece the question may fail.
    return UNKNOWN, chain([next(pieces)], pieces)


def _file(task: Task, engine: Engine, open_meanwhile: ExitStack) -> tuple[int, Iterable[bytes]]:
    limit = _limit(task)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    path = task.folder / task.order.name
    making.make(engine, task.order, path)
    file = open_meanwhile.enter_context(path.open("rb"))
    return path.stat().st_size, iter(lambda: file.read(_PIECE), b"")


def _limit(task: Task) -> int:
    return task.settings.export_file_mb << 20


def _asked_to_end(*_: object) -> None:
    raise SystemExit(0)


def _reason(fault: Exception, task: Task) -> Reason | None:
    """What can be told of it; None for what is ours to mend. Of a full file each library has its own complaint."""
    told: VetalodeError | None = fault if isinstance(fault, VetalodeError) else None
    if _full(task.folder, _limit(task)):
        told = TooLarge()
    elif isinstance(fault, DBAPIError) and "QueryCanceled" in type(fault.orig).__name__:
        told = TookTooLong()
    elif isinstance(fault, DBAPIError) and (
        fault.connection_invalidated or isinstance(fault, OperationalError | InterfaceError)
    ):
        told = DatabaseAway()
    return Reason(type(told), told.words) if told else None


def _full(folder: Path, limit: int) -> bool:
    return any(path.stat().st_size >= limit for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    sys.exit(main())
