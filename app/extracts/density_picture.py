"""Counts of deposits by cell as a picture: PNG, north up, with a legend and the words that a printed map needs."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from app.domain.grid import Box, Grid, Window
from app.domain.symbology import density_ramp, ground
from app.errors import Unavailable
from app.extracts.density import UNIT, Density
from app.extracts.outlines import outlines
from app.styles.scales import rgb
from app.tiles.archive import Archive
from app.words import Lang, Words

# Pillow's own font has no accents.
_FONT = Path(__file__).parents[1] / "web/dist/fonts/Noto Sans Regular/NotoSans-Regular.ttf"
# A cell is a pixel at least.
MOST_SHOWN = Window(0, 0, 1600, 1200)
_PANEL_PX, _LEAST_PANEL_PX = (1200, 900), (640, 480)
# So much is shown around few cells that a reader knows where they are.
_AROUND_M, _AROUND_CELLS = (900_000, 675_000), (24, 18)
_MARGIN_PX, _LEGEND_PX, _SWATCH_PX = 24, 220, 26
_TITLE_PX, _HEAD_PX, _TEXT_PX, _SMALL_PX = 26, 16, 15, 12
_MOST_LINES = 8
# Lines are drawn at twice the size and made smaller: Pillow itself draws them with stairs.
_FINE = 2

_TITLE = Words("Mineral deposits per cell of {} km", "Yacimientos minerales por celda de {} km")
_EVERYTHING = Words("All deposits", "Todos los yacimientos")
_NOTHING = Words("nothing was found", "no se encontró nada")
_NO_COLOUR = Words("without colour: none", "sin color: ninguno")
_RELEASE = Words("Vetalode, release {}", "Vetalode, edición {}")
_FOUND = Words("deposits: {:,}", "yacimientos: {:,}")
_SYNTHETIC = Words("synthetic deposits in this release: {:,}", "yacimientos sintéticos en esta edición: {:,}")


@dataclass(frozen=True, slots=True)
class Frame:
    """What a map shows: its north-western corner in metres of the grid, metres of a pixel, its size in pixels."""

    west_m: float
    north_m: float
    pixel_m: float
    width: int
    height: int

    @property
    def box(self) -> Box:
        east, south = self.west_m + self.width * self.pixel_m, self.north_m - self.height * self.pixel_m
        return self.west_m, south, east, self.north_m

    def pixels(self, geometry: Any, fine: int = 1) -> list[tuple[float, float]]:
        """The corners of a line in pixels, or in parts of them."""
        places = (shapely.get_coordinates(geometry) - (self.west_m, self.north_m)) * (1, -1) * fine / self.pixel_m
        return [(float(x), float(y)) for x, y in places]


def picture(
    of: Density, asked: Sequence[str], provenance: Mapping[str, Any], archive: Archive | None, lang: Lang
) -> bytes:
    """The map with its words; `asked` says the filter line by line, the boundaries come out of `archive`."""
    frame, classes = _frame(of), _classes(int(of.counts.max()))
    title = _TITLE.speak(lang).format(f"{of.cell_m / 1000:g}")
    width = 2 * _MARGIN_PX + frame.width + _LEGEND_PX
    text_width = width - 2 * _MARGIN_PX
    head = _head([line for said in asked or [_EVERYTHING.speak(lang)] for line in _wrapped(said, _HEAD_PX, text_width)])
    foot = [line for said in _foot(provenance, lang) for line in _wrapped(said, _SMALL_PX, text_width)]
    top = _MARGIN_PX + _line_px(_TITLE_PX) + len(head) * _line_px(_HEAD_PX) + _MARGIN_PX // 2
    height = top + frame.height + _MARGIN_PX // 2 + len(foot) * _line_px(_SMALL_PX) + _MARGIN_PX
    whole = Image.new("RGB", (width, height), "#ffffff")
    drawn = ImageDraw.Draw(whole)
    below = _write(drawn, _MARGIN_PX, _MARGIN_PX, _wrapped(title, _TITLE_PX, text_width), _TITLE_PX)
    _write(drawn, _MARGIN_PX, below, head, _HEAD_PX)
    whole.paste(_map(of, frame, classes, archive), (_MARGIN_PX, top))
    corners = (_MARGIN_PX, top, _MARGIN_PX + frame.width - 1, top + frame.height - 1)
    drawn.rectangle(corners, outline=ground("light")["outline"])
    _legend(drawn, 2 * _MARGIN_PX + frame.width, top, of, classes, lang)
    _write(drawn, _MARGIN_PX, top + frame.height + _MARGIN_PX // 2, foot, _SMALL_PX)
    written = BytesIO()
    whole.save(written, "PNG", optimize=True, pnginfo=_told(title, asked, provenance))
    return written.getvalue()


def _head(lines: list[str]) -> list[str]:
    """As many lines as a picture has room for; all that was asked is in the file's description."""
    return lines if len(lines) <= _MOST_LINES else [*lines[: _MOST_LINES - 1], "…"]


