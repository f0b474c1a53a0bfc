"""What a bench reports, and how a command is measured."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep

_LOOK_EVERY_S = 0.02


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `met` is None for a figure without a target."""

    what: str
    measured: str
    target: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        return {None: "", True: "met", False: "**missed**"}[self.met]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a command took: seconds of wall time, and its greatest resident memory in MB, that of the processes which
    it began included."""

    seconds: float
    peak_mb: float


def timed(command: Sequence[str], environment: Mapping[str, str]) -> Taken:
    """Runs a command to its end; raises CalledProcessError when it fails."""
    started, peak_mb = perf_counter(), 0.0
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        peak_mb = max(peak_mb, _resident_mb(process.pid))
        sleep(_LOOK_EVERY_S)
    seconds = perf_counter() - started
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Taken(seconds, peak_mb)


def _resident_mb(pid: int) -> float:
    """Of a process and its children. What they share, such as libraries, is counted for each: a bit too much."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except (OSError, IndexError):
        return 0.0  # it ended meanwhile
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6 + sum(_resident_mb(int(child)) for child in children)
