"""A look for QGIS: as a style of a layer (QML), and as layers with it, ready to be added (QLR)."""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, tostring

from app.styles import shapes
from app.styles.looks import Look
from app.styles.scales import Expression, Scale, legible_on, rgb
from app.styles.style import RADII_PX
from app.tiles.drawing import LAYER
from app.tiles.pyramid import BOUNDARIES, BOUNDARIES_MAX_ZOOM, MAX_ZOOM
from app.words import Lang, Words

# Before QGIS 3.14 there were no vector tiles; what a version does not know it leaves out.
_VERSION = "3.22.0"
_POINT, _POLYGON = "0", "2"
_PIXEL_MM = 25.4 / 96
_SYMBOL_PX = 14
# Properties of QGIS's symbol layers and of its labels, as it calls them in its files.
_SIZE, _NAME, _COLOUR = "size", "name", "Color"
_PLAIN = ":/{}"
_QML = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
_TITLES = {LAYER: Words("Deposits", "Yacimientos"), BOUNDARIES: Words("Boundaries", "Límites")}


@dataclass(frozen=True, slots=True)
class _Rule:
    """Features of a layer that are drawn by one symbol."""

    label: str
    layer: str
    geometry: str
    when: str
    symbol: Element


def style(look: Look, lang: Lang) -> bytes:
    """The style of a layer of deposits, of boundaries, or of both."""
    root = Element("qgis", version=_VERSION, styleCategories="Symbology|Labeling")
    _dress(root, [*_ground(look, lang), *_deposits(look, lang)], look)
    return _document(_QML, root)


def of_points(look: Look, lang: Lang, titles: Mapping[str, str]) -> bytes:
    """The style of an ordinary layer, each of whose points is a deposit with the attributes that the look's colours and
    shapes ask for; with the titles of its columns."""
    root = Element("qgis", version=_VERSION, styleCategories="Symbology|Fields")
    drawn = SubElement(root, "renderer-v2", type="RuleRenderer", symbollevels="0", forceraster="0")
    rules, symbols = SubElement(drawn, "rules", key="{all}"), SubElement(drawn, "symbols")
    for n, (label, when, symbol) in enumerate(_points(look)):
        SubElement(rules, "rule", key=f"{{{n}}}", symbol=str(n), label=label.speak(lang), filter=when)
        symbol.set("name", str(n))
        symbols.append(symbol)
    called = SubElement(root, "aliases")
    for field, title in titles.items():
        SubElement(called, "alias", field=field, name=title)
    return _document(_QML, root)


def layers(look: Look, lang: Lang, tiles: Mapping[str, str]) -> bytes:
    """A group of two layers, the deposits above the boundaries; `tiles` are the address templates by layer."""
    root = Element("qlr")
    tree = SubElement(root, "layer-tree-group", name="", checked="Qt::Checked", expanded="1")
    title = f"Vetalode: {look.title.speak(lang)}"
    group = SubElement(tree, "layer-tree-group", name=title, checked="Qt::Checked", expanded="1")
    made = SubElement(root, "maplayers")
    rules = {LAYER: list(_deposits(look, lang)), BOUNDARIES: list(_ground(look, lang))}
    for name, last in ((LAYER, MAX_ZOOM), (BOUNDARIES, BOUNDARIES_MAX_ZOOM)):
        # Within QGIS's own list of words an address stands percent-encoded.
        source = f"type=xyz&url={quote(tiles[name], safe=_PLAIN)}&zmin=0&zmax={last}"
        about = {"id": f"vetalode_{look.name}_{name}", "name": _TITLES[name].speak(lang)}
        SubElement(group, "layer-tree-layer", about, providerKey="vectortile", source=source, checked="Qt::Checked")
        layer = SubElement(made, "maplayer", type="vector-tile")
        for tag, text in (("id", about["id"]), ("datasource", source), ("layername", about["name"])):
            SubElement(layer, tag).text = text
        _dress(layer, rules[name], look)
    return _document("<!DOCTYPE qgis-layer-definition>", root)


def _document(doctype: str, root: Element) -> bytes:
    return f"{doctype}\n{tostring(root, encoding='unicode')}\n".encode()


