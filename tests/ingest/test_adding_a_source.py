"""A third source that is only a folder: the one that docs/adding-a-source.md describes, taken out of that page, the
whole way from its file to a feature of the service; and the same rows as a GeoPackage and as KML."""

import csv
import gzip
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import geopandas
import pytest
from fastapi.testclient import TestClient
from shapely import Point
from sqlalchemy import Engine

from ingest import mapping, sources

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "adding-a-source.md").read_text(encoding="utf-8")
FILES = {
    name: dedent(text)
    for name, text in re.findall(r"^ *`(example[/.]\S+)`\n\n *```\w+\n(.*?)^ *```", PAGE, re.MULTILINE | re.DOTALL)
}

Vetalode = Callable[..., tuple[int, str, str]]
ClientOf = Callable[[Engine], TestClient]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of sources with the page's example beside the real ones."""
    among = tmp_path / "sources"
    for name, text in FILES.items():
        path = among / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for name in sources.names():
        (among / name).symlink_to(sources.HERE / name)
    monkeypatch.setattr(sources, "HERE", among)
    return among


def rows() -> list[dict[str, str]]:
    return list(csv.DictReader(FILES["example.csv"].splitlines()))


def feature(client: TestClient, feature_id: str) -> dict[str, Any]:
    answer = client.get(f"/collections/deposits/items/{feature_id}")
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def as_csv(path: Path) -> Path:
    path.write_text(FILES["example.csv"], encoding="utf-8")
    return path


def as_geopackage(path: Path) -> Path:
    """The example's rows as points in NAD83; those without a place as nothing."""
    said = rows()
    places = [Point(float(row["lon"]), float(row["lat"])) if row["lon"] else None for row in said]
    columns = {name: [row[name] or None for row in said] for name in said[0] if name not in ("lon", "lat")}
    columns["number"] = [int(row["number"]) for row in said]
    geopandas.GeoDataFrame(columns, geometry=places, crs=4269).to_file(path)
    return path


def as_kml(path: Path) -> Path:
    """The example's rows as placemarks, each with only the columns that it fills."""
    marks = (
        "<Placemark><ExtendedData>"
        + "".join(f'<Data name="{name}"><value>{words}</value></Data>' for name, words in row.items() if words)
        + "</ExtendedData>"
        + (f"<Point><coordinates>{row['lon']},{row['lat']}</coordinates></Point>" if row["lon"] else "")
        + "</Placemark>"
        for row in rows()
    )
    path.write_text(f"<kml><Document>{''.join(marks)}</Document></kml>", encoding="utf-8")
    return path


def test_the_page_holds_a_whole_source() -> None:
    assert {"example/about.toml", "example/columns.toml", "example.csv"} < set(FILES)
    assert {name for name in FILES if "crosswalk" in name} == {
        f"example/crosswalk/{name}.csv" for name in ("commodity", "status", "state", "deposit_type")
    }


def test_the_page_names_all_that_a_mapping_and_a_readme_may_hold() -> None:
    assert [name for name in mapping.KNOWN if f"`{name}`" not in PAGE and f"`[{name}]`" not in PAGE] == []
    assert [name for name in (*mapping.RANKS, "separator") if f"`{name}`" not in PAGE] == []
    assert [name for name in sources.About.__slots__ if name != "id" and f"`{name}`" not in PAGE] == []
    pages = [(sources.HERE / name / "README.md").read_text(encoding="utf-8") for name in sources.names()]
    shared = set.intersection(*(set(re.findall(r"^## (.+)$", page, re.MULTILINE)) for page in pages))
    assert [heading for heading in shared if heading not in PAGE] == []


