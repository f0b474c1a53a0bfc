"""A scale: which values of a tile's feature are shown how. Style and legend are both made from it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app.words import Words

Expression = Any


@dataclass(frozen=True, slots=True)
class Kind:
    """Features that are shown alike: how, what they are called, and MapLibre's condition; the last kind has none."""

    shown: str
    label: Words
    when: Expression = None


@dataclass(frozen=True, slots=True)
class Scale:
    """The kinds of features; the first whose condition is met counts, else the last."""

    title: Words
    kinds: tuple[Kind, ...]

    def expression(self, shown: Callable[[str], Any] = lambda one: one) -> Expression:
        """How a feature is shown, as MapLibre works it out."""
        *told, rest = self.kinds
        arms = [part for kind in told for part in (kind.when, shown(kind.shown))]
        return ["case", *arms, shown(rest.shown)] if told else shown(rest.shown)

    @property
    def labels(self) -> list[Words]:
        return [kind.label for kind in self.kinds]


def is_one_of(attribute: str, values: Sequence[str]) -> Expression:
    return ["match", ["get", attribute], list(values), True, False]


def count(attribute: str) -> Expression:
    """A count that a cluster lacks where there is nothing to count."""
    return ["coalesce", ["get", attribute], 0]


def mixed(colour: str, into: str, share: float) -> str:
    """So much of a colour in another one, both as #rrggbb."""
    pairs = zip(rgb(colour), rgb(into), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def rgb(colour: str) -> tuple[int, ...]:
    """Red, green and blue of #rrggbb, to 255."""
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def legible_on(colour: str) -> str:
    """Black or white, whichever stands off more (WCAG 2.2, relative luminance)."""
    red, green, blue = (_linear(part / 255) for part in rgb(colour))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#000000" if (luminance + 0.05) ** 2 > 1.05 * 0.05 else "#ffffff"


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
