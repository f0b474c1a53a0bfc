"""The looks of the map: what colour and shape say in each style."""

from dataclasses import dataclass
from functools import cache

from app.domain.symbology import (
    NONE,
    OTHER,
    Symbol,
    Theme,
    commodities_of,
    commodity_groups,
    critical,
    ground,
    sources,
    statuses,
)
from app.errors import NotThere
from app.styles.scales import Kind, Scale, count, is_one_of, mixed
from app.words import Words

_TOTAL = ["get", "point_count"]
_CRITICAL = count("critical_count")


@dataclass(frozen=True, slots=True)
class Look:
    """What a style shows of a deposit by colour and by shape, and of a cluster by colour."""

    name: str
    title: Words
    theme: Theme
    colours: Scale
    shapes: Scale
    clusters: Scale

    @property
    def ground(self) -> dict[str, str]:
        return dict(ground(self.theme))

    def outline(self, colour: str) -> str:
        """The outline of a colour; a fill that says nothing has one of its own."""
        return self.ground["hollow" if colour == _hollow(self.theme) else "outline"]


@cache
def looks() -> dict[str, Look]:
    """All looks by their name."""
    by_source = _by_source_shape()
    plain = {theme: _one(Words("Deposits", "Yacimientos"), ground(theme)["deposit"]) for theme in ("light", "dark")}
    several = _one(Words("Several deposits", "Varios yacimientos"), ground("light")["hollow"])
    groups = _by_group("light")
    of_status = tuple((one, is_one_of("status", [one.code])) for one in statuses() if one.code != "unknown")
    unknown = next((one, None) for one in statuses() if one.code == "unknown")
    status = Words("Status, as recorded", "Estado de actividad, según el registro")
    made = (
        Look("light", Words("Light", "Claro"), "light", plain["light"], by_source, plain["light"]),
        Look("dark", Words("Dark", "Oscuro"), "dark", plain["dark"], by_source, plain["dark"]),
        Look("commodity", Words("By commodity group", "Por grupo de sustancias"), "light", groups, by_source, groups),
        Look(
            "status",
            Words("By status", "Por estado de actividad"),
            "light",
            Scale(status, tuple(_coloured(one, "light", when) for one, when in (*of_status, unknown))),
            Scale(status, tuple(_shaped(one, when) for one, when in (*of_status, unknown))),
            several,
        ),
        Look(
            "source",
            Words("By source", "Por fuente"),
            "light",
            Scale(by_source.title, tuple(_coloured(one, "light", _of_source(one)) for one in sources())),
            by_source,
            _by_share_of_source("light"),
        ),
        Look(
            "critical",
            Words("Critical minerals", "Minerales críticos"),
            "light",
            _by_critical("light"),
            by_source,
            _by_share_critical("light"),
        ),
    )
    return {look.name: look for look in made}


def look(name: str) -> Look:
    """The look of that name; raises `NotThere`."""
    if name not in looks():
        known = ", ".join(looks())
        raise NotThere(
            Words(f"there is no style {name!r}; there are: {known}", f"no existe el estilo {name!r}; hay: {known}")
        )
    return looks()[name]


def _one(label: Words, shown: str) -> Scale:
    return Scale(label, (Kind(shown, label),))


def _coloured(one: Symbol, theme: Theme, when: object) -> Kind:
    return Kind(one.colours[theme], one.label, when)


def _shaped(one: Symbol, when: object) -> Kind:
    return Kind(one.shape or "", one.label, when)


def _hollow(theme: Theme) -> str:
    return next(one for one in commodity_groups() if one.code == OTHER).colours[theme]


def _of_source(one: Symbol) -> object:
    return None if one.code == OTHER else is_one_of("source", [one.code])


def _by_source_shape() -> Scale:
    return Scale(Words("Source", "Fuente"), tuple(_shaped(one, _of_source(one)) for one in sources()))


def _by_group(theme: Theme) -> Scale:
    """By the group of the first commodity; that of a cluster is the most frequent one."""
    title = Words(
        "First commodity; the most frequent one of several deposits", "Primera sustancia; de varios, la más frecuente"
    )
    return Scale(
        title,
        tuple(
            _coloured(one, theme, None if one.code == OTHER else is_one_of("commodity", commodities_of(one.code)))
            for one in commodity_groups()
        ),
    )


def _by_critical(theme: Theme) -> Scale:
    title = Words("Critical, by the lists in force", "Crítico, según las listas vigentes")
    return Scale(
        title,
        tuple(
            _coloured(one, theme, None if one.code == NONE else is_one_of("critical_to", [one.code]))
            for one in critical()
        ),
    )


def _by_share_of_source(theme: Theme) -> Scale:
    land, known = ground(theme)["land"], [one for one in sources() if one.code != OTHER]
    return Scale(
        Words("Several deposits, by source", "Varios yacimientos, por fuente"),
        (
            *(
                Kind(
                    one.colours[theme],
                    Words(f"All: {one.label.en}", f"Todos: {one.label.es}"),
                    ["==", count(f"count_{one.code}"), _TOTAL],
                )
                for one in known
            ),
            *(
                Kind(
                    mixed(one.colours[theme], land, 0.5),
                    Words(f"Most: {one.label.en}", f"La mayoría: {one.label.es}"),
                    [">", ["*", 2, count(f"count_{one.code}")], _TOTAL],
                )
                for one in known
            ),
            Kind(_hollow(theme), Words("None of these has most", "Ninguna de estas tiene la mayoría")),
        ),
    )


def _by_share_critical(theme: Theme) -> Scale:
    both = next(one for one in critical() if one.code == "MX,US").colours[theme]
    none = _hollow(theme)
    return Scale(
        Words("Several deposits, by how many are critical", "Varios yacimientos, por cuántos son críticos"),
        (
            Kind(none, Words("None", "Ninguno"), ["==", _CRITICAL, 0]),
            Kind(
                mixed(both, none, 0.3),
                Words("Up to a quarter", "Hasta una cuarta parte"),
                ["<=", ["*", 4, _CRITICAL], _TOTAL],
            ),
            Kind(mixed(both, none, 0.6), Words("Up to half", "Hasta la mitad"), ["<=", ["*", 2, _CRITICAL], _TOTAL]),
            Kind(both, Words("More than half", "Más de la mitad")),
        ),
    )
