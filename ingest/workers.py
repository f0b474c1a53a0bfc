"""Has the rows of a run understood: here, or, where they are many, by worker processes.

`python -m ingest.workers` is a worker: batches of rows come in at its standard input, and what they say goes out in the
same order. It ends when its input does, so it outlives neither its run nor the process that began it.
"""

import gc
import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from itertools import islice
from typing import IO, Any, Self, cast

from app.errors import Refused, VetalodeError
from app.words import Words
from ingest.rows import Fault, Row
from ingest.sources import Source, source
from ingest.understanding import Asked, Said, Understanding

# With fewer rows to understand, workers take longer to start than they save; and to hand a row over takes as long as
# to see that it says nothing new.
MANY_ROWS = 20_000
# Two keep up with the process that reads the rows and writes what they say, which has a processor to itself.
_MOST = 2
_BATCH = 500

_Told = tuple[Row | Fault, Said]


def understood(
    rows: Iterable[Asked], of: Source, run: int, files: Sequence[int], *, synthetic: bool, unknown: int
) -> Generator[_Told, None, None]:
    """Each row with what it says, in their order whoever understood them; `unknown` is about how many say
    something new. To be closed, for its workers to end at once when a run fails."""
    workers = min(_processors() - 1, _MOST)
    if workers and unknown >= MANY_ROWS:
        return _shared_out(rows, workers, (of.about.id, of.crosswalks.digest, run, files, synthetic))
    understand = Understanding(of, run, files, synthetic=synthetic)
    return (told for batch in _batches(rows) for told in [(asked.row, understand(asked)) for asked in batch])


def _batches(rows: Iterable[Asked]) -> Iterator[list[Asked]]:
    """Also for the one process: to read some rows, then to understand them, is faster than by turns row by row."""
    rows = iter(rows)
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _shared_out(rows: Iterable[Asked], workers: int, task: tuple[Any, ...]) -> Generator[_Told, None, None]:
    """Gives each worker a batch in turn, and hands the batches on in that turn."""
    with ExitStack() as stack:
        idle = deque(stack.enter_context(_Worker()) for _ in range(workers))
        for worker in idle:
            worker.tell(_packed(task))
        busy: deque[_Worker] = deque()
        for batch in _batches(rows):
            # Packed before the worker is free, for it to wait the less.
            packed, done = _packed(batch), list[_Told]()
            if not idle:
                idle.append(busy.popleft())
                done = idle[0].take()
            busy.append(idle.popleft())
            busy[-1].give(batch, packed)
            yield from done
        for worker in busy:
            yield from worker.take()


class _Worker:
    """A process that understands one batch at a time."""

    def __init__(self) -> None:
        # In a process group of its own: Ctrl-C ends the run, and the end of the run ends the worker. It looks for
        # modules just where this process does, and not in the folder where someone happens to be.
        command = (sys.executable, "-P", "-m", "ingest.workers")
        path = {"PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
        self._process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0, env=os.environ | path
        )
        self._input, self._output = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)
        self._batch: list[Asked] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def tell(self, packed: bytes) -> None:
        try:
            self._input.write(packed)
            self._input.flush()
        except BrokenPipeError as fault:
            self._answer()
            raise self._gone() from fault

    def give(self, batch: list[Asked], packed: bytes) -> None:
        self._batch = batch
        self.tell(packed)

    def take(self) -> list[_Told]:
        """The rows of the batch given, each with what it says."""
        return [(asked.row, one) for asked, one in zip(self._batch, self._answer(), strict=True)]

    def _answer(self) -> list[Said]:
        """What the worker says next; raises `Refused` where that is why it cannot go on, or nothing any more."""
        try:
            said: list[Said] | Words = pickle.load(self._output)  # noqa: S301
        except (EOFError, pickle.UnpicklingError) as fault:
            raise self._gone() from fault
        if isinstance(said, Words):
            raise Refused(said)
        return said

    def _gone(self) -> Refused:
        """Killed from outside, as a system does that is short of memory, or broken down by a fault that it told."""
        code = self._process.wait()
        if code < 0:
            en = f"was ended by signal {-code}; see whether memory is short,"
            es = f"recibió la señal {-code}; vea si falta memoria"
        elif code == 0:
            en = "ended before it had answered; see whether its input was closed from outside,"
            es = "terminó antes de responder; vea si algo externo cerró su entrada"
        else:
            en, es = "broke down, for the reason told above; mend it,", "falló por el motivo dicho arriba; remédielo"
        return Refused(
            Words(
                f"a worker process {en} and ingest the files again; nothing was stored",
                f"un proceso auxiliar {es} e ingiera los archivos de nuevo; no se guardó nada",
            )
        )


def _packed(what: object) -> bytes:
    return pickle.dumps(what, pickle.HIGHEST_PROTOCOL)


def work(given: IO[bytes], taken: IO[bytes]) -> None:
    """A worker's life: what its run is, then batch after batch; at last, where it cannot go on, the reason."""
    try:
        for answer in _answers(given):
            _tell(taken, answer)
    except VetalodeError as fault:
        _tell(taken, fault.words)


def _tell(taken: IO[bytes], what: object) -> None:
    """Where nobody takes it any more, the input has ended too."""
    with suppress(BrokenPipeError):
        taken.write(_packed(what))
        taken.flush()


def _answers(given: IO[bytes]) -> Iterator[list[Said]]:
    task = _next(given)
    if task is None:
        return
    name, digest, run, files, synthetic = task
    of = source(name)
    # All are read before they are compared: none is edited in between.
    of.crosswalks.check()
    if of.crosswalks.digest != digest:
        raise Refused(
            Words(
                f"a crosswalk or vocabulary of {name} was edited meanwhile; ingest the files again",
                f"una tabla o un vocabulario de {name} se editó mientras tanto; ingiera los archivos de nuevo",
            )
        )
    understand = Understanding(of, run, files, synthetic=synthetic)
    gc.disable()
    while (batch := _next(given)) is not None:
        yield list(map(understand, batch))


def _next(given: IO[bytes]) -> Any:
    """What comes in next, or None: the end of its input, even in the midst of a batch, is the end of a worker's run."""
    try:
        return pickle.load(given)  # noqa: S301
    except (EOFError, pickle.UnpicklingError):
        return None


if __name__ == "__main__":
    work(sys.stdin.buffer, sys.stdout.buffer)
