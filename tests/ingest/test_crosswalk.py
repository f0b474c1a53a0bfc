"""Words into codes by the CSVs of the sources: what the CSVs promise, and that nothing is guessed."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.vocabulary import TERMS, fold, vocabulary
from app.errors import FileFault
from ingest.crosswalk import Crosswalks
from ingest.sources import HERE, source

COMMODITIES = source("mrds").crosswalks["commodity"]
CSVS = sorted(HERE.glob("*/crosswalk/*.csv"))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


MRDS_NAMES = [row["word"] for row in rows(COMMODITIES.path)]


@pytest.fixture
def crosswalk(tmp_path: Path) -> Callable[..., Crosswalks]:
    """Crosswalks of which the commodities are as given."""

    def write(data: str | bytes) -> Crosswalks:
        (tmp_path / "commodity.csv").write_bytes(data if isinstance(data, bytes) else data.encode())
        return Crosswalks(tmp_path)

    return write


@pytest.mark.parametrize("path", CSVS, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_every_crosswalk_can_be_read_and_leads_to_codes_that_exist(path: Path) -> None:
    assert len(Crosswalks(path.parent)[path.stem].lines) == len({fold(row["word"]) for row in rows(path)})


@pytest.mark.parametrize("path", CSVS, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_no_line_of_a_crosswalk_is_ragged_or_without_a_word(path: Path) -> None:
    assert [row for row in rows(path) if None in row or None in row.values() or not row["word"].strip()] == []


def test_every_commodity_that_mrds_writes_has_a_code() -> None:
    assert len(MRDS_NAMES) == 194
    assert [name for name in MRDS_NAMES if COMMODITIES.code(name) not in vocabulary("commodity").terms] == []


def test_every_status_of_mrds_has_a_code() -> None:
    statuses = source("mrds").crosswalks["status"]
    words = ["Occurrence", "Prospect", "Producer", "Past Producer", "Plant", "Unknown"]
    assert [statuses.code(word) for word in words] == [
        "occurrence",
        "prospect",
        "producer",
        "past-producer",
        "plant",
        "unknown",
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Gold, Silver", ["Gold", "Silver"]),
        ("Sand and Gravel, Construction", ["Sand and Gravel, Construction"]),
        ("Sand and Gravel, Construction, Gold", ["Sand and Gravel, Construction", "Gold"]),
        ("Gold, Stone, Crushed/Broken, Silver", ["Gold", "Stone, Crushed/Broken", "Silver"]),
        ("Titanium, Metal, Titanium", ["Titanium, Metal", "Titanium"]),
        ("Titanium, Titanium, Metal", ["Titanium", "Titanium, Metal"]),
        ("Limestone,General ,  Gold", ["Limestone, General", "Gold"]),
        ("GOLD,silver", ["GOLD", "silver"]),
        ("Gold, Unobtainium, Silver", ["Gold", "Unobtainium", "Silver"]),
        ("Sand and Gravel, Unobtainium", ["Sand and Gravel", "Unobtainium"]),
        ("Gold,, ,Silver,", ["Gold", "Silver"]),
        ("", []),
        (" , ", []),
    ],
)
def test_a_list_is_cut_by_the_longest_known_name(text: str, names: list[str]) -> None:
    assert list(COMMODITIES.names(text)) == names


# No name of MRDS is the beginning of another across a comma, so a list of them has one reading only.
@given(st.lists(st.sampled_from(MRDS_NAMES)), st.sampled_from([",", ", ", " ,  "]))
def test_a_list_of_known_names_is_cut_into_just_those(names: list[str], comma: str) -> None:
    assert list(COMMODITIES.names(comma.join(names).replace(", ", comma))) == names


@given(st.lists(st.sampled_from([*MRDS_NAMES, "Unobtainium", "Metal", "Dimension", ""])).map(", ".join))
def test_no_word_of_a_list_is_lost_or_made_up(text: str) -> None:
    words = [part.strip() for part in text.split(",") if part.strip()]
    assert [part.strip() for name in COMMODITIES.names(text) for part in name.split(",")] == words


@pytest.mark.parametrize("word", ["Golden", "Gol", "Au", "", "Unobtainium"])
def test_an_unknown_word_has_no_code(word: str) -> None:
    assert word not in COMMODITIES
    assert COMMODITIES.code(word) is None


@pytest.mark.parametrize(
    ("text", "codes", "unexplained"),
    [
        ("MINA ACTIVA", ["mine-status-unknown", "producer"], ""),
        ("mina   activa", ["mine-status-unknown", "producer"], ""),
        ("MINA INACTIVA", ["mine-status-unknown", "past-producer"], ""),
        ("NO ACTIVA", ["producer"], "no"),
        ("REACTIVADA", [], "reactivada"),
        ("PRESA DE JALES", ["waste"], ""),
        ("MANIFESTACION PEQUEÑA", ["occurrence", None], ""),
        ("", [], ""),
    ],
)
def test_phrases_are_whole_words_the_longest_first(text: str, codes: list[str | None], unexplained: str) -> None:
    lines, rest = source("sgm").crosswalks["status"].phrases(text)
    assert ([line.code for line in lines], rest) == (codes, unexplained)


@pytest.mark.parametrize(
    "data",
    [
        "\ufeffword,code\nOro,gold\n",
        "word,code\r\nOro, gold \r\n\r\n,\r\n",
        "code,word\ngold,Oro",
        "word,code\nOro,gold\nORO,gold",
    ],
    ids=["mark of a spreadsheet", "blank lines", "columns in another order", "a word twice"],
)
def test_a_crosswalk_saved_by_a_spreadsheet_is_read(crosswalk: Callable[..., Crosswalks], data: str) -> None:
    read = crosswalk(data)["commodity"]
    assert read.code("oro") == "gold"
    assert read.phrases("plata") == ([], "plata")
    assert len(read.lines) == 1


@pytest.mark.parametrize(
    ("data", "en", "es"),
    [
        ("Oro,gould,", "line 2: its code is 'gould'; it should be a code of commodity.csv, such as 'gold'", "línea 2"),
        ("Oro,gold,\noro,silver,", "line 3: 'oro' stands in line 2 already, and means something else", "deje una"),
        ("Oro,gold,a\noro,gold,b", "line 3: 'oro' stands in line 2 already, and means something else", "deje una"),
        (",gold,\n", "line 2: it has no word; each line should begin with a word", "línea 2: no tiene palabra"),
        ('Oro,gold,\n"Plata,silver,\nCobre,copper,', "line 3: a quotation mark is left open", "una comilla queda"),
        ('"Plata,silver,\nCobre,copper,"', "line 2: a quotation mark is left open", "se escribe dos veces"),
        ('"Pla"ta,silver,', "line 2: a quotation mark is left open, or closed before the end", "línea 2: una comilla"),
        ("Oro,gold", "line 2: it has 2 cells and the first line names 3 columns", "tiene 2 celdas"),
        ("Oro, native,gold,", "line 2: it has 4 cells and the first line names 3 columns", "tiene 4 celdas"),
        ("Oro\0,gold,", "line 2: it holds the control character '\\x00'", "el carácter de control '\\x00'"),
    ],
)
def test_a_line_that_cannot_be_trusted_is_refused(
    crosswalk: Callable[..., Crosswalks], data: str, en: str, es: str
) -> None:
    with pytest.raises(FileFault, match=r"commodity\.csv: line") as refusal:
        crosswalk(f"word,code,kind\n{data}\n")["commodity"]
    assert en in refusal.value.words.en
    assert es in refusal.value.words.es


def test_a_crosswalk_without_a_line_explains_nothing(crosswalk: Callable[..., Crosswalks]) -> None:
    read = crosswalk("word,code\n")["commodity"]
    assert (read.lines, read.phrases("a vein of gold"), list(read.names("a, b"))) == (
        {},
        ([], "a vein of gold"),
        ["a", "b"],
    )


def test_a_crosswalk_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileFault, match=r"commodity\.csv: it cannot be read: No such file or directory"):
        Crosswalks(tmp_path)["commodity"]
    (tmp_path / "size.csv").mkdir()
    with pytest.raises(FileFault, match=r"size\.csv: it cannot be read: Is a directory"):
        _ = Crosswalks(tmp_path).digest


def test_the_digest_changes_with_any_crosswalk_and_with_nothing_else(crosswalk: Callable[..., Crosswalks]) -> None:
    before = crosswalk("word,code\nOro,gold\n").digest
    assert crosswalk("word,code\nOro,gold\n").digest == before
    assert crosswalk("word,code\nOro,silver\n").digest != before


@pytest.mark.parametrize(
    "name", ["size.csv", "commodity_kin.csv", "critical/index.csv", "critical/us-critical-2025.csv"]
)
def test_the_digest_changes_with_any_vocabulary_or_list(
    crosswalk: Callable[..., Crosswalks], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    terms = shutil.copytree(TERMS, tmp_path / "terms")
    monkeypatch.setattr("ingest.crosswalk.TERMS", terms)
    before = crosswalk("word,code\nOro,gold\n").digest
    (terms / name).write_bytes((terms / name).read_bytes() + b"\n")
    assert crosswalk("word,code\nOro,gold\n").digest != before
