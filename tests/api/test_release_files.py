"""The files of a release: what lists them says the truth, and each is given whole, in parts, and for good."""

import json
from hashlib import sha256

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.extracts.formats import ENDINGS, FORMATS
from app.main import create_app
from app.settings import Settings

IMMUTABLE = "public, max-age=31536000, immutable"
COLLECTIONS = ("deposits", "mrds", "sgm")


@pytest.fixture(scope="module")
def release(released_client):
    return released_client.get("/releases").json()["current"]


@pytest.fixture(scope="module")
def manifest(client, sample_release):
    return client.get(f"/releases/{sample_release}/manifest.json").json()


@pytest.fixture(scope="module")
def address(sample_release):
    return f"/releases/{sample_release}/files/deposits.geojson"


@pytest.fixture(scope="module")
def whole(client, address):
    return client.get(address)


def test_the_manifest_tells_release_sources_and_every_file(client, manifest, sample_release):
    assert list(manifest) == ["release", "published", "schemaVersion", "deposits", "sources", "files"]
    assert (manifest["release"], manifest["deposits"]) == (sample_release, 132)
    extract = client.get("/exports/deposits.geojson").json()
    for name in ("release", "published", "schemaVersion", "sources"):
        assert manifest[name] == extract[name]
    assert all(source["files"][0]["sha256"] and source["citation"] for source in manifest["sources"])
    names = {f"{name}.{ending}" for name in COLLECTIONS for ending in ENDINGS}
    assert {one["name"] for one in manifest["files"]} == names | {"deposits.pmtiles", "boundaries.pmtiles"}


def test_every_number_of_the_manifest_is_true(client, manifest):
    rows = {name: client.get(f"/collections/{name}").json()["itemCount"] for name in COLLECTIONS}
    for one in manifest["files"]:
        given = client.get(one["address"])
        assert given.status_code == 200
        assert (len(given.content), sha256(given.content).hexdigest()) == (one["bytes"], one["sha256"])
        assert given.headers["content-type"] == one["mediaType"]
        expected = None if one["name"].endswith(".pmtiles") else rows[one["collection"]]
        assert one["rows"] == expected


def test_files_of_tiles_are_those_that_tiles_are_served_from(client, manifest):
    for layer in ("deposits", "boundaries"):
        (one,) = (one for one in manifest["files"] if one["name"] == f"{layer}.pmtiles")
        assert client.get(one["address"]).content == client.get(f"/exports/{layer}.pmtiles").content


def test_addresses_are_those_that_a_proxy_gives(client, sample_release):
    told = {"Forwarded": "host=maps.example.org;proto=https", "X-Forwarded-Prefix": "/vetalode"}
    said = client.get(f"/releases/{sample_release}/manifest.json", headers=told).json()["files"]
    begin = f"https://maps.example.org/vetalode/releases/{sample_release}/files/"
    assert {one["address"] for one in said} == {begin + one["name"] for one in said}


def test_a_file_is_named_after_its_release_and_kept_for_good(whole, manifest, sample_release):
    (said,) = (one for one in manifest["files"] if one["name"] == "deposits.geojson")
    headers = whole.headers
    assert headers["content-disposition"] == f'attachment; filename="vetalode-deposits-{sample_release}.geojson"'
    assert (headers["etag"], headers["cache-control"]) == (f'"{said["sha256"]}"', IMMUTABLE)
    assert headers["accept-ranges"] == "bytes"
    assert headers["last-modified"]
    assert f"/releases/{sample_release}/manifest.json" in headers["link"]


def test_head_says_what_get_would(client, whole, address):
    head = client.head(address)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "etag", "last-modified", "content-disposition", "cache-control", "accept-ranges"):
        assert head.headers[name] == whole.headers[name]


