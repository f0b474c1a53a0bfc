"""`/releases/{release}`: the files of a release, and what lists them."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api import caching
from app.api.enclosures import address, folder
from app.api.files import opened
from app.api.links import header_link
from app.api.parts import parts
from app.api.question import JSON, Question, lasting, question
from app.asked.parameters import PLAIN
from app.errors import Gone, NotThere, Unavailable
from app.extracts import dcat, stac
from app.extracts.manifest import manifest
from app.queries.catalogue import Release
from app.queries.changes import was_published
from app.queries.release_files import ReleaseFile
from app.words import Words, quoted

router = APIRouter()


@router.get("/releases/{release}/manifest.json")
async def listed(request: Request, release: str) -> Response:
    """The files of a release, with their sizes and digests, and its sources on their terms."""
    asked = await question(request, PLAIN)
    of = await _kept(asked, release)

    async def told() -> dict[str, Any]:
        held = await asked.wired.standings.contents(of)
        return manifest(of, list(held.cards.values()), asked.standing.files_of(of), lambda one: address(asked, of, one))

    return await _record(asked, of, told, JSON)


@router.get("/releases/{release}/dcat.json")
async def described(request: Request, release: str) -> Response:
    """A release as a record of DCAT."""
    asked = await question(request, PLAIN)
    of = await _kept(asked, release)

    async def told() -> dict[str, Any]:
        held = (await asked.wired.standings.contents(of)).collections
        home = asked.address(f"{folder(of)}/manifest.json")
        return dcat.record(of, held, asked.standing.files_of(of), home, lambda one: address(asked, of, one))

    return await _record(asked, of, told, dcat.LD_JSON)


@router.get("/releases/{release}/stac.json")
async def as_stac(request: Request, release: str) -> Response:
    """A release as a collection of STAC."""
    asked = await question(request, PLAIN)
    of = await _kept(asked, release)

    async def told() -> dict[str, Any]:
        held = (await asked.wired.standings.contents(of)).collections
        home = asked.address(f"{folder(of)}/stac.json")
        files = asked.standing.files_of(of)
        return stac.collection(of, held, files, home, lambda one: address(asked, of, one), asked.lang)

    return await _record(asked, of, told, JSON)


async def _record(
    asked: Question, of: Release, told: Callable[[], Awaitable[dict[str, Any]]], media_type: str
) -> Response:
    kept = asked.kept(of, asked.standing.files_of(of))
    if same := caching.unchanged(asked.request, kept):
        return same
    return Response(orjson.dumps(await told()), media_type=media_type, headers=kept)


@router.get("/releases/{release}/files/{file}")
async def file(request: Request, release: str, file: str) -> Response:
    """A file of a release, whole or in parts."""
    asked = await lasting(request, PLAIN)
    of = await _kept(asked, release)
    found = _found(asked, of, file)
    kept = caching.of_file(found.sha256, found.made_at, for_good=True)
    if same := caching.unchanged(request, kept):
        return same
    there = await asyncio.to_thread(opened, found, Path(asked.wired.settings.archives))
    if there is None:
        raise Unavailable(
            Words(
                f"{file} of release {of.name} is not on this machine",
                f"{file} de la edición {of.name} no está en esta máquina",
            )
        )
    told = {
        **kept,
        "Content-Disposition": f'attachment; filename="vetalode-{found.collection}-{of.name}.{found.ending}"',
        "Link": header_link(asked.address(f"{folder(of)}/manifest.json"), "describedby", JSON),
    }
    return parts(request, there.piece, there.size, found.media_type, told)


async def _kept(asked: Question, name: str) -> Release:
    """The kept release of that name; raises `Gone` for one that was kept, `NotThere` for one that never was."""
    if asked.standing.release(name) is None:
        async with asked.wired.engine.connect() as connection:
            if await was_published(connection, name):
                listed = ", ".join(one.name for one in asked.standing.kept)
                raise Gone(
                    Words(
                        f"release {quoted(name)} is no longer kept; those kept are: {listed}",
                        f"la edición {quoted(name)} ya no se conserva; las conservadas son: {listed}",
                    )
                )
    return asked.standing.kept_release(name)


def _found(asked: Question, release: Release, name: str) -> ReleaseFile:
    """The file of that name; raises `NotThere`."""
    files = {one.name: one for one in asked.standing.files_of(release)}
    if name not in files:
        there = ", ".join(files)
        raise NotThere(
            Words(
                f"release {release.name} has no file {quoted(name)}; there are: {there or 'none yet'}",
                f"la edición {release.name} no tiene el archivo {quoted(name)}; hay: {there or 'ninguno todavía'}",
            )
        )
    return files[name]
