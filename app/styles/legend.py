"""A look's legend: what each colour, shape and size of its style says, in one language."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.styles.looks import Look
from app.styles.scales import Scale
from app.styles.style import RADII_PX
from app.words import Lang, Words

# What stands for any shape where colour alone speaks, and the circle of several deposits.
DISC, CLUSTER = "disc", "cluster"
_RADIUS_PX = 9


@dataclass(frozen=True, slots=True)
class Entry:
    """A line: its symbol (a shape of the sprite, or a cluster of `radius` pixels) and what it says."""

    label: str
    symbol: str
    colour: str
    outline: str
    radius: int | None = None


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    entries: tuple[Entry, ...]


def legend(look: Look, lang: Lang) -> tuple[Section, ...]:
    """What a style shows, section by section."""
    return tuple(
        Section(title.speak(lang), tuple(_entry(look, lang, *row) for row in rows)) for title, rows in _sections(look)
    )


_Row = tuple[Words, str, str, int | None]


def _sections(look: Look) -> Iterator[tuple[Words, list[_Row]]]:
    colours, shapes, clusters = look.colours, look.shapes, look.clusters
    if colours.labels == shapes.labels:
        both = zip(colours.kinds, shapes.kinds, strict=True)
        yield colours.title, [(colour.label, shape.shown, colour.shown, None) for colour, shape in both]
    else:
        if len(colours.kinds) > 1:
            yield colours.title, [(one.label, DISC, one.shown, None) for one in colours.kinds]
        yield shapes.title, [(one.label, one.shown, _common(look, colours), None) for one in shapes.kinds]
    if clusters is not colours and len(clusters.kinds) > 1:
        yield clusters.title, [(one.label, CLUSTER, one.shown, _RADIUS_PX) for one in clusters.kinds]
    yield Words("Circles: how many deposits", "Círculos: cuántos yacimientos"), list(_sizes(_common(look, clusters)))


def _sizes(colour: str) -> Iterator[_Row]:
    highest = [low - 1 for low, _ in RADII_PX[1:]]
    for (low, radius), high in zip(RADII_PX, highest, strict=False):
        yield Words(f"{low:,} to {high:,}", f"{low:,} a {high:,}"), CLUSTER, colour, radius
    low, radius = RADII_PX[-1]
    yield Words(f"{low:,} or more", f"{low:,} o más"), CLUSTER, colour, radius


def _common(look: Look, scale: Scale) -> str:
    """The colour that all of a scale have, or one that none of them means."""
    return scale.kinds[0].shown if len(scale.kinds) == 1 else look.ground["hollow"]


def _entry(look: Look, lang: Lang, label: Words, symbol: str, colour: str, radius: int | None) -> Entry:
    return Entry(label.speak(lang), symbol, colour, look.outline(colour), radius)
