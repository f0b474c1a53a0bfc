"""Where an extract comes from, as one value that every format says in its own place for such things."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from app.asked.parameters import FILTER
from app.queries.catalogue import Release, SourceCard
from app.queries.collections import Collection
from app.words import Lang, Words

# Which columns there are and what they hold; a column more or another meaning makes another version.
SCHEMA_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Provenance:
    """The release, what was asked of it in the words of the question, how many deposits that is, and their sources."""

    release: Release
    collection: str
    asked: Mapping[str, str]
    matched: int
    cards: Sequence[SourceCard]

    @classmethod
    def of(cls, asked: Mapping[str, str], collection: Collection, release: Release, matched: int) -> Self:
        """Of what was asked: its filter is told, but not in which form or language the answer is wanted."""
        words = {name: value for name, value in asked.items() if name in FILTER}
        return cls(release, collection.id, words, matched, collection.cards)

    def members(self) -> dict[str, Any]:
        """As the members of a JSON object."""
        return {
            "release": self.release.name,
            "published": moment(self.release.published_at),
            "schemaVersion": SCHEMA_VERSION,
            "collection": self.collection,
            "filter": dict(self.asked),
            "numberMatched": self.matched,
            "sources": [source(card) for card in self.cards],
        }

    def title(self) -> Words:
        of = "" if self.collection == "deposits" else f" ({self.collection})"
        return Words(f"Vetalode: mineral deposits{of}", f"Vetalode: yacimientos minerales{of}")

    def prose(self, lang: Lang) -> str:
        """A paragraph a line, for formats that have room for a description and for nothing more."""
        filtered = "&".join(f"{name}={value}" for name, value in self.asked.items())
        release, number = self.release.name, self.matched
        lines = [
            Words(f"Release {release}, {number} deposits.", f"Edición {release}, {number} yacimientos."),
            Words(f"Filter: {filtered or 'none'}.", f"Filtro: {filtered or 'ninguno'}."),
            *(_sentence(card) for card in self.cards),
        ]
        return "\n".join(line.speak(lang) for line in lines)


def moment(at: datetime) -> str:
    """To the second, in UTC."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def source(card: SourceCard) -> dict[str, Any]:
    """A source on its terms, with the files that were received from it, as the members of a JSON object."""
    return {
        "id": card.id,
        "agency": card.agency,
        "licence": card.licence,
        "licenceUrl": card.licence_url,
        "citation": card.citation,
        "homepage": card.homepage,
        "retrieved": str(card.retrieved),
        "synthetic": card.synthetic,
        "files": [
            {"name": file.name, "sha256": file.sha256, "bytes": file.bytes, "retrieved": str(file.retrieved)}
            for file in card.files
        ],
    }


def _sentence(card: SourceCard) -> Words:
    made_en = f" {card.synthetic} of its deposits are synthetic." if card.synthetic else ""
    made_es = f" {card.synthetic} de sus yacimientos son sintéticos." if card.synthetic else ""
    files = ", ".join(f"{file.name} (sha256 {file.sha256})" for file in card.files)
    terms = card.licence + (f" ({card.licence_url})" if card.licence_url else "")
    return Words(
        f"{card.citation} Licence: {terms}. Files: {files}.{made_en}",
        f"{card.citation} Licencia: {terms}. Archivos: {files}.{made_es}",
    )
