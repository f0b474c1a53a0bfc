"""KML: typed columns with their titles, written as the batches come; GDAL's writer keeps the whole of it in memory."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pyarrow as pa
import pyarrow.compute as pc

from app.domain.properties import Kind, Property
from app.extracts.batches import GEOMETRY, ID
from app.extracts.order import Order
from app.extracts.points import numbers, x_and_y

# What KML itself has a place for.
_NAME = "name"
_TYPES = {Kind.INTEGER: "int", Kind.NUMBER: "double", Kind.BOOLEAN: "bool"}
# Of these XML has neither the character nor an escape; in UTF-8.
_CONTROLS = bytes({*range(0x20)} - {*b"\t\n\r"})
_NO_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_UNSAYABLE = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_INSTEAD = "\ufffd".encode()
# A carriage return that is not escaped is read as a line feed.
_ESCAPED = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;"))


def write(order: Order, batches: Iterable[pa.RecordBatch], path: Path) -> None:
    """Writes the document, a placemark for each deposit."""
    with path.open("wb") as into:
        into.write(_sayable(_head(order).encode()))
        for batch in batches:
            into.write(_placemarks(order, batch))
        into.write(b"</Folder>\n</Document>\n</kml>\n")


def _head(order: Order) -> str:
    of, lang = order.provenance, order.lang
    fields = "".join(_field(one, one.title.speak(lang)) for one in order.properties if one.name != _NAME)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<kml xmlns="http://www.opengis.net/kml/2.2">\n'
        f"<Document id={quoteattr(of.collection)}>\n"
        f"<name>{escape(of.title().speak(lang))}</name>\n"
        f"<description>{escape(of.prose(lang))}</description>\n"
        '<ExtendedData><Data name="provenance"><value>'
        f"{escape(json.dumps(of.members(), ensure_ascii=False))}</value></Data></ExtendedData>\n"
        f'<Schema id="schema" name={quoteattr(of.collection)}>\n{fields}</Schema>\n'
        # GDAL names its layer after the folder.
        f"<Folder>\n<name>{escape(of.collection)}</name>\n"
    )


def _field(one: Property, title: str) -> str:
    kind = _TYPES.get(one.kind, "string")
    return f'<SimpleField type="{kind}" name="{one.name}"><displayName>{escape(title)}</displayName></SimpleField>\n'


def _placemarks(order: Order, batch: pa.RecordBatch) -> bytes:
    named = any(one.name == _NAME for one in order.properties)
    parts = [
        _between('<Placemark id="', _text(batch.column(ID)), '">'),
        *([_between("<name>", _text(batch.column(_NAME)), "</name>")] if named else []),
        '<ExtendedData><SchemaData schemaUrl="#schema">',
        *(
            _between(f'<SimpleData name="{one.name}">', _text(batch.column(one.name)), "</SimpleData>")
            for one in order.properties
            if one.name != _NAME
        ),
        "</SchemaData></ExtendedData>",
        *([_points(batch.column(GEOMETRY))] if order.shown.geometry else []),
        "</Placemark>\n",
    ]
    # What is null is left out.
    rows = pc.binary_join_element_wise(*parts, "", null_handling="skip")
    return _sayable(b"".join(rows.cast(pa.binary()).to_pylist()))


def _between(before: str, values: pa.Array, after: str) -> pa.Array:
    return pc.binary_join_element_wise(before, values, after, "", null_handling="emit_null")


def _text(values: pa.Array) -> pa.Array:
    """Values as XML has them."""
    if pa.types.is_boolean(values.type):
        # Of the two spellings of a boolean the one that GDAL 3.6 reads too; to it "true" is 0.
        values = pc.cast(values, pa.int8())
    if not pa.types.is_string(values.type):
        return pc.cast(values, pa.string())
    for mark, said in _ESCAPED:
        if pc.any(pc.match_substring(values, mark)).as_py():
            values = pc.replace_substring(values, mark, said)
    return values


def _points(points: pa.Array) -> pa.Array:
    x, y = (pc.cast(numbers(one), pa.string()) for one in x_and_y(points))
    places = pc.binary_join_element_wise("<Point><coordinates>", x, ",", y, "</coordinates></Point>", "")
    return pc.if_else(pc.is_null(points), None, places)


def _sayable(document: bytes) -> bytes:
    """The document with what no XML can hold replaced by the character for what cannot be said."""
    # Looked for by what is fastest, for there is hardly ever one.
    clean = len(document.translate(None, _CONTROLS)) == len(document)
    if clean and not any(one in document for one in _NO_CHARACTERS):
        return document
    return _UNSAYABLE.sub(_INSTEAD, document)
