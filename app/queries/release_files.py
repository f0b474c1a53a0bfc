"""The files that were made of the kept releases, for downloads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.tables import release, release_file


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """A file of a collection, or of a layer of tiles, which has no rows; its name tells it apart in its release."""

    collection: str
    ending: str
    sha256: str
    bytes: int
    rows: int | None
    media_type: str
    schema_version: str
    made_at: datetime

    @property
    def name(self) -> str:
        return f"{self.collection}.{self.ending}"

    def path(self, folder: Path) -> Path:
        """Where it lies in the folder of archives, if this machine has it."""
        return path_of(folder, self.sha256, self.ending)


def path_of(folder: Path, sha256: str, ending: str) -> Path:
    """Where the file of that digest and ending lies in the folder of archives."""
    return folder / f"{sha256}.{ending}"


_COLUMNS = [one for one in release_file.c if one.name != "release"]
_FILES = (
    select(release.c.name, *_COLUMNS)
    .join_from(release_file, release, release.c.id == release_file.c.release)
    .where(release.c.state == "published")
    .order_by(release_file.c.release, release_file.c.collection, release_file.c.ending)
)


async def release_files(connection: AsyncConnection) -> Mapping[str, Sequence[ReleaseFile]]:
    """The files of every kept release that has any, by its name."""
    found: dict[str, list[ReleaseFile]] = {}
    for name, *values in await connection.execute(_FILES):
        found.setdefault(name, []).append(ReleaseFile(*values))
    return {name: tuple(files) for name, files in found.items()}
