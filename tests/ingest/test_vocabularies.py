"""The vocabularies in the store: as the CSVs have them, written only where they differ."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.domain import critical
from app.domain.vocabulary import TERMS, TITLES, vocabulary
from app.errors import FileFault
from ingest.sources import all_about
from ingest.vocabularies import store_vocabularies


def test_every_term_and_source_is_stored(sample_store: Engine) -> None:
    with sample_store.connect() as connection:
        for name in TITLES:
            stored = connection.execute(text(f"SELECT code, label_en, label_es FROM {name}")).all()
            terms = vocabulary(name).terms.values()
            assert sorted(stored) == sorted((term.code, term.label.en, term.label.es) for term in terms)
        assert sorted(connection.scalars(text("SELECT id FROM source"))) == sorted(all_about())


def test_storing_twice_writes_nothing(own_sample_store: Engine, all_rows: Callable[[Engine], Any]) -> None:
    before = all_rows(own_sample_store)
    with own_sample_store.begin() as connection:
        store_vocabularies(connection)
    assert all_rows(own_sample_store) == before


@pytest.mark.parametrize("change", ["label_es = 'Au'", "symbols = NULL", 'note = NULL, "group" = NULL'])
def test_what_differs_is_written_and_what_the_csv_no_longer_has_stays(
    own_sample_store: Engine, one: Callable[..., Any], change: str
) -> None:
    with own_sample_store.begin() as connection:
        connection.execute(text(f"UPDATE commodity SET {change} WHERE code = 'gold'"))
        connection.execute(text("INSERT INTO commodity VALUES ('phlogiston', 'Phlogiston', 'Flogisto')"))
        store_vocabularies(connection)
    gold = "SELECT concat_ws(' ', label_es, symbols, \"group\", note IS NULL) FROM commodity WHERE code = 'gold'"
    assert one(own_sample_store, gold).startswith("Oro Au precious-metal")
    assert one(own_sample_store, "SELECT count(*) FROM commodity WHERE code = 'phlogiston'") == 1


@pytest.fixture
def spoilt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the vocabularies in their place, to be spoilt."""
    terms = Path(shutil.copytree(TERMS, tmp_path / "terms"))
    for module in ("app.domain.vocabulary", "app.domain.critical", "ingest.vocabularies"):
        monkeypatch.setattr(f"{module}.TERMS", terms)
    monkeypatch.setattr("app.domain.critical.FOLDER", terms / "critical")
    read = (vocabulary, critical.critical_lists, critical.current)
    for one in read:
        one.cache_clear()
    yield terms
    for one in read:
        one.cache_clear()


@pytest.mark.parametrize(
    ("file", "old", "new", "en", "es"),
    [
        ("size.csv", "small,Small", '"small,Small', "line 5: a quotation mark is left open", "línea 5: una comilla"),
        ("size.csv", "small,Small", "large,Small", "line 5: its code 'large' stands in line 3", "está en la línea 3"),
        ("size.csv", "Small,Pequeño", "Small,", "line 5: small has no label_es", "línea 5: small no tiene label_es"),
        ("status.csv", "code,", "codes,", "line 1: the column code is missing", "falta la columna code"),
        ("mine_status.csv", ",not-operating", ",nowhere", "its parent is 'nowhere'; it should be a code of", "nowhere"),
        ("mine_status.csv", "not-operating,\n", "not-operating,closed\n", "lead back to", "vuelven a"),
        (
            "status_axes.csv",
            "producer,",
            "produces,",
            "its status is 'produces'; it should be a code of status",
            "axes",
        ),
        ("status_axes.csv", "deposit,operating", "deposit,open", "its mine_status is 'open'", "en mine_status tiene"),
        ("commodity_kin.csv", "rutile,", "rutil,", "its commodity is 'rutil'; it should be a code of", "'rutil'"),
        ("commodity_kin.csv", "rutile,form-of", "rutile,of", "its relation is 'of'; it should be one of:", "uno de:"),
        ("critical/index.csv", "2025-11-07,", "7/11/2025,", "its listed_on is '7/11/2025'", "un día como 2025-11-07"),
        ("critical/index.csv", "US,2025", "USA,2025", "its country is 'USA'", "un código de country.csv"),
        ("critical/index.csv", "official", "rumoured", "it should be one of: law, official, presented", "debe ser uno"),
        ("critical/index.csv", "us-critical-2025,", "us-2025,", "us-critical-2025.csv: no line of index.csv", "saque"),
        ("critical/us-critical-2025.csv", "silver,", "sliver,", "'sliver'; it should be a code of", "como 'silver'"),
        ("critical/us-critical-2025.csv", "silver,yes", "silver,si", "it should be one of: yes, no", "uno de: yes, no"),
        ("critical/us-critical-2025.csv", "silver,", "copper,", "its commodity 'copper' stands in line 2", "línea 2"),
    ],
)
def test_a_damaged_table_is_told_by_its_line_and_never_reaches_the_database(
    empty_store: Engine, spoilt: Path, file: str, old: str, new: str, en: str, es: str
) -> None:
    path = spoilt / file
    before = path.read_text(encoding="utf-8")
    assert old in before
    path.write_text(before.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FileFault) as refusal, empty_store.begin() as connection:
        store_vocabularies(connection)
    assert en in refusal.value.words.en
    assert es in refusal.value.words.es


def test_a_list_without_its_file_or_without_its_line_is_told(empty_store: Engine, spoilt: Path) -> None:
    listed = spoilt / "critical" / "mx-strategic-law.csv"
    listed.rename(listed.with_stem("mx-law"))
    with pytest.raises(FileFault, match=r"mx-law\.csv: no line of index\.csv has the code mx-law; add one"):
        critical.critical_lists()
    listed.with_stem("mx-law").unlink()
    with pytest.raises(FileFault, match=r"index\.csv: line 4: the list 'mx-strategic-law' has no file") as refusal:
        critical.critical_lists()
    assert "agréguelo, o quite la línea" in refusal.value.words.es


@pytest.mark.parametrize("name", [*TITLES, "status_axes", "commodity_kin", "critical/index"])
def test_a_table_that_is_missing_or_empty_is_named(empty_store: Engine, spoilt: Path, name: str) -> None:
    path = spoilt / f"{name}.csv"
    path.unlink()
    for words in ("cannot be read: No such file", "the table is empty"):
        with pytest.raises(FileFault, match=f"{path.name}: .*{words}"), empty_store.begin() as connection:
            store_vocabularies(connection)
        path.touch()
