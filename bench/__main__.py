"""Runs the benches: all, or those named; prints one table, and writes it with `--write` to docs/performance.md."""

import argparse
import os
import platform
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench import extracting, ingesting, serving, tiling
from bench.figures import Figure

BENCHES: dict[str, Callable[[str, Path], list[Figure]]] = {
    "ingest": ingesting.measure,
    "serving": serving.measure,
    "tiles": tiling.measure,
    "extracts": extracting.measure,
}

_ROOT = Path(__file__).parents[1]


def main() -> int:
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="BENCH", help=f"of {', '.join(BENCHES)}; none: all")
    parser.add_argument("--write", action="store_true", help="write the table to docs/performance.md")
    asked = parser.parse_args()
    unknown = set(asked.names) - BENCHES.keys()
    if unknown:
        parser.error(f"no bench is called {', '.join(sorted(unknown))}; there are: {', '.join(BENCHES)}")
    if "DATABASE_URL" not in os.environ:
        parser.error("DATABASE_URL is not set; run the benches by `make bench`")
    folder = _ROOT / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    archives = folder / "archives"
    shutil.rmtree(archives, ignore_errors=True)
    os.environ["ARCHIVES"] = str(archives)
    chosen = asked.names or list(BENCHES)
    figures = [figure for name in chosen for figure in BENCHES[name](os.environ["DATABASE_URL"], folder)]
    text = _page(figures)
    sys.stdout.write(text)
    if asked.write:
        (_ROOT / "docs" / "performance.md").write_text(text, encoding="utf-8")
    return 0


def _page(figures: list[Figure]) -> str:
    rows = [f"| {one.what} | {one.measured} | {one.target} | {one.verdict} |" for one in figures]
    head = ["| what | measured | target | |", "| --- | --- | --- | --- |"]
    return "\n".join([*_heading(), *head, *rows, ""])


def _heading() -> list[str]:
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    machine = (
        f"{os.cpu_count()} cores of {platform.machine()}, {memory_gib:.0f} GiB, Python {platform.python_version()}"
    )
    return [
        "# Performance",
        "",
        "Made by `make bench ARGS=--write`. The data are synthetic and of full size. Compare within this table only:",
        "the same tool on another day, or beside other work, takes half as long or twice. Where the time goes, and why",
        "what is missed is missed: [decision 15](decisions/0015-rows-are-understood-in-batches.md) for ingest,",
        "[decision 16](decisions/0016-one-round-trip-for-a-question.md) for serving,",
        "[decision 19](decisions/0019-deposits-are-clustered-on-a-grid.md) for tiles.",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {machine}.",
        "",
    ]


if __name__ == "__main__":
    sys.exit(main())