def test_the_example_is_ingested_published_and_said_by_the_service(
    folder: Path, empty_store: Engine, vetalode: Vetalode, client_of: ClientOf
) -> None:
    file = folder / "example.csv"
    code, told, _ = vetalode(empty_store, "ingest", "example", file, "--synthetic", "--retrieved", "2026-11-20")
    assert code == 0
    assert "3 rows in = 2 to publish + 1 rejected + 0 unchanged" in told
    (reject,) = json.loads(vetalode(empty_store, "rejects", "--format", "json")[1])
    assert (reject["code"], reject["row_number"], reject["field"]) == ("position-missing", 4, "lon")
    (word,) = json.loads(vetalode(empty_store, "unmapped", "--source", "example", "--format", "json")[1])
    assert (word["attribute"], word["word"]) == ("commodity", "Unobtainium")
    assert word["crosswalk"].endswith("example/crosswalk/commodity.csv")
    assert "see `vetalode unmapped`" in vetalode(empty_store, "publish")[2]
    assert vetalode(empty_store, "publish", "--accept", "unmapped")[0] == 0

    client = client_of(empty_store)
    first = feature(client, "example-A1-7")
    assert first["geometry"]["coordinates"] == pytest.approx([-110.5, 32.5], abs=1e-5)
    assert (
        first["properties"]
        | {
            "name": "EL EJEMPLO",
            "country": "US",
            "source_country": None,
            "state": "US-AZ",
            "source_state": "Arizona",
            "source_county": "Pinal",
            "commodities": "copper,gold,silver",
            "primary_commodities": "copper",
            "source_commodities": "main: Copper; others: Gold; Silver",
            "status": "producer",
            "source_status": "Mine (active)",
            "deposit_type": "skarn",
            "source_deposit_type": "Cu skarn",
            "discovered_year": 1899,
            "source_years": "discovered_year: 1899",
            "source_crs": "EPSG:4269",
            "layer": "sites",
            "source_url": "https://survey.example/sites/A1-7",
            "retrieved": "2026-11-20",
            "synthetic": True,
            "source_row": 2,
        }
        == first["properties"]
    )
    assert first["properties"]["citation"].startswith("Synthetic sample data of Vetalode, not data of Example Survey")
    second = feature(client, "example-A1-8")["properties"]
    assert (second["status"], second["deposit_type"], second["discovered_year"]) == ("occurrence", None, None)
    assert second["source_deposit_type"] == "not recorded"
    # 30 m as the first row says and 250 m where a row says none, each with the 4 m of the operation from NAD83.
    accuracies = first["properties"]["position_accuracy_m"], second["position_accuracy_m"]
    assert accuracies == pytest.approx((30, 250), abs=1)

    (card,) = client.get("/sources").json()["sources"]
    assert (card["id"], card["title_es"], card["deposits"]) == ("example", "Sitios de ejemplo", 2)
    assert client.get("/collections/deposits/items?source=example&commodity=silver").json()["numberMatched"] == 1
    assert vetalode(empty_store, "ingest", "example", file, "--synthetic")[2].endswith("nothing was written\n")


def test_a_third_source_stands_beside_the_two(
    folder: Path, own_sample_store: Engine, vetalode: Vetalode, client_of: ClientOf
) -> None:
    assert vetalode(own_sample_store, "ingest", "example", folder / "example.csv", "--synthetic")[0] == 0
    assert vetalode(own_sample_store, "publish", "--accept", "unmapped")[0] == 0
    client = client_of(own_sample_store)
    assert [card["id"] for card in client.get("/sources").json()["sources"]] == ["example", "mrds", "sgm"]
    assert feature(client, "mrds-99900001")["properties"]["name"] == "Morenci Mine"


