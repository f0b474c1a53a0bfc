"""The sources, by the short name that they have everywhere: a folder each, none of which knows another."""

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import cast

from app.domain.deposit import Harmonised
from app.errors import NotThere
from app.words import Words
from ingest.crosswalk import Crosswalks
from ingest.places import Places, built_places
from ingest.rows import Link, Raw, Reading

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class About:
    """What `about.toml` says of a source: who publishes it, on what terms, and how well it is placed."""

    id: str
    title_en: str
    title_es: str
    agency: str
    licence: str
    citation: str
    homepage: str
    accuracy_m: float
    licence_url: str | None = None
    status_as_of: str | None = None
    release_level: int = 0


@dataclass(frozen=True, slots=True)
class Offered:
    """Where the agency offers the source: files whole, and layers of an ArcGIS service by the names we give them."""

    files: tuple[str, ...] = ()
    layers: Mapping[str, str] = field(default_factory=dict)
    limit_bytes: int = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Source:
    """A source is two plain functions, `read` and `harmonise`, and what is known about it.

    Its module `read` may have three more: `files_of` (the files of a folder), `holds_records` (whether files hold
    deposits at all) and `links` (pairs that the source itself holds to be one).
    """

    about: About
    offered: Offered
    crosswalks: Crosswalks
    read: Callable[[Sequence[Path]], Reading]
    harmonise: Callable[[Raw, Crosswalks, Places], Harmonised]
    files_of: Callable[[Path], list[Path]]
    holds_records: Callable[[Sequence[Path]], bool]
    links: Callable[[Sequence[Path]], Iterable[Link]]

    @property
    def places(self) -> Places:
        """The boundaries, read when first asked for; raises `Refused` where set-up has not built them."""
        return built_places()


def names() -> tuple[str, ...]:
    """The short names of all sources: the folders beside this file that hold an `about.toml`."""
    return tuple(sorted(path.parent.name for path in HERE.glob("*/about.toml")))


def source(name: str) -> Source:
    """The source of that name; raises `NotThere` with the names there are."""
    if name not in names():
        known = ", ".join(names())
        raise NotThere(
            Words(f"there is no source {name!r}; there are: {known}", f"no existe la fuente {name!r}; hay: {known}")
        )
    folder = HERE / name
    told = tomllib.loads((folder / "about.toml").read_text(encoding="utf-8"))
    offered = Offered(**told.pop("fetch", {}))
    about = About(id=name, **told)
    reading = import_module(f"{__name__}.{name}.read")
    return Source(
        about=about,
        offered=offered,
        crosswalks=Crosswalks(folder / "crosswalk"),
        read=reading.read,
        harmonise=import_module(f"{__name__}.{name}.harmonise").harmonise,
        files_of=getattr(reading, "files_of", lambda path: [path]),
        holds_records=getattr(reading, "holds_records", lambda _: True),
        links=getattr(reading, "links", lambda _: ()),
    )


def all_about() -> Mapping[str, About]:
    return cast("Mapping[str, About]", {name: source(name).about for name in names()})
