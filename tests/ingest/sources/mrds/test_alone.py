"""A row of MRDS, whatever its form, has the same key without its file as in it."""

import json
from collections.abc import Callable
from pathlib import Path

import geopandas
import pytest
from shapely import Point

from ingest.rows import Row
from ingest.sources.mrds.read import key_and_layer, read

WFS = """<wfs:FeatureCollection xmlns:ms="m" xmlns:gml="g" xmlns:wfs="w"><gml:featureMember><ms:mrds>
<ms:dep_id> 10 </ms:dep_id><ms:site_name>Alpha</ms:site_name></ms:mrds></gml:featureMember></wfs:FeatureCollection>"""


@pytest.fixture
def files(tmp_path: Path, release: Callable[..., Path], table: Callable[..., str]) -> dict[str, Path]:
    """One deposit, and one without an id where the form can have it, in each form."""
    deposits = table("dep_id dev_st", ("10", "Producer"))
    coords = table("dep_id line lat_dec lon_dec", ("10", 1, 40.0, -110.0), ("11", 1, 41.0, -111.0))
    paths = {
        "relational": release(Deposits=deposits, Coords=coords),
        **{name: tmp_path / name for name in ("mrds.csv", "mrds.xml", "record.json", "mrds-trim.gpkg")},
    }
    paths["mrds.csv"].write_text("dep_id,site_name,latitude,longitude\n 10 ,Alpha,40,-110\n,Beta,41,-111\n")
    paths["mrds.xml"].write_text(WFS)
    paths["record.json"].write_text(json.dumps({"properties": {"deposits": {"dep_id": "10"}}}))
    said = {"DEP_ID": [10.0, None], "SITE_NAME": ["Alpha", "Beta"]}
    frame = geopandas.GeoDataFrame(said, geometry=[Point(-110, 40), Point(-111, 41)], crs="EPSG:4326")
    frame.to_file(paths["mrds-trim.gpkg"], engine="pyogrio")
    return paths


@pytest.mark.parametrize("form", ["relational", "mrds.csv", "mrds.xml", "record.json", "mrds-trim.gpkg"])
def test_a_row_alone_has_the_key_that_it_has_in_its_file(files: dict[str, Path], form: str) -> None:
    path = files[form]
    rows = [row for row in read(sorted(path.iterdir()) if path.is_dir() else [path]) if isinstance(row, Row)]
    assert rows[0].key == "10"
    for row in rows:
        # As a reject keeps it: JSON, whose objects have no order.
        kept = json.loads(json.dumps(row.raw, sort_keys=True, default=str))
        assert key_and_layer(kept, ()) == (row.key, row.layer)
