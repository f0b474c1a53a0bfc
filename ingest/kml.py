"""Reads the placemarks of a KML file, or of a KMZ, which is one in a zip.

GDAL is not asked: its driver KML leaves out what a placemark says in `ExtendedData`, and its driver LIBKML all that a
`Schema` in the file does not announce, or that the first placemark lacks (OSGeo/gdal issues 14698 and 826).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from xml.parsers import expat

from app.words import Words
from ingest.guarded import Guarded, Sentences, Unfit, chunks, explained
from ingest.readers import opened

# What a KMZ calls the file that it is about.
_MEMBER = "doc.kml"
_SENTENCES = Sentences(
    doctype=Words("which no KML needs; export it again", "que ningún KML necesita; expórtelo de nuevo"),
    too_long=Words("any that describes a place", "los que describen un lugar"),
    broken=Words("fetch it again", "descárguelo de nuevo"),
)

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Placemarks:
    """The placemarks of a file, each with its words and its longitude and latitude (None: no single point)."""

    encoding: str
    note: Words | None
    features: list[tuple[dict[str, str], Point | None]]


def read_placemarks(path: Path) -> Placemarks:
    """The placemarks, as WGS 84, which KML always is; raises `FileFault` for a file without any.

    A placemark's words are its `ExtendedData`, else the rows of two cells of the HTML table in its description, as
    ArcGIS writes them; then `Name`, `description` and `Folder` (all folders it is in), verbatim.
    """
    with explained(path, _SENTENCES):
        try:
            return _placemarks(path, None)
        except expat.ExpatError as broken:
            # Files of Spanish-speaking agencies say UTF-8 and hold Windows-1252; what else is wrong stays wrong.
            if broken.code != expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]:
                raise
            try:
                return _placemarks(path, "cp1252")
            except expat.ExpatError:
                raise broken from None


def _placemarks(path: Path, encoding: str | None) -> Placemarks:
    document = _Document(encoding)
    with opened(path, _MEMBER) as stream:
        for chunk in chunks(stream):
            document.xml.take(chunk)
    if not document.done:
        raise Unfit(
            "it holds no placemark; a KML that only links to another (NetworkLink) is no data, so give that other one",
            "no contiene marcas de lugar; un KML que solo enlaza a otro (NetworkLink) no trae datos: dé ese otro",
        )
    note = Words(
        f"{path.name} is not in the encoding that it says; read as Windows-1252",
        f"{path.name} no está en la codificación que dice; se lee como Windows-1252",
    )
    return Placemarks(encoding or document.xml.encoding, note if encoding else None, document.done)


@dataclass(slots=True)
class _Placemark:
    """A placemark being read: where it began, its words so far, and the coordinates of its shapes."""

    depth: int
    folder: str
    said: dict[str, str] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)
    points: list[str] = field(default_factory=list)
    is_shape: bool = False

    def told(self) -> tuple[dict[str, str], Point | None]:
        point = _point(self.points[0]) if len(self.points) == 1 and not self.is_shape else None
        lost = {"coordinates": "; ".join(self.points)} if self.points and point is None else {}
        folder = {"Folder": self.folder} if self.folder else {}
        table = {} if self.said else _table(self.own.get("description", ""))
        return {**lost, **folder, **table, **self.said, **_unless_said(self)}, point


def _unless_said(placemark: _Placemark) -> dict[str, str]:
    return {name: words for name, words in placemark.own.items() if name not in placemark.said}


def _point(text: str) -> Point | None:
    """Longitude before latitude, and perhaps an altitude."""
    parts = text.strip().split(",")
    try:
        return float(parts[0]), float(parts[1])
    except (ValueError, IndexError):
        return None


# A placemark's own words, by the names that GDAL and QGIS give their columns.
_OWN = {"name": "Name", "description": "description"}


class _Document:
    """Makes placemarks of a file as it is parsed; `done` are those that are whole."""

    def __init__(self, encoding: str | None) -> None:
        self.xml = Guarded(_SENTENCES, self._start, self._end, encoding)
        self.done: list[tuple[dict[str, str], Point | None]] = []
        self._folders: dict[int, str] = {}
        self._placemark: _Placemark | None = None
        self._column = ""

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        way = self.xml.way
        if len(way) == 1 and name != "kml":
            raise Unfit(f"it is a {name}, not a kml", f"es un {name}, no un kml")
        if name == "Placemark" and self._placemark is None:
            folder = " / ".join(filter(None, self._folders.values()))
            self._placemark = _Placemark(len(way), folder)
        if name in ("Data", "SimpleData"):
            self._column = attributes.get("name", "")

    def _end(self) -> None:
        xml, way = self.xml, self.xml.way
        within = way[self._placemark.depth :] if self._placemark else []
        if self._placemark and within and xml.is_leaf:
            self._keep(self._placemark, within, xml.text)
        elif self._placemark and not within:
            self.done.append(self._placemark.told())
            self._placemark = None
        elif not self._placemark and way[-2:] == ["Folder", "name"]:
            self._folders[len(way) - 1] = xml.text.strip()
        elif way[-1] == "Folder":
            self._folders.pop(len(way), None)

    def _keep(self, placemark: _Placemark, within: list[str], text: str) -> None:
        """Keeps the text of an element by its way within its placemark."""
        if len(within) == 1 and within[0] in _OWN:
            placemark.own[_OWN[within[0]]] = text
        elif within[0] == "ExtendedData":
            self._extend(placemark, within[1:], text)
        elif within[-1] == "coordinates" and within[-2:-1] == ["Point"]:
            placemark.points.append(text.strip())
        elif within[-1] == "coordinates":
            placemark.is_shape = True

    def _extend(self, placemark: _Placemark, within: list[str], text: str) -> None:
        """A column is named by an attribute of its element, or is an element of another namespace by itself."""
        if within in (["Data", "value"], ["SchemaData", "SimpleData"]):
            placemark.said[self._column] = text
        elif len(within) == 1 and within[0] not in ("Data", "SchemaData"):
            placemark.said[within[0]] = text


def _table(description: str) -> dict[str, str]:
    """The rows of two cells in an HTML table, the first of which names the second."""
    if "<t" not in description.lower():
        return {}
    reader = _Cells()
    reader.feed(description)
    reader.close()
    return {name: words for name, words in reader.pairs if name}


class _Cells(HTMLParser):
    """Collects the rows of two cells, also of a table within a table."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pairs: list[tuple[str, str]] = []
        self._cells: list[str] = []
        self._is_cell = False

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        if tag == "tr":
            self._cells = []
        elif tag in ("td", "th"):
            self._cells.append("")
            self._is_cell = True

    def handle_data(self, data: str) -> None:
        if self._is_cell and self._cells:
            self._cells[-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._is_cell = False
        elif tag == "tr":
            if len(self._cells) == 2:
                self.pairs.append((self._cells[0].strip(), self._cells[1].strip()))
            self._cells = []
