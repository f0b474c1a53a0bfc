"""What a run tells the person who started it: sentences and progress, in the person's language."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.words import Lang, Words, lang_of_locale

T = TypeVar("T")
_PLAIN_EVERY = 50_000


@dataclass(frozen=True, slots=True)
class Teller:
    """Speaks on standard error: a bar where it is a terminal, plain lines elsewhere."""

    lang: Lang
    console: Console

    def say(self, words: Words) -> None:
        self.console.print(words.speak(self.lang), markup=False, highlight=False, soft_wrap=True)

    def track(
        self, items: Iterable[T], total: int, doing: Words, size: Callable[[T], int] = lambda _: 1
    ) -> Iterator[T]:
        """Hands the items on, showing how many have gone by, each by its size, and the time left."""
        follow = self._bar if self.console.is_terminal else self._lines
        return follow(items, total, doing.speak(self.lang), size)

    def _bar(self, items: Iterable[T], total: int, doing: str, size: Callable[[T], int]) -> Iterator[T]:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self.console) as progress:
            task = progress.add_task(doing, total=max(total, 1))
            for item in items:
                yield item
                progress.advance(task, size(item))

    def _lines(self, items: Iterable[T], total: int, doing: str, size: Callable[[T], int]) -> Iterator[T]:
        count = 0
        for item in items:
            yield item
            before, count = count, count + size(item)
            if count // _PLAIN_EVERY > before // _PLAIN_EVERY:
                self.console.print(f"{doing}: {count} / {total}", markup=False, highlight=False)


def lang_of_environment() -> Lang:
    """VETALODE_LANG if set, else the locale of messages."""
    names = ("VETALODE_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    return lang_of_locale(next((os.environ[name] for name in names if os.environ.get(name)), ""))


def teller(lang: Lang | None = None) -> Teller:
    return Teller(lang or lang_of_environment(), Console(file=sys.stderr))
