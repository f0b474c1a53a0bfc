"""Files as they come: wrapped, damaged, in the wrong encoding; no line of a table is ever lost."""

import codecs
import csv
import gzip
import io
import os
import re
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import FileFault
from ingest.readers import Look, csv_table, look_over
from ingest.rows import Fault

HEAD = b"id,name,where\n"
ONE = HEAD + b"1,a,x\n"
ZIPPED = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return into.getvalue()


def locked(archive: bytes) -> bytes:
    """The same with the bit set that says that a password is needed."""
    local, central = archive.index(b"PK\3\4"), archive.index(b"PK\1\2")
    changed = bytearray(archive)
    changed[local + 6] |= 1
    changed[central + 8] |= 1
    return bytes(changed)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(data: bytes, name: str = "t.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


def row_or_code(row: tuple[int, list[str]] | Fault) -> tuple[int, list[str] | str]:
    """A row's line, and its fields or the code of what is wrong with it."""
    return (row.number, row.reason.code) if isinstance(row, Fault) else row


def read(path: Path, told: Callable[..., Any] = row_or_code) -> tuple[Look, list[Any]]:
    """What a look shows, and the rows."""
    look = look_over(path, "t.csv")
    with csv_table(path, look, "t.csv", 0) as table:
        return look, list(map(told, table.rows))


def fault(path: Path) -> str:
    """The sentence in which a file is refused, the same in both languages up to the words."""
    with pytest.raises(FileFault) as refusal:
        read(path)
    assert refusal.value.words.en.startswith(f"{path.name}: ")
    assert refusal.value.words.es.startswith(f"{path.name}: ")
    assert refusal.value.words.es != refusal.value.words.en
    return refusal.value.words.en.removeprefix(f"{path.name}: ")


@pytest.mark.parametrize(
    "data",
    [
        ONE,
        gzip.compress(ONE),
        gzip.compress(HEAD) + gzip.compress(b"1,a,x\n"),
        *(zipped({"t.csv": ONE}, method) for method in ZIPPED),
        zipped({"readme.txt": b"hello", "folder/": b"", "folder/T.CSV": ONE, "__MACOSX/._t.csv": b"junk"}),
        zipped({"other.csv": ONE, "readme.txt": b"hello"}),
    ],
    ids=["plain", "gzip", "gzip in two parts", "stored", "deflated", "bzip2", "lzma", "in a folder", "by ending"],
)
def test_a_table_is_read_out_of_every_wrapping(write: Callable[..., Path], data: bytes) -> None:
    assert read(write(data))[1] == [(2, ["1", "a", "x"])]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "it is empty"),
        (codecs.BOM_UTF8, "it is empty"),
        (b"\r\n \n\n", "it is empty"),
        (gzip.compress(b""), "it is empty"),
        (zipped({}), "the zip should hold one t.csv, or one file ending in csv; it holds: -"),
        (zipped({"a.txt": b"x"}), "the zip should hold one t.csv, or one file ending in csv; it holds: a.txt"),
        (zipped({"a.csv": ONE, "b.csv": ONE}), "it holds: a.csv, b.csv"),
        (gzip.compress(ONE * 99)[:-20], "its compressed content is cut short or damaged"),
        (zipped({"t.csv": ONE})[:-30], "its compressed content is cut short or damaged"),
        (zipped({"t.csv": ONE}, zipfile.ZIP_STORED).replace(b"1,a", b"1,b"), "cut short or damaged (Bad CRC-32"),
        (zipped({"t.csv": ONE}, zipfile.ZIP_LZMA).replace(b"]\0", b"\xff\0", 1), "cut short or damaged"),
        (locked(zipped({"t.csv": ONE})), "t.csv in the zip is locked by a password; unpack it first"),
        (gzip.compress(ONE) + b"tail", "it cannot be read: Not a gzipped file"),
        ("\ufeffid,name\n1,a\n".encode("utf-16-le"), "it is UTF-16; save it as UTF-8"),
        ("\ufeffid,name\n1,a\n".encode("utf-16-be"), "it is UTF-16; save it as UTF-8"),
        ("id,name\n1,a\n".encode("utf-16-le"), r"its header is damaged: i\x00d"),
        (b'id,"name\n1,a\n', "its first line is not a CSV header"),
        (b"id,name,id\n1,a,2\n", "its header names a column twice: 'id'"),
        (b"id,name,,\n1,a,,\n", "its header names a column twice: ''"),
        (b"id,na\0me\n1,a\n", r"its header is damaged: id, na\x00me"),
        (b"id,na\xefme\n1,caf\xc3\xa9\n", r"its header is damaged: id, na\xefme"),
        (b"x" * ((16 << 20) + 1), "it has a line of more than 16 MiB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_no_table_is_refused_in_one_sentence(
    write: Callable[..., Path], data: bytes, sentence: str
) -> None:
    assert sentence in fault(write(data))


