"""Links to the files of a release, and to the documents that list them."""

from typing import Any

from app.api.links import link
from app.api.question import JSON, Question
from app.extracts.dcat import LD_JSON
from app.extracts.formats import title_of
from app.queries.catalogue import Release
from app.queries.release_files import ReleaseFile
from app.words import Words


def folder(release: Release) -> str:
    """The path below which all that is only of a release is."""
    return f"/releases/{release.name}"


def address(asked: Question, release: Release, file: ReleaseFile) -> str:
    """Where a file of a release is given."""
    return asked.address(f"{folder(release)}/files/{file.name}")


def enclosures(asked: Question, release: Release, collection: str | None = None) -> list[dict[str, Any]]:
    """The files of a release, of one collection where it is named; none before they are made."""
    return [
        link(
            address(asked, release, one),
            "enclosure",
            one.media_type,
            length=one.bytes,
            title=f"{one.collection}: {title_of(one.ending)}",
        )
        for one in asked.standing.files_of(release)
        if collection in (None, one.collection)
    ]


def records(asked: Question, release: Release) -> list[dict[str, Any]]:
    """What lists the files of a release: its manifest, and the same as DCAT and as STAC."""
    manifest = Words("The files of the release", "Los archivos de la edición").speak(asked.lang)
    dcat = Words("The release as a record of DCAT", "La edición como registro de DCAT").speak(asked.lang)
    stac = Words("The release as a collection of STAC", "La edición como colección de STAC").speak(asked.lang)
    return [
        link(asked.address(f"{folder(release)}/manifest.json"), "describedby", JSON, title=manifest),
        link(asked.address(f"{folder(release)}/dcat.json"), "describedby", LD_JSON, title=dcat),
        link(asked.address(f"{folder(release)}/stac.json"), "describedby", JSON, title=stac),
    ]
