"""GML of EarthResourceML-Lite as Debian's GDAL reads it, and by the OGC's own schemas of WFS 2.0 and GML 3.2.

Those come out of the OGC's suite for WFS, and are used by `make cite` alone: not every Maven repository offers it. The
schema of the views is made of our table of their fields, since theirs is in no repository of packages.
"""

import csv
import io
import re
import zipfile
from pathlib import Path

import httpx2
import pytest
from lxml import etree

from app.extracts.erml.gml import ERL_NS, GML_NS, WFS_NS
from app.extracts.erml.views import Kind, View, fields
from tests.conformance.test_cite import JARS

SUITE = "org/opengis/cite/iso19142/"


class _Jar(etree.Resolver):
    """Schemas by their public addresses, from the jar in which a catalogue says where each lies."""

    def __init__(self, jar: Path) -> None:
        self._jar = zipfile.ZipFile(jar)
        (catalogue,) = (name for name in self._jar.namelist() if name == f"{SUITE}schema-catalog.xml")
        told = etree.fromstring(self._jar.read(catalogue)).iter("{*}system")
        self._places = {one.get("systemId"): SUITE + one.get("uri").removeprefix("./") for one in told}

    def resolve(self, address, _, context):
        assert address in self._places, f"{address} is not in the suite"
        return self.resolve_string(self._jar.read(self._places[address]), context, base_url=address)


def _schema_of_views():
    """What our table says of the views, as XML Schema."""
    views = "".join(
        f'<element name="{view}" type="erl:{view}Type" substitutionGroup="gml:AbstractFeature"/>'
        f'<complexType name="{view}Type"><complexContent><extension base="gml:AbstractFeatureType"><sequence>'
        f"{''.join(map(_element, fields()[view]))}"
        "</sequence></extension></complexContent></complexType>"
        for view in View
    )
    return (
        f'<schema xmlns="http://www.w3.org/2001/XMLSchema" xmlns:gml="{GML_NS}" xmlns:erl="{ERL_NS}"'
        f' targetNamespace="{ERL_NS}" elementFormDefault="qualified">'
        f'<import namespace="{GML_NS}" schemaLocation="http://schemas.opengis.net/gml/3.2.1/gml.xsd"/>'
        f'<import namespace="{WFS_NS}" schemaLocation="http://schemas.opengis.net/wfs/2.0/wfs.xsd"/>'
        f"{views}</schema>"
    )


def _element(field):
    holds = "gml:GeometryPropertyType" if field.kind is Kind.POINT else "string"
    return f'<element name="{field.name}" type="{holds}" minOccurs="{int(field.required)}"/>'


@pytest.fixture(scope="module")
def schema():
    jars = sorted(JARS.glob("ets-wfs20-*.jar"))
    assert jars, f"ets-wfs20 is not in {JARS}: run `make cite`, which fetches it"
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Jar(jars[-1]))
    return etree.XMLSchema(etree.fromstring(_schema_of_views(), parser))


@pytest.fixture(params=View)
def gml(request, edge_served):
    return httpx2.get(f"{edge_served.url}/exports/deposits.{request.param}.gml", trust_env=False).content


@pytest.mark.cite
def test_a_view_is_valid(schema, gml):
    schema.assertValid(etree.fromstring(gml))


@pytest.mark.cite
@pytest.mark.parametrize(
    ("part", "without"),
    [
        (rb' numberReturned="\d+"', b""),
        (rb'<gml:Point gml:id="[^"]*"', b"<gml:Point"),
        (rb"<erl:identifier>[^<]*</erl:identifier>", b""),
        (rb"(<erl:commodity>.*?</erl:commodity>)(.*)(</erl:\w+View>)", rb"\2\1\3"),
    ],
)
def test_one_with_a_part_less_or_in_another_order_is_not(schema, gml, part, without):
    changed = re.sub(part, without, gml)
    assert changed != gml
    assert not schema.validate(etree.fromstring(changed))


@pytest.mark.conformance
def test_ogr2ogr_reads_every_point_where_it_is(run, gml, tmp_path):
    path = tmp_path / "view.gml"
    path.write_bytes(gml)
    written = ("-f", "CSV", "/vsistdout/", str(path), "-lco", "GEOMETRY=AS_XY")
    rows = list(csv.DictReader(io.StringIO(run("gdal-bin", "ogr2ogr", *written))))
    members = etree.fromstring(gml).findall(f"{{{WFS_NS}}}member")
    places = [element.text.split() for element in etree.fromstring(gml).iter(f"{{{GML_NS}}}pos")]
    assert len(rows) == len(members) == len(places) > 50
    assert [(float(row["Y"]), float(row["X"])) for row in rows] == [(float(lat), float(lon)) for lat, lon in places]
    assert [row["identifier"] for row in rows] == [one[0].findtext(f"{{{ERL_NS}}}identifier") for one in members]
