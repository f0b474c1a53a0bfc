"""What `columns.toml` may say, and the sentence for each thing that it may not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import FileFault
from ingest.mapping import Mapping, Told, mapping_of

Write = Callable[..., Mapping]


@pytest.fixture
def mapping(tmp_path: Path) -> Write:
    """The mapping of these lines, with empty crosswalks of these names beside it."""

    def write(*lines: str, crosswalks: str = "commodity status") -> Mapping:
        (tmp_path / "usmin" / "crosswalk").mkdir(parents=True)
        for name in crosswalks.split():
            (tmp_path / "usmin" / "crosswalk" / f"{name}.csv").write_text("word,code,note\n")
        path = tmp_path / "usmin" / "columns.toml"
        path.write_text("\n".join(lines), encoding="utf-8")
        return mapping_of(path)

    return write


def test_an_id_is_all_that_must_be_said(mapping: Write) -> None:
    read = mapping('id = "ID"')
    assert (read.id, read.crs, read.accuracy_m, read.separator) == (("ID",), "EPSG:4326", None, ",")
    assert (read.needed(), read.crosswalks()) == ({"ID"}, set())


def test_a_text_is_a_column_and_always_is_a_value(mapping: Write) -> None:
    read = mapping('id = ["A", "B"]', 'status = "S"', 'country = { always = "US" }', 'layer = { always = "sites" }')
    assert read.coded == {"country": Told(always="US"), "status": Told(column="S")}
    assert read.layer == Told(always="sites")
    assert (read.needed(), read.crosswalks()) == ({"A", "B", "S"}, {"status"})


def test_commodities_keep_their_ranks_in_order(mapping: Write) -> None:
    read = mapping('id = "ID"', "[commodities]", 'unranked = "rest"', 'primary = ["c1", "c2"]', 'separator = ";"')
    assert read.commodities == (("c1", 1), ("c2", 1), ("rest", None))
    assert (read.separator, read.crosswalks()) == (";", {"commodity"})


@pytest.mark.parametrize(("line", "metres"), [("30", 30.0), ("0.5", 0.5), ('"ACC"', "ACC")])
def test_the_accuracy_is_metres_or_their_column(mapping: Write, line: str, metres: object) -> None:
    assert mapping('id = "ID"', f"accuracy_m = {line}").accuracy_m == metres


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["id = "], "it is not TOML in UTF-8"),
        ([], "it does not say which columns make the id"),
        (["id = 1"], "id is 1; a text in quotes was expected"),
        (['id = ""'], "id is ''; a text in quotes was expected"),
        (["id = []"], "it does not say which columns make the id"),
        (["id = [1]"], "id is 1; a text in quotes was expected"),
        (['id = "ID"', 'colour = "x"'], "colour is not an attribute that we know; there are: accuracy_m, alteration"),
        (['id = "ID"', "name = 5"], "name is 5; a text in quotes was expected"),
        (['id = "ID"', 'name = { always = "x" }'], "name is {'always': 'x'}; a text in quotes was expected"),
        (['id = "ID"', 'status = { ever = "x" }'], "status.ever is not an attribute that we know; there are: always"),
        (['id = "ID"', "status = {}"], "status.always is None; a text in quotes was expected"),
        (['id = "ID"', 'status = { always = "gone" }'], "status is always 'gone', which is no code of the vocabulary"),
        (['id = "ID"', 'deposit_size = { always = "vast" }'], "which is no code of the vocabulary size"),
        (['id = "ID"', 'longitude = "x"'], "longitude and latitude go together"),
        (['id = "ID"', 'commodities = "c"'], "commodities is 'c'; a table was expected, such as [commodities]"),
        (['id = "ID"', "[commodities]", 'best = "c"'], "commodities.best is not an attribute that we know"),
        (['id = "ID"', "accuracy_m = 0"], "accuracy_m is 0; a number of metres or the name of a column was expected"),
        (['id = "ID"', "accuracy_m = true"], "accuracy_m is True; a number of metres"),
        (['id = "ID"', "accuracy_m = inf"], "accuracy_m is inf; a number of metres"),
        (['id = "ID"', 'accuracy_m = ""'], "accuracy_m is ''; a number of metres"),
        (['id = "ID"', 'crs = "EPSG:4230"'], "crs: the coordinate system EPSG:4230 is not one that we know"),
        (['id = "ID"', 'state = "S"'], "it maps words that crosswalk/state.csv explains, which is missing"),
    ],
    ids=lambda value: " ".join(value[-2:]) if isinstance(value, list) else "",
)
def test_what_cannot_be_is_refused_with_what_would_be_right(mapping: Write, lines: list[str], sentence: str) -> None:
    with pytest.raises(FileFault) as refusal:
        mapping(*lines)
    said = refusal.value.words
    assert said.en.startswith("usmin/columns.toml: ")
    assert sentence in said.en
    assert said.es.startswith("usmin/columns.toml: ")
    assert said.es != said.en


def test_a_mapping_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "columns.toml").write_bytes('id = "Número"'.encode("latin-1"))
    with pytest.raises(FileFault, match="it is not TOML in UTF-8"):
        mapping_of(tmp_path / "columns.toml")
