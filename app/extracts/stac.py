"""A release as a collection of STAC 1.0.0, whose assets are its files."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.deposit import ALL
from app.extracts.formats import title_of
from app.extracts.manifest import Address
from app.queries.catalogue import Release
from app.queries.collections import Collection
from app.queries.release_files import ReleaseFile
from app.words import Lang

_EXTENSIONS = [
    "https://stac-extensions.github.io/file/v2.1.0/schema.json",
    "https://stac-extensions.github.io/table/v1.2.0/schema.json",
]
# A sha256 as a multihash: its code and its length before it.
_SHA256 = "1220"


def collection(
    release: Release,
    held: Mapping[str, Collection],
    files: Sequence[ReleaseFile],
    home: str,
    address: Address,
    lang: Lang,
) -> dict[str, Any]:
    """The document at the address `home`, in one language, for STAC has no other."""
    whole = held[ALL]
    licences = [
        {"rel": "license", "href": card.licence_url, "title": f"{card.agency}: {card.licence}"}
        for card in whole.cards
        if card.licence_url
    ]
    return {
        "type": "Collection",
        "stac_version": "1.0.0",
        "stac_extensions": _EXTENSIONS,
        "id": f"vetalode-{release.name}",
        "title": f"{whole.title.speak(lang)} {release.name}",
        "description": whole.about.speak(lang),
        # Each source has terms of its own.
        "license": "various",
        "providers": [
            {"name": card.agency, "roles": ["producer", "licensor"], "url": card.homepage} for card in whole.cards
        ],
        "extent": _extent(whole),
        "links": [
            {"rel": "self", "href": home, "type": "application/json"},
            {"rel": "root", "href": home, "type": "application/json"},
            *licences,
        ],
        "assets": {one.name: _asset(one, address(one)) for one in files},
    }


def _extent(whole: Collection) -> dict[str, Any]:
    of = whole.extent
    if of is None:
        return {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [[None, None]]}}
    box = of.bounds
    return {
        "spatial": {"bbox": [[box.west, box.south, box.east, box.north]]},
        "temporal": {"interval": [[f"{of.first}T00:00:00Z", f"{of.last}T23:59:59Z"]]},
    }


def _asset(file: ReleaseFile, address: str) -> dict[str, Any]:
    told = {
        "href": address,
        "type": file.media_type,
        "title": f"{file.collection}: {title_of(file.ending)}",
        "roles": ["data"],
        "file:size": file.bytes,
        "file:checksum": _SHA256 + file.sha256,
    }
    return told if file.rows is None else {**told, "table:row_count": file.rows}
