"""What is published: the current release, the kept ones, and the sources in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.tables import catalogue, deposit, release, release_source, source, source_file
from app.domain.bbox import Bbox
from app.domain.deposit import ReleaseLevel
from app.domain.synthetic import SYNTHETIC_CITATION, SYNTHETIC_LICENCE
from app.errors import NothingPublished
from app.words import Words


@dataclass(frozen=True, slots=True)
class Release:
    """A published release; `bounds` is the box of its deposits, None when it has none; `sources` are their ids.

    `archive` and `boundaries` are the sha256 of its archives of tiles, None where none was made.
    """

    id: int
    name: str
    published_at: datetime
    deposits: int
    bounds: Bbox | None
    archive: str | None
    boundaries: str | None
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """Bytes that were received from a source, and the day on which they were."""

    name: str
    sha256: str
    bytes: int
    retrieved: date


@dataclass(frozen=True, slots=True)
class SourceCard:
    """A source as it stands in a release; `files` are those that its deposits come from, by name."""

    id: str
    title: Words
    agency: str
    licence: str
    licence_url: str | None
    citation: str
    homepage: str
    retrieved: date
    deposits: int
    synthetic: int
    files: tuple[SourceFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Extent:
    """How many deposits of a source anyone may see, the box around them, and the days on which they were retrieved."""

    deposits: int
    bounds: Bbox
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class FileExtent:
    """A file by the source that it came from, and what of a release comes from it."""

    source: str
    file: SourceFile
    extent: Extent


_ORIGINS = (
    select(release_source.c.source)
    .where(release_source.c.release == release.c.id)
    .order_by(release_source.c.source)
    .correlate(release)
    .scalar_subquery()
)
_RELEASE = select(
    release.c.id,
    release.c.name,
    release.c.published_at,
    release.c.deposits,
    release.c.bounds,
    release.c.archive,
    release.c.boundaries,
    func.array(_ORIGINS).label("sources"),
).where(release.c.state == "published")
_CURRENT = _RELEASE.join_from(release, catalogue, catalogue.c.current_release == release.c.id)


async def current_release(connection: AsyncConnection) -> Release:
    """The release that answers now; raises `NothingPublished` before the first one."""
    row = (await connection.execute(_CURRENT)).first()
    if row is None:
        raise NothingPublished
    return _release(row)


async def kept_releases(connection: AsyncConnection) -> Sequence[Release]:
    """The releases that can be returned to, the newest first."""
    return [_release(row) for row in await connection.execute(_RELEASE.order_by(release.c.id.desc()))]


async def sources(connection: AsyncConnection, release_id: int) -> Sequence[SourceCard]:
    """The sources of a release, with their licences and the day their data were fetched."""
    statement = (
        select(source, release_source.c.retrieved, release_source.c.deposits, release_source.c.synthetic)
        .join(release_source, release_source.c.source == source.c.id)
        .where(release_source.c.release == release_id)
        .order_by(source.c.id)
    )
    return [_card(row) for row in await connection.execute(statement)]


async def files(connection: AsyncConnection, release_id: int) -> Sequence[FileExtent]:
    """What anyone may see of each file that a release's deposits come from, by source and by name."""
    longitude, latitude = deposit.c.longitude, deposit.c.latitude
    corners = func.min(longitude), func.min(latitude), func.max(longitude), func.max(latitude)
    of = (
        select(deposit.c.source, deposit.c.source_file, deposit.c.retrieved, func.count().label("deposits"), *corners)
        .where(deposit.c.release == release_id, deposit.c.release_level <= ReleaseLevel.PUBLIC)
        .group_by(deposit.c.source, deposit.c.source_file, deposit.c.retrieved)
        .cte("of")
    )
    came_as = (
        select(func.min(source_file.c.name), func.max(source_file.c.bytes))
        .where(source_file.c.source == of.c.source, source_file.c.sha256 == of.c.source_file)
        .where(source_file.c.retrieved == of.c.retrieved)
        .lateral("came_as")
    )
    statement = (
        select(of, came_as)
        .join_from(of, came_as, true())
        .order_by(of.c.source, came_as.c[0], of.c.retrieved, of.c.source_file)
    )
    rows = await connection.execute(statement)
    return [
        FileExtent(of, SourceFile(called, sha256, length, day), Extent(number, Bbox(*box), day, day))
        for of, sha256, day, number, *box, called, length in rows
    ]


async def cursor_key(connection: AsyncConnection) -> bytes:
    """The key that signs cursors."""
    return bytes((await connection.execute(select(catalogue.c.cursor_key))).scalar_one())


def _card(row: Any) -> SourceCard:
    made = row.deposits > 0 and row.synthetic == row.deposits
    citation = SYNTHETIC_CITATION if made else row.citation
    return SourceCard(
        id=row.id,
        title=Words(row.title_en, row.title_es),
        agency=row.agency,
        licence=SYNTHETIC_LICENCE if made else row.licence,
        licence_url=None if made else row.licence_url,
        citation=citation.format(agency=row.agency, retrieved=row.retrieved),
        homepage=row.homepage,
        retrieved=row.retrieved,
        deposits=row.deposits,
        synthetic=row.synthetic,
    )


def _release(row: Any) -> Release:
    west, south, east, north = row.bounds
    box = None if west is None or south is None or east is None or north is None else Bbox(west, south, east, north)
    return Release(
        row.id, row.name, row.published_at, row.deposits, box, row.archive, row.boundaries, tuple(row.sources)
    )
