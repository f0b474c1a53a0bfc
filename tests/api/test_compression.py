"""Answers come in the coding that is wanted most, are the same bytes in each, and have a strong tag for each."""

import gzip

import brotli
import httpx2
import pytest
import zstandard

from app.api.compression import coding_for, coding_of_zipped

ITEMS = "/collections/deposits/items"
CODED = (ITEMS, f"{ITEMS}/mrds-99900001", "/tiles/deposits.json", "/exports/deposits.geojson")
# At hand in gzip: baked, and made by a statement.
ZIPPED = ("/tiles/deposits/2/0/1.mvt", "/tiles/deposits/2/0/1.mvt?commodity=gold")
EMPTY = ("/tiles/deposits/5/31/31.mvt", "/collections/deposits/tiles/WebMercatorQuad/5/31/31")
DECODED = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda sent: zstandard.ZstdDecompressor().decompressobj().decompress(sent),
    None: lambda sent: sent,
}


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", "identity"),
        ("gzip", "gzip"),
        ("GZip ; Q=1.0", "gzip"),
        ("br", "br"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("gzip;q=1, br;q=0.9, zstd;q=0.1", "gzip"),
        ("zstd;q=0.5, br;q=0.8, gzip;q=0.8", "br"),
        ("gzip;q=0", "identity"),
        ("gzip;q=0.2, identity;q=0.8", "identity"),
        ("gzip;q=0.2, identity;q=0.1", "gzip"),
        ("gzip;q=0.0001", "gzip"),
        ("identity", "identity"),
        ("identity;q=0", "identity"),
        ("identity;q=0, gzip;q=0.1", "gzip"),
        ("*", "zstd"),
        ("*, zstd;q=0", "br"),
        ("*;q=0.5, gzip", "gzip"),
        ("*;q=0", "identity"),
        ("*;q=0, br;q=0.1", "br"),
        ("deflate, compress, x-gzip", "identity"),
        ("gzip;q=nan", "identity"),
        ("gzip;q=1000", "identity"),
        ("gzip;q=-1, br;q=many", "identity"),
        (",;,q=1,;q=1", "identity"),
    ],
)
def test_the_coding_that_is_wanted_most_is_chosen(accepted, coding):
    assert coding_for(accepted) == coding


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "gzip"),
        ("br, gzip;q=0.1", "gzip"),
        ("*", "gzip"),
        ("", "identity"),
        ("gzip;q=0", "identity"),
        ("gzip;q=0.2, identity;q=0.8", "identity"),
        ("br", "br"),
        ("gzip;q=0, zstd", "zstd"),
        ("identity;q=0, gzip;q=0.1", "gzip"),
    ],
)
def test_what_is_at_hand_in_gzip_stays_so_for_whoever_takes_it(accepted, coding):
    assert coding_of_zipped(accepted) == coding


@pytest.fixture(scope="module")
def asking(sample_served):
    """Asks the running service, and gives the answer with its bytes as they were sent."""
    with httpx2.Client(base_url=sample_served, trust_env=False) as client:

        def ask(address, accepted, **headers):
            told = {"Accept-Encoding": accepted, **headers}
            with client.stream("GET", address, headers=told) as answer:
                return answer, b"".join(answer.iter_raw())

        yield ask


@pytest.mark.parametrize(
    "address", [*CODED, *ZIPPED, "/", "/?f=html", "/sources", "/vocabularies/commodity", "/api", "/nothing"]
)
@pytest.mark.parametrize(
    "accepted", ["gzip", "br", "zstd", "identity", "*", "br;q=0.1, gzip;q=0.2", "identity;q=0", "*;q=0"]
)
def test_an_answer_is_the_same_bytes_in_every_coding(asking, address, accepted):
    plain, expected = asking(address, "identity")
    answer, sent = asking(address, accepted)
    coding = answer.headers.get("content-encoding")
    assert (coding or "identity") == (coding_of_zipped if address in ZIPPED else coding_for)(accepted)
    assert DECODED[coding](sent) == expected
    assert answer.status_code == plain.status_code
    assert answer.headers["content-type"] == plain.headers["content-type"]
    assert "accept-encoding" in answer.headers["vary"].lower().split(", ")


@pytest.mark.parametrize("address", [*CODED, *ZIPPED, *EMPTY])
def test_each_coding_has_a_strong_tag_of_its_own_and_its_own_304(asking, address):
    tags = {}
    for coding in ("identity", "gzip", "br", "zstd"):
        answer, _ = asking(address, coding)
        tags[coding] = tag = answer.headers["etag"]
        assert tag.startswith('"')
        for known in (tag, f"W/{tag}", f'"other", {tag}'):
            again, body = asking(address, coding, **{"If-None-Match": known})
            assert (again.status_code, body) == (304, b"")
            assert again.headers["etag"].removeprefix("W/") == tag
            assert not {"content-encoding", "content-type"} & again.headers.keys()
            assert set(answer.headers["vary"].split(", ")) == set(again.headers["vary"].split(", "))
            assert "Accept-Encoding" in again.headers["vary"].split(", ")
        by_date, _ = asking(address, coding, **{"If-Modified-Since": answer.headers["last-modified"]})
        assert (by_date.status_code, by_date.headers["etag"]) == (304, tag)
    assert len(set(tags.values())) == 4
    # Who has the answer in one coding need not fetch it in another.
    again, _ = asking(address, "br", **{"If-None-Match": tags["gzip"]})
    assert (again.status_code, again.headers["etag"]) == (304, tags["gzip"])


@pytest.mark.parametrize("address", EMPTY)
@pytest.mark.parametrize("accepted", ["gzip", "identity;q=0, br"])
def test_an_answer_without_bytes_has_none_in_any_coding(asking, address, accepted):
    answer, sent = asking(address, accepted)
    assert (answer.status_code in (200, 204), sent) == (True, b"")
    assert "content-encoding" not in answer.headers
