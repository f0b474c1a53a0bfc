"""What a record means, as its deposit says it once published: status on its axes, and the critical lists."""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Row, text

from app.domain import critical
from app.domain.vocabulary import vocabulary
from ingest.pipeline import ingest
from ingest.publish import publish
from ingest.report import Teller
from ingest.sources import source
from tests.conftest import opened

US_2022, US_2025 = "us-critical-2022", "us-critical-2025"
MX_LAW, MX_SCARCE, MX_HELD = "mx-strategic-law", "mx-scarce-2026", "mx-held-2026"

# An id, and what the row says.
MRDS = {
    "occurrence": {"dev_stat": "Occurrence"},
    "prospect": {"dev_stat": "Prospect"},
    "producer": {"dev_stat": "Producer"},
    "past": {"dev_stat": "Past Producer"},
    "plant": {"dev_stat": "Plant"},
    "unknown": {"dev_stat": "Unknown"},
    "silent": {"dev_stat": " "},
    "gold": {"commod1": "Gold"},
    "copper": {"commod1": "Copper"},
    "copper-last": {"commod1": "Gold", "commod3": "Iron, Copper"},
    "chromite": {"commod1": "Chromium"},
    "rare": {"commod1": "REE"},
    "platinum": {"commod1": "PGE"},
    "manganese": {"commod1": "Manganese"},
    "lithium": {"commod1": "Lithium"},
    "both": {"commod1": "Lithium, Copper, Gold"},
    "nothing": {},
    "no-list": {"commod1": "Gold, Iron, Molybdenum"},
    "whole": {
        "country": "Mexico",
        "state": "Sonora",
        "county": "Cananea",
        "dev_stat": "Past Producer",
        "oper_type": "Surface",
        "prod_size": "L",
        "model": "42: W skarn",
        "dep_type": "Contact Metamorphic",
        "orebody_fm": "TABULAR",
        "hrock_unit": "Naco",
        "hrock_type": "Limestone",
        "alteration": "Silicification",
        "disc_yr": "1881",
        "dy_ba": "<",
        "yr_fst_prd": "1899",
        "yr_lst_prd": "0",
    },
    "lost": {"country": "Peru", "longitude": "76.13372", "latitude": "11.60044"},
    "far": {"country": "Peru"},
}
SGM = {
    "ACTIVA": {"Tipo de operación": "MINA ACTIVA"},
    "INACTIVA": {"Tipo de operación": "MINA INACTIVA"},
    "MINA": {"Tipo de operación": "MINA"},
    "JALES": {"Tipo de operación": "PRESA DE JALES"},
    "MANIFESTACION": {"Tipo de operación": "MANIFESTACION PEQUEÑA DE MINERAL IN SITU"},
    "DESCONOCE": {"Tipo de operación": "SE DESCONOCE"},
    "VETA": {"Estructura": "VETA", "Tipo de mineralización": "Vetas epitermales", "Alteración": "Silicificación"},
    "PLATA": {"Sustancia": "Ag, Pb, Zn"},
}
RETRIEVED = date(2026, 10, 4)


