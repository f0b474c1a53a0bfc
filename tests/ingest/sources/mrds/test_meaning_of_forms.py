"""Rows of every form of MRDS through the one harmoniser: from the agency's file to what is understood."""

import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import geopandas
import pytest
from shapely import Point

from app.domain.deposit import Harmonised
from app.errors import FileFault
from ingest.rows import Row, RowRejected
from ingest.sources import source

MRDS = source("mrds")
COORDS = "dep_id line lat_dec lon_dec datum wgs84_lat wgs84_lon loc_prec"
CANANEA = ("-110.30066", "30.95015")

Table = Callable[..., str]
Release = Callable[..., Path]


def meanings(*paths: Path) -> dict[str | None, Harmonised]:
    """What the rows of files mean, by their dep_id."""
    found = [file for path in paths for file in MRDS.files_of(path)]
    rows = [row for row in MRDS.read(found) if isinstance(row, Row)]
    return {row.key: MRDS.harmonise(row.raw, MRDS.crosswalks, MRDS.places) for row in rows}


def reason(*paths: Path) -> tuple[str, str, str]:
    with pytest.raises(RowRejected) as rejection:
        meanings(*paths)
    told = rejection.value.reason
    return told.code, told.words.en, told.words.es


# --- relational -----------------------------------------------------------------------------------------------------


@pytest.fixture
def relational(table: Table, release: Release) -> Callable[..., Harmonised]:
    """The meaning of deposit 10 of a relational release: a row of Coords, and further tables as they are written."""

    def write(*coords: object, **further: str) -> Harmonised:
        texts = {"Deposits": table("dep_id dev_st", ("10", "Producer")), **further}
        if coords:
            texts["Coords"] = table(COORDS, ("10", 1, *coords))
        (meant,) = meanings(release(**texts)).values()
        return meant

    return write


def test_all_tables_of_a_deposit_are_one_row(relational: Callable[..., Harmonised], table: Table) -> None:
    meant = relational(
        *(30.95, -110.30, "NAD27", 30.95015, -110.30066, ""),
        Deposits=table(
            "dep_id dev_st oper_tp dep_tp prod_size deposit_size disc_yr dy_ba yr_fst_prd",
            ("10", "Past Producer", "Surface", "Vein", "S", "L", 1881, "<", 0),
        ),
        Location=table("dep_id line country state_prov county", ("10", 1, "Mexico", "Sonora", "Cananea")),
        Names=table("dep_id line name status", ("10", 1, "Old Cananea", "Previous"), ("10", 2, "Cananea ", "Current")),
        Commodity=table(
            "dep_id line commod code import",
            *(
                ("10", 1, "Copper", "CU", "Primary"),
                ("10", 2, "Gold", "AU", "Secondary"),
                ("10", 3, "Silver", "AG", ""),
            ),
        ),
        Model=table("dep_id rec model_name mod_cd", ("10", 1, "Porphyry Cu", "53")),
        Orebody=table("dep_id line form", ("10", 1, "TABULAR")),
        Alteration=table("dep_id line alterat_text", ("10", 1, "Sericitization")),
    )
    assert (meant.name, meant.source_name, meant.other_names) == ("Cananea", "Cananea ", "Old Cananea")
    assert (meant.country, meant.state, meant.source_county) == ("MX", "MX-SON", "Cananea")
    assert [(one.code, one.rank) for one in meant.commodities] == [("copper", 1), ("gold", 2), ("silver", None)]
    assert (meant.status, meant.operation_type) == ("past-producer", "surface")
    assert (meant.production_size, meant.deposit_size, meant.operation_size) == ("small", "large", None)
    assert (meant.deposit_type, meant.deposit_form) == ("porphyry-copper-gold", "tabular")
    assert (meant.discovered_year, meant.first_production_year) == (1881, None)
    assert meant.source_years == "disc_yr: <1881; yr_fst_prd: 0"
    assert meant.source_alteration == "Sericitization"
    assert meant.source_url == "https://mrdata.usgs.gov/mrds/show-mrds.php?dep_id=10"
    assert meant.unmapped == ()


def test_the_values_in_wgs84_go_before_the_original_ones(relational: Callable[..., Harmonised]) -> None:
    position = relational(30.95, -110.30, "NAD27", 30.95015, -110.30066, "").position
    assert (position.longitude, position.latitude) == (-110.30066, 30.95015)
    assert (position.source_crs, position.transform, position.accuracy_m) == ("EPSG:4326", "none", 500.0)


