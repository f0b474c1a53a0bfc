"""`vetalode export` writes what the service gives, whole or not at all."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

Vetalode = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("ending", ["geojson", "geojsonl", "csv"])
def test_a_file_is_what_the_service_gives(
    sample_store: Engine, client: TestClient, vetalode: Vetalode, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"gold.{ending}"
    asked = {"bbox": "-118,14,-86,33", "commodity": "gold"}
    words = [word for name, value in asked.items() for word in (f"--{name}", value)]
    code, said, _ = vetalode(sample_store, "export", "deposits", "-o", path, *words)
    given = client.get(f"/exports/deposits.{ending}", params=asked)
    assert path.read_bytes() == given.content
    number = client.get("/collections/deposits/items", params={"limit": 1, **asked}).json()["numberMatched"]
    assert (code, said.split(" of release")[0]) == (0, f"{path} is written: {number} deposits")
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("deposits", "-o", "gold.geojsn"), "no existe el formato '.geojsn'; ¿quiso decir .geojson?"),
        (("gold", "-o", "gold.csv"), "no existe la colección 'gold'; hay: deposits, mrds, sgm"),
        (("sgm", "-o", "gold.csv", "--bbox", "1,2,3"), "bbox='1,2,3': son cuatro números"),
        (("sgm", "-o", "gold.csv", "--filter", "nam = 1"), "¿quiso decir 'name'?"),
        (("sgm", "-o", "gold.geojson", "--bom", "true"), "bom es sólo para CSV, no para GeoJSON"),
        (("sgm", "-o", "gold.geojson", "--crs", "EPSG:6372"), "crs: GeoJSON no conoce más posiciones"),
        (("sgm", "-o", "nowhere/gold.csv"), "nowhere"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    sample_store: Engine,
    vetalode: Vetalode,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = vetalode(sample_store, "export", *words, lang="es")
    assert (code, out) == (1, "")
    assert said in err
    assert err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_stays_as_it_was_where_another_cannot_be_made(
    sample_store: Engine, vetalode: Vetalode, tmp_path: Path
) -> None:
    path = tmp_path / "gold.csv"
    path.write_text("as it was")
    assert vetalode(sample_store, "export", "deposits", "-o", path, "--status", "nowhere")[0] == 1
    assert path.read_text() == "as it was"