@pytest.fixture(scope="module")
def published(
    make_database: Callable[..., str], template: str, quiet: Teller, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """A release of the rows above, by the real ingest; tests only read it."""
    folder = tmp_path_factory.mktemp("published")
    columns = ["dep_id", "site_name", "longitude", "latitude", *{name: 0 for said in MRDS.values() for name in said}]
    with (folder / "mrds.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(dict.fromkeys(columns)), restval="")
        table.writeheader()
        for key, said in MRDS.items():
            table.writerow({"dep_id": key, "site_name": key, "longitude": "-110.3", "latitude": "30.95"} | said)
    features = [
        {"attributes": {"Nombre": name, "Escala": "Esc:1:250,000"} | said, "geometry": {"x": -110.3182, "y": 30.9571}}
        for name, said in SGM.items()
    ]
    answer = {"spatialReference": {"wkid": 4326}, "features": features}
    (folder / "minas.json").write_text(json.dumps(answer), encoding="utf-8")
    with opened(make_database(template)) as engine:
        ingest(source("mrds"), [folder / "mrds.csv"], engine, quiet, retrieved=RETRIEVED)
        ingest(source("sgm"), [folder / "minas.json"], engine, quiet, retrieved=RETRIEVED)
        publish(engine, quiet)
        yield engine


@pytest.fixture(scope="module")
def deposit(published: Engine) -> Callable[[str], Row[Any]]:
    """A deposit by the name of its row."""
    with published.connect() as connection:
        rows = {row.source_name: row for row in connection.execute(text("SELECT * FROM deposit"))}
    return lambda name: rows[name]


def test_every_row_is_published(deposit: Callable[[str], Row[Any]]) -> None:
    assert {deposit(name).source for name in MRDS} == {"mrds"}
    assert {deposit(name).source for name in SGM} == {"sgm"}


@pytest.mark.parametrize(
    ("name", "status", "kind", "occurrence", "mine"),
    [
        ("occurrence", "occurrence", "occurrence", "occurrence", None),
        ("prospect", "prospect", "occurrence", "prospect", None),
        ("producer", "producer", "occurrence", "deposit", "operating"),
        ("past", "past-producer", "occurrence", "deposit", "not-operating"),
        ("plant", "plant", "plant", None, None),
        ("unknown", "unknown", "occurrence", None, None),
        ("silent", None, None, None, None),
        ("ACTIVA", "producer", "occurrence", "deposit", "operating"),
        ("INACTIVA", "past-producer", "occurrence", "deposit", "not-operating"),
        ("MINA", "mine-status-unknown", "occurrence", "deposit", None),
        ("JALES", "waste", "waste", None, None),
        ("MANIFESTACION", "occurrence", "occurrence", "occurrence", None),
        ("DESCONOCE", None, None, None, None),
    ],
)
def test_a_status_is_told_on_three_axes(
    deposit: Callable[[str], Row[Any]], name: str, status: str | None, kind: str, occurrence: str, mine: str
) -> None:
    row = deposit(name)
    assert (row.status, row.feature_kind, row.occurrence_type, row.mine_status) == (status, kind, occurrence, mine)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        # MRDS was kept up until 2011; what SGM says is of the day on which it was asked.
        ("producer", "2011"),
        ("unknown", "2011"),
        ("silent", None),
        ("ACTIVA", "2026-10-04"),
        ("MANIFESTACION", "2026-10-04"),
        ("DESCONOCE", None),
        ("VETA", None),
    ],
)
def test_a_status_says_as_of_when_it_is(deposit: Callable[[str], Row[Any]], name: str, day: str | None) -> None:
    assert deposit(name).status_as_of == day


@pytest.mark.parametrize(
    ("name", "lists", "to", "commodities"),
    [
        ("nothing", [], [], []),
        ("no-list", [], [], []),
        ("gold", [], [], []),
        ("copper", [MX_HELD, US_2025], ["MX", "US"], ["copper"]),
        ("copper-last", [MX_HELD, US_2025], ["MX", "US"], ["copper"]),
        ("chromite", [MX_SCARCE, US_2022, US_2025], ["MX", "US"], ["chromium"]),
        ("rare", [US_2022, US_2025], ["US"], ["rare-earth-element"]),
        ("platinum", [MX_SCARCE, US_2022, US_2025], ["MX", "US"], ["platinum-group"]),
        # Whether the Mexican list means manganese is not certain.
        ("manganese", [US_2022, US_2025], ["US"], ["manganese"]),
        ("lithium", [MX_SCARCE, MX_LAW, US_2022, US_2025], ["MX", "US"], ["lithium"]),
        (
            "both",
            [MX_HELD, MX_SCARCE, MX_LAW, US_2022, US_2025],
            ["MX", "US"],
            ["copper", "lithium"],
        ),
        ("PLATA", [MX_HELD, US_2025, US_2022], ["MX", "US"], ["lead", "silver", "zinc"]),
    ],
)
def test_a_deposit_says_on_which_lists_it_is_to_whom_and_by_which_commodities(
    deposit: Callable[[str], Row[Any]], name: str, lists: list[str], to: list[str], commodities: list[str]
) -> None:
    row = deposit(name)
    assert sorted(row.critical_lists) == sorted(lists)
    assert (row.critical_to, row.critical_commodities) == (to, commodities)


