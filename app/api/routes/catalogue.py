"""`/sources`, `/releases`, `/vocabularies`: what the deposits come from, when they were published, what codes mean."""

from typing import Any

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api import caching
from app.api.parameters import PLAIN, read
from app.api.problems import asked_lang
from app.api.question import JSON, question
from app.domain import critical
from app.domain.vocabulary import TITLES, Term, vocabulary
from app.words import Lang

router = APIRouter()


def _said(document: dict[str, Any], lang: Lang) -> Response:
    return Response(orjson.dumps(document), media_type=JSON, headers=caching.spoken(lang))


def _lang(request: Request) -> Lang:
    read(request, PLAIN)
    return asked_lang(request)


@router.get("/sources")
async def sources(request: Request) -> Response:
    """The surveys' layers in the current release, with licence and citation."""
    asked = await question(request, PLAIN)
    lang = asked.lang
    document = {
        "release": asked.standing.current.name,
        "sources": [
            {
                "id": card.id,
                "title": card.title.speak(lang),
                "title_en": card.title.en,
                "title_es": card.title.es,
                "agency": card.agency,
                "licence": card.licence,
                "licence_url": card.licence_url,
                "citation": card.citation,
                "homepage": card.homepage,
                "retrieved": card.retrieved,
                "deposits": card.deposits,
                "synthetic": card.synthetic,
            }
            for card in asked.standing.cards.values()
        ],
    }
    return _said(document, lang)


@router.get("/releases")
async def releases(request: Request) -> Response:
    """The releases that are kept, the newest first, and which of them answers now."""
    asked = await question(request, PLAIN)
    document = {
        "current": asked.standing.current.name,
        "releases": [
            {"name": kept.name, "published_at": kept.published_at, "deposits": kept.deposits}
            for kept in asked.standing.kept
        ],
    }
    return _said(document, asked.lang)


@router.get("/lists")
async def lists(request: Request) -> Response:
    """The lists of critical minerals, each of its day, with the commodities that count and the one that is named."""
    lang = _lang(request)
    in_force = {code for codes in critical.current().values() for code in codes}
    told = [
        {
            "id": one.code,
            "label": one.label.speak(lang),
            "label_en": one.label.en,
            "label_es": one.label.es,
            "country": one.country,
            "listed_on": one.listed_on.isoformat(),
            "standing": one.standing,
            "in_force": one.code in in_force,
            "source": one.source,
            "note": one.note.speak(lang),
            "commodities": dict(one.counts),
        }
        for one in critical.critical_lists().values()
    ]
    return _said({"lists": told}, lang)


@router.get("/vocabularies")
async def vocabularies(request: Request) -> Response:
    """The vocabularies there are."""
    lang = _lang(request)
    told = [{"name": name, "title": title.speak(lang)} for name, title in TITLES.items()]
    return _said({"vocabularies": told}, lang)


@router.get("/vocabularies/{name}")
async def terms(request: Request, name: str) -> Response:
    """The codes of a vocabulary with their labels in both languages; `label` is in the language asked for."""
    lang = _lang(request)
    known = vocabulary(name)
    document = {
        "name": name,
        "title": known.title.speak(lang),
        "lang": lang,
        "terms": [_told(term, lang) for term in known.terms.values()],
    }
    return _said(document, lang)


def _told(term: Term, lang: Lang) -> dict[str, str | None]:
    # The CSV's notes are for those who edit it, in one language, so they are not served.
    further = {name: value for name, value in term.more.items() if name != "note"}
    labels = {"label": term.label.speak(lang), "label_en": term.label.en, "label_es": term.label.es}
    return {"code": term.code, **labels, **further}
