"""How the command line answers on standard output: a sentence or a table for people, CSV or JSON for programs."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.words import Lang, Words


def sentence(words: Words, lang: Lang) -> None:
    sys.stdout.write(words.speak(lang) + "\n")


def table(title: Words, heads: Sequence[Words], rows: Iterable[Iterable[object]], lang: Lang) -> None:
    drawn = Table(*(head.speak(lang) for head in heads))
    for row in rows:
        drawn.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    console = Console()
    # Without a terminal rich would fold to 80 columns, which no program reading the text wants.
    console.width = console.width if console.is_terminal else 200
    # Not as the table's own, which is folded to the table's width.
    console.print(Text(title.speak(lang), style="table.title"))
    console.print(drawn)


def machine(form: str, names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """The rows, which have these names, as JSON or as CSV; a value with parts is JSON in a cell of CSV."""
    if form == "json":
        json.dump(list(rows), sys.stdout, ensure_ascii=False, indent=1, default=str)
        sys.stdout.write("\n")
        return
    writer = csv.DictWriter(sys.stdout, names)
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(value) for name, value in row.items()})


def _cell(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