def _dress(layer: Element, rules: list[_Rule], look: Look) -> None:
    drawn = SubElement(SubElement(layer, "renderer", type="basic"), "styles")
    for rule in rules:
        one = SubElement(drawn, "style", _about(rule), enabled="1")
        SubElement(one, "symbols").append(rule.symbol)
    labels = SubElement(SubElement(layer, "labeling", type="basic"), "styles")
    if any(rule.layer == LAYER for rule in rules):
        labels.append(_label("point_count", '"point_count" IS NOT NULL', -1, _lettering_of_clusters(look), over=True))
        labels.append(_label("name", '"point_count" IS NULL', 10, _quoted(look.ground["lettering"]), over=False))


def _about(rule: _Rule) -> dict[str, str]:
    return {
        "name": rule.label,
        "layer": rule.layer,
        "geometry": rule.geometry,
        "expression": rule.when,
        "min-zoom": "-1",
        "max-zoom": "-1",
    }


def _ground(look: Look, lang: Lang) -> Iterator[_Rule]:
    said = (
        ("country", Words("Countries", "Países"), look.ground["land"], look.ground["border"], 0.4),
        ("state", Words("States", "Estados"), None, look.ground["state"], 0.2),
    )
    for level, label, fill, line, width_mm in said:
        told = {
            "color": _rgba(fill or "#ffffff"),
            "style": "solid" if fill else "no",
            "outline_color": _rgba(line),
            "outline_width": str(width_mm),
        }
        symbol = _symbol("fill", "SimpleFill", told, {})
        yield _Rule(label.speak(lang), BOUNDARIES, _POLYGON, f"\"level\" = '{level}'", symbol)


def _deposits(look: Look, lang: Lang) -> Iterator[_Rule]:
    """Points by their colours, each with its shape, below the clusters by theirs."""
    for said, when, symbol in _points(look):
        yield _Rule(said.speak(lang), LAYER, _POINT, f'"point_count" IS NULL AND {when}', symbol)
    for kind, when in zip(look.clusters.kinds, _exclusive(look.clusters), strict=True):
        told = {"name": "circle", "color": _rgba(kind.shown), "outline_color": _rgba(look.outline(kind.shown))}
        told |= {"outline_width": "0.3", "size": _mm(2 * RADII_PX[0][1])}
        symbol = _symbol("marker", "SimpleMarker", told, {_SIZE: _sizes()})
        label = Words(f"Several: {kind.label.en}", f"Varios: {kind.label.es}").speak(lang)
        yield _Rule(label, LAYER, _POINT, f'"point_count" IS NOT NULL AND {when}', symbol)


def _points(look: Look) -> Iterator[tuple[Words, str, Element]]:
    """What deposits are drawn by: its label, its condition, its symbol; no two conditions hold at once."""
    alike = look.colours.labels == look.shapes.labels
    several = {_NAME: _case(look.shapes, _svg)} if len(look.shapes.kinds) > 1 and not alike else {}
    for n, (kind, when) in enumerate(zip(look.colours.kinds, _exclusive(look.colours), strict=True)):
        told = {"color": _rgba(kind.shown), "outline_color": _rgba(look.outline(kind.shown)), "outline_width": "0.2"}
        told |= {"size": _mm(_SYMBOL_PX), "name": _svg(look.shapes.kinds[n if alike else -1].shown)}
        yield kind.label, when, _symbol("marker", "SvgMarker", told, several)


def _exclusive(scale: Scale) -> list[str]:
    """For each kind, that its condition is the first that is met; QGIS draws by every rule that holds."""
    *told, _ = (kind.when for kind in scale.kinds)
    if all(when[0] == "match" and when[1] == told[0][1] for when in told):
        # Values of one attribute: no two hold at once.
        return [*map(_expression, told), f"NOT coalesce({' OR '.join(map(_expression, told)) or 'false'}, false)"]
    numbered = replace(scale, kinds=tuple(replace(kind, shown=str(n)) for n, kind in enumerate(scale.kinds)))
    which = _case(numbered, str)
    return [f"({which}) = '{n}'" for n in range(len(scale.kinds))]


