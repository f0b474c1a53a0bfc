"""A release as a record of W3C's Data Catalog Vocabulary, version 3, in JSON-LD."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.bbox import Bbox
from app.domain.deposit import ALL
from app.extracts.formats import title_of
from app.extracts.manifest import Address
from app.extracts.provenance import moment
from app.queries.catalogue import Release
from app.queries.collections import Collection
from app.queries.release_files import ReleaseFile
from app.words import LANGS, Words

LD_JSON = "application/ld+json"

_IANA = "https://www.iana.org/assignments/media-types/"
_SHA256 = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"
_NATURAL_EARTH = {
    "@id": "https://www.naturalearthdata.com/about/terms-of-use/",
    "rdfs:label": "Natural Earth, public domain",
}
_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def record(
    release: Release, held: Mapping[str, Collection], files: Sequence[ReleaseFile], home: str, address: Address
) -> dict[str, Any]:
    """The record of the release at the address `home`, which holds the collections; one distribution for each file."""
    whole = held[ALL]
    dataset = {
        "@context": _CONTEXT,
        "@id": home,
        "@type": "dcat:Dataset",
        "dct:identifier": release.name,
        "dct:title": _both(whole.title),
        "dct:description": _both(whole.about),
        "dct:issued": _typed(moment(release.published_at), "dateTime"),
        "dcat:version": release.name,
        "dct:publisher": {"@type": "foaf:Organization", "foaf:name": "Vetalode"},
        "dct:creator": [
            {"@type": "foaf:Organization", "foaf:name": card.agency, "foaf:homepage": {"@id": card.homepage}}
            for card in whole.cards
        ],
        "dct:license": _licences(whole),
        "dct:bibliographicCitation": [card.citation for card in whole.cards],
        "dcat:distribution": [_distribution(held.get(one.collection), one, address(one)) for one in files],
    }
    if whole.extent is not None:
        first, last = str(whole.extent.first), str(whole.extent.last)
        dataset["dct:spatial"] = {"@type": "dct:Location", "dcat:bbox": _box(whole.extent.bounds)}
        dataset["dct:temporal"] = {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _typed(first, "date"),
            "dcat:endDate": _typed(last, "date"),
        }
    return dataset


def _distribution(of: Collection | None, file: ReleaseFile, address: str) -> dict[str, Any]:
    media_type = file.media_type.partition(";")[0]
    return {
        "@id": address,
        "@type": "dcat:Distribution",
        "dct:title": f"{file.name} ({title_of(file.ending)})",
        "dcat:accessURL": {"@id": address},
        "dcat:downloadURL": {"@id": address},
        "dcat:mediaType": {"@id": _IANA + media_type},
        "dcat:byteSize": _typed(str(file.bytes), "nonNegativeInteger"),
        "dct:license": _licences(of),
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": _SHA256},
            "spdx:checksumValue": _typed(file.sha256, "hexBinary"),
        },
    }


def _licences(of: Collection | None) -> list[dict[str, str]]:
    """Those that have an address by it, the others in their words. What is of no collection are boundaries."""
    if of is None:
        return [_NATURAL_EARTH]
    return [
        {"@id": card.licence_url, "rdfs:label": card.licence} if card.licence_url else {"rdfs:label": card.licence}
        for card in of.cards
    ]


def _both(words: Words) -> list[dict[str, str]]:
    return [{"@language": lang, "@value": words.speak(lang)} for lang in LANGS]


def _typed(value: str, kind: str) -> dict[str, str]:
    return {"@type": f"xsd:{kind}", "@value": value}


def _box(box: Bbox) -> dict[str, str]:
    corners = (
        (box.west, box.south),
        (box.east, box.south),
        (box.east, box.north),
        (box.west, box.north),
        (box.west, box.south),
    )
    ring = ", ".join(f"{x} {y}" for x, y in corners)
    return {"@type": "geo:wktLiteral", "@value": f"POLYGON(({ring}))"}
