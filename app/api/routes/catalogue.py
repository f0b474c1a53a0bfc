"""`/sources`, `/releases`, `/vocabularies`: what the deposits come from, when they were published, what codes mean."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api.enclosures import enclosures, records
from app.api.feeds import feed_links
from app.api.question import asking, question
from app.asked.parameters import PAGE
from app.domain import critical
from app.domain.vocabulary import TITLES, Term, vocabulary
from app.words import Lang

router = APIRouter()


@router.get("/sources")
async def sources(request: Request) -> Response:
    """The surveys' layers in the current release, with licence and citation."""
    asked = await question(request, PAGE)
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
        "links": asked.own_links(),
    }
    return asked.say(document, "sources", asked.standing)


@router.get("/releases")
async def releases(request: Request) -> Response:
    """The releases that are kept with their files, the newest first, and which of them answers now."""
    asked = await question(request, PAGE)
    document = {
        "current": asked.standing.current.name,
        "releases": [
            {
                "name": kept.name,
                "published_at": kept.published_at,
                "deposits": kept.deposits,
                "links": [*records(asked, kept), *enclosures(asked, kept)],
            }
            for kept in asked.standing.kept
        ],
        "links": [*asked.own_links(), *feed_links(asked)],
    }
    return asked.say(document, "releases", asked.standing)


@router.get("/lists")
async def lists(request: Request) -> Response:
    """The lists of critical minerals, each of its day, with the commodities that count and the one that is named."""
    asked = asking(request, PAGE)
    lang = asked.lang
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
    return asked.say({"lists": told, "links": asked.own_links()}, "lists")


@router.get("/vocabularies")
async def vocabularies(request: Request) -> Response:
    """The vocabularies there are."""
    asked = asking(request, PAGE)
    told = [
        {"name": name, "title": title.speak(asked.lang), "terms": len(vocabulary(name).terms)}
        for name, title in TITLES.items()
    ]
    return asked.say({"vocabularies": told, "links": asked.own_links()}, "vocabularies")


@router.get("/vocabularies/{name}")
async def terms(request: Request, name: str) -> Response:
    """The codes of a vocabulary with their labels in both languages; `label` is in the language asked for."""
    asked = asking(request, PAGE)
    lang, known = asked.lang, vocabulary(name)
    document = {
        "name": name,
        "title": known.title.speak(lang),
        "lang": lang,
        "terms": [_told(term, lang) for term in known.terms.values()],
        "links": asked.own_links(),
    }
    return asked.say(document, "vocabulary")


def _told(term: Term, lang: Lang) -> dict[str, str | None]:
    # The CSV's notes are for those who edit it, in one language, so they are not served.
    further = {name: value for name, value in term.more.items() if name != "note"}
    labels = {"label": term.label.speak(lang), "label_en": term.label.en, "label_es": term.label.es}
    return {"code": term.code, **labels, **further}
