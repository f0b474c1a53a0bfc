"""A legend as a picture: SVG in any viewer's own sans-serif, so that it needs no font."""

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from app.styles.legend import CLUSTER, Entry, Section
from app.styles.looks import Look
from app.styles.shapes import path

_MARGIN_PX, _LINE_PX, _SYMBOL_PX = 12, 22, 52
_TEXT_PX, _TITLE_PX = 13, 14
# No sans-serif is wider than this share of its size, on average over our labels.
_WIDEST = 0.62


def legend_svg(look: Look, title: str, sections: Sequence[Section], lang: str) -> str:
    """The picture, as wide and high as what it says."""
    colours, lines = look.ground, list(_lines(sections))
    text = [(title, _TITLE_PX)] + [(each if isinstance(each, str) else each.label, _TEXT_PX) for each in lines]
    width = round(max(len(said) * size * _WIDEST for said, size in text)) + _SYMBOL_PX + 2 * _MARGIN_PX
    height_px = [_height(each) for each in lines]
    height = 2 * _MARGIN_PX + _LINE_PX + sum(height_px)
    said = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'xml:lang="{lang}" font-family="sans-serif" font-size="{_TEXT_PX}" fill="{colours["lettering"]}">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="{colours["land"]}"/>',
        _text(_MARGIN_PX, _MARGIN_PX + _LINE_PX / 2, title, f' font-size="{_TITLE_PX}" font-weight="bold"'),
    ]
    top = _MARGIN_PX + _LINE_PX
    for each, high in zip(lines, height_px, strict=True):
        said.append(_line(each, top + high / 2))
        top += high
    return "\n".join([*said, "</svg>"]) + "\n"


def _lines(sections: Sequence[Section]) -> Iterator[str | Entry]:
    for section in sections:
        yield section.title
        yield from section.entries


def _height(each: str | Entry) -> int:
    radius = None if isinstance(each, str) else each.radius
    return _LINE_PX if radius is None else max(_LINE_PX, 2 * radius + 4)


def _line(each: str | Entry, middle: float) -> str:
    if isinstance(each, str):
        return _text(_MARGIN_PX, middle + 2, each, ' font-weight="bold"')
    return _symbol(each, middle) + _text(_MARGIN_PX + _SYMBOL_PX, middle, each.label)


def _symbol(entry: Entry, middle: float) -> str:
    painted = f"fill={quoteattr(entry.colour)} stroke={quoteattr(entry.outline)}"
    x = _MARGIN_PX + _SYMBOL_PX / 2 - 4
    if entry.symbol == CLUSTER:
        return f'<circle cx="{x:g}" cy="{middle:g}" r="{entry.radius}" {painted}/>'
    return f'<path transform="translate({x:g} {middle:g})" fill-rule="evenodd" {painted} d="{path(entry.symbol)}"/>'


def _text(x: float, middle: float, said: str, more: str = "") -> str:
    return f'<text x="{x:g}" y="{middle + _TEXT_PX * 0.35:g}"{more}>{escape(said)}</text>'
