"""KML as SGM offers its inventories: placemarks with their data, read safely."""

from pathlib import Path

import pytest

from app.errors import FileFault
from ingest.layers import read_layer

KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Placemark><name>LA PEÑA</name><ExtendedData><Data name="Sustancia"><value>Au, Ag</value></Data></ExtendedData>
<Point><coordinates>-110.3,30.95,0</coordinates></Point></Placemark>
<Placemark><name>SIN PUNTO</name></Placemark>
</Document></kml>
"""


@pytest.fixture
def kml(tmp_path: Path) -> Path:
    path = tmp_path / "minas.kml"
    path.write_text(KML, encoding="utf-8")
    return path


def test_a_placemark_is_a_row_with_its_words_and_its_point_or_none(kml: Path) -> None:
    layer = read_layer(kml)
    assert layer.source_crs == "EPSG:4326"
    assert list(layer.features) == [
        ({"Name": "LA PEÑA", "Sustancia": "Au, Ag"}, (-110.3, 30.95)),
        ({"Name": "SIN PUNTO"}, None),
    ]


@pytest.mark.parametrize("damage", [lambda text: text[:200], lambda text: text.replace("</name>", "</nombre>", 1)])
def test_a_damaged_file_is_one_sentence(kml: Path, damage: object) -> None:
    kml.write_text(damage(KML), encoding="utf-8")  # type: ignore[operator]
    with pytest.raises(FileFault, match=r"minas\.kml"):
        list(read_layer(kml).features)


def test_a_doctype_is_refused(kml: Path) -> None:
    kml.write_text(KML.replace("<kml", '<!DOCTYPE kml [<!ENTITY a "b">]><kml', 1), encoding="utf-8")
    with pytest.raises(FileFault, match=r"minas\.kml"):
        list(read_layer(kml).features)
