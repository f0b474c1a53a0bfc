"""What several tests of the service share: walking pages, and looking at what the database is doing."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

ITEMS = "/collections/deposits/items"
_C, _QUAD = "/collections/{collection}", "/collections/deposits/tiles/WebMercatorQuad"


@pytest.fixture(scope="session")
def examples(sample_release: str) -> dict[str, str]:
    """An example of each address that the API describes."""
    return {
        "/": "/",
        "/conformance": "/conformance",
        "/api": "/api",
        "/collections": "/collections",
        _C: "/collections/deposits",
        f"{_C}/queryables": "/collections/deposits/queryables",
        f"{_C}/schema": "/collections/sgm/schema",
        f"{_C}/items": ITEMS,
        f"{_C}/items/{{deposit}}": f"{ITEMS}/mrds-99900001",
        f"{_C}/tiles": "/collections/deposits/tiles",
        f"{_C}/tiles/{{tileMatrixSet}}": _QUAD,
        f"{_C}/tiles/{{tileMatrixSet}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": f"{_QUAD}/2/1/0",
        "/tileMatrixSets": "/tileMatrixSets",
        "/tileMatrixSets/{tileMatrixSet}": "/tileMatrixSets/WebMercatorQuad",
        "/tiles/{layers}.json": "/tiles/deposits.json",
        "/tiles/{layers}/{z}/{x}/{y}.mvt": "/tiles/deposits/2/0/1.mvt",
        "/tiles/{release}/{layers}.json": f"/tiles/{sample_release}/deposits,boundaries.json",
        "/tiles/{release}/{layers}/{z}/{x}/{y}.mvt": f"/tiles/{sample_release}/deposits/2/0/1.mvt",
        "/fonts/{fontstack}/{range}.pbf": "/fonts/Noto Sans Regular/0-255.pbf",
        "/exports/{collection}.{format}": "/exports/deposits.geojson",
        "/exports/{collection}.csv-metadata.json": "/exports/deposits.csv-metadata.json",
        "/exports/{collection}.{view}.gml": "/exports/deposits.MineralOccurrenceView.gml",
        "/exports/{collection}.{view}.geojson": "/exports/sgm.MineView.geojson",
        "/exports/{layer}.pmtiles": "/exports/deposits.pmtiles",
        "/exports/density.tif": "/exports/density.tif",
        "/exports/density.png": "/exports/density.png",
        "/rasters": "/rasters",
        "/rasters/{raster}": "/rasters/magnetics",
        "/rasters/{raster}/tiles/{z}/{x}/{y}.png": "/rasters/magnetics/tiles/6/12/26.png",
        "/rasters/{raster}/point": "/rasters/magnetics/point?lon=-110&lat=30",
        "/releases/{newer}/changes": f"/releases/{sample_release}/changes?since={sample_release}",
        "/releases/{release}/manifest.json": f"/releases/{sample_release}/manifest.json",
        "/releases/{release}/dcat.json": f"/releases/{sample_release}/dcat.json",
        "/releases/{release}/stac.json": f"/releases/{sample_release}/stac.json",
        "/releases/{release}/files/{file}": f"/releases/{sample_release}/files/deposits.csv",
        "/sources": "/sources",
        "/releases": "/releases",
        "/releases.atom": "/releases.atom",
        "/releases.json": "/releases.json",
        "/lists": "/lists",
        "/vocabularies": "/vocabularies",
        "/vocabularies/{name}": "/vocabularies/commodity",
        "/styles": "/styles",
        "/styles/{style}.json": "/styles/commodity.json",
        "/styles/{style}.qlr": "/styles/commodity.qlr",
        "/styles/{style}.qml": "/styles/status.qml",
        "/legends/{style}.json": "/legends/commodity.json",
        "/legends/{style}.svg": "/legends/status.svg",
        "/sprites/vetalode.json": "/sprites/vetalode.json",
        "/sprites/vetalode.png": "/sprites/vetalode.png",
        "/sprites/vetalode@2x.json": "/sprites/vetalode@2x.json",
        "/sprites/vetalode@2x.png": "/sprites/vetalode@2x.png",
        "/health/live": "/health/live",
        "/health/ready": "/health/ready",
    }


@pytest.fixture(scope="session")
def walk() -> Callable[..., Iterator[dict[str, Any]]]:
    """The pages of a list, from link to link."""

    def pages(client: TestClient, **asked: str | int) -> Iterator[dict[str, Any]]:
        onward, visited = [str(client.base_url.join(ITEMS).copy_merge_params(asked))], set()
        while onward:
            assert not visited & set(onward), "next leads back"
            visited.update(onward)
            answer = client.get(onward[0])
            assert answer.status_code == 200, answer.text
            yield answer.json()
            onward = [link["href"] for link in answer.json()["links"] if link["rel"] == "next"]

    return pages


@pytest.fixture(scope="session")
def at_work() -> Callable[[Engine], list[str]]:
    """The statements of the service that a store's server has not done with."""

    def statements(store: Engine) -> list[str]:
        asked = text("""
            SELECT query FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'vetalode-service' AND state <> 'idle'
        """)
        with store.connect() as connection:
            return list(connection.scalars(asked))

    return statements
