"""What is to be made: which deposits, in which format, said how. It can be handed to another process as it is."""

from dataclasses import dataclass

from app.asked.values import Shown
from app.domain.properties import Property, properties
from app.extracts.provenance import Provenance
from app.queries.deposits import Walk
from app.queries.filter import DepositFilter
from app.queries.order import SortKey
from app.words import Lang


@dataclass(frozen=True, slots=True)
class Order:
    """An extract that is asked for; `ending` is its format (`app.extracts.formats`).

    `spreadsheet` asks of CSV what spreadsheets need to see that it is UTF-8.
    """

    ending: str
    wanted: DepositFilter
    shown: Shown
    provenance: Provenance
    lang: Lang
    spreadsheet: bool = False

    @property
    def properties(self) -> tuple[Property, ...]:
        """Those that are wanted, in their fixed order."""
        names = self.shown.names
        return tuple(one for one in properties().values() if names is None or one.name in names)

    @property
    def name(self) -> str:
        """The name of its file."""
        of = self.provenance
        return f"vetalode-{of.collection}-{of.release.name}.{self.ending}"

    def walk(self, keys: tuple[SortKey, ...] = ()) -> Walk:
        """All of it, each with its position where that has to be asked for."""
        return Walk(keys=keys, crs=self.shown.projection)