@pytest.mark.parametrize(("name", "reason"), [("absent.csv", "No such file"), ("folder", "Is a directory")])
def test_a_file_that_cannot_be_opened_is_refused_with_the_reason(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "folder").mkdir()
    assert f"it cannot be read: {reason}" in fault(tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_refused_with_the_reason(write: Callable[..., Path]) -> None:
    path = write(ONE)
    path.chmod(0)
    assert "it cannot be read: Permission denied" in fault(path)


def test_a_table_whose_first_column_is_called_pk_is_no_zip(write: Callable[..., Path]) -> None:
    assert read(write(b"PK,name\n1,a\n"))[1] == [(2, ["1", "a"])]


@pytest.mark.parametrize("wrap", [gzip.compress, lambda data: zipped({"t.csv": data})], ids=["gzip", "zip"])
@given(st.data())
def test_a_damaged_wrapping_gives_the_table_or_a_sentence(wrap: Callable[[bytes], bytes], data: st.DataObject) -> None:
    whole = bytearray(wrap(ONE * 20))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] = data.draw(st.integers(0, 255))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(whole[: data.draw(st.integers(place, len(whole)))])
        with suppress(FileFault):
            assert look_over(path, "t.csv").lines > 0


@pytest.mark.parametrize("data", [HEAD, HEAD.rstrip(), codecs.BOM_UTF8 + HEAD])
def test_a_header_alone_is_a_table_without_rows(write: Callable[..., Path], data: bytes) -> None:
    assert read(write(data))[1] == []


def test_a_mark_before_utf8_is_no_part_of_the_first_name(write: Callable[..., Path]) -> None:
    path = write(codecs.BOM_UTF8 + ONE)
    with csv_table(path, look_over(path, "t.csv"), "t.csv", 0) as table:
        assert table.header == ("id", "name", "where")


def test_latin1_where_utf8_was_expected_is_read_as_windows_1252_with_a_note(write: Callable[..., Path]) -> None:
    look, rows = read(write(HEAD + "1,Peña,a\n2,“El Niño”,b\n".encode("cp1252")))
    assert rows == [(2, ["1", "Peña", "a"]), (3, ["2", "“El Niño”", "b"])]
    note = look.as_file_read(Path("t.csv")).note
    assert note is not None
    assert "t.csv is not UTF-8; read as Windows-1252" in note.en
    assert "t.csv no es UTF-8; se lee como Windows-1252" in note.es


def test_single_damaged_rows_of_a_utf8_file_are_rejected_one_by_one_with_a_note(write: Callable[..., Path]) -> None:
    look, rows = read(write(HEAD + "1,Peña,a\n".encode() + b"2,Pe\xf1a,b\n3,c,c\n4,d,\xe9\n"))
    assert rows == [(2, ["1", "Peña", "a"]), (3, "row-encoding"), (4, ["3", "c", "c"]), (5, "row-encoding")]
    note = look.as_file_read(Path("t.csv")).note
    assert note is not None
    assert "UTF-8 with some damaged rows" in note.en


def test_bytes_that_neither_encoding_has_reject_their_row_alone(write: Callable[..., Path]) -> None:
    assert read(write(HEAD + b"1,\x81,a\n2,b,b\n"))[1] == [(2, "row-encoding"), (3, ["2", "b", "b"])]


def test_plain_text_needs_no_note(write: Callable[..., Path]) -> None:
    assert read(write(ONE))[0].as_file_read(Path("t.csv")).note is None


def test_a_nul_byte_rejects_its_row_alone_and_is_shown_as_an_escape(write: Callable[..., Path]) -> None:
    path = write(HEAD + b"1,a\0b,x\n2,c,y\n")
    with csv_table(path, look_over(path, "t.csv"), "t.csv", 0) as table:
        damaged, fine = list(table.rows)
    assert fine == (3, ["2", "c", "y"])
    assert isinstance(damaged, Fault)
    assert (damaged.reason.code, damaged.reason.field, damaged.raw) == (
        "row-nul-byte",
        "name",
        {"fields": ["1", "a\\x00b", "x"]},
    )


@pytest.mark.parametrize("line", ["1,a", "1,a,x,y", "1", " ", '"1","a"'])
def test_a_ragged_row_is_rejected_and_the_next_one_is_read(write: Callable[..., Path], line: str) -> None:
    assert read(write(HEAD + f"{line}\n2,b,y\n".encode()))[1] == [(2, "row-ragged"), (3, ["2", "b", "y"])]


