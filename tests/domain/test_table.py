"""Tables that a person edits: whatever is wrong with one is a sentence that names the line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.table import lines_of, table_by
from app.errors import FileFault

HEAD = "code,label_en,label_es"


@pytest.fixture
def table(tmp_path: Path) -> Callable[[bytes | str], Path]:
    def write(data: bytes | str) -> Path:
        path = tmp_path / "size.csv"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    return write


@pytest.mark.parametrize(
    "data",
    [
        f"\ufeff{HEAD}\nlarge,Large,Grande\n",
        f"{HEAD}\r\nlarge,Large,Grande\r\n\r\n,,\r\n",
        f"\n{HEAD}\rlarge, Large ,Grande",
        'label_es,"code",label_en\nGrande,large,Large',
    ],
    ids=["mark", "blank lines", "old line ends", "other order"],
)
def test_what_a_spreadsheet_saves_is_read(table: Callable[..., Path], data: str) -> None:
    (line,) = lines_of(table(data), *HEAD.split(","))
    assert line.cells == {"code": "large", "label_en": "Large", "label_es": "Grande"}


@pytest.mark.parametrize(
    ("data", "en", "es"),
    [
        ("", "line 1: the table is empty; its first line should name the columns code,label_en,label_es", "está vacía"),
        ("\ufeff \n\n", "line 1: the table is empty", "línea 1: la tabla está vacía"),
        ("code;label_en;label_es\n", "line 1: the column code is missing", "falta la columna code"),
        ("code,label_en\n", "line 1: the column label_es is missing", "falta la columna label_es"),
        (f"{HEAD},code\n", "line 1: a column is called 'code'; each should have a name", "se llama 'code'"),
        (f"{HEAD},\n", "line 1: a column is called ''; each should have a name", "se llama ''"),
        (f"\n{HEAD}\n\nlarge,Large\n", "line 4: it has 2 cells and the first line names 3 columns", "línea 4"),
        (f"{HEAD}\nlarge,Large,Grande,big\n", "line 2: it has 4 cells", "línea 2: tiene 4 celdas"),
        (f'{HEAD}\n"large,Large,Grande\nsmall,Small,Chico\n', "line 2: a quotation mark is left open", "una comilla"),
        (f"{HEAD}\nlarge,La\x1brge,Grande\n", r"line 2: it holds the control character '\x1b'", "línea 2: contiene"),
        (f"{HEAD}\nlarge,Large,Pequeño".encode("latin-1"), "line 2: it is not in UTF-8", "línea 2: no está en UTF-8"),
        (b"\xef\xbb\xbfa\nb\n\xffc\n", "line 3: it is not in UTF-8", "línea 3: no está en UTF-8"),
        (b"a\rb\rc\r\xff\r", "line 4: it is not in UTF-8", "línea 4: no está en UTF-8"),
        (b"a\r\nb\r\n\r\xff", "line 4: it is not in UTF-8", "línea 4: no está en UTF-8"),
        (HEAD.encode("utf-16"), "line 1: it is not in UTF-8; save the table as CSV in UTF-8", "guarde la tabla"),
        (f"{HEAD}\nlarge,Large,Grande\nlarge,Big,Grande\n", "line 3: its code 'large' stands in line 2", "línea 2"),
        (f"{HEAD}\n,Large,Grande\n", "line 2: its code is empty; each line should have one", "no tiene code"),
        (f"{HEAD}\n{'x' * 200_000}\n", "line 2: it is 200000 characters long", "línea 2: tiene 200000 caracteres"),
        (f"{HEAD}\n", "size.csv: it has no line after its first", "no tiene ninguna línea"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(table: Callable[..., Path], data: bytes | str, en: str, es: str) -> None:
    with pytest.raises(FileFault) as refusal:
        table_by(table(data), *HEAD.split(","))
    assert en in refusal.value.words.en
    assert es in refusal.value.words.es
    assert refusal.value.words.en.partition(": ")[0].endswith("/size.csv")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary() | st.text(alphabet='abc,"\n\r\t\0 ñ', max_size=40).map(str.encode))
def test_any_bytes_are_lines_or_one_sentence(table: Callable[..., Path], data: bytes) -> None:
    try:
        lines = lines_of(table(b"word,code\n" + data), "word", "code")
    except FileFault as fault:
        told = fault.words.en + fault.words.es
        assert "\n" not in told
    else:
        written = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        assert len(lines) <= len(written)
        assert [line.cells.keys() for line in lines] == [{"word": "", "code": ""}.keys()] * len(lines)
