"""Which form of MRDS a file is, and its rows in the columns of the flat file."""

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.sources.mrds.forms import FORMS, as_flat, form_of

FLAT = "dep_id,site_name,latitude,longitude\n1,A,30,-110\n"
FILES = {
    "Deposits.txt": ("relational", "dep_id\n"),
    "names.TXT.gz": ("relational", gzip.compress(b"dep_id\n")),
    "mrds-trim.shp": ("trim", "whatever is in it"),
    "mrds.xml": ("wfs", "\n<FeatureCollection/>"),
    "mrds.gml.gz": ("wfs", gzip.compress(b"<FeatureCollection/>")),
    "10077542.json": ("record", '{"type": "Feature"}'),
    "mrds.csv": (None, FLAT),
    "mrds.csv.gz": (None, gzip.compress(FLAT.encode())),
    "empty.txt": (None, ""),
}
MEMBERS = {
    "rdbms-tab-all/Deposits.txt": "relational",
    "rdbms-tab-all/Deposits.txt.gz": "relational",
    "mrds-trim/mrds-trim.shp": "trim",
    "answer.xml": "wfs",
    "10077542.json": "record",
    "mrds.csv": None,
    "About.txt": None,
}


def name_of(path: Path) -> str | None:
    form = form_of([path])
    return next((name for name, one in FORMS.items() if one is form), None)


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_known_by_its_name_or_its_first_bytes(tmp_path: Path, name: str) -> None:
    form, data = FILES[name]
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    assert name_of(path) == form


@pytest.mark.parametrize("member", MEMBERS)
def test_a_zip_is_known_by_its_members(tmp_path: Path, member: str) -> None:
    path = tmp_path / "mrds.zip"
    data = {"xml": "<FeatureCollection/>", "json": "{}"}.get(member.rpartition(".")[2], FLAT)
    with zipfile.ZipFile(path, "w") as into:
        into.writestr(member, data)
    assert name_of(path) == MEMBERS[member]


def test_a_folder_is_a_relational_release_and_what_is_not_there_no_form(tmp_path: Path) -> None:
    assert name_of(tmp_path) == "relational"
    assert name_of(tmp_path / "absent.csv") is None


def test_real_files_are_told_apart(shared: Callable[[str], Path]) -> None:
    assert name_of(shared("rdbms")) == "relational"
    assert name_of(shared("rdbms/Dups.txt.gz")) == "relational"
    assert name_of(shared("wfs/mrds_sample.xml")) == "wfs"
    assert name_of(shared("wfs/mrds_sample_full.json")) == "record"
    assert name_of(shared("flat/mrds_flat46_us_ca_nv_tungsten_1694.csv.gz")) is None


def test_a_row_of_any_form_is_said_in_the_columns_of_the_flat_file(tmp_path: Path) -> None:
    flat = {"dep_id": "1", "site_name": "A"}
    assert as_flat(flat) is flat
    tables = {"Deposits": [{"dep_id": "1"}], "Names": [{"name": "A", "status": "Current"}]}
    said = as_flat({"form": "relational", "tables": tables})
    assert {name: said[name] for name in flat} == flat
