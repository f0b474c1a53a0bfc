"""The archive as a download: whole, in parts, and read where it lies by the `pmtiles` library."""

import gzip

import pytest
from pmtiles.reader import Reader

ARCHIVE = "/exports/deposits.pmtiles"


@pytest.fixture(scope="module")
def whole(client):
    return client.get(ARCHIVE)


@pytest.mark.parametrize("layer", ["deposits", "boundaries"])
def test_the_archive_is_a_file_by_its_release(client, sample_release, layer):
    answer = client.get(f"/exports/{layer}.pmtiles")
    assert (answer.status_code, answer.content[:7]) == (200, b"PMTiles")
    assert answer.headers["content-type"] == "application/vnd.pmtiles"
    assert answer.headers["content-disposition"] == f'attachment; filename="vetalode-{layer}-{sample_release}.pmtiles"'
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-length"] == str(len(answer.content))


@pytest.mark.parametrize("accepted", ["gzip", "br, zstd", "identity"])
def test_it_is_not_compressed_again_and_has_one_tag(client, whole, accepted):
    answer = client.get(ARCHIVE, headers={"Accept-Encoding": accepted})
    assert "content-encoding" not in answer.headers
    assert (answer.content, answer.headers["etag"]) == (whole.content, whole.headers["etag"])
    assert client.get(ARCHIVE, headers={"If-None-Match": whole.headers["etag"]}).status_code == 304


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-126", 0, 126),
        ("bytes=100-", 100, None),
        ("bytes=-50", -50, None),
        ("bytes=5-99999999999", 5, None),
        ("bytes=0-0", 0, 0),
    ],
)
def test_a_part_is_what_was_asked_for(client, whole, asked, first, last):
    answer = client.get(ARCHIVE, headers={"Range": asked})
    size = len(whole.content)
    expected = whole.content[first:] if last is None else whole.content[first : last + 1]
    start = first % size
    assert (answer.status_code, answer.content) == (206, expected)
    assert answer.headers["content-range"] == f"bytes {start}-{start + len(expected) - 1}/{size}"
    assert answer.headers["etag"] == whole.headers["etag"]


@pytest.mark.parametrize("asked", ["bytes=9-5", "bytes=-", "bytes=a-b", "lines=0-5", "bytes=0-1,5-6", "", "bytes=٣-٤"])
def test_what_is_no_single_part_is_passed_over(client, whole, asked):
    answer = client.get(ARCHIVE, headers={"Range": asked.encode()})
    assert (answer.status_code, answer.content) == (200, whole.content)


@pytest.mark.parametrize("asked", ["bytes=99999999999-", "bytes=-0"])
@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_part_beyond_the_end_is_refused_with_the_size(client, whole, asked, lang):
    answer = client.get(ARCHIVE, headers={"Range": asked, "Accept-Language": lang})
    assert (answer.status_code, answer.headers["content-language"]) == (416, lang)
    assert answer.headers["content-range"] == f"bytes */{len(whole.content)}"
    assert str(len(whole.content)) in answer.json()["detail"]


def test_a_part_of_another_archive_is_not_mixed_in(client, whole):
    told = {"Range": "bytes=0-9"}
    for known in (whole.headers["etag"], whole.headers["last-modified"]):
        assert client.get(ARCHIVE, headers={**told, "If-Range": known}).status_code == 206
    for other in ('"other"', f"W/{whole.headers['etag']}", "Sun, 06 Nov 1994 08:49:37 GMT"):
        assert client.get(ARCHIVE, headers={**told, "If-Range": other}).content == whole.content


def test_the_pmtiles_library_reads_it_where_it_lies(client):
    def get_bytes(offset, length):
        answer = client.get(ARCHIVE, headers={"Range": f"bytes={offset}-{offset + length - 1}"})
        assert (answer.status_code, len(answer.content)) == (206, length)
        return answer.content

    reader = Reader(get_bytes)
    assert reader.header()["max_zoom"] == 12
    assert [layer["id"] for layer in reader.metadata()["vector_layers"]] == ["deposits"]
    assert gzip.decompress(reader.get(2, 0, 1)) == client.get("/tiles/deposits/2/0/1.mvt").content


def test_a_page_of_another_site_may_ask_for_parts(client):
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
    allowed = client.options(ARCHIVE, headers={**asked, "Access-Control-Request-Headers": "range,if-range"})
    assert allowed.status_code == 200
    told = client.get(ARCHIVE, headers={"Origin": "https://example.org", "Range": "bytes=0-9"}).headers
    assert {"Content-Range", "ETag"} <= set(told["access-control-expose-headers"].split(", "))


@pytest.mark.parametrize("path", ["/exports/mines.pmtiles", "/exports/deposits,boundaries.pmtiles"])
def test_there_are_archives_of_single_layers_alone(client, path):
    assert client.get(path).status_code == 404
