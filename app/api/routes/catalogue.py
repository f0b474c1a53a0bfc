"""`/sources`, `/releases`, `/vocabularies`: what the deposits come from, when they were published, what codes mean."""

from typing import Any

from fastapi import APIRouter, Response

from app.api import caching
from app.api.deps import Conn, Current, Lang
from app.domain import critical
from app.domain.vocabulary import TITLES, Term, vocabulary
from app.queries import catalogue
from app.words import Lang as Language

router = APIRouter(tags=["catalogue · catálogo"])


@router.get("/sources", summary="Sources · Fuentes")
async def sources(response: Response, conn: Conn, release: Current, lang: Lang) -> dict[str, Any]:
    """The surveys' layers in the current release, with licence and citation."""
    response.headers.update(caching.spoken(lang))
    cards = await catalogue.sources(conn, release.id)
    return {
        "release": release.name,
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
            for card in cards
        ],
    }


@router.get("/releases", summary="Releases · Ediciones")
async def releases(conn: Conn, current: Current, _: Lang) -> dict[str, Any]:
    """The releases that are kept, the newest first, and which of them answers now."""
    return {
        "current": current.name,
        "releases": [
            {"name": kept.name, "published_at": kept.published_at, "deposits": kept.deposits}
            for kept in await catalogue.kept_releases(conn)
        ],
    }


@router.get("/lists", summary="Critical minerals · Minerales críticos")
async def lists(response: Response, lang: Lang) -> dict[str, Any]:
    """The lists of critical minerals, each of its day, with the commodities that count and the one that is named."""
    response.headers.update(caching.spoken(lang))
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
    return {"lists": told}


@router.get("/vocabularies", summary="Vocabularies · Vocabularios")
async def vocabularies(response: Response, lang: Lang) -> dict[str, Any]:
    """The vocabularies there are."""
    response.headers.update(caching.spoken(lang))
    return {"vocabularies": [{"name": name, "title": title.speak(lang)} for name, title in TITLES.items()]}


@router.get("/vocabularies/{name}", summary="A vocabulary · Un vocabulario")
async def terms(response: Response, name: str, lang: Lang) -> dict[str, Any]:
    """The codes of a vocabulary with their labels in both languages; `label` is in the language asked for."""
    read = vocabulary(name)
    response.headers.update(caching.spoken(lang))
    return {
        "name": name,
        "title": read.title.speak(lang),
        "lang": lang,
        "terms": [_told(term, lang) for term in read.terms.values()],
    }


def _told(term: Term, lang: Language) -> dict[str, str | None]:
    # The CSV's notes are for those who edit it, in one language, so they are not served.
    further = {name: value for name, value in term.more.items() if name != "note"}
    labels = {"label": term.label.speak(lang), "label_en": term.label.en, "label_es": term.label.es}
    return {"code": term.code, **labels, **further}