def _frame(of: Density) -> Frame:
    """The cells with something around them; what the grid's map shows where nothing was found."""
    if not of.deposits:
        return _shown(of.grid)
    cells = [of.window.width, of.window.height]
    least = [max(math.ceil(around / of.cell_m), few) for around, few in zip(_AROUND_M, _AROUND_CELLS, strict=True)]
    wanted = [max(few, many + 2 * math.ceil(many / 25)) for few, many in zip(least, cells, strict=True)]
    pixels = max(1, min(panel // many for panel, many in zip(_PANEL_PX, wanted, strict=True)))
    columns, rows = (max(many, math.ceil(panel / pixels)) for panel, many in zip(_LEAST_PANEL_PX, wanted, strict=True))
    before, above = (columns - cells[0]) // 2, (rows - cells[1]) // 2
    return Frame(
        of.west_m - before * of.cell_m,
        of.north_m + above * of.cell_m,
        of.cell_m / pixels,
        columns * pixels,
        rows * pixels,
    )


def _shown(grid: Grid) -> Frame:
    west, south, east, north = grid.shown
    pixel_m = max((east - west) / _PANEL_PX[0], (north - south) / _PANEL_PX[1])
    return Frame(west, north, pixel_m, round((east - west) / pixel_m), round((north - south) / pixel_m))


def _classes(most: int) -> list[tuple[int, int]]:
    """Classes of counts, first and last, each about as many times the one before: no more than there are colours."""
    for ratio in (2.0, math.sqrt(10), 10.0, 100.0):
        starts = [1]
        while starts[-1] * ratio <= most:
            starts.append(round(ratio ** len(starts)))
        if len(starts) <= len(density_ramp()):
            break
    ends = [start - 1 for start in starts[1:]] + [most]
    return list(zip(starts, ends, strict=True)) if most else []


def _colours(classes: Sequence[object]) -> list[str]:
    """As many colours of the ramp, as far apart as can be."""
    ramp = density_ramp()
    if len(classes) < 2:
        return [ramp[len(ramp) // 2]]
    return [ramp[round(place * (len(ramp) - 1) / (len(classes) - 1))] for place in range(len(classes))]


def _map(of: Density, frame: Frame, classes: Sequence[tuple[int, int]], archive: Archive | None) -> Image.Image:
    colours = ground("light")
    size = frame.width * _FINE, frame.height * _FINE
    land, borders, states = Image.new("L", size), Image.new("L", size), Image.new("L", size)
    parts = outlines(archive, of.grid, frame.box, frame.pixel_m) if archive else []
    for part in parts:
        for area in _simple(part.land, "Polygon"):
            ImageDraw.Draw(land).polygon(frame.pixels(area.exterior, _FINE), fill=255)
        lines, width = (borders, 3) if part.country else (states, 2)
        for line in _simple(part.lines, "LineString"):
            ImageDraw.Draw(lines).line(frame.pixels(line, _FINE), fill=255, width=width)
    shown = Image.new("RGB", (frame.width, frame.height), colours["sea"] if archive else colours["land"])
    _paint(shown, land, colours["land"])
    if of.deposits:
        _paint_cells(shown, of, frame, classes)
    _paint(shown, states, colours["state"])
    _paint(shown, borders, colours["border"])
    return shown


def _simple(geometry: Any, kind: str) -> Iterator[Any]:
    for part in shapely.get_parts(geometry):
        if part.geom_type == kind and not part.is_empty:
            yield part


def _paint(shown: Image.Image, where: Image.Image, colour: str) -> None:
    shown.paste(colour, (0, 0, *shown.size), where.resize(shown.size, Image.Resampling.BOX))


def _paint_cells(shown: Image.Image, of: Density, frame: Frame, classes: Sequence[tuple[int, int]]) -> None:
    pixels = round(of.cell_m / frame.pixel_m)
    number = np.searchsorted([first for first, _ in classes], of.counts, side="right")
    table = np.array([(0, 0, 0, 0), *((*rgb(colour), 255) for colour in _colours(classes))], np.uint8)
    cells = Image.fromarray(table[number.repeat(pixels, axis=0).repeat(pixels, axis=1)])
    at = round((of.west_m - frame.west_m) / frame.pixel_m), round((frame.north_m - of.north_m) / frame.pixel_m)
    shown.paste(cells, at, cells)


def _legend(
    drawn: ImageDraw.ImageDraw, x: int, y: int, of: Density, classes: Sequence[tuple[int, int]], lang: Lang
) -> None:
    wide = _LEGEND_PX - _MARGIN_PX
    heading = UNIT.speak(lang)
    y = _write(drawn, x, y, _wrapped(heading[0].upper() + heading[1:], _HEAD_PX, wide), _HEAD_PX) + 6
    for (first, last), colour in zip(classes, _colours(classes), strict=False):
        drawn.rectangle((x, y, x + _SWATCH_PX, y + _SWATCH_PX - 8), fill=colour, outline=ground("light")["border"])
        said = f"{first:,}" if first == last else f"{first:,}–{last:,}"
        _write(drawn, x + _SWATCH_PX + 10, y, [said], _TEXT_PX)
        y += _SWATCH_PX
    notes = [
        (_NO_COLOUR if of.deposits else _NOTHING).speak(lang),
        _FOUND.speak(lang).format(of.deposits),
        f"{of.grid.name.speak(lang)} ({of.grid.code})",
    ]
    for note in notes:
        y = _write(drawn, x, y + 6, _wrapped(note, _SMALL_PX, wide), _SMALL_PX)


def _foot(provenance: Mapping[str, Any], lang: Lang) -> Iterator[str]:
    yield _RELEASE.speak(lang).format(provenance["release"])
    synthetic = sum(source["synthetic"] for source in provenance["sources"])
    if synthetic:
        yield _SYNTHETIC.speak(lang).format(synthetic)
    for source in provenance["sources"]:
        yield f"{source['id']}: {source['citation']} ({source['licence']})"


def _told(title: str, asked: Sequence[str], provenance: Mapping[str, Any]) -> PngInfo:
    told = PngInfo()
    for name, said in (
        ("Title", title),
        ("Description", "\n".join(asked)),
        ("Source", "\n".join(f"{source['id']}: {source['citation']}" for source in provenance["sources"])),
        ("Copyright", "\n".join(f"{source['id']}: {source['licence']}" for source in provenance["sources"])),
        ("Software", "Vetalode"),
        ("Release", provenance["release"]),
    ):
        told.add_itxt(name, said)
    return told


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    try:
        return ImageFont.truetype(_FONT, size)
    except OSError as fault:
        raise Unavailable(
            Words(
                "pictures need the font that set-up puts in its place; `make run` does",
                "las imágenes necesitan la fuente tipográfica que pone la instalación; `make run` la pone",
            )
        ) from fault


def _line_px(size: int) -> int:
    return round(size * 1.4)


def _write(drawn: ImageDraw.ImageDraw, x: int, y: int, lines: Sequence[str], size: int) -> int:
    """Writes the lines, and gives where the next one would be."""
    for line in lines:
        drawn.text((x, y), line, fill=ground("light")["lettering"], font=_font(size))
        y += _line_px(size)
    return y


def _wrapped(said: str, size: int, width: int) -> list[str]:
    """The text in lines no wider than that; a word that is wider is broken."""
    font, lines = _font(size), [""]
    for word in said.split():
        for piece in _pieces(word, font, width):
            longer = f"{lines[-1]} {piece}".strip()
            if font.getlength(longer) <= width:
                lines[-1] = longer
            else:
                lines.append(piece)
    return [line for line in lines if line]


def _pieces(word: str, font: ImageFont.FreeTypeFont, width: int) -> Iterator[str]:
    piece = ""
    for letter in word:
        if font.getlength(piece + letter) > width:
            yield piece
            piece = ""
        piece += letter
    yield piece
