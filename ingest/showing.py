"""How the command line answers on standard output: a sentence or a table for people, CSV or JSON for programs."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.words import Lang, Words


def sentence(words: Words, lang: Lang) -> None:
    sys.stdout.write(words.speak(lang) + "\n")


def table(title: Words, heads: Sequence[Words], rows: Iterable[Iterable[object]], lang: Lang) -> None:
    drawn = Table(*(head.speak(lang) for head in heads), title=title.speak(lang), title_justify="left")
    for row in rows:
        drawn.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    console = Console()
    # Without a terminal rich would fold to 80 columns, which no program reading the text wants.
    console.width = console.width if console.is_terminal else 200
    console.print(drawn)


def machine(form: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """The rows as JSON, or as CSV under the names of the first; a value with parts is JSON in a cell of CSV."""
    if form == "json":
        json.dump(list(rows), sys.stdout, ensure_ascii=False, indent=1, default=str)
        sys.stdout.write("\n")
        return
    coming = iter(rows)
    first = next(coming, {})
    writer = csv.DictWriter(sys.stdout, list(first))
    writer.writeheader()
    for row in chain([first] if first else (), coming):
        writer.writerow({name: _cell(value) for name, value in row.items()})


def _cell(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
