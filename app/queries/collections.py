"""The collections that a release is offered as: all its deposits, and those of each source."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.domain.bbox import around
from app.domain.deposit import ALL
from app.queries.catalogue import Extent, SourceCard
from app.words import Words


@dataclass(frozen=True, slots=True)
class Collection:
    """Deposits under one name. `within` is the source that it is limited to; `extent` is None where it is empty."""

    id: str
    title: Words
    about: Words
    within: str | None
    extent: Extent | None
    cards: tuple[SourceCard, ...]

    @property
    def attribution(self) -> str:
        return " · ".join(card.agency for card in self.cards)


def collections(cards: Sequence[SourceCard], extents: Mapping[str, Extent]) -> Iterator[Collection]:
    """All collections of a release, that of all deposits first; `extents` are by source."""
    yield Collection(
        id=ALL,
        title=Words("Mineral deposits", "Yacimientos minerales"),
        about=Words(
            "Mineral deposits of all sources, harmonised: one vocabulary and one datum, each value beside the source's "
            "own words.",
            "Yacimientos minerales de todas las fuentes, armonizados: un vocabulario y un datum, cada valor junto a "
            "las palabras de la fuente.",
        ),
        within=None,
        extent=together(list(extents.values())) if extents else None,
        cards=tuple(cards),
    )
    for card in cards:
        yield Collection(
            id=card.id,
            title=card.title,
            about=Words(
                f"The deposits of {card.agency}, as they are in {ALL}.",
                f"Los yacimientos de {card.agency}, como están en {ALL}.",
            ),
            within=card.id,
            extent=extents.get(card.id),
            cards=(card,),
        )


def together(extents: Sequence[Extent]) -> Extent:
    """One or several extents as one."""
    return Extent(
        deposits=sum(extent.deposits for extent in extents),
        bounds=around([extent.bounds for extent in extents]),
        first=min(extent.first for extent in extents),
        last=max(extent.last for extent in extents),
    )
