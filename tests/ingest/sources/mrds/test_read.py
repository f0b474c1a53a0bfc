"""The table of MRDS: read by the names of its columns, in every wrapping and layout."""

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import FileFault
from ingest.rows import Fault, Row
from ingest.sources.mrds.read import read

SAMPLE = Path(__file__).parents[4] / "sample_data" / "mrds.csv"


def test_every_line_of_the_sample_is_a_row_or_a_fault() -> None:
    rows = list(read([SAMPLE]))
    assert [row.number for row in rows] == list(range(2, 95))
    assert [(row.number, row.reason.code) for row in rows if isinstance(row, Fault)] == [
        (92, "row-ragged"),
        (93, "row-ragged"),
    ]


def test_words_stay_as_they_are_written() -> None:
    first, *rest = (row for row in read([SAMPLE]) if isinstance(row, Row))
    assert (first.key, first.layer, first.raw["mas_id"], first.raw["region"]) == (
        "99900001",
        "mrds",
        "0040119901",
        "NA",
    )
    assert {row.raw["region"] for row in rest} == {"NA"}
    assert len(first.raw) == 46


@pytest.mark.parametrize("wrap", ["gzip", "zip"])
def test_a_wrapped_table_holds_the_same_rows(tmp_path: Path, wrap: str) -> None:
    path = tmp_path / f"mrds.csv.{wrap}"
    if wrap == "gzip":
        path.write_bytes(gzip.compress(SAMPLE.read_bytes()))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(SAMPLE, "mrds-csv/mrds.csv")
            archive.writestr("mrds-csv/mrds.met", "about")
    assert list(read([path])) == list(read([SAMPLE]))


def test_columns_are_found_by_name_in_any_order_and_layout(tmp_path: Path) -> None:
    path = tmp_path / "mrds.csv"
    path.write_text("prev_name,longitude,latitude,site_name,dep_id\nOld One,-110.3,30.9,Cananea,10008518\n")
    (row,) = read([path])
    assert isinstance(row, Row)
    assert row.key == "10008518"
    assert row.raw == {
        "prev_name": "Old One",
        "longitude": "-110.3",
        "latitude": "30.9",
        "site_name": "Cananea",
        "dep_id": "10008518",
    }


@pytest.mark.parametrize(("written", "key"), [(" 10008518 ", "10008518"), ("", None), ("  ", None)])
def test_an_identifier_is_trimmed_and_may_be_missing(mrds: Callable[..., Path], written: str, key: str | None) -> None:
    (row,) = read([mrds(f"{written},a,1,1")])
    assert isinstance(row, Row)
    assert (row.key, row.raw["dep_id"]) == (key, written)


def test_rows_of_several_files_say_which_file_they_are_of(mrds: Callable[..., Path]) -> None:
    paths = [mrds("1,a,1,1", name="a.csv"), mrds("2,b,1,1", "3,c,1,1", name="b.csv")]
    assert [(row.file, row.number) for row in read(paths)] == [(0, 2), (1, 2), (1, 3)]


def test_a_table_without_what_is_needed_is_refused_with_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "mrds.csv"
    path.write_text("dep_id,name,latitude,lon\n1,a,1,1\n")
    with pytest.raises(FileFault, match="its header lacks site_name, longitude; it begins with: dep_id, name") as fault:
        read([path])
    assert "a su encabezado le falta site_name, longitude" in fault.value.words.es


def test_the_second_file_is_looked_over_before_the_first_is_read(mrds: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    with pytest.raises(FileFault, match=r"empty\.csv: it is empty"):
        read([mrds("1,a,1,1"), tmp_path / "empty.csv"])