@pytest.mark.parametrize("accepted", ["gzip", "br, zstd", "identity"])
def test_it_comes_in_no_coding_but_its_own(client, whole, address, accepted):
    answer = client.get(address, headers={"Accept-Encoding": accepted})
    assert "content-encoding" not in answer.headers
    assert (answer.content, answer.headers["etag"]) == (whole.content, whole.headers["etag"])


def test_who_has_it_is_told_so(client, whole, address):
    assert client.get(address, headers={"If-None-Match": whole.headers["etag"]}).status_code == 304
    assert client.get(address, headers={"If-Modified-Since": whole.headers["last-modified"]}).status_code == 304
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-9", slice(0, 10)),
        ("bytes=100-", slice(100, None)),
        ("bytes=-50", slice(-50, None)),
        # Over more than one piece that is read at once.
        ("bytes=5-300000", slice(5, 300_001)),
    ],
)
def test_a_part_is_what_was_asked_for(client, whole, address, asked, part):
    answer = client.get(address, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, whole.content[part])
    assert answer.headers["etag"] == whole.headers["etag"]


def test_parts_put_together_are_the_file(client, whole, address):
    size, step = len(whole.content), 100_000
    assert size > 2 * step
    ranges = [f"bytes={start}-{start + step - 1}" for start in range(0, size, step)]
    told = {"If-Range": whole.headers["etag"]}
    assert b"".join(client.get(address, headers={"Range": one, **told}).content for one in ranges) == whole.content


def test_a_part_of_another_file_is_not_mixed_in(client, whole, address):
    told = {"Range": "bytes=0-9", "If-Range": '"other"'}
    assert client.get(address, headers=told).content == whole.content


