"""The sources, by the short name that they have everywhere: a folder each, none of which knows another.

A folder holds `about.toml`, `crosswalk/*.csv` and either its code, `read.py` and `harmonise.py`, or `columns.toml`.
"""

import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import cast

from app.domain.deposit import ALL, Harmonised
from app.errors import FileFault, NotThere, Refused
from app.words import Words
from ingest.crosswalk import Crosswalks
from ingest.keys import Identity
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


# The key and the layer of a row that comes without its file, by the layers that its file held.
Alone = Callable[[Raw, Collection[str]], tuple[str | None, str]]


@dataclass(frozen=True, slots=True)
class Source:
    """A source is two plain functions, `read` and `harmonise`, and what is known about it.

    Those of a folder with `columns.toml` are made by `ingest.mapped`. Else the module `read` may have
    more: `files_of` (the files of a folder), `holds_records` (whether files hold deposits at all), `links` (pairs that
    the source itself holds to be one), `said` (a row less what changes although the deposit does not), `identity`
    (what tells a deposit apart, in a source that publishes no key) and `key_and_layer` (those of a row alone, given the
    layers of its files, so that its rejects can be replayed).
    """

    about: About
    offered: Offered
    crosswalks: Crosswalks
    read: Callable[[Sequence[Path]], Reading]
    harmonise: Callable[[Raw, Crosswalks, Places], Harmonised]
    files_of: Callable[[Path], list[Path]]
    holds_records: Callable[[Sequence[Path]], bool]
    links: Callable[[Sequence[Path]], Iterable[Link]]
    said: Callable[[Raw], Raw]
    identity: Callable[[Raw, str], Identity | None] | None
    key_and_layer: Alone | None

    @property
    def places(self) -> Places:
        """The boundaries, read when first asked for; raises `Refused` where set-up has not built them."""
        return built_places()


def names() -> tuple[str, ...]:
    """The short names of all sources: the folders beside this file that hold an `about.toml`."""
    return tuple(sorted(path.parent.name for path in HERE.glob("*/about.toml")))


def source(name: str) -> Source:
    """The source of that name; raises `NotThere` with the names there are, `Refused` for a name that is taken."""
    if name not in names():
        known = ", ".join(names())
        raise NotThere(
            Words(f"there is no source {name!r}; there are: {known}", f"no existe la fuente {name!r}; hay: {known}")
        )
    if name == ALL:
        raise Refused(
            Words(
                f"no source can be called {name!r}, which is what all deposits together are called; "
                f"rename its folder {HERE.name}/{name}",
                f"ninguna fuente puede llamarse {name!r}, que es el nombre de todos los yacimientos juntos; "
                f"cambie el nombre de su carpeta {HERE.name}/{name}",
            )
        )
    folder = HERE / name
    about, offered = _told(folder)
    columns = folder / "columns.toml"
    if columns.exists():
        reading = meaning = import_module("ingest.mapped").mapped(name, columns, about.accuracy_m)
    else:
        reading, meaning = (import_module(f"{__name__}.{name}.{part}") for part in ("read", "harmonise"))
    return Source(
        about=about,
        offered=offered,
        crosswalks=Crosswalks(folder / "crosswalk", [columns] if columns.exists() else []),
        read=reading.read,
        harmonise=meaning.harmonise,
        files_of=getattr(reading, "files_of", lambda path: [path]),
        holds_records=getattr(reading, "holds_records", lambda _: True),
        links=getattr(reading, "links", lambda _: ()),
        said=getattr(reading, "said", lambda raw: raw),
        identity=getattr(reading, "identity", None),
        key_and_layer=getattr(reading, "key_and_layer", None),
    )


def _told(folder: Path) -> tuple[About, Offered]:
    """What `about.toml` says; raises `FileFault` where it says too little, or something that we do not know."""
    try:
        told = tomllib.loads((folder / "about.toml").read_text(encoding="utf-8"))
        offered = Offered(**told.pop("fetch", {}))
        return About(id=folder.name, **told), offered
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as fault:
        where = f"{folder.name}/about.toml"
        raise FileFault(
            Words(f"{where}: it cannot be understood ({fault})", f"{where}: no se entiende ({fault})")
        ) from fault


def all_about() -> Mapping[str, About]:
    return cast("Mapping[str, About]", {name: source(name).about for name in names()})
