"""Shapefile, zipped: names of ten characters, texts of 254 bytes, and a table of what that did to the columns."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile

import pyarrow as pa
import pyarrow.compute as pc

from app.errors import BadValue
from app.extracts.batches import GEOMETRY, schema
from app.extracts.order import Order
from app.extracts.spool import spooled
from app.extracts.vector import as_wide, write_layer
from app.words import Words

_NAMES = Path(__file__).with_name("short_names.csv")
_WIDEST = 254
# Of the signed 32 bits in which most readers count bytes.
_LARGEST = 2**31 - 1
# Deflate's fastest: what is zipped is mostly the blanks that fill fields up.
_LEVEL = 1
# A row has a point of 28 bytes in the .shp.
_POINT = 28
_NUMERALS = 24


@dataclass(slots=True)
class _Text:
    """What a column of texts holds: the bytes of its longest value, and how many are longer than a field can be."""

    longest: int = 1
    cut: int = 0

    @property
    def width(self) -> int:
        return min(self.longest, _WIDEST)


@cache
def short_names() -> Mapping[str, str]:
    """The names of columns whose own are longer than a shapefile has room for, by those."""
    with _NAMES.open(encoding="utf-8", newline="") as lines:
        return {row["name"]: row["short"] for row in csv.DictReader(lines)}


def write(order: Order, batches: Iterable[pa.RecordBatch], path: Path) -> None:
    """Writes the zip, its members at its top; raises `BadValue` where the deposits are more than a shapefile holds."""
    texts = {field.name: _Text() for field in schema(order) if pa.types.is_string(field.type)}
    rows = 0

    def measured() -> Iterator[pa.RecordBatch]:
        nonlocal rows
        for batch in batches:
            rows += batch.num_rows
            _measure(batch, texts)
            yield batch

    with spooled(schema(order), measured(), path) as kept, TemporaryDirectory(dir=path.parent) as folder:
        _check_size(rows, texts, len(schema(order)))
        name = order.name.removesuffix(f".{order.ending}")
        columns = _columns(order, texts)
        write_layer(
            order,
            columns,
            (_cut(batch, columns, texts) for batch in kept),
            Path(folder, f"{name}.shp"),
            "ESRI Shapefile",
            options={},
        )
        with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as into:
            for member in sorted(Path(folder).iterdir()):
                into.write(member, member.name)
            into.writestr("fields.csv", _fields(order, texts))
            into.writestr("provenance.json", json.dumps(order.provenance.members(), ensure_ascii=False, indent=2))


def _measure(batch: pa.RecordBatch, texts: Mapping[str, _Text]) -> None:
    for name, of in texts.items():
        lengths = pc.binary_length(batch.column(name))
        of.longest = max(of.longest, pc.max(lengths).as_py() or 0)
        if of.longest > _WIDEST:
            of.cut += pc.sum(pc.greater(lengths, _WIDEST)).as_py() or 0


def _check_size(rows: int, texts: Mapping[str, _Text], columns: int) -> None:
    size = rows * max(sum(of.width for of in texts.values()) + _NUMERALS * (columns - len(texts)), _POINT)
    if size > _LARGEST:
        raise BadValue(
            Words(
                f"a shapefile holds at most 2 GB, and these {rows} deposits take {size / 1e9:.1f} GB; ask for fewer "
                "deposits, for fewer properties (properties=…), or for another format",
                f"un shapefile contiene a lo más 2 GB, y estos {rows} yacimientos ocupan {size / 1e9:.1f} GB; pida "
                "menos yacimientos, menos propiedades (properties=…) u otro formato",
            )
        )


def _columns(order: Order, texts: Mapping[str, _Text]) -> pa.Schema:
    short = short_names()
    named = (field.with_name(short.get(field.name, field.name)) for field in schema(order))
    widths = [texts[field.name].width if field.name in texts else None for field in schema(order)]
    return pa.schema(as_wide(field, width) if width else field for field, width in zip(named, widths, strict=True))


def _cut(batch: pa.RecordBatch, columns: pa.Schema, texts: Mapping[str, _Text]) -> pa.RecordBatch:
    arrays = [
        _shortened(batch.column(name)) if name in texts and texts[name].cut else batch.column(name)
        for name in batch.schema.names
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=columns)


def _shortened(values: pa.Array) -> pa.Array:
    """Texts of at most as many bytes as a field has, which end where a character does."""
    long = pc.fill_null(pc.greater(pc.binary_length(values), _WIDEST), fill_value=False)
    cut = [text.encode()[:_WIDEST].decode(errors="ignore") for text in values.filter(long).to_pylist()]
    return pc.replace_with_mask(values, long, pa.array(cut, pa.string())) if cut else values


def _fields(order: Order, texts: Mapping[str, _Text]) -> str:
    known, short = {one.name: one for one in order.properties}, short_names()
    table = StringIO()
    rows = csv.writer(table, lineterminator="\r\n")
    rows.writerow(("field", "name", "type", "title_en", "title_es", "cut", "note_en", "note_es"))
    for field in schema(order):
        if field.name == GEOMETRY:
            continue
        title = known[field.name].title if field.name in known else Words("Id", "Id")
        cut = texts[field.name].cut if field.name in texts else 0
        note = _note(cut) if field.name in texts else Words("", "")
        kind = known[field.name].kind.value if field.name in known else "text"
        rows.writerow((short.get(field.name, field.name), field.name, kind, title.en, title.es, cut, note.en, note.es))
    return table.getvalue()


def _note(cut: int) -> Words:
    alike = Words(
        "No value and an empty text are one; blanks at the ends of a text are lost.",
        "Sin valor y texto vacío son lo mismo; los espacios en los extremos de un texto se pierden.",
    )
    if not cut:
        return alike
    return Words(
        f"{alike.en} Texts end after {_WIDEST} bytes; {cut} are cut there.",
        f"{alike.es} Los textos terminan a los {_WIDEST} bytes; {cut} están cortados ahí.",
    )
