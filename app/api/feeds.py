"""The releases as feeds: Atom 1.0 (RFC 4287) and JSON Feed 1.1, which say the same in the asker's language."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement, tostring

import orjson

from app.api.links import address, link
from app.extracts.geojson import GEOJSON
from app.queries.catalogue import Release, SourceCard
from app.words import LANGS, Lang, Words

if TYPE_CHECKING:
    from app.api.question import Asking

ATOM = "application/atom+xml"
JSON_FEED = "application/feed+json"
MEDIA_TYPES: Mapping[str, str] = MappingProxyType({"atom": ATOM, "json": JSON_FEED})
TITLE = Words("Vetalode: releases of mineral deposits", "Vetalode: ediciones de yacimientos minerales")
_AUTHOR = "Vetalode"
_CHANGES = Words("Changes since release {}", "Cambios desde la edición {}")
_NAMESPACE = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True)
class Entry:
    """A release with its sources, the one before it where that is kept, and whether it answers now."""

    release: Release
    cards: Sequence[SourceCard]
    before: Release | None
    current: bool

    def title(self) -> Words:
        return Words(f"Release {self.release.name}", f"Edición {self.release.name}")

    def summary(self) -> Words:
        """How many deposits it has, from which sources of which days, whether it answers."""
        number = f"{self.release.deposits:,}"
        of = [f"{card.agency}: {card.deposits:,}" for card in self.cards]
        en = [f"{one}, retrieved {card.retrieved}" for one, card in zip(of, self.cards, strict=True)]
        es = [f"{one}, obtenidos el {card.retrieved}" for one, card in zip(of, self.cards, strict=True)]
        answers = Words(" It answers now.", " Es la que responde ahora.") if self.current else Words("", "")
        return Words(
            f"{number} deposits ({'; '.join(en)}).{answers.en}", f"{number} yacimientos ({'; '.join(es)}).{answers.es}"
        )


@dataclass(frozen=True, slots=True)
class Feed:
    """The kept releases, the newest first, for clients who see the service at `base`."""

    base: str
    lang: Lang
    entries: Sequence[Entry]

    def to(self, path: str, **asked: str) -> str:
        return address(self.base, path, {**asked, "lang": self.lang})

    def id(self, entry: Entry) -> str:
        """The same in both languages."""
        return f"{address(self.base, '/releases')}#{entry.release.name}"

    def page(self, entry: Entry) -> str:
        return f"{self.to('/releases', f='html')}#{entry.release.name}"

    def changes(self, entry: Entry, before: Release) -> tuple[str, str]:
        """Where the changes of a release are, and what they are called."""
        href = self.to(f"/releases/{entry.release.name}/changes", since=before.name)
        return href, _CHANGES.speak(self.lang).format(before.name)


def atom(feed: Feed) -> bytes:
    root = Element("feed", {"xmlns": _NAMESPACE, "xml:lang": feed.lang})
    _say(root, "id", address(feed.base, "/releases"))
    _say(root, "title", TITLE.speak(feed.lang))
    _say(root, "updated", _moment(max(one.release.published_at for one in feed.entries)))
    _say(SubElement(root, "author"), "name", _AUTHOR)
    _link(root, feed.to("/releases.atom"), "self", ATOM)
    _link(root, feed.to("/releases", f="html"), "alternate", "text/html")
    for lang in LANGS:
        if lang != feed.lang:
            _link(root, address(feed.base, "/releases.atom", {"lang": lang}), "alternate", ATOM, hreflang=lang)
    for entry in feed.entries:
        _entry(SubElement(root, "entry"), feed, entry)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _entry(said: Element, feed: Feed, entry: Entry) -> None:
    release = entry.release
    _say(said, "id", feed.id(entry))
    _say(said, "title", entry.title().speak(feed.lang))
    _say(said, "published", _moment(release.published_at))
    _say(said, "updated", _moment(release.published_at))
    _link(said, feed.page(entry), "alternate", "text/html")
    if entry.before is not None:
        href, title = feed.changes(entry, entry.before)
        _link(said, href, "related", GEOJSON, title=title)
    _say(said, "summary", entry.summary().speak(feed.lang))


def _say(parent: Element, name: str, words: str) -> None:
    SubElement(parent, name).text = words


def _link(parent: Element, href: str, rel: str, media_type: str, **more: str) -> None:
    SubElement(parent, "link", {"rel": rel, "type": media_type, "href": href, **more})


def _moment(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


def json_feed(feed: Feed) -> bytes:
    return orjson.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": TITLE.speak(feed.lang),
            "home_page_url": feed.to("/releases", f="html"),
            "feed_url": feed.to("/releases.json"),
            "language": feed.lang,
            "authors": [{"name": _AUTHOR}],
            "items": list(_items(feed)),
        }
    )


def _items(feed: Feed) -> Iterator[dict[str, object]]:
    for entry in feed.entries:
        item: dict[str, object] = {
            "id": feed.id(entry),
            "url": feed.page(entry),
            "title": entry.title().speak(feed.lang),
            "content_text": entry.summary().speak(feed.lang),
            "date_published": _moment(entry.release.published_at),
        }
        if entry.before is not None:
            href, title = feed.changes(entry, entry.before)
            item["attachments"] = [{"url": href, "mime_type": GEOJSON, "title": title}]
        yield item


WRITTEN: Mapping[str, Callable[[Feed], bytes]] = MappingProxyType({"atom": atom, "json": json_feed})


def feed_links(asked: "Asking") -> list[dict[str, Any]]:
    """Links to the feeds, for documents that speak of releases."""
    return [
        link(asked.address(f"/releases.{form}"), "alternate", media_type, title=TITLE.speak(asked.lang))
        for form, media_type in MEDIA_TYPES.items()
    ]
