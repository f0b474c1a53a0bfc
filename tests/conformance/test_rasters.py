"""GDAL's own commands, as Debian has them, read the rasters that the running service gives."""

import json
import math

import pytest

pytestmark = pytest.mark.conformance


def test_gdalinfo_reads_the_density_its_grid_and_its_provenance(run, edge_served, api, get, tmp_path):
    path = tmp_path / "density.tif"
    asked = {"grid": "ESRI:102008", "cell": 20_000, "commodity": "gold"}
    path.write_bytes(api.get("/exports/density.tif", params=asked).raise_for_status().content)
    said = json.loads(run("gdal-bin", "gdalinfo", "-json", "-stats", str(path)))
    (band,) = said["bands"]
    assert "Albers" in said["coordinateSystem"]["wkt"]
    assert (band["type"], band["description"]) == ("UInt32", "number of deposits")
    assert said["geoTransform"][1] == -said["geoTransform"][5] == 20_000
    assert said["metadata"][""]["release"] == get("/releases")["current"]
    width, height = said["size"]
    matched = get("/collections/deposits/items", commodity="gold", limit=1)["numberMatched"]
    assert round(float(band["metadata"][""]["STATISTICS_MEAN"]) * width * height) == matched
    assert said["metadata"]["IMAGE_STRUCTURE"]["LAYOUT"] == "COG"


def test_gdal_puts_tiles_of_a_raster_together_where_it_lies(run, edge_served, tmp_path):
    """By the description of a server of tiles, which QGIS writes for itself where one gives it such an address."""
    side = 2 * math.pi * 6378137
    described = tmp_path / "tiles.xml"
    described.write_text(
        f"<GDAL_WMS><Service name='TMS'><ServerUrl>{edge_served.url}/rasters/magnetics/tiles/${{z}}/${{x}}/${{y}}.png"
        f"</ServerUrl></Service><DataWindow><UpperLeftX>{-side / 2}</UpperLeftX><UpperLeftY>{side / 2}</UpperLeftY>"
        f"<LowerRightX>{side / 2}</LowerRightX><LowerRightY>{-side / 2}</LowerRightY><TileLevel>9</TileLevel>"
        "<TileCountX>1</TileCountX><TileCountY>1</TileCountY><YOrigin>top</YOrigin></DataWindow>"
        "<Projection>EPSG:3857</Projection><BlockSizeX>256</BlockSizeX><BlockSizeY>256</BlockSizeY>"
        "<BandsCount>4</BandsCount><ZeroBlockHttpCodes>204,404</ZeroBlockHttpCodes></GDAL_WMS>"
    )

    def values(longitude):
        said = run("gdal-bin", "gdallocationinfo", "-wgs84", "-valonly", str(described), str(longitude), "30.2")
        return [int(line) for line in said.split()]

    west, east, beyond = map(values, (-110.9, -109.1, -120))
    assert (west[3], east[3], beyond[3]) == (255, 255, 0)
    assert west[0] < east[0]
