"""One record as the JSON service answers it: a child is an object when there is one, a list when there are several."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.errors import FileFault
from ingest.rows import Row
from ingest.sources.mrds.record import as_flat, read, recognises


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(said: object, name: str = "record.json") -> Path:
        path = tmp_path / name
        path.write_text(said if isinstance(said, str) else json.dumps(said), encoding="utf-8")
        return path

    return write


def test_the_real_record_is_a_row_word_for_word(shared: Callable[[str], Path]) -> None:
    path = shared("wfs/mrds_sample_full.json")
    (row,) = read([path])
    assert isinstance(row, Row)
    assert (row.file, row.number, row.key, row.layer) == (0, 1, "10077542", "mrds")
    assert row.raw == {"form": "record", "feature": json.loads(path.read_text())}
    flat = as_flat(row.raw)
    assert {name: value for name, value in flat.items() if value} == {
        "dep_id": "10077542",
        "url": "https://mrdata.usgs.gov/mrds/show-mrds.php?dep_id=10077542",
        "site_name": "Carlson",
        "latitude": "40.52068",
        "longitude": "-122.40915",
        "datum": "WGS84",
        "region": "NA",
        "country": "United States",
        "state": "California",
        "county": "Shasta",
        "commod1": "Gold",
        "mrds_id": "W025241",
        "com_type": "M",
        "oper_type": "Unknown",
        "prod_size": "Y",
        "dev_stat": "Producer",
        "score": "D",
    }


def feature(**said: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"deposits": {"dep_id": "1"}} | said}


def test_children_are_read_whether_one_or_several() -> None:
    one, two = {"line": "1", "commod": "Gold", "import": "Primary"}, {"line": "2", "commod": "Tin", "import": "Primary"}
    assert as_flat({"feature": feature(commodity=one)})["commod1"] == "Gold"
    assert as_flat({"feature": feature(commodity=[two, one])})["commod1"] == "Gold, Tin"
    assert as_flat({"feature": feature(commodity=[], grade=None, name="odd")})["commod1"] == ""


def test_a_record_without_an_id_has_no_key(write: Callable[..., Path]) -> None:
    (row,) = read([write({"properties": {"deposits": [{"dev_st": "Plant"}]}})])
    assert isinstance(row, Row)
    assert (row.key, as_flat(row.raw)["dev_stat"], as_flat(row.raw)["url"]) == (None, "Plant", "")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ('{"properties": {', "it is cut short or not JSON"),
        ("[" * 100_000, "it is cut short or not JSON"),
        ("[1]", "it is JSON, but not a record of MRDS"),
        ({"type": "FeatureCollection", "features": []}, "it is JSON, but not a record of MRDS"),
        ({"properties": {"deposits": "1"}}, "it is JSON, but not a record of MRDS"),
        ({"properties": [1]}, "it is JSON, but not a record of MRDS"),
    ],
)
def test_what_is_no_record_is_refused_in_a_sentence(write: Callable[..., Path], said: object, sentence: str) -> None:
    with pytest.raises(FileFault) as refused:
        list(read([write(said)]))
    assert refused.value.words.en.startswith(f"record.json: {sentence}")
    assert refused.value.words.es.startswith("record.json: ")
    assert refused.value.words.es != refused.value.words.en


def test_only_an_object_is_recognised(write: Callable[..., Path], tmp_path: Path) -> None:
    assert recognises(write("\ufeff  {}"))
    assert not recognises(write("dep_id\n", "mrds.csv"))
    assert not recognises(tmp_path / "absent.json")
