"""Questions put to a service over some connections at once, by wrk: a client that takes little of the machine."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import MappingProxyType

CONNECTIONS = 8
_SCRIPT = Path(__file__).with_name("asks.lua")
# A page of 10,000 takes other services longer than wrk's usual 2 s.
_TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class Load:
    """How a service bore a load: answers, seconds, the 99th percentile of the waiting in ms, and bytes received."""

    answers: int
    seconds: float
    p99_ms: float
    bytes: int
    faults: int

    @property
    def per_second(self) -> float:
        return self.answers / self.seconds


def load(
    base: str,
    paths: Sequence[str],
    seconds: int,
    headers: Mapping[str, str] = MappingProxyType({}),
    *,
    once: bool = True,
) -> Load:
    """Asks for the paths in turn until the seconds are over, or each of several was asked for `once`.

    Raises `ValueError` when an answer is no 2xx or 3xx.
    """
    with NamedTemporaryFile("w", suffix=".txt", encoding="ascii") as asks:
        asks.write("\n".join(paths))
        asks.flush()
        told = {"ASKS": asks.name, "HEADERS": "\n".join(f"{name}: {value}" for name, value in headers.items())}
        environment = {**os.environ, **told, **({"ONCE": "1"} if once and len(paths) > 1 else {})}
        times = (f"-d{seconds}s", f"--timeout={_TIMEOUT_S}s")
        command = ("wrk", "-t1", f"-c{CONNECTIONS}", *times, "-s", str(_SCRIPT), base)
        said = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    borne = Load(**json.loads(said.strip().splitlines()[-1]))
    if borne.faults:
        raise ValueError(f"{base}{paths[0]} …: {borne.faults} of {borne.answers} answers are faults")
    return borne
