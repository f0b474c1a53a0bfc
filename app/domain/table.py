"""The tables that a person edits (vocabularies, critical lists, crosswalks): CSV in UTF-8, a row to a line.

Whatever is wrong with one is a `FileFault` that names the file, the line, and what would be right.
"""

import csv
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.errors import FileFault
from app.words import Words, nearest, quoted

# All but the tab, which is white space in a word.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
# Less than `csv` refuses by itself.
_LONGEST = 100_000


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table: its number, and its cells by their column, without the spaces around them."""

    path: Path
    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def known(self, column: str, values: Collection[str], file: str | None = None) -> str:
        """The cell of a column, which must be one of these values: the codes of a file, or all there are."""
        value = self[column]
        if value not in values:
            such = nearest(value, values) or next(iter(values), "")
            en = f"a code of {file}, such as {such!r}" if file else f"one of: {', '.join(values)}"
            es = f"un código de {file}, como {such!r}" if file else f"uno de: {', '.join(values)}"
            raise self.fault(
                f"its {column} is {quoted(value)}; it should be {en}",
                f"en {column} tiene {quoted(value)}; debe ser {es}",
            )
        return value

    def fault(self, en: str, es: str) -> FileFault:
        return table_fault(self.path, f"line {self.number}: {en}", f"línea {self.number}: {es}")


def table_fault(path: Path, en: str, es: str) -> FileFault:
    """What is wrong with a table as a whole."""
    where = "/".join(path.parts[-3:])
    return FileFault(Words(f"{where}: {en}", f"{where}: {es}"))


def table_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        why = fault.strerror or str(fault)
        raise table_fault(path, f"it cannot be read: {why}", f"no se puede leer: {why}") from fault


def lines_of(path: Path, *columns: str) -> list[Line]:
    """The lines of a table that has these columns at least; lines without a word in them count for nothing."""
    written = _written(path)
    number, names = next(written, (1, []))
    head = Line(path, number, {})
    _check_head(head, names, columns)
    lines = []
    for number, cells in written:
        if len(cells) != len(names):
            raise Line(path, number, {}).fault(
                f"it has {len(cells)} cells and the first line names {len(names)} columns; there should be a cell for "
                "each, with quotation marks around one that holds a comma",
                f"tiene {len(cells)} celdas y la primera línea nombra {len(names)} columnas; debe haber una celda para "
                "cada una, entre comillas la que contenga una coma",
            )
        lines.append(Line(path, number, dict(zip(names, cells, strict=True))))
    return lines


def _check_head(head: Line, names: list[str], columns: tuple[str, ...]) -> None:
    wanted = ",".join(columns)
    if not names:
        raise head.fault(
            f"the table is empty; its first line should name the columns {wanted}",
            f"la tabla está vacía; su primera línea debe nombrar las columnas {wanted}",
        )
    for column in columns:
        if column not in names:
            raise head.fault(
                f"the column {column} is missing; the first line should name the columns {wanted}, with commas between",
                f"falta la columna {column}; la primera línea debe nombrar las columnas {wanted}, separadas por comas",
            )
    for name in names:
        if not name or names.count(name) > 1:
            raise head.fault(
                f"a column is called {name!r}; each should have a name, and none the name of another",
                f"una columna se llama {name!r}; cada una debe tener nombre, y ninguna el de otra",
            )


def table_by(path: Path, key: str, *columns: str) -> dict[str, Line]:
    """The lines of a table by one of its columns, in which each value stands once; there is one line at least."""
    found: dict[str, Line] = {}
    for line in lines_of(path, key, *columns):
        value = line[key]
        if not value:
            raise line.fault(f"its {key} is empty; each line should have one", f"no tiene {key}; debe tenerlo")
        if value in found:
            first = found[value].number
            raise line.fault(
                f"its {key} {value!r} stands in line {first} already; it should stand once",
                f"su {key} {value!r} ya está en la línea {first}; debe estar una sola vez",
            )
        found[value] = line
    if not found:
        raise table_fault(path, "it has no line after its first", "no tiene ninguna línea después de la primera")
    return found


def _written(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The lines that are not blank, with their numbers. Each is read alone, so that a quotation mark left open takes
    no other line with it."""
    for number, line in enumerate(_text(path).split("\n"), 1):
        at = Line(path, number, {})
        if odd := _CONTROL.search(line):
            raise at.fault(
                f"it holds the control character {odd.group()!r}, which no text has; take it out",
                f"contiene el carácter de control {odd.group()!r}, que ningún texto lleva; quítelo",
            )
        if len(line) > _LONGEST:
            raise at.fault(
                f"it is {len(line)} characters long; a line of a table should be no longer than {_LONGEST}",
                f"tiene {len(line)} caracteres; una línea de una tabla no debe pasar de {_LONGEST}",
            )
        try:
            cells = [cell.strip() for row in csv.reader([line], strict=True) for cell in row]
        except csv.Error as fault:
            raise at.fault(
                "a quotation mark is left open, or closed before the end of its cell; both ends of a cell should have "
                'one or none, and one inside a cell is written twice ("")',
                "una comilla queda abierta, o se cierra antes del final de su celda; una celda lleva comillas en sus "
                'dos extremos o en ninguno, y una comilla dentro de la celda se escribe dos veces ("")',
            ) from fault
        if any(cells):
            yield number, cells


def _text(path: Path) -> str:
    """Spreadsheets put a mark before UTF-8, end lines in several ways, or save in another encoding altogether."""
    data = table_bytes(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        # What was decoded, which lacks the mark.
        before = fault.object[: fault.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        at = Line(path, before.count(b"\n") + 1, {})
        raise at.fault(
            "it is not in UTF-8; save the table as CSV in UTF-8", "no está en UTF-8; guarde la tabla como CSV en UTF-8"
        ) from fault
    return text.replace("\r\n", "\n").replace("\r", "\n")