FORMS: dict[str, Callable[[Path], Path]] = {
    "geopackage": lambda at: as_geopackage(at / "sites.gpkg"),
    "geopackage in a zip": lambda at: zipped(as_geopackage(at / "sites.gpkg"), at / "sites.zip"),
    "kml": lambda at: as_kml(at / "sites.kml"),
    "kmz": lambda at: zipped(as_kml(at / "doc.kml"), at / "sites.kmz"),
    "csv": lambda at: as_csv(at / "sites.csv"),
    "csv in gzip": lambda at: gzipped(as_csv(at / "sites.csv")),
    "csv in a zip": lambda at: zipped(as_csv(at / "sites.csv"), at / "sites.zip"),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_rows_mean_the_same_in_every_form(
    folder: Path, tmp_path: Path, empty_store: Engine, vetalode: Vetalode, one: Callable[..., Any], form: str
) -> None:
    _, told, _ = vetalode(empty_store, "ingest", "example", FORMS[form](tmp_path))
    assert "3 rows in = 2 to publish + 1 rejected" in told
    said = (
        "source_id, name, status, state, deposit_type, round(longitude::numeric, 6), round(latitude::numeric, 6), layer"
    )
    look = f"SELECT string_agg(concat_ws(' ', {said}), '; ' ORDER BY source_id) FROM record"
    assert one(empty_store, look) == (
        "A1-7 EL EJEMPLO producer US-AZ skarn -110.500000 32.500000 sites;"
        " A1-8 Second occurrence US-AZ -111.250000 33.750000 sites"
    )


def zipped(path: Path, into: Path) -> Path:
    with zipfile.ZipFile(into, "w") as archive:
        archive.write(path, path.name)
    return into


def gzipped(path: Path) -> Path:
    into = path.with_name(f"{path.name}.gz")
    into.write_bytes(gzip.compress(path.read_bytes()))
    return into


def test_a_change_of_the_mapping_is_understood_anew(folder: Path, empty_store: Engine, vetalode: Vetalode) -> None:
    file, columns = folder / "example.csv", folder / "example" / "columns.toml"
    assert vetalode(empty_store, "ingest", "example", file)[0] == 0
    columns.write_text(columns.read_text().replace('"n/a"', '"n/a", "Unobtainium"'))
    assert "2 unchanged (2 of them understood anew)" in vetalode(empty_store, "ingest", "example", file)[1]
    assert "[]" in vetalode(empty_store, "unmapped", "--format", "json")[1]


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_mapping_that_cannot_be_stops_the_command_with_one_sentence(
    folder: Path, empty_store: Engine, vetalode: Vetalode, lang: str
) -> None:
    columns = folder / "example" / "columns.toml"
    columns.write_text('stuff = "x"\n' + columns.read_text())
    code, _, told = vetalode(empty_store, "ingest", "example", folder / "example.csv", lang=lang)
    wrong = {"en": "stuff is not an attribute that we know", "es": "stuff no es un atributo conocido"}
    assert code == 1
    assert f"example/columns.toml: {wrong[lang]}" in " ".join(told.split())


@pytest.mark.parametrize("line", ['colour = "blue"', "accuracy_m = ", 'title_en = "twice"'])
def test_an_about_that_cannot_be_understood_names_its_file(
    folder: Path, empty_store: Engine, vetalode: Vetalode, line: str
) -> None:
    about = folder / "example" / "about.toml"
    about.write_text(about.read_text() + line + "\n")
    code, _, told = vetalode(empty_store, "ingest", "example", folder / "example.csv")
    assert (code, "example/about.toml: it cannot be understood" in told) == (1, True)


@pytest.mark.parametrize("command", [("ingest", "deposits"), ("ingest", "mrds"), ("publish",)])
@pytest.mark.parametrize("lang", ["en", "es"])
def test_no_source_can_be_called_as_all_deposits_together_are(
    folder: Path,
    own_sample_store: Engine,
    vetalode: Vetalode,
    all_rows: Callable[[Engine], Any],
    command: tuple[str, ...],
    lang: str,
) -> None:
    (folder / "example").rename(folder / "deposits")
    before = all_rows(own_sample_store)
    files = [folder / "example.csv"] if "ingest" in command else []
    code, _, told = vetalode(own_sample_store, *command, *files, lang=lang)
    said = {"en": "no source can be called 'deposits'", "es": "ninguna fuente puede llamarse 'deposits'"}
    assert code == 1
    assert said[lang] in " ".join(told.split())
    assert "sources/deposits" in told
    assert all_rows(own_sample_store) == before