def test_an_unclosed_quote_costs_its_own_row_only(write: Callable[..., Path]) -> None:
    rows = [f"{number},n{number},x" for number in range(250)]
    rows[100] = '100,"open,x'
    read_rows = read(write(HEAD + "\n".join(rows).encode()))[1]
    assert [row for row in read_rows if row[1] == "row-quote"] == [(102, "row-quote")]
    assert [row[0] for row in read_rows] == list(range(2, 252))


@pytest.mark.parametrize("line", ['1,a,"x', '1,a,"', '1,"a"b,x', '1,a,"x"y'])
def test_a_quote_in_the_wrong_place_is_a_reject_wherever_it_stands(write: Callable[..., Path], line: str) -> None:
    assert read(write(HEAD + f"{line}\n2,b,y\n".encode()))[1] == [(2, "row-quote"), (3, ["2", "b", "y"])]
    assert read(write(HEAD + f"2,b,y\n{line}".encode()))[1] == [(2, ["2", "b", "y"]), (3, "row-quote")]


def test_a_quote_that_a_later_row_seems_to_close_costs_its_own_row_only(write: Callable[..., Path]) -> None:
    lines = ['1,"open,x', '2,"b, c",y', "3,d,z"]
    expected = [(2, "row-quote"), (3, ["2", "b, c", "y"]), (4, ["3", "d", "z"])]
    assert read(write(HEAD + "\n".join(lines).encode()))[1] == expected


def test_blank_lines_are_no_rows_but_count_as_lines(write: Callable[..., Path]) -> None:
    assert read(write(HEAD + b"\n1,a,x\n\n\n2,b,y\n\n"))[1] == [(3, ["1", "a", "x"]), (6, ["2", "b", "y"])]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_are_line_ends(write: Callable[..., Path], end: str) -> None:
    data = end.join(["id,name,where", "1,a,x", '2,"b, c",y', ""]).encode()
    assert read(write(data))[1] == [(2, ["1", "a", "x"]), (3, ["2", "b, c", "y"])]


def test_a_row_over_several_lines_has_the_number_of_its_first(write: Callable[..., Path]) -> None:
    assert read(write(HEAD + b'1,"a\nb",x\n2,c,y\n'))[1] == [(2, ["1", "a\nb", "x"]), (4, ["2", "c", "y"])]


def test_a_file_whose_last_block_is_blank_is_not_empty(write: Callable[..., Path]) -> None:
    filled = HEAD + b"1,%b,x\n" % (b"a" * ((1 << 20) - len(HEAD) - 5))
    assert len(filled) == 1 << 20
    assert len(read(write(filled + b"\n"))[1]) == 1


FIELD = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6)


@given(st.lists(st.tuples(FIELD, FIELD, FIELD), max_size=8))
def test_what_a_csv_writer_wrote_is_read_back(rows: list[tuple[str, str, str]]) -> None:
    into = io.StringIO()
    csv.writer(into).writerows([("id", "name", "where"), *rows])
    assert [row for _, row in of_text(into.getvalue())] == [list(row) for row in rows]


PLAIN = st.sampled_from(["1,a,x", "2,,", "3,Peña, y ", '4,"b, c",z', '5,"say ""hi""",w'])
BROKEN = st.sampled_from(["9", "9,a", "9,a,b,c", '9,"a,x', '9,"a"b,x', '9,a,"x'])


@given(st.lists(PLAIN | BROKEN, max_size=12))
def test_every_good_line_is_read_whatever_stands_around_it(lines: list[str]) -> None:
    rows = dict(of_text("\n".join(["id,name,where", *lines])))
    assert list(rows) == list(range(2, len(lines) + 2))
    assert [number - 2 for number, row in rows.items() if isinstance(row, str)] == [
        place for place, line in enumerate(lines) if line.startswith("9")
    ]


@given(st.text(st.sampled_from('a1,"é \0\n\r'), max_size=60))
def test_rows_and_faults_cover_every_line_once(body: str) -> None:
    lines = LINE_END.split(body)
    taken: list[int] = []
    for number, words in of_text(f"id,name,where\n{body}", words_of):
        taken += range(number, number + len(LINE_END.findall(words)) + 1)
    assert taken == sorted(set(taken))
    assert [line for number, line in enumerate(lines, 2) if line and number not in taken] == []


LINE_END = re.compile("\r\n|\n|\r")


def words_of(row: tuple[int, list[str]] | Fault) -> tuple[int, str]:
    """A row's line, and all its words in one: those of a fault are kept as well."""
    if isinstance(row, Fault):
        return row.number, "\v".join(row.raw.get("fields", [row.raw.get("line")]))
    return row[0], "\v".join(row[1])


def of_text(text: str, told: Callable[..., Any] = row_or_code) -> list[Any]:
    """The rows of a table, each as it is to be told."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(text.encode())
        return read(path, told)[1]