def test_a_part_beyond_the_end_is_refused_with_the_size(client, whole, address):
    answer = client.get(address, headers={"Range": "bytes=99999999999-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(whole.content)}")


def test_every_kept_release_has_files_of_its_own(released_client, release, sample_release):
    told = [released_client.get(f"/releases/{name}/manifest.json").json() for name in (release, sample_release)]
    assert [one["release"] for one in told] == [release, sample_release]
    assert [{f["rows"] for f in one["files"] if f["name"] == "deposits.csv"} for one in told] == [{148}, {132}]
    older = json.loads(released_client.get(f"/releases/{sample_release}/files/sgm.geojson").content)
    assert (older["release"], older["collection"]) == (sample_release, "sgm")


@pytest.mark.parametrize("lang", ["en", "es"])
def test_collections_link_to_their_files(client, manifest, lang):
    listed = client.get("/collections", params={"lang": lang}).json()["collections"]
    assert [one["id"] for one in listed] == list(COLLECTIONS)
    for one in [*listed, client.get("/collections/sgm", params={"lang": lang}).json()]:
        links = {link["href"]: link for link in one["links"] if link["rel"] == "enclosure"}
        files = {said["address"]: said for said in manifest["files"] if said["collection"] == one["id"]}
        assert links.keys() == files.keys()
        for address, link in links.items():
            assert (link["length"], link["type"]) == (files[address]["bytes"], files[address]["mediaType"])
            assert link["title"].startswith(f"{one['id']}: ")


def test_releases_link_to_what_lists_their_files_and_to_each(released_client, release, sample_release):
    listed = released_client.get("/releases").json()["releases"]
    assert [one["name"] for one in listed] == [release, sample_release]
    for one in listed:
        lists = [link["href"] for link in one["links"] if link["rel"] == "describedby"]
        assert [address.rpartition("/releases/")[2] for address in lists] == [
            f"{one['name']}/manifest.json",
            f"{one['name']}/dcat.json",
            f"{one['name']}/stac.json",
        ]
        said = released_client.get(lists[0]).json()["files"]
        assert [link["href"] for link in one["links"] if link["rel"] == "enclosure"] == [f["address"] for f in said]


@pytest.mark.parametrize("path", ["/collections/deposits", "/releases"])
@pytest.mark.parametrize("lang", ["en", "es"])
def test_pages_offer_the_files(client, sample_release, path, lang):
    page = client.get(path, params={"f": "html", "lang": lang}).text
    assert f"/releases/{sample_release}/files/deposits.parquet" in page
    assert {"en": "Files of", "es": "Archivos de la edición"}[lang] in page


def test_a_release_is_a_dataset_of_dcat(client, manifest, sample_release):
    answer = client.get(f"/releases/{sample_release}/dcat.json")
    said = answer.json()
    assert answer.headers["content-type"] == "application/ld+json"
    assert (said["@type"], said["dct:identifier"]) == ("dcat:Dataset", sample_release)
    assert {one["@language"] for one in said["dct:title"]} == {"en", "es"}
    box = client.get("/collections/deposits").json()["extent"]
    west, south, east, north = box["spatial"]["bbox"][0]
    assert said["dct:spatial"]["dcat:bbox"]["@value"] == (
        f"POLYGON(({west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}))"
    )
    days = [day[:10] for day in box["temporal"]["interval"][0]]
    assert [said["dct:temporal"][f"dcat:{end}Date"]["@value"] for end in ("start", "end")] == days
    given = {one["@id"]: one for one in said["dcat:distribution"]}
    assert given.keys() == {one["address"] for one in manifest["files"]}
    for one in manifest["files"]:
        told = given[one["address"]]
        assert told["dcat:byteSize"] == {"@type": "xsd:nonNegativeInteger", "@value": str(one["bytes"])}
        assert told["spdx:checksum"]["spdx:checksumValue"]["@value"] == one["sha256"]
        assert told["dcat:downloadURL"] == {"@id": one["address"]}
        assert told["dcat:mediaType"]["@id"].endswith(one["mediaType"].partition(";")[0])
        terms = [licence["rdfs:label"] for licence in told["dct:license"]]
        sources = [s for s in manifest["sources"] if one["collection"] in ("deposits", s["id"])]
        assert terms == (
            ["Natural Earth, public domain"]
            if one["collection"] == "boundaries"
            else [source["licence"] for source in sources]
        )


@pytest.mark.parametrize(("lang", "title"), [("en", "Mineral deposits"), ("es", "Yacimientos minerales")])
def test_a_release_is_a_collection_of_stac(client, manifest, sample_release, lang, title):
    said = client.get(f"/releases/{sample_release}/stac.json", params={"lang": lang}).json()
    assert (said["type"], said["stac_version"], said["id"]) == ("Collection", "1.0.0", f"vetalode-{sample_release}")
    assert said["title"] == f"{title} {sample_release}"
    extent = client.get("/collections/deposits").json()["extent"]
    assert said["extent"]["spatial"]["bbox"] == extent["spatial"]["bbox"]
    assert said["extent"]["temporal"]["interval"] == extent["temporal"]["interval"]
    assert said["assets"].keys() == {one["name"] for one in manifest["files"]}
    for one in manifest["files"]:
        asset = said["assets"][one["name"]]
        assert (asset["href"], asset["type"], asset["file:size"]) == (one["address"], one["mediaType"], one["bytes"])
        assert asset["file:checksum"] == "1220" + one["sha256"]
        assert asset.get("table:row_count") == one["rows"]
    (own,) = (link["href"] for link in said["links"] if link["rel"] == "self")
    assert client.get(own).status_code == 200


@pytest.mark.parametrize("what", ["manifest.json", "dcat.json", "stac.json", "files/deposits.csv"])
@pytest.mark.parametrize(("lang", "said"), [("en", "those kept are"), ("es", "las conservadas son")])
def test_a_release_that_never_was_is_404_and_names_those_kept(client, sample_release, what, lang, said):
    answer = client.get(f"/releases/1999-01-01.1/{what}", params={"lang": lang})
    assert (answer.status_code, answer.json()["detail"].endswith(f"{said}: {sample_release}")) == (404, True)


@pytest.mark.parametrize("what", ["manifest.json", "dcat.json", "files/deposits.csv"])
def test_a_release_that_is_no_longer_kept_is_410_and_names_those_that_are(own_sample_store, client_of, what):
    with own_sample_store.begin() as connection:
        connection.execute(
            text("INSERT INTO release (name, state, published_at) VALUES ('2020-01-01.1', 'retired', now())")
        )
        # It was never published, so nobody has heard of it.
        connection.execute(text("INSERT INTO release (name, state) VALUES ('2020-01-01.2', 'retired')"))
    served = client_of(own_sample_store)
    kept = served.get("/releases").json()["current"]
    answer = served.get(f"/releases/2020-01-01.1/{what}", params={"lang": "es"})
    assert (answer.status_code, answer.json()["detail"]) == (
        410,
        f"la edición '2020-01-01.1' ya no se conserva; las conservadas son: {kept}",
    )
    assert served.get(f"/releases/2020-01-01.2/{what}").status_code == 404


@pytest.mark.parametrize("name", ["deposits.shp", "mines.csv", "deposits", "..%2F..%2Fetc%2Fpasswd", "%00"])
def test_a_file_that_a_release_does_not_have_is_404_and_names_those_that_it_has(client, sample_release, name):
    answer = client.get(f"/releases/{sample_release}/files/{name}")
    assert answer.status_code == 404
    if "%2F" not in name:
        assert "deposits.gpkg" in answer.json()["detail"]


def test_before_files_are_made_there_are_none(own_sample_store, client_of):
    with own_sample_store.begin() as connection:
        connection.execute(text("DELETE FROM release_file"))
    served = client_of(own_sample_store)
    current = served.get("/releases").json()["current"]
    assert served.get(f"/releases/{current}/manifest.json").json()["files"] == []
    answer = served.get(f"/releases/{current}/files/deposits.csv")
    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        f"release {current} has no file 'deposits.csv'; there are: none yet",
    )
    assert not [one for one in served.get("/collections/deposits").json()["links"] if one["rel"] == "enclosure"]


