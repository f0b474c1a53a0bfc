"""QGIS, without a window, reads the service as a person who adds its layers would."""

import math
import re
from urllib.parse import parse_qs, urlsplit

import httpx2
import mapbox_vector_tile
import pytest
from pyproj import Transformer

from app.styles.looks import looks

pytestmark = pytest.mark.conformance

ITEMS = "/collections/deposits/items"
BOX = [-112, 28, -105, 33]
# Web Mercator metres around both countries' sample deposits.
MAP, SIZE = [-14_000_000, 1_800_000, -9_000_000, 6_800_000], [500, 500]


@pytest.fixture
def layer(qgis, big_served):
    """Has QGIS do something with the layer of deposits."""
    return lambda action, **arguments: qgis(action, url=f"{big_served.url}/", collection="deposits", **arguments)


def _asked_for_items(heard):
    """The parameters of each page that was asked for."""
    return [
        {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        for address in heard
        if urlsplit(address).path == ITEMS
    ]


def _ids(features):
    return sorted(feature["attributes"]["id"] for feature in features)


def test_the_connection_lists_the_collections_by_their_titles(qgis, big_served):
    listed = httpx2.get(f"{big_served.url}/collections", headers={"Accept": "application/json"}, trust_env=False).json()
    shown = qgis("collections", url=f"{big_served.url}/")
    assert [item["name"] for item in shown] == [one.get("title", one["id"]) for one in listed["collections"]]
    assert {item["kind"] for item in shown} == {"QgsLayerItem"}


def test_a_layer_says_its_count_place_and_fields(layer, big_features):
    about = layer("describe")
    assert about["count"] == len(big_features)
    assert about["crs"] in ("EPSG:4326", "OGC:CRS84")
    assert about["geometry"] == "Point"
    west, south, east, north = about["extent"]
    places = [feature["geometry"]["coordinates"] for feature in big_features.values()]
    assert all(west <= x <= east and south <= y <= north for x, y in places)
    properties = next(iter(big_features.values()))["properties"]
    assert set(about["fields"]) == {"id", *properties}


def test_every_deposit_of_a_layer_larger_than_a_page_arrives_once_in_its_place(layer, overheard, big_features):
    with overheard() as heard:
        read = layer("features")
    assert _ids(read) == sorted(big_features)
    for feature in read:
        meant = big_features[feature["attributes"]["id"]]["geometry"]["coordinates"]
        assert feature["place"] == pytest.approx(meant, abs=1e-9)
    pages = [asked for asked in _asked_for_items(heard) if asked.get("limit") != "10"]
    # 100 a page, which QGIS falls back to where /api does not say more, would be 200 of them.
    assert 1 < len(pages) <= math.ceil(len(big_features) / 1000) + 1


def test_attributes_arrive_as_the_extract_has_them(layer, big_features):
    for feature in layer("features", box=[-119, 31, -108, 40]):
        attributes = feature["attributes"]
        said = big_features[attributes["id"]]["properties"]
        for name in ("source", "name", "country", "status", "commodities", "discovered_year", "position_accuracy_m"):
            # Before 3.44 a field of whose first ten values none is known is one of text.
            assert attributes[name] in (said[name], str(said[name])), f"{attributes['id']}: {name}"
        assert attributes["retrieved"] == said["retrieved"]


def test_a_box_is_asked_of_the_service_and_only_what_lies_in_it_arrives(layer, overheard, big_features):
    with overheard() as heard:
        read = layer("features", box=BOX)
    west, south, east, north = BOX
    inside = [
        deposit_id
        for deposit_id, feature in big_features.items()
        if west <= feature["geometry"]["coordinates"][0] <= east
        and south <= feature["geometry"]["coordinates"][1] <= north
    ]
    assert 0 < len(inside) < len(big_features)
    assert _ids(read) == sorted(inside)
    boxes = [asked["bbox"] for asked in _asked_for_items(heard) if "bbox" in asked]
    # QGIS may ask for a somewhat wider box, to have the neighbourhood when the map is moved.
    assert boxes
    for asked in boxes:
        w, s, e, n = map(float, asked.split(","))
        assert w <= west <= east <= e
        assert s <= south <= north <= n
        assert e - w < 180


@pytest.mark.parametrize(("where", "all_of_them"), [(">= '2000-01-01'", True), (">= '2190-01-01'", False)])
def test_a_time_is_asked_of_the_service(layer, overheard, big_features, where, all_of_them):
    with overheard() as heard:
        read = layer("features", where=f'"retrieved" {where}')
    assert _ids(read) == (sorted(big_features) if all_of_them else [])
    # The end of an open interval is QGIS's last day that it can say.
    day = where.split("'")[1]
    assert any(asked.get("datetime") == f"{day}/9999-12-31T00:00:00Z" for asked in _asked_for_items(heard))


def test_a_time_before_all_deposits_finds_none(layer, overheard):
    with overheard() as heard:
        assert layer("features", where="\"retrieved\" <= '1900-01-01'") == []
    assert any("datetime" in asked for asked in _asked_for_items(heard))


def test_deposits_are_reprojected_to_where_they_are(layer, big_features):
    to_mexico = Transformer.from_crs("EPSG:4326", "EPSG:6372", always_xy=True)
    read = layer("features", crs="EPSG:6372")
    assert len(read) == len(big_features)
    for feature in read:
        meant = to_mexico.transform(*big_features[feature["attributes"]["id"]]["geometry"]["coordinates"])
        assert math.dist(feature["place"], meant) < 1


def test_a_filter_on_an_attribute_gives_what_it_says(layer, big_features):
    read = layer("features", where="\"country\" = 'MX' AND \"source\" = 'sgm'")
    meant = [
        i for i, f in big_features.items() if (f["properties"]["country"], f["properties"]["source"]) == ("MX", "sgm")
    ]
    assert meant
    assert _ids(read) == sorted(meant)


@pytest.fixture(scope="module")
def drawn_first(qgis, edge_served, kept):
    """What QGIS draws of the tiles as it styles them at first, and the marks of the tiles that it asks for."""
    told = httpx2.get(f"{edge_served.url}/tiles/deposits.json", trust_env=False).json()
    begin = edge_served.log.stat().st_size
    drawn = qgis(
        "picture",
        url=told["tiles"][0],
        zooms=[told["minzoom"], told["maxzoom"]],
        box=MAP,
        size=SIZE,
        png=str(kept / "qgis-tiles.png"),
    )
    said = edge_served.log.read_text()[begin:]
    asked = {tuple(map(int, tile)) for tile in re.findall(r"/tiles/deposits/(\d+)/(\d+)/(\d+)\.mvt", said)}
    return drawn, [mark for tile in asked for mark in _marks(edge_served.url, *tile)]


def test_the_tiles_are_drawn_where_the_deposits_are(drawn_first):
    drawn, marks = drawn_first
    coloured = {tuple(pixel) for pixel in drawn["coloured"]}
    places = [place for place, _ in marks]
    assert len(places) > 20
    # A mark is about 8 pixels wide; a tile's grid and QGIS's rounding move it by one at most.
    unseen = [place for place in places if not any(math.dist(place, pixel) <= 2 for pixel in coloured)]
    assert unseen == []
    stray = [pixel for pixel in coloured if not any(math.dist(pixel, place) <= 9 for place in places)]
    assert stray == []


@pytest.mark.parametrize("name", list(looks()))
@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_style_s_layers_are_added_and_drawn_in_its_colours(
    qgis, edge_served, drawn_first, kept, tmp_path, name, lang
):
    qlr = tmp_path / "layers.qlr"
    qlr.write_bytes(httpx2.get(f"{edge_served.url}/styles/{name}.qlr?lang={lang}", trust_env=False).content)
    arguments = {"qlr": str(qlr), "box": MAP, "size": SIZE, "png": str(kept / f"qgis-{name}.png")}
    _, marks = drawn_first
    alone = [(place, said) for place, said in marks if "id" in said and _far_from(place, marks)]
    assert len(alone) > 5
    drawn = qgis("definition", **arguments, places=[[round(x), round(y)] for (x, y), _ in alone])
    rules = [kind.label.speak(lang) for kind in looks()[name].colours.kinds]
    deposits, boundaries = drawn["layers"].values()
    assert deposits[: len(rules)] == rules
    assert len(boundaries) == 2
    # A ring or a cross has a hole in its middle, so that only looks by discs and diamonds are seen there.
    if name != "status":
        assert drawn["colours"] == [_colour(looks()[name].colours, said) for _, said in alone]
    else:
        assert len(set(drawn["colours"])) > 3


@pytest.mark.parametrize("name", list(looks()))
def test_a_style_is_taken_by_a_layer_that_is_there(qgis, edge_served, tmp_path, name):
    qml = tmp_path / "style.qml"
    qml.write_bytes(httpx2.get(f"{edge_served.url}/styles/{name}.qml?lang=es", trust_env=False).content)
    rules = qgis("styled", url=f"{edge_served.url}/tiles/deposits/{{z}}/{{x}}/{{y}}.mvt", zooms=[0, 12], qml=str(qml))
    assert {kind.label.es for kind in looks()[name].colours.kinds} <= set(rules)


def _far_from(place, marks):
    """No other mark is near enough to cover it; neighbouring tiles have the marks of their seam both."""
    return all(math.dist(place, other) > 18 or math.dist(place, other) < 0.01 for other, _ in marks)


def _colour(scale, said):
    """By the values that a feature has; the last kind is for all others."""
    for kind in scale.kinds[:-1]:
        _, (_, attribute), values, *_ = kind.when
        if said.get(attribute) in values:
            return kind.shown
    return scale.kinds[-1].shown


GIRTH_M = 40075016.685578488


def _marks(base, z, x, y):
    """The points and clusters of a tile that are on the picture: where on it, and what they say."""
    tile = httpx2.get(f"{base}/tiles/deposits/{z}/{x}/{y}.mvt", trust_env=False).content
    west, south, east, north = MAP
    for feature in (
        mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True}).get("deposits", {}).get("features", [])
    ):
        units = feature["geometry"]["coordinates"]
        across, down = ((at + unit / 4096) / 2**z for at, unit in zip((x, y), units, strict=True))
        metres = (across - 0.5) * GIRTH_M, (0.5 - down) * GIRTH_M
        if west < metres[0] < east and south < metres[1] < north:
            pixel = (metres[0] - west) / (east - west) * SIZE[0], (north - metres[1]) / (north - south) * SIZE[1]
            yield pixel, feature["properties"]
