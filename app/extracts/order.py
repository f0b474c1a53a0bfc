"""What is to be made: which deposits, in which format, said how. It can be handed to another process as it is."""

from dataclasses import dataclass

from app.asked.values import Shown
from app.domain.properties import Property, properties
from app.extracts.provenance import Provenance
from app.queries.deposits import Walk
from app.queries.filter import DepositFilter
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
    def columns(self) -> tuple[str, ...]:
        """The columns of a table of it: x and y where the system of its positions is none of degrees."""
        axes = ("longitude", "latitude") if self.shown.crs.geographic else ("x", "y")
        return ("id", *axes, *(one.name for one in self.properties))

    @property
    def name(self) -> str:
        """The name of its file."""
        of = self.provenance
        return f"vetalode-{of.collection}-{of.release.name}.{self.ending}"

    def walk(self) -> Walk:
        """All of it, each with its position where that has to be asked for."""
        # What is read by box where it lies is sorted by place.
        return Walk(crs=self.shown.projection, neighbours=self.ending == "parquet")