def _case(scale: Scale, said: Callable[[str], str]) -> str:
    *told, rest = scale.kinds
    arms = " ".join(f"WHEN {_expression(kind.when)} THEN {_quoted(said(kind.shown))}" for kind in told)
    return f"CASE {arms} ELSE {_quoted(said(rest.shown))} END" if told else _quoted(said(rest.shown))


def _expression(asked: Expression) -> str:
    """A condition of MapLibre's, of the few forms that scales have, as QGIS writes it."""
    match asked:
        case ["match", of, [*values], True, False]:
            return f"{_expression(of)} IN ({', '.join(map(_quoted, values))})"
        case ["get", str(attribute)]:
            return f'"{attribute}"'
        case ["coalesce", of, int(instead)]:
            return f"coalesce({_expression(of)}, {instead})"
        case [("==" | ">" | "<=" | "*") as operator, left, right]:
            return f"({_expression(left)} {'=' if operator == '==' else operator} {_expression(right)})"
        case int(number):
            return str(number)
    raise TypeError(asked)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _sizes() -> str:
    *below, (_, largest) = RADII_PX
    lows = [low for low, _ in RADII_PX[1:]]
    arms = " ".join(f'WHEN "point_count" < {low} THEN {_mm(2 * px)}' for low, (_, px) in zip(lows, below, strict=True))
    return f"CASE {arms} ELSE {_mm(2 * largest)} END"


def _lettering_of_clusters(look: Look) -> str:
    return _case(look.clusters, legible_on)


def _svg(shape: str) -> str:
    """A shape of the sprite as a picture that QGIS colours."""
    painted = 'fill="param(fill)" stroke="param(outline)" stroke-width="param(outline-width)"'
    path = f'<path fill-rule="evenodd" d="{shapes.path(shape)}" {painted}/>'
    drawn = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 -8 16 16">{path}</svg>'
    return f"base64:{b64encode(drawn.encode()).decode()}"


def _rgba(colour: str) -> str:
    return ",".join(map(str, (*rgb(colour), 255)))


def _mm(pixels: float) -> str:
    return f"{pixels * _PIXEL_MM:.2f}"


def _symbol(kind: str, form: str, told: Mapping[str, str], worked_out: Mapping[str, str]) -> Element:
    symbol = Element("symbol", type=kind, name="0", alpha="1")
    layer = SubElement(symbol, "layer", {"class": form, "enabled": "1", "pass": "0"})
    options = SubElement(layer, "Option", type="Map")
    for name, value in told.items():
        SubElement(options, "Option", name=name, value=value, type="QString")
    if worked_out:
        _data_defined(SubElement(layer, "data_defined_properties"), worked_out)
    return symbol


def _data_defined(into: Element, worked_out: Mapping[str, str]) -> None:
    options = SubElement(into, "Option", type="Map")
    SubElement(options, "Option", name="name", value="", type="QString")
    properties = SubElement(options, "Option", name="properties", type="Map")
    for name, expression in worked_out.items():
        one = SubElement(properties, "Option", name=name, type="Map")
        SubElement(one, "Option", name="active", value="true", type="bool")
        SubElement(one, "Option", name="expression", value=expression, type="QString")
        SubElement(one, "Option", name="type", value="3", type="int")
    SubElement(options, "Option", name="type", value="collection", type="QString")


def _label(attribute: str, when: str, from_zoom: int, colour: str, *, over: bool) -> Element:
    """Written with QGIS's own font: over the symbol, or below it."""
    about = {"name": attribute, "layer": LAYER, "geometry": _POINT, "expression": when, "enabled": "1"}
    one = Element("style", about | {"min-zoom": str(from_zoom), "max-zoom": "-1"})
    settings = SubElement(one, "settings", calloutType="simple")
    SubElement(settings, "text-style", fieldName=attribute, isExpression="0", fontSize="8", fontSizeUnit="Point")
    SubElement(settings, "placement", placement="1" if over else "0", quadOffset="4" if over else "7", dist="1")
    SubElement(settings, "rendering", drawLabels="1", obstacle="0", displayAll="0")
    _data_defined(SubElement(settings, "dd_properties"), {_COLOUR: colour})
    return one