@pytest.mark.parametrize("path", ["/collections", "/collections/deposits", "/releases/{}/manifest.json"])
def test_what_lists_files_is_another_answer_once_they_are_made(own_sample_store, client_of, sample_release, path):
    served, address = client_of(own_sample_store), path.format(sample_release)
    before = served.get(address).headers
    with own_sample_store.begin() as connection:
        later = "made_at + interval '1 hour'"
        connection.execute(text(f"UPDATE release_file SET made_at = {later} WHERE collection = 'deposits'"))
    after = served.get(address, headers={"If-Modified-Since": before["last-modified"]})
    assert after.status_code == 200
    assert served.get(address, headers={"If-None-Match": before["etag"]}).status_code == 200
    assert after.headers["etag"] != before["etag"]


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("lack", ["missing", "cut"])
def test_a_file_that_is_not_on_this_machine_is_503(sample_url, sample_release, archives, tmp_path, lang, lack):
    if lack == "cut":
        for path in archives.glob("*.csv"):
            (tmp_path / path.name).write_bytes(path.read_bytes()[:-1])
    settings = Settings(database_url=sample_url, archives=str(tmp_path))
    with TestClient(create_app(settings), raise_server_exceptions=False) as elsewhere:
        answer = elsewhere.get(f"/releases/{sample_release}/files/deposits.csv", params={"lang": lang})
        assert (answer.status_code, answer.headers["cache-control"]) == (503, "no-store")
        assert (
            answer.json()["detail"]
            == {
                "en": f"deposits.csv of release {sample_release} is not on this machine",
                "es": f"deposits.csv de la edición {sample_release} no está en esta máquina",
            }[lang]
        )
        assert elsewhere.get(f"/releases/{sample_release}/manifest.json").status_code == 200


def test_media_types_of_files_are_those_of_extracts(manifest):
    for one in manifest["files"]:
        ending = one["name"].partition(".")[2]
        assert one["mediaType"] == (FORMATS[ending].media_type if ending in FORMATS else "application/vnd.pmtiles")
