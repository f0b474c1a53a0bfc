"""A source without code of its own: its `columns.toml` says where its words stand, its crosswalks what they mean.

Reads a CSV (plain, gzipped or zipped) or a vector file, and understands a row as the sources with code do.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from app.domain.deposit import DepositCommodity, Harmonised, UnmappedWord
from app.domain.vocabulary import fold
from ingest.crosswalk import Crosswalks
from ingest.layers import Layer, layer_in
from ingest.mapping import FREE, LISTED, YEARS, Mapping, mapping_of
from ingest.names import stated, tidied
from ingest.places import Place, Places
from ingest.positions import locate
from ingest.readers import Look, csv_table, look_over
from ingest.reading import NO_CODE, Code, free_code, one_code, ranked, unknown_names
from ingest.rows import Fault, FileRead, Raw, Reading, Row, file_fault
from ingest.years import year

COLUMNS = "columns.toml"

# A row's values by their columns, and the words of its attributes.
_Columns = dict[str, Any]
_Said = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a source's code would do, as its mapping has it; `accuracy_m` holds where the mapping has no other."""

    name: str
    mapping: Mapping
    accuracy_m: float

    def read(self, paths: Sequence[Path]) -> Reading:
        """The rows of the files; raises `FileFault` for one that lacks a column of the mapping."""
        files = [self._file(file, path) for file, path in enumerate(paths)]
        return Reading(tuple(look for look, _ in files), chain.from_iterable(rows for _, rows in files))

    def harmonise(self, raw: Raw, crosswalks: Crosswalks, places: Places) -> Harmonised:
        """What a row means; raises `RowRejected` for a position that cannot be used."""
        return _meaning(self, raw, crosswalks, places)

    def key_and_layer(self, raw: Raw, _: Collection[str]) -> tuple[str | None, str]:
        """Those of a row alone, whatever layers its files held."""
        return _key(self.mapping, raw["columns"]), self._layer_of(raw["columns"])

    def _file(self, file: int, path: Path) -> tuple[FileRead, Iterator[Row | Fault]]:
        layer = layer_in(path)
        return self._table(file, path) if layer is None else self._features(file, path, layer)

    def _features(self, file: int, path: Path, layer: Layer) -> tuple[FileRead, Iterator[Row | Fault]]:
        features = list(layer.features)
        if features:
            # A placemark of KML has only the columns that it fills.
            self._check(path, {name: None for columns, _ in features for name in columns}, self.mapping.needed())
        rows = (
            self._row(file, number, {"columns": columns, "x": x, "y": y, "crs": layer.source_crs})
            for number, (columns, point) in enumerate(features, 1)
            for x, y in [point or (None, None)]
        )
        return FileRead(layer.encoding, len(features), layer.note), rows

    def _table(self, file: int, path: Path) -> tuple[FileRead, Iterator[Row | Fault]]:
        longitude, latitude = self.mapping.longitude, self.mapping.latitude
        if longitude is None or latitude is None:
            raise file_fault(
                path,
                f"it is a table, and {COLUMNS} names no columns of longitude and latitude",
                f"es una tabla, y {COLUMNS} no nombra columnas de longitud y latitud",
            )
        look = look_over(path, self._member)
        with csv_table(path, look, self._member, file) as table:
            self._check(path, table.header, self.mapping.needed() | {longitude, latitude})
        return look.as_file_read(path), self._table_rows(file, path, look)

    def _table_rows(self, file: int, path: Path, look: Look) -> Iterator[Row | Fault]:
        with csv_table(path, look, self._member, file) as table:
            for row in table.rows:
                if isinstance(row, Fault):
                    yield row
                else:
                    yield self._row(file, row[0], {"columns": dict(zip(table.header, row[1], strict=True))})

    @property
    def _member(self) -> str:
        """The file that a zip of several is about."""
        return f"{self.name}.csv"

    def _check(self, path: Path, found: Iterable[str], needed: set[str]) -> None:
        held = list(found)
        missing = ", ".join(sorted(needed - set(held)))
        if missing:
            listed = ", ".join(held[:20]) or "-"
            raise file_fault(
                path,
                f"it lacks columns that {COLUMNS} of {self.name} names: {missing}; it has: {listed}",
                f"le faltan columnas que nombra {COLUMNS} de {self.name}: {missing}; tiene: {listed}",
            )

    def _row(self, file: int, number: int, raw: Raw) -> Row:
        return Row(file, number, *self.key_and_layer(raw, ()), raw)

    def _layer_of(self, columns: _Columns) -> str:
        """A short name such as `prospects`; the source's own where none is told."""
        told = self.mapping.layer
        words = told.always or (_words(columns.get(told.column)) if told.column else None) or self.name
        return re.sub(r"[^a-z0-9]+", "-", fold(words)).strip("-") or self.name


def mapped(name: str, columns: Path, accuracy_m: float) -> Mapped:
    """The source that a `columns.toml` describes; raises `FileFault` for one that does not."""
    return Mapped(name, mapping_of(columns), accuracy_m)


def _words(value: object) -> str | None:
    """A value as its source writes it, blank or not; a whole number without the point that a shapefile puts behind."""
    return stated(int(value) if isinstance(value, float) and value.is_integer() else value)


def _key(mapping: Mapping, columns: _Columns) -> str | None:
    """The words of the columns that make the id, joined by hyphens; None where one of them is blank."""
    parts = [(_spoken(_words(columns.get(column)), mapping) or "").strip() for column in mapping.id]
    return "-".join(parts) if all(parts) else None


