"""A service that tells how long it took over each page of items; imports nothing of ours, for it also wraps others.

The time ends with the last byte that the client has taken, so a client that is slow to read counts as waiting.
"""

import os
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any


def timed() -> Any:
    """The service TIMED_APP; each answer's seconds become a line of TIMED_FILE."""
    module, name = os.environ["TIMED_APP"].split(":")
    made = getattr(import_module(module), name)
    app = made() if name == "from_env" else made
    told = Path(os.environ["TIMED_FILE"]).open("a", buffering=1, encoding="ascii")  # noqa: SIM115 until the end

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        started = perf_counter()
        await app(scope, receive, send)
        if scope["type"] == "http" and scope["path"].endswith("/items"):
            told.write(f"{perf_counter() - started:.6f}\n")

    return answer
