"""An order made by a process of its own, whose bytes are passed on: what it needs of memory and of time is not ours.

The process is told on its standard input, as a pickle, and writes on its standard output how many bytes will come
(`UNKNOWN` where it makes them while they are read), and then those; or `FAULT`, and why there will be none.
"""

import asyncio
import pickle
import struct
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from app.errors import VetalodeError
from app.extracts.order import Order
from app.settings import Settings
from app.words import Words

SIZE = struct.Struct(">Q")
UNKNOWN, FAULT = 2**64 - 1, 2**64 - 2

_PIECE = 1 << 18
_GRACE_S = 5.0


@dataclass(frozen=True, slots=True)
class Task:
    """What the process is told: the order, and a folder in which it may write, which it removes."""

    settings: Settings
    order: Order
    folder: Path


@dataclass(frozen=True, slots=True)
class Made:
    """What comes: of how many bytes (None: told by its end), and in which pieces."""

    size: int | None
    pieces: AsyncGenerator[bytes]


@dataclass(frozen=True, slots=True)
class Reason:
    """An error of ours as it goes from process to process."""

    kind: type[VetalodeError]
    words: Words

    def fault(self) -> VetalodeError:
        """The error."""
        fault = self.kind.__new__(self.kind)
        VetalodeError.__init__(fault, self.words)
        return fault


@asynccontextmanager
async def made(settings: Settings, order: Order) -> AsyncIterator[Made]:
    """The bytes of an order, as soon as the first is there; raises our errors where there will be none.

    Leaving ends the process and removes what it wrote. Pieces that end with an error are not the whole.
    """
    with TemporaryDirectory(prefix="vetalode-extract-", ignore_cleanup_errors=True) as folder:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "app.extracts", stdin=PIPE, stdout=PIPE, limit=4 * _PIECE
        )
        try:
            yield await _begun(process, Task(settings, order, Path(folder)))
        finally:
            await _end(process)


async def _begun(process: Process, task: Task) -> Made:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError(process)
    process.stdin.write(pickle.dumps(task))
    process.stdin.close()
    try:
        (size,) = SIZE.unpack(await process.stdout.readexactly(SIZE.size))
    except asyncio.IncompleteReadError:
        raise await _failed(process) from None
    if size == FAULT:
        reason: Reason = pickle.loads(await process.stdout.read())  # noqa: S301 our own process wrote it
        raise reason.fault()
    return Made(None if size == UNKNOWN else size, _pieces(process, process.stdout))


async def _pieces(process: Process, coming: asyncio.StreamReader) -> AsyncGenerator[bytes]:
    while piece := await coming.read(_PIECE):
        yield piece
    if await process.wait():
        raise await _failed(process)


async def _failed(process: Process) -> Exception:
    return RuntimeError(f"the extract's process ended with {await process.wait()}")


async def _end(process: Process) -> None:
    """Whatever it does, it does no more; asked first, so that it cleans up and its query ends."""
    if process.returncode is None:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _GRACE_S)
        except TimeoutError:
            process.kill()
            await process.wait()
