"""What a bench reports, and how a command is measured."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter


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
    """What a command took: seconds of wall time, and its greatest resident memory in MB."""

    seconds: float
    peak_mb: float


def timed(command: Sequence[str], environment: Mapping[str, str]) -> Taken:
    """Runs a command to its end; raises CalledProcessError when it fails."""
    started = perf_counter()
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Taken(seconds, usage.ru_maxrss / 1024)