def test_a_list_that_another_replaced_is_named_and_makes_nothing_critical(
    own_sample_store: Engine,
    quiet: Teller,
    one: Callable[..., Any],
    mrds: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing has left the list of the United States yet; here manganese does."""
    lists = critical.critical_lists()
    without = {commodity: by for commodity, by in lists[US_2025].counts.items() if commodity != "manganese"}
    edited = {**lists, US_2025: replace(lists[US_2025], counts=without)}
    monkeypatch.setattr(critical, "critical_lists", lambda: edited)
    ingest(source("mrds"), [mrds("1,a,30,-110,Manganese", more=",commod1")], own_sample_store, quiet, partial=True)
    publish(own_sample_store, quiet)
    for column, said in (("critical_lists", [US_2022]), ("critical_to", []), ("critical_commodities", [])):
        asked = f"SELECT {column} FROM deposit WHERE release = 2 AND id = 'mrds-1'"
        assert one(own_sample_store, asked) == said


def test_a_deposit_says_all_that_its_row_means(deposit: Callable[[str], Row[Any]]) -> None:
    said = deposit("whole")._asdict()
    expected = {
        "country": "MX",
        "source_country": "Mexico",
        "state": "MX-SON",
        "source_state": "Sonora",
        "source_county": "Cananea",
        "status": "past-producer",
        "operation_type": "surface",
        "deposit_type": "skarn-tungsten-mo",
        "source_deposit_type": "model: 42: W skarn; dep_type: Contact Metamorphic",
        "deposit_form": "tabular",
        "source_deposit_form": "TABULAR",
        "production_size": "large",
        "source_production_size": "L",
        "deposit_size": None,
        "operation_size": None,
        "source_host_rock": "hrock_unit: Naco; hrock_type: Limestone",
        "source_alteration": "Silicification",
        "discovered_year": 1881,
        "first_production_year": 1899,
        "last_production_year": None,
        "source_years": "disc_yr: <1881; yr_fst_prd: 1899; yr_lst_prd: 0",
        "position_accuracy_m": 500.0,
        "source_crs": "EPSG:4326",
        "transform": "none",
        "position_rule": None,
        "position_check": None,
    }
    assert {name: said[name] for name in expected} == expected
    veta = deposit("VETA")
    assert (veta.deposit_form, veta.deposit_type, veta.source_alteration) == ("vein", "epithermal", "Silicificación")
    assert (veta.state, veta.source_state) == ("MX-SON", None)
    assert (deposit("MANIFESTACION").operation_size, deposit("MANIFESTACION").deposit_size) == ("small", None)


def test_a_repair_and_a_remark_are_published_with_the_place(
    deposit: Callable[[str], Row[Any]], published: Engine, one: Callable[..., Any]
) -> None:
    lost, far = deposit("lost"), deposit("far")
    assert (lost.position_rule, lost.position_check) == ("both-signs", None)
    assert (far.position_rule, far.position_check) == (None, "outside-stated-country")
    asked = "SELECT ST_AsText(geom) FROM deposit WHERE source_id = 'lost'"
    assert one(published, asked) == "POINT(-76.13372 -11.60044)"
    raw = "SELECT raw->>'longitude' FROM record WHERE source_id = 'lost'"
    assert one(published, raw) == "76.13372"


def test_every_code_published_has_a_term(published: Engine, one: Callable[..., Any]) -> None:
    for name in ("status", "feature_kind", "occurrence_type", "mine_status", "deposit_type", "deposit_form", "state"):
        said = one(published, f"SELECT array_agg(DISTINCT {name}) FROM deposit WHERE {name} IS NOT NULL")
        assert said, name
        assert set(said) <= vocabulary(name).terms.keys()