@pytest.mark.parametrize(
    ("datum", "source_crs", "operation", "off_m"),
    [
        ("NAD27", "EPSG:4267", "(EPSG:1187)", 12.0),
        ("nad 27", "EPSG:4267", "(EPSG:1187)", 12.0),
        ("NAD83", "EPSG:4269", "(EPSG:1188)", 4.0),
        ("WGS84", "EPSG:4326", "none", 0.0),
        ("WGS 84", "EPSG:4326", "none", 0.0),
    ],
)
def test_original_values_come_to_wgs84_from_the_datum_stated(
    relational: Callable[..., Harmonised], datum: str, source_crs: str, operation: str, off_m: float
) -> None:
    position = relational(30.95015, -110.30066, datum, None, None, "").position
    assert (position.source_crs, position.check) == (source_crs, None)
    assert operation in position.transform
    assert position.accuracy_m == math.hypot(500.0, off_m)
    assert (position.longitude == -110.30066) is (operation != "(EPSG:1187)")


@pytest.mark.parametrize("datum", ["", " ", "Unknown", "OLD HAWAIIAN"])
def test_a_datum_that_is_not_stated_is_said_and_costs_accuracy(
    relational: Callable[..., Harmonised], datum: str
) -> None:
    position = relational(30.95015, -110.30066, datum, None, None, "").position
    assert (position.longitude, position.source_crs, position.transform) == (-110.30066, "EPSG:4326", "none")
    assert (position.check, position.accuracy_m) == ("datum-not-stated", math.hypot(500.0, 100.0))


def test_a_place_at_odds_is_said_before_a_datum_that_is_missing(
    relational: Callable[..., Harmonised], table: Table
) -> None:
    location = table("dep_id line country", ("10", 1, "Peru"))
    assert relational(30.95, -110.3, "", None, None, "", Location=location).position.check == "outside-stated-country"


@pytest.mark.parametrize(
    ("precision", "accuracy_m"),
    [
        ("25", 25.0),
        ("12.5", 12.5),
        (" 100 ", 100.0),
        ("0", 500.0),
        ("0.0", 500.0),
        ("", 500.0),
        ("about a mile", 500.0),
        ("100 m", 500.0),
        ("5²", 500.0),
        ("-5", 500.0),
    ],
)
def test_a_precision_in_metres_is_the_accuracy_and_words_are_not(
    relational: Callable[..., Harmonised], precision: str, accuracy_m: float
) -> None:
    assert relational(30.95, -110.3, "", 30.95015, -110.30066, precision).position.accuracy_m == accuracy_m
    of_nad27 = relational(30.95, -110.3, "NAD27", None, None, precision).position
    assert of_nad27.accuracy_m == math.hypot(accuracy_m, 12.0)


def test_nad27_abroad_has_no_way_to_wgs84(table: Table, release: Release) -> None:
    texts = {
        "Deposits": table("dep_id dev_st", ("10", "Producer")),
        "Location": table("dep_id line country", ("10", 1, "Peru")),
        "Coords": table(COORDS, ("10", 1, -11.6, -76.1, "NAD27", None, None, "")),
    }
    code, en, es = reason(release(**texts))
    assert code == "position-frame"
    assert "for country PE no operation to WGS 84 is chosen" in en
    assert "para el país PE no hay operación elegida" in es


def test_rows_of_no_deposit_are_rejected_with_the_tables_they_stand_in(table: Table, release: Release) -> None:
    folder = release(
        Coords=table(COORDS, ("11", 1, 30.95, -110.3, "", None, None, "")),
        Model=table("dep_id rec model_name mod_cd", ("11", 1, "Porphyry Cu", "53")),
    )
    code, en, es = reason(folder)
    assert code == "deposit-missing"
    assert en.startswith("the id stands in Coords, Model, but in no table of deposits")
    assert es.startswith("el identificador está en Coords, Model, pero en ninguna tabla de yacimientos")


def test_a_deposit_without_coordinates_is_a_position_missing(table: Table, release: Release) -> None:
    assert reason(release(Deposits=table("dep_id dev_st", ("10", "Producer"))))[0] == "position-missing"


