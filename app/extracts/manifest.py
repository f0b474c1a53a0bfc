"""What a release's files are, one by one, for those who mirror them and want to know that they have them whole."""

from collections.abc import Callable, Sequence
from typing import Any

from app.extracts.provenance import SCHEMA_VERSION, moment, source
from app.queries.catalogue import Release, SourceCard
from app.queries.release_files import ReleaseFile

Address = Callable[[ReleaseFile], str]


def manifest(
    release: Release, cards: Sequence[SourceCard], files: Sequence[ReleaseFile], address: Address
) -> dict[str, Any]:
    """The document; `address` says where a file is given."""
    return {
        "release": release.name,
        "published": moment(release.published_at),
        "schemaVersion": max((one.schema_version for one in files), default=SCHEMA_VERSION),
        "deposits": release.deposits,
        "sources": [source(card) for card in cards],
        "files": [
            {
                "name": one.name,
                "address": address(one),
                "bytes": one.bytes,
                "sha256": one.sha256,
                "rows": one.rows,
                "mediaType": one.media_type,
                "collection": one.collection,
                "schemaVersion": one.schema_version,
            }
            for one in files
        ],
    }
