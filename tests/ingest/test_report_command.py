"""`vetalode report`: a run as a page, or as JSON."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ingest.__main__ import main


@pytest.fixture
def store(sample_store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", sample_store.url.render_as_string(hide_password=False))


@pytest.mark.usefixtures("store")
def test_a_run_is_written_as_a_page_in_the_language_asked_for_and_as_json(tmp_path: Path) -> None:
    page, data = tmp_path / "run.html", tmp_path / "run.json"
    assert main(["--lang", "es", "report", "1", "-o", str(page)]) == 0
    assert '<html lang="es"' in page.read_text(encoding="utf-8")
    assert main(["report", "1", "-o", str(data)]) == 0
    assert json.loads(data.read_text(encoding="utf-8"))["run"]["id"] == 1


@pytest.mark.usefixtures("store")
def test_another_ending_or_an_unknown_run_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lang", "en", "report", "-o", str(tmp_path / "run.pdf")]) == 1
    assert "should end in .html or .json" in capsys.readouterr().err
    assert main(["--lang", "en", "report", "999", "-o", str(tmp_path / "run.html")]) == 1
    assert "999" in capsys.readouterr().err