def test_the_short_form_has_codes_for_its_commodities_and_no_datum_to_state(
    relational: Callable[..., Harmonised], table: Table, release: Release
) -> None:
    columns = "dep_id name dev_stat code_list longitude latitude"
    short = table(columns, ("10", "Cananea", "Producer", " CU MO ", -110.30066, 30.95015), ordinal=False)
    (meant,) = meanings(release("short", MRDS=short)).values()
    assert [(one.code, one.rank, one.words) for one in meant.commodities] == [
        ("copper", None, "CU"),
        ("molybdenum", None, "MO"),
    ]
    assert (meant.status, meant.country, meant.state) == ("producer", "MX", "MX-SON")
    assert meant.source_commodities == "code_list: CU MO"
    assert (meant.position.check, meant.position.accuracy_m) == (None, 500.0)


# --- the WFS --------------------------------------------------------------------------------------------------------

GML2 = '<gml:Point srsName="EPSG:4326"><gml:coordinates>{0},{1}</gml:coordinates></gml:Point>'
GML3 = '<gml:Point srsName="EPSG:4326"><gml:pos>{1} {0}</gml:pos></gml:Point>'


@pytest.fixture
def wfs(tmp_path: Path) -> Callable[..., Path]:
    """An answer of the WFS with one feature."""

    def write(at: tuple[str, str], gml: str = GML3, **said: str) -> Path:
        told = {"dep_id": "10", "site_name": "Cananea"} | said
        columns = "".join(f"<ms:{name}>{value}</ms:{name}>" for name, value in told.items())
        feature = f"<gml:featureMember><ms:mrds>{gml.format(*at)}{columns}</ms:mrds></gml:featureMember>"
        path = tmp_path / "mrds.xml"
        head = '<wfs:FeatureCollection xmlns:ms="m" xmlns:gml="g" xmlns:wfs="w">'
        path.write_text(f"{head}{feature}</wfs:FeatureCollection>")
        return path

    return write


@pytest.mark.parametrize("gml", [GML2, GML3], ids=["version 1.0.0", "version 1.1.0"])
def test_a_feature_of_the_wfs_lies_where_either_version_puts_it(wfs: Callable[..., Path], gml: str) -> None:
    (meant,) = meanings(wfs(CANANEA, gml, fips_code="fMX", dev_stat="Producer", code_list=" CU MO  ")).values()
    assert (meant.position.longitude, meant.position.latitude) == (-110.30066, 30.95015)
    assert (meant.position.check, meant.position.accuracy_m) == (None, 500.0)
    assert (meant.name, meant.status, meant.country, meant.state) == ("Cananea", "producer", "MX", "MX-SON")
    assert [(one.code, one.rank) for one in meant.commodities] == [("copper", None), ("molybdenum", None)]
    assert (meant.source_country, meant.source_state, meant.unmapped) == (None, None, ())


@pytest.mark.parametrize(
    ("at", "fips_code", "country", "check"),
    [
        (("-116.2", "40.8"), "f32011", "US", None),
        (("-116.2", "40.8"), "", "US", None),
        (("-66.7", "18.2"), "fRQ", "PR", None),
        # FIPS 10-4 is not ISO: CI is Chile, CH is China, AS is Australia.
        (("-69.0", "-22.3"), "fCI", "CL", None),
        (("103.0", "30.0"), "fCH", "CN", None),
        (("121.5", "-30.7"), "fAS", "AU", None),
        (("76.13372", "11.60044"), "fPE", "PE", None),
        (("-69.0", "-22.3"), "fMX", "MX", "outside-stated-country"),
        (("-69.0", "-22.3"), "fZZ", None, None),
    ],
)
def test_the_country_of_a_feature_is_that_of_its_fips_code_else_that_of_its_place(
    wfs: Callable[..., Path], at: tuple[str, str], fips_code: str, country: str | None, check: str | None
) -> None:
    (meant,) = meanings(wfs(at, fips_code=fips_code)).values()
    assert (meant.country, meant.position.check) == (country, check)
    unknown = [("country", "ZZ", "fips_country.csv")] if country is None else []
    assert [(one.attribute, one.word, one.crosswalk) for one in meant.unmapped] == unknown


def test_a_feature_without_a_point_is_a_position_missing(wfs: Callable[..., Path]) -> None:
    assert reason(wfs(CANANEA, gml=""))[0] == "position-missing"


# --- the trimmed one ------------------------------------------------------------------------------------------------


@pytest.fixture
def trim(tmp_path: Path) -> Callable[..., Path]:
    """The trimmed MRDS as a GeoPackage, of one feature that says no country."""

    def write(crs: str, point: tuple[float, float] = (-110.30066, 30.95015), codes: str = "CU MO") -> Path:
        said = {"DEP_ID": ["10"], "SITE_NAME": ["Cananea"], "DEV_STAT": ["Prospect"], "CODE_LIST": [codes]}
        path = tmp_path / "mrds-trim.gpkg"
        geopandas.GeoDataFrame(said, geometry=[Point(point)], crs=crs).to_file(path, engine="pyogrio")
        return path

    return write


