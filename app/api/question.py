"""A request as a route sees it: what was asked, in which language, of which release."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from app.api import caching, html, links
from app.api.negotiation import Form, form
from app.api.problems import asked_lang
from app.api.wired import Wired
from app.asked.parameters import Parameter, read
from app.queries.catalogue import Release
from app.queries.collections import Collection
from app.queries.filter import DepositFilter
from app.queries.release_files import ReleaseFile
from app.queries.standing import Standing
from app.words import LANGS, Lang, Words

JSON = "application/json"
HTML = "text/html"


@dataclass(frozen=True, slots=True)
class Asking:
    """A request whose parameters are known, each given once; `base` is where its client sees the service."""

    request: Request
    base: str
    asked: Mapping[str, str]
    lang: Lang

    def address(self, path: str, asked: Mapping[str, str] | None = None) -> str:
        return links.address(self.base, path, asked)

    @property
    def path(self) -> str:
        """The path that was asked for, below the service's base."""
        return links.path_of(self.request)

    @property
    def form(self) -> Form:
        """Whether a person reads the answer or a program."""
        return form(self.request)

    def own_links(self, media_type: str = JSON) -> list[dict[str, Any]]:
        """This document, as a page to read, and in the other language."""
        path, asked = self.path, dict(self.asked)
        plain = {name: value for name, value in asked.items() if name != "f"}
        other = next(lang for lang in LANGS if lang != self.lang)
        said = {Form.JSON: Words("This document", "Este documento"), Form.HTML: Words("As a page", "Como página")}
        return [
            links.link(self.address(path, asked), "self", media_type, title=said[Form.JSON].speak(self.lang)),
            links.link(
                self.address(path, {**plain, "f": "html"}), "alternate", HTML, title=said[Form.HTML].speak(self.lang)
            ),
            links.link(
                self.address(path, {**asked, "lang": other}),
                "alternate",
                media_type,
                hreflang=other,
                title={"en": "In English", "es": "En español"}[other],
            ),
        ]

    def say(self, document: dict[str, Any], page: str, standing: Standing | None = None) -> Response:
        """The document in the asker's language, as JSON or as the page of that name; asked for anew each time."""
        return _told(self, document, page, caching.spoken(self.lang), JSON, standing)


@dataclass(frozen=True, slots=True)
class Question(Asking):
    """A request for something of what is published."""

    wired: Wired
    standing: Standing

    def kept(self, release: Release | None = None, files: Sequence[ReleaseFile] = ()) -> dict[str, str]:
        """What caches are told of an answer from a release, the current one where none is named, that speaks of the
        files."""
        changed = max((one.made_at for one in files), default=None)
        return caching.headers(self.request, release or self.standing.current, self.base, self.lang, changed=changed)

    def release(self, name: str | None) -> Release:
        """The kept release of that name, the current one where none is named; raises `NotThere`."""
        return self.standing.kept_release(name)

    def collection(self, name: str) -> Collection:
        """The collection of that id; raises `NotThere`."""
        return self.standing.collection(name)

    async def matched(self, wanted: DepositFilter, release: Release | None = None) -> int:
        """How many deposits the filter wants of a release, the current one where none is named."""
        async with self.wired.engine.connect() as connection:
            return await self.wired.counts.of(connection, wanted, release or self.standing.current)

    def answer(
        self, document: dict[str, Any], page: str, media_type: str = JSON, files: Sequence[ReleaseFile] = ()
    ) -> Response:
        """The document, which may speak of files, as JSON, or as the page of that name where a page is wanted."""
        kept = self.kept(files=files)
        return caching.unchanged(self.request, kept) or _told(self, document, page, kept, media_type, self.standing)


def _told(
    asked: Asking,
    document: dict[str, Any],
    page: str,
    headers: dict[str, str],
    media_type: str,
    standing: Standing | None,
) -> Response:
    if asked.form is Form.HTML:
        return html.page(page, document, asked, headers, standing)
    return Response(orjson.dumps(document), media_type=media_type, headers=headers)


def asking(request: Request, known: Mapping[str, Parameter]) -> Asking:
    """The request, read strictly; raises our errors for what is wrong with it."""
    asked = read(request.query_params.multi_items(), known)
    wired: Wired = request.app.state.wired
    return Asking(request, links.base_of(request, wired.settings), asked, asked_lang(request))


async def lasting(request: Request, known: Mapping[str, Parameter]) -> Question:
    """As `question`, but of what stood last where the store does not answer: for what may be answered without it."""
    one = asking(request, known)
    wired: Wired = request.app.state.wired
    return Question(one.request, one.base, one.asked, one.lang, wired, await wired.standings.last())


async def question(request: Request, known: Mapping[str, Parameter]) -> Question:
    """The request, read strictly, and what stands; raises our errors for what is wrong with it."""
    one = asking(request, known)
    wired: Wired = request.app.state.wired
    return Question(one.request, one.base, one.asked, one.lang, wired, await wired.standings.now())
