"""Files of deposits, opened by QGIS and by the machine's GDAL, which is older than the one they are written with."""

import csv
import io
import re

import pytest

from app.domain.properties import Kind, properties
from app.domain.vocabulary import vocabulary
from app.styles.looks import look
from tests.conformance.conftest import SYSTEM_PYTHON

pytestmark = pytest.mark.conformance

MAP, SIZE = [-14_000_000, 1_800_000, -9_000_000, 6_800_000], [500, 500]
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
SYSTEMS = {
    "WGS 84": {},
    "Mexico ITRF2008 / LCC": {"crs": f"{EPSG}6372"},
    "WGS 84 / UTM zone 13N": {"crs": f"{EPSG}32613"},
}
BOOLEANS = {"fgb": "Integer(Boolean)", "gpkg": "Integer(Boolean)", "shp.zip": "String (1.0)"}


@pytest.fixture
def ogrinfo(run):
    """What ogrinfo says of a file, with what it warns of."""

    def said(path, *options):
        inside = f"/vsizip/{path}" if path.suffix == ".zip" else str(path)
        return run("gdal-bin", "ogrinfo", "-ro", *options, inside)

    return said


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("ending", ["fgb", "gpkg", "shp.zip"])
def test_ogrinfo_says_number_place_and_columns(extract, ogrinfo, ending, system):
    path, features = extract(ending, country="MX", bbox="-117,14,-86,33", **SYSTEMS[system])
    said = ogrinfo(path, "-so", "-al")
    assert f"Feature Count: {len(features)}\n" in said
    assert "Geometry: Point\n" in said
    assert re.search(rf'^(GEOG|PROJ)CRS\["{re.escape(system)}"', said, re.MULTILINE)
    assert "retrieved: Date" in said
    # GDAL 3.6 takes DBF's own booleans for the texts T and F.
    assert re.search(rf"^synthetic: {re.escape(BOOLEANS[ending])}", said, re.MULTILINE)


@pytest.mark.parametrize("ending", ["fgb", "gpkg", "shp.zip", "kml"])
def test_ogr2ogr_gives_each_deposit_in_its_place(extract, run, ending):
    path, features = extract(ending)
    inside = f"/vsizip/{path}" if ending == "shp.zip" else str(path)
    layer = path.name.removesuffix(".shp.zip") if ending == "shp.zip" else "deposits"
    # It has no field of KML's own ids.
    columns = "source,source_id" if ending != "shp.zip" else "source,src_id"
    written = ("-f", "CSV", "/vsistdout/", inside, layer, "-select", columns, "-lco", "GEOMETRY=AS_XY")
    _, *rows = csv.reader(io.StringIO(run("gdal-bin", "ogr2ogr", *written)))
    found = {f"{source}-{key}": [float(x), float(y)] for x, y, *_, source, key in rows}
    assert found == {one["id"]: pytest.approx(one["geometry"]["coordinates"]) for one in features}


@pytest.mark.parametrize("asked", [*SYSTEMS.values(), {"bbox": "0,-60,1,-59"}, {"skipGeometry": "true"}])
def test_gdal_s_validator_finds_nothing_in_a_geopackage(extract, run, asked):
    path, _ = extract("gpkg", **asked)
    module = "osgeo_utils.samples.validate_gpkg"
    options = ("-k", "--extra", "--warning-as-error")
    run("python3-gdal", SYSTEM_PYTHON, "-m", module, *options, str(path), PYTHONPATH="")


@pytest.mark.parametrize("lang", ["en", "es"])
def test_qgis_opens_a_geopackage_dressed(extract, qgis, kept, lang):
    path, features = extract("gpkg", lang=lang)
    shown = qgis(
        "dressed", path=str(path), layer="deposits", box=MAP, size=SIZE, png=str(kept / f"qgis-gpkg-{lang}.png")
    )
    assert (shown["count"], shown["crs"]) == (len(features), "EPSG:4326")
    kinds = look("status").colours.kinds
    assert shown["rules"] == [kind.label.speak(lang) for kind in kinds]
    assert shown["aliases"] == {"fid": "fid", "id": "id"} | {
        one.name: one.title.speak(lang) for one in properties().values()
    }
    coded = {one.name: one.vocabulary for one in properties().values() if one.kind is Kind.CODE and one.vocabulary}
    listed = {
        name: {code: label for one in those for label, code in one.items()} for name, those in shown["values"].items()
    }
    assert listed == {
        name: {term.code: term.label.speak(lang) for term in vocabulary(of).terms.values()}
        for name, of in coded.items()
    }
    assert shown["title"] == ("Vetalode: yacimientos minerales" if lang == "es" else "Vetalode: mineral deposits")
    assert shown["abstract"].startswith("Edición " if lang == "es" else "Release ")
    found = {one["properties"]["status"] for one in features}
    colours = {kind.shown for kind in kinds if kind.when and found & set(kind.when[2])}
    assert len(colours & set(shown["colours"])) > 2