@pytest.mark.parametrize(
    ("crs", "operation", "off_m"),
    [("EPSG:4326", "none", 0.0), ("EPSG:4269", "(EPSG:1188)", 4.0), ("EPSG:4267", "(EPSG:1187)", 12.0)],
)
def test_a_trimmed_row_comes_from_the_frame_of_its_layer_by_the_place_it_lies_in(
    trim: Callable[..., Path], crs: str, operation: str, off_m: float
) -> None:
    (meant,) = meanings(trim(crs)).values()
    assert (meant.name, meant.status, meant.country, meant.state) == ("Cananea", "prospect", "MX", "MX-SON")
    assert [(one.code, one.rank) for one in meant.commodities] == [("copper", None), ("molybdenum", None)]
    assert (meant.position.source_crs, meant.position.check) == (crs, None)
    assert operation in meant.position.transform
    assert meant.position.accuracy_m == math.hypot(500.0, off_m)


def test_a_trimmed_layer_in_metres_is_placed_as_well(trim: Callable[..., Path]) -> None:
    (meant,) = meanings(trim("EPSG:3857", (-12_278_613.3, 3_624_838.0))).values()
    assert (meant.country, meant.state) == ("MX", "MX-SON")
    assert meant.position.source_crs == "EPSG:3857"


def test_a_trimmed_layer_in_a_frame_that_we_know_no_way_for_is_refused_by_name(trim: Callable[..., Path]) -> None:
    with pytest.raises(FileFault, match=r"mrds-trim\.gpkg: the coordinate system EPSG:4230 is not one") as refusal:
        meanings(trim("EPSG:4230"))
    assert "no sabemos llevar el sistema de coordenadas EPSG:4230" in refusal.value.words.es


# --- one record -----------------------------------------------------------------------------------------------------


@pytest.fixture
def record(tmp_path: Path) -> Callable[..., Path]:
    """A record of the JSON service; a child alone is an object, several are a list."""

    def write(**children: Any) -> Path:
        said = {"deposits": {"dep_id": "10", "dev_st": "Producer", "prod_size": "Y"}} | children
        path = tmp_path / "10.json"
        path.write_text(json.dumps({"type": "Feature", "properties": said}))
        return path

    return write


@pytest.mark.parametrize("several", [False, True], ids=["one child", "several"])
def test_a_record_of_the_service_means_the_same_as_its_row(record: Callable[..., Path], *, several: bool) -> None:
    copper = {"line": 1, "commod": "Copper", "import": "Primary"}
    commodities: Sequence[dict[str, Any]] | dict[str, Any] = copper
    if several:
        commodities = [{"line": 2, "commod": "Gold", "import": "Tertiary"}, copper]
    path = record(
        name={"line": 1, "name": "Cananea", "status": "Current"},
        geo_coordinates={"line": 1, "wgs84_lat": 30.95015, "wgs84_lon": -110.30066, "loc_prec": "25"},
        location={"line": 1, "country": "Mexico", "state_prov": "Sonora"},
        commodity=commodities,
    )
    (meant,) = meanings(path).values()
    assert (meant.name, meant.country, meant.state) == ("Cananea", "MX", "MX-SON")
    assert (meant.status, meant.production_size) == ("producer", "produced-size-unknown")
    ranked = [("copper", 1), ("gold", 3)] if several else [("copper", 1)]
    assert [(one.code, one.rank) for one in meant.commodities] == ranked
    assert (meant.position.accuracy_m, meant.position.check) == (25.0, None)


def test_the_real_record_is_understood(shared: Callable[[str], Path]) -> None:
    (meant,) = meanings(shared("wfs/mrds_sample_full.json")).values()
    assert (meant.name, meant.country, meant.state, meant.source_county) == ("Carlson", "US", "US-CA", "Shasta")
    assert [(one.code, one.rank) for one in meant.commodities] == [("gold", 1)]
    assert (meant.status, meant.production_size) == ("producer", "produced-size-unknown")
    position = meant.position
    assert (position.longitude, position.latitude) == (-122.40915, 40.52068)
    assert (position.source_crs, position.transform) == ("EPSG:4326", "none")
    assert (position.rule, position.check, meant.unmapped) == (None, None, ())
