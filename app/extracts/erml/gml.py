"""A view as GML 3.2 simple features, in the collection that a WFS 2.0 answers with."""

import re
from collections.abc import Iterable, Iterator
from functools import partial
from xml.sax.saxutils import escape, quoteattr

from app.extracts.erml.rows import Feature, Row
from app.extracts.erml.views import STANDARD, View, names_of
from app.extracts.erml.writing import Facts, Writing
from app.extracts.text import Frame
from app.words import Lang, Words

GML = "application/gml+xml; version=3.2"

WFS_NS = "http://www.opengis.net/wfs/2.0"
GML_NS = "http://www.opengis.net/gml/3.2"
ERL_NS = "http://xmlns.earthresourceml.org/earthresourceml-lite/2.0"
_XSI_NS = "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMAS = {
    WFS_NS: "http://schemas.opengis.net/wfs/2.0/wfs.xsd",
    GML_NS: "http://schemas.opengis.net/gml/3.2.1/gml.xsd",
    ERL_NS: "http://schemas.earthresourceml.org/earthresourceml-lite/2.0/erml-lite.xsd",
}

# The axes of EPSG:4326 are latitude and longitude, in this order wherever it is named by a URI (OGC 11-135).
_CRS = "http://www.opengis.net/def/crs/EPSG/0/4326"

# What no XML 1.0 document can hold, not even escaped (§2.2), and what it can hold only so.
_UNSAYABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_PLAIN = re.compile("[^\t\n\x20-%'-;=?-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def gml(view: View, features: Iterable[Feature], facts: Facts, lang: Lang) -> Iterator[bytes]:
    """The rows of our GeoJSON features as a collection of GML, piece by piece."""
    return writing(view, facts, lang).pieces(features)


def writing(view: View, facts: Facts, lang: Lang) -> Writing:
    return Writing(
        view,
        facts.base,
        lang,
        Frame(opening=_opening(view, facts, lang).encode(), closing=b"</wfs:FeatureCollection>\n"),
        row=partial(_member, view, names_of(view)),
    )


def _opening(view: View, facts: Facts, lang: Lang) -> str:
    said = {
        "xmlns:wfs": WFS_NS,
        "xmlns:gml": GML_NS,
        "xmlns:erl": ERL_NS,
        "xmlns:xsi": _XSI_NS,
        "xsi:schemaLocation": " ".join(f"{name} {place}" for name, place in _SCHEMAS.items()),
        "timeStamp": f"{facts.provenance.release.published_at:%Y-%m-%dT%H:%M:%SZ}",
        "numberMatched": str(facts.rows),
        "numberReturned": str(facts.rows),
    }
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in said.items())
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<!--\n{_comment(_about(view, facts, lang))}\n-->\n"
        f"<wfs:FeatureCollection{attributes}>\n"
    )


def _about(view: View, facts: Facts, lang: Lang) -> str:
    title, rows = facts.provenance.title(), facts.rows
    first = Words(
        f"{title.en}. {STANDARD}, {view}, {rows} features.", f"{title.es}. {STANDARD}, {view}, {rows} objetos."
    )
    return f"{first.speak(lang)}\n{facts.provenance.prose(lang)}"


def _comment(text: str) -> str:
    """A text as it can stand in a comment, which two hyphens in a row would end."""
    return re.sub("-(?=-|$)", "- ", _sayable(text)).replace("\r", " ")


def _sayable(text: str) -> str:
    """The text with U+FFFD, the replacement character, for what XML cannot hold."""
    return _UNSAYABLE.sub("\ufffd", text)


def _text(text: str) -> str:
    # A bare carriage return would be read as a line feed (§2.11).
    return escape(_sayable(text), {"\r": "&#13;"}) if _NOT_PLAIN.search(text) else text


def _member(view: View, names: tuple[str, ...], row: Row) -> bytes:
    key, values = f"{view}.{row.key}", row.values
    said = "".join(
        f"<erl:{name}>{_text(value)}</erl:{name}>" for name in names if (value := values.get(name)) is not None
    )
    place = f"<gml:pos>{_degrees(row.latitude)} {_degrees(row.longitude)}</gml:pos>"
    point = f'<gml:Point gml:id="{key}.point" srsName="{_CRS}" srsDimension="2">{place}</gml:Point>'
    feature = f'<erl:{view} gml:id="{key}">{said}<erl:shape>{point}</erl:shape></erl:{view}>'
    return f"<wfs:member>{feature}</wfs:member>\n".encode()


def _degrees(axis: float) -> str:
    """In full: Python writes what is nearly zero with an exponent."""
    return f"{axis:.6f}".rstrip("0").rstrip(".")