def _meaning(source: Mapped, raw: Raw, crosswalks: Crosswalks, places: Places) -> Harmonised:
    mapping, columns = source.mapping, raw["columns"]
    told = {name: _words(columns.get(column)) for name, column in mapping.words.items()}
    told |= {name: _words(columns.get(one.column)) for name, one in mapping.coded.items() if one.column}
    spoken = {name: _spoken(words, mapping) for name, words in told.items()}
    codes = _codes(mapping, spoken, crosswalks)
    country, state = codes["country"], codes["state"]
    x, y, fields = _point(mapping, raw)
    at = x, y, raw.get("crs", mapping.crs), _accuracy(source, columns), fields
    position, lies = locate(*at, Place(country.code, state.code), places)
    commodities, unknown = _commodities(mapping, columns, crosswalks)
    nation = lies.country if country is NO_CODE else country.code
    return Harmonised(
        name=tidied(spoken.get("name")),
        source_name=told.get("name"),
        other_names=spoken.get("other_names"),
        country=nation,
        source_country=told.get("country"),
        state=lies.state if state is NO_CODE and lies.country == nation else state.code,
        source_state=told.get("state"),
        source_county=told.get("county"),
        commodities=commodities,
        source_commodities=_labelled(columns, [column for column, _ in mapping.commodities]),
        status=codes["status"].code,
        source_status=told.get("status"),
        operation_type=codes["operation_type"].code,
        source_operation_type=told.get("operation_type"),
        deposit_type=codes["deposit_type"].code,
        source_deposit_type=told.get("deposit_type"),
        deposit_form=codes["deposit_form"].code,
        source_deposit_form=told.get("deposit_form"),
        production_size=codes["production_size"].code,
        source_production_size=told.get("production_size"),
        deposit_size=codes["deposit_size"].code,
        source_deposit_size=told.get("deposit_size"),
        operation_size=codes["operation_size"].code,
        source_host_rock=told.get("host_rock"),
        source_alteration=told.get("alteration"),
        discovered_year=year(spoken.get("discovered_year")),
        first_production_year=year(spoken.get("first_production_year")),
        last_production_year=year(spoken.get("last_production_year")),
        source_years="; ".join(f"{name}: {told[name]}" for name in YEARS if told.get(name)) or None,
        position=position,
        source_url=_url(mapping, columns),
        unmapped=tuple(word for code in codes.values() for word in code.unmapped) + unknown,
    )


def _spoken(words: str | None, mapping: Mapping) -> str | None:
    """The words, unless they are one of the source's ways to say nothing."""
    return None if words is None or fold(words) in mapping.null else words


def _codes(mapping: Mapping, spoken: _Said, crosswalks: Crosswalks) -> dict[str, Code]:
    """The code of each attribute that has one; of an attribute that the source lacks, none."""
    codes = dict.fromkeys((*LISTED, *FREE), NO_CODE)
    for name, told in mapping.coded.items():
        if told.always:
            codes[name] = Code(told.always, ())
        elif name in FREE:
            codes[name] = free_code(name, spoken[name], crosswalks[FREE[name]])
        else:
            codes[name] = one_code(name, spoken[name], crosswalks[LISTED[name]])
    return codes


def _point(mapping: Mapping, raw: Raw) -> tuple[object, object, tuple[str, str]]:
    """Easting and northing, with the names of their columns; a geometry's where the row has one."""
    if "x" in raw:
        return raw["x"], raw["y"], ("x", "y")
    fields = mapping.longitude or "", mapping.latitude or ""
    x, y = (_spoken(_words(raw["columns"].get(column)), mapping) for column in fields)
    return x, y, fields


def _accuracy(source: Mapped, columns: _Columns) -> float:
    """Metres: as the row has them, else as the mapping, else as the source."""
    told = source.mapping.accuracy_m
    if isinstance(told, float):
        return told
    number = (_words(columns.get(told)) or "").strip() if told else ""
    metres = float(number) if number.isascii() and number.replace(".", "", 1).isdigit() else 0.0
    return metres or source.accuracy_m


def _commodities(
    mapping: Mapping, columns: _Columns, crosswalks: Crosswalks
) -> tuple[tuple[DepositCommodity, ...], tuple[UnmappedWord, ...]]:
    if not mapping.commodities:
        return (), ()
    crosswalk = crosswalks["commodity"]
    lists = [
        (rank, [(name, crosswalk.code(name)) for name in _names(mapping, columns.get(column), crosswalks)])
        for column, rank in mapping.commodities
    ]
    return ranked(lists), unknown_names((one for _, names in lists for one in names), crosswalk)


def _names(mapping: Mapping, value: object, crosswalks: Crosswalks) -> Iterator[str]:
    """The names in a column; between commas, the longest known one first, for names hold commas too."""
    text = _words(value) or ""
    by_comma = mapping.separator == ","
    names = crosswalks["commodity"].names(text) if by_comma else map(str.strip, text.split(mapping.separator))
    return (name for name in names if name and fold(name) not in mapping.null)


def _labelled(columns: _Columns, named: Sequence[str]) -> str | None:
    """The words of one column, or of several each with its column's name."""
    if len(named) == 1:
        return _words(columns.get(named[0]))
    said = ((column, _words(columns.get(column))) for column in named)
    return "; ".join(f"{column}: {words}" for column, words in said if words) or None


def _url(mapping: Mapping, columns: _Columns) -> str | None:
    """The page of the record: a column, or an address in which `{id}` is the record's id."""
    if mapping.url.always:
        return mapping.url.always.replace("{id}", _key(mapping, columns) or "")
    return _spoken(_words(columns.get(mapping.url.column)), mapping) if mapping.url.column else None
