"""A whole collection in a format that takes long to make is the release's own file; all else is made when asked for."""

import pytest

ENDINGS = ("fgb", "gpkg", "parquet")


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_whole_collection_is_the_file_of_the_release(client, sample_release, ending):
    of_release = client.get(f"/releases/{sample_release}/files/sgm.{ending}")
    answer = client.get(f"/exports/sgm.{ending}", headers={"Accept-Language": "en"})
    assert answer.content == of_release.content
    assert answer.headers["etag"] == of_release.headers["etag"]
    assert answer.headers["content-disposition"] == f'attachment; filename="vetalode-sgm-{sample_release}.{ending}"'
    assert answer.headers["cache-control"] == "public, no-cache"
    assert "Accept-Language" in answer.headers["vary"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_it_is_given_in_parts_and_not_twice(client, ending):
    whole = client.get(f"/exports/sgm.{ending}")
    part = client.get(f"/exports/sgm.{ending}", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    known = client.get(f"/exports/sgm.{ending}", headers={"If-None-Match": whole.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    head = client.head(f"/exports/sgm.{ending}")
    assert head.headers["content-length"] == str(len(whole.content))


@pytest.mark.parametrize("asked", [{"lang": "es"}, {"country": "MX"}, {"properties": "name"}, {"crs": "EPSG:6372"}])
def test_what_is_asked_otherwise_is_another_file(client, asked):
    whole, other = client.get("/exports/sgm.gpkg"), client.get("/exports/sgm.gpkg", params=asked)
    assert other.status_code == 200
    assert other.headers["etag"] != whole.headers["etag"]
    assert "accept-ranges" not in other.headers
    assert other.content != whole.content


def test_what_is_wrong_is_said_all_the_same(client):
    assert client.get("/exports/gold.gpkg").status_code == 404
    assert client.get("/exports/sgm.gpkg?colour=red").status_code == 400
