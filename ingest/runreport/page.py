"""The report as one page of HTML that needs nothing else: no script, no address outside it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from app.words import Lang, Words
from ingest.gates import FEWEST, FILL_POINTS, ROWS_SHARE
from ingest.runreport.map import draw
from ingest.runreport.markup import Html, Say, element, joined
from ingest.runreport.parts import bar, bars, only_first, section, table

Facts = Mapping[str, Any]

_STYLE = Path(__file__).with_name("page.css")
_UNMAPPED_SHOWN = 50
_ENDED_SHOWN = 24

_NAMED = {
    "running": Words("still running", "en curso"),
    "done": Words("done", "hecha"),
    "failed": Words("failed", "fallida"),
    "read": Words("read", "leer"),
    "harmonise": Words("understand", "interpretar"),
    "store": Words("store", "guardar"),
    "longitude-sign": Words("sign of the longitude", "signo de la longitud"),
    "latitude-sign": Words("sign of the latitude", "signo de la latitud"),
    "both-signs": Words("signs of both", "ambos signos"),
    "axes-swapped": Words("axes swapped", "ejes invertidos"),
    "outside-stated-country": Words("outside the country stated", "fuera del país declarado"),
    "outside-stated-state": Words("outside the state stated", "fuera del estado declarado"),
    "datum-not-stated": Words("datum not stated", "datum no declarado"),
}


def as_html(report: Facts, lang: Lang) -> str:
    """The whole page, in one language."""

    def say(en: str, es: str) -> str:
        return es if lang == "es" else en

    run = report["run"]
    title = say(f"Run {run['id']}: {run['title']['en']}", f"Ejecución {run['id']}: {run['title']['es']}")
    done = run["state"] == "done"
    parts = (
        (_cards, _files, _rows, _rejects, _unmapped, _positions, _publishing, _fill, _meanings) if done else (_files,)
    )
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("title", f"{title} · Vetalode"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", http_equiv="Content-Security-Policy", content="default-src 'none'; style-src 'unsafe-inline'"),
        element("style", Html(_STYLE.read_text(encoding="utf-8"))),
    )
    made = say("Made on", "Hecho el"), _moment(report["made_at"]), say("by", "por")
    body = element(
        "body",
        element("header", element("h1", title), *_about(run, say)),
        element("main", *(part(report, say) for part in parts)),
        element("footer", element("p", " ".join(made), " ", element("code", f"vetalode report {run['id']}"))),
    )
    return f"<!doctype html>\n{element('html', head, body, lang=lang)}\n"


def _about(run: Facts, say: Say) -> Iterator[Html]:
    took = f" · {_seconds(run['seconds'])}" if run["seconds"] is not None else ""
    part = say(" · part of a layer", " · parte de una capa") if run["partial"] else ""
    layers = f" · {', '.join(run['layers'])}" if run["layers"] else ""
    yield element("p", f"{_named(run['state'], say)} · {_moment(run['started_at'])}{took}{layers}{part}", class_="when")
    yield element("p", run["agency"], class_="when")
    if run["message"]["en"]:
        yield element("p", say(**run["message"]), class_="notice")


def _cards(report: Facts, say: Say) -> Html:
    """What the run comes to, each number a link to its section."""
    run, positions = report["run"], report["positions"]
    cards = (
        ("rows", run["rows_in"], say("rows in", "filas leídas"), False),
        ("rows", run["rows_published"], say("new or changed", "nuevas o cambiadas"), False),
        ("rows", run["rows_unchanged"], say("unchanged", "sin cambio"), False),
        ("rejects", run["rows_rejected"], say("rejected", "rechazadas"), True),
        ("rows", run["rows_ended"], say("records ended", "registros terminados"), True),
        ("unmapped", len(report["unmapped"]), say("unmapped words", "palabras sin correspondencia"), True),
        ("positions", _total(positions["repaired"]), say("positions repaired", "posiciones reparadas"), False),
        ("positions", _total(positions["odd"]), say("positions odd", "posiciones dudosas"), True),
        ("publishing", len(report["gates"]), say("reasons not to publish", "motivos para no publicar"), True),
    )
    linked = (
        element("a", element("b", f"{count:,}"), f" {what}", href=f"#{to}", class_="look" if wants and count else None)
        for to, count, what, wants in cards
    )
    label = say("The run in numbers", "La ejecución en cifras")
    return element("nav", element("ul", *(element("li", link) for link in linked)), aria_label=label, class_="cards")


def _files(report: Facts, say: Say) -> Html:
    return section(
        "files",
        say("Files", "Archivos"),
        *(_file(file, say) for file in report["files"]),
        None if report["files"] else element("p", say("No file was read.", "No se leyó ningún archivo.")),
    )


def _file(file: Facts, say: Say) -> Html:
    made_up = element("strong", say("made-up data", "datos inventados"), class_="tag") if file["synthetic"] else None
    about = (
        (say("Size", "Tamaño"), f"{file['bytes']:,} bytes"),
        (say("Encoding", "Codificación"), file["encoding"]),
        (say("Fetched", "Obtenido"), element("time", file["retrieved"])),
        ("SHA-256", element("code", file["sha256"])),
    )
    pairs = (element("div", element("dt", name), element("dd", value)) for name, value in about)
    return element("article", element("h3", file["name"], " ", made_up), element("dl", *pairs))


def _rows(report: Facts, say: Say) -> Html:
    run = report["run"]
    published, rejected, unchanged = run["rows_published"], run["rows_rejected"], run["rows_unchanged"]
    heads = (
        say("step", "paso"),
        say("in", "entran"),
        say("out", "salen"),
        say("rejected", "rechazadas"),
        say("unchanged", "sin cambio"),
        say("seconds", "segundos"),
    )
    counts = ("rows_in", "rows_out", "rows_rejected", "rows_unchanged")
    steps = ((_named(one["name"], say), *(one[count] for count in counts), one["seconds"]) for one in report["steps"])
    return section(
        "rows",
        say("What became of the rows", "Qué fue de las filas"),
        element(
            "p",
            say(
                f"{run['rows_in']:,} rows in = {published:,} to publish + {rejected:,} rejected"
                f" + {unchanged:,} unchanged",
                f"{run['rows_in']:,} filas leídas = {published:,} por publicar + {rejected:,} rechazadas"
                f" + {unchanged:,} sin cambio",
            ),
            class_="sum",
        ),
        element(
            "p",
            say(
                f"Of the unchanged, {run['rows_reread']:,} were understood anew, because a crosswalk was edited.",
                f"De las que no cambiaron, {run['rows_reread']:,} se reinterpretaron, porque se editó una tabla.",
            ),
        )
        if run["rows_reread"]
        else None,
        table(say("Step by step", "Paso a paso"), heads, steps),
        *_ended(report, say),
    )


def _ended(report: Facts, say: Say) -> Iterator[Html]:
    ended, count = report["ended"], report["run"]["rows_ended"]
    if not count:
        return
    yield element("h3", say("Records ended", "Registros terminados"))
    yield element(
        "p",
        say(
            f"No longer in the file, or no longer usable; they leave the next release: {count:,}",
            f"Ya no están en el archivo, o ya no son utilizables; salen de la próxima edición: {count:,}",
        ),
    )
    named = (joined(element("code", one["id"]), " ", one["name"]) for one in ended[:_ENDED_SHOWN])
    yield element("ul", *(element("li", one) for one in named), class_="short")
    yield from only_first(min(len(ended), _ENDED_SHOWN), count, say)


def _rejects(report: Facts, say: Say) -> Html:
    reasons = report["rejects"]
    if not reasons:
        none = say("No row was rejected.", "No se rechazó ninguna fila.")
        return section("rejects", say("Rejected rows", "Filas rechazadas"), element("p", none, class_="good"))
    return section(
        "rejects",
        say("Rejected rows", "Filas rechazadas"),
        bars(
            say("Reasons, and how many rows each", "Motivos, y cuántas filas cada uno"),
            (say("reason", "motivo"), say("rows", "filas")),
            [(element("code", reason["code"]), reason["rows"]) for reason in reasons],
        ),
        *(_reason(reason, say) for reason in reasons),
        _command("vetalode rejects --run", report["run"]["id"], say("All of them:", "Todas:")),
    )


def _reason(reason: Facts, say: Say) -> Html:
    examples = (
        element(
            "li",
            element("strong", say(f"{row['file']}, row {row['row']}", f"{row['file']}, fila {row['row']}")),
            ": ",
            say(**row["message"]),
            joined(" ", element("code", f"{row['field']} = {row['value']}")) if row["field"] and row["value"] else None,
        )
        for row in reason["examples"]
    )
    later = reason["resolved"]
    since = say(f"{later:,} of them resolved since", f"{later:,} de ellas resueltas después") if later else None
    title = element("h3", element("code", reason["code"]), " ", since)
    return element("article", title, element("ul", *examples))


def _unmapped(report: Facts, say: Say) -> Html:
    words = report["unmapped"]
    title = say("Words that no crosswalk explains", "Palabras que ninguna tabla explica")
    if not words:
        good = say("Every word is explained.", "Todas las palabras tienen correspondencia.")
        return section("unmapped", title, element("p", good, class_="good"))
    heads = (
        say("word", "palabra"),
        say("rows", "filas"),
        say("attribute", "atributo"),
        say("example", "ejemplo"),
        say("add it to", "agréguela a"),
    )
    rows = (
        (
            one["word"],
            one["rows"],
            one["attribute"],
            element("code", one["examples"][0]["id"]),
            element("code", one["crosswalk"]),
        )
        for one in words[:_UNMAPPED_SHOWN]
    )
    return section(
        "unmapped",
        title,
        element(
            "p",
            say(
                "They stand in current records of the source; their attribute is empty until its CSV has them.",
                "Están en registros vigentes de la fuente; su atributo queda vacío hasta que el CSV las tenga.",
            ),
        ),
        table(say("Words, the most frequent first", "Palabras, primero las más frecuentes"), heads, rows),
        *only_first(min(len(words), _UNMAPPED_SHOWN), len(words), say),
    )


def _positions(report: Facts, say: Say) -> Html:
    positions = report["positions"]
    drawn = (_figure(positions, say),) if positions["cells"] else ()
    return section(
        "positions",
        say("Positions", "Posiciones"),
        *drawn,
        *_places(
            positions["repaired"],
            say("Repaired", "Reparadas"),
            say(
                "The source's coordinates, changed by a named rule", "Coordenadas de la fuente, cambiadas por una regla"
            ),
            say,
        ),
        *_places(
            positions["odd"],
            say("Odd", "Dudosas"),
            say("Left where the source puts them", "Dejadas donde las pone la fuente"),
            say,
        ),
    )


def _figure(positions: Facts, say: Say) -> Html:
    key = (
        ("dots", "●", say("records; a larger dot is more of them", "registros; un punto mayor son más")),
        ("arrows", "→", say("repaired: from where the source puts it", "reparado: desde donde lo pone la fuente")),
        ("crosses", "✕", say("odd: outside what it states", "dudoso: fuera de lo que declara")),
    )
    told = (
        element("span", element("b", sign, class_=name, aria_hidden="true"), f" {what}") for name, sign, what in key
    )
    return element("figure", draw(positions, say), element("figcaption", *told))


def _places(found: Facts, title: str, caption: str, say: Say) -> Iterator[Html]:
    """How many of each code, then record by record."""
    yield element("h3", title)
    if not found["counts"]:
        yield element("p", say("None.", "Ninguna."), class_="good")
        return
    counted = [(_named(one["code"], say), one["rows"]) for one in found["counts"]]
    yield bars(caption, (say("why", "por qué"), say("records", "registros")), counted)
    moved = any("put_at" in one for one in found["records"])
    heads = (
        say("record", "registro"),
        say("why", "por qué"),
        say("states", "declara"),
        *((say("source had", "la fuente tenía"),) if moved else ()),
        say("lies at", "está en"),
    )
    rows = (
        (
            joined(element("code", one["id"]), " ", one["name"]),
            _named(one["code"], say),
            one["stated"],
            *((_degrees(one["put_at"], say) if "put_at" in one else None,) if moved else ()),
            _degrees((one["longitude"], one["latitude"]), say),
        )
        for one in found["records"]
    )
    yield table(say(f"{title}, record by record", f"{title}, registro por registro"), heads, rows)
    yield from only_first(len(found["records"]), _total(found), say)


def _publishing(report: Facts, say: Say) -> Html:
    release, closed = report["current_release"], report["gates"]
    stand = say("No release has been published yet.", "Todavía no se ha publicado ninguna edición.")
    if release:
        name, when, count = release["name"], _moment(release["published_at"]), f"{release['deposits']:,}"
        stand = say(
            f"Release {name} is current: {count} deposits, published {when}.",
            f"La edición {name} es la actual: {count} yacimientos, publicada el {when}.",
        )
        if _changed(report["run"]):
            stand += " " + (
                say("It holds what this run changed.", "Contiene lo que cambió esta ejecución.")
                if release["holds_run"]
                else say("What this run changed is not in it.", "Lo que cambió esta ejecución no está en ella.")
            )
    accept = "".join(f" --accept {gate}" for gate in dict.fromkeys(one["gate"] for one in closed))
    reasons = (element("li", element("code", one["gate"]), " ", say(**one["words"])) for one in closed)
    opened = say("No gate would stop a publish now.", "Ninguna compuerta detendría una publicación ahora.")
    return section(
        "publishing",
        say("If one published now", "Si se publicara ahora"),
        element("p", stand),
        element("ul", *reasons, class_="gates") if closed else element("p", opened, class_="good"),
        _command("vetalode publish", accept.strip(), say("If that is right:", "Si es correcto:")) if closed else None,
    )


def _changed(run: Facts) -> bool:
    return any(run[count] for count in ("rows_published", "rows_reread", "rows_ended"))


def _fill(report: Facts, say: Say) -> Html:
    return section(
        "fill",
        say("How full the columns are", "Qué tan llenas están las columnas"),
        element(
            "p",
            say(
                "A bar is the share of records in which a column says something; the line is the current release, the "
                f"band what the gate lets pass: {FILL_POINTS:g} points either way.",
                "La barra es la parte de los registros en que la columna dice algo; la raya, la edición actual, y la "
                f"franja, lo que deja pasar la compuerta: {FILL_POINTS:g} puntos a cada lado.",
            ),
        ),
        *(part for layer in report["fill"] for part in _fill_of(layer, say)),
    )


def _fill_of(layer: Facts, say: Say) -> Iterator[Html]:
    yield element("h3", element("code", layer["layer"]))
    yield element("p", _compared(layer, say))
    full = [one for one in layer["columns"] if one["now"] or one["before"]]
    empty = [one["name"] for one in layer["columns"] if one not in full]
    heads = (say("column", "columna"), say("now %", "ahora %"), say("release %", "edición %"), "")
    rows = (
        (element("code", one["name"]), one["now"], one["before"], bar(one["now"], one["before"], layer["measured"]))
        for one in full
    )
    yield table(say("Share of records filled", "Parte de los registros con dato"), heads, rows, class_="bars")
    if empty:
        yield element("p", say("Empty: ", "Vacías: "), element("code", ", ".join(empty)))


def _compared(layer: Facts, say: Say) -> str:
    now, before = f"{layer['rows']:,}", layer["rows_before"]
    if before is None:
        return say(f"{now} records; the current release has none.", f"{now} registros; la edición actual no tiene.")
    shares = say(
        f"{now} records, {before:,} in the current release", f"{now} registros, {before:,} en la edición actual"
    )
    if not layer["measured"]:
        return shares + say(
            f"; not measured by the gates (fewer than {FEWEST}, or real data beside made-up data).",
            f"; las compuertas no lo miden (menos de {FEWEST}, o datos reales junto a inventados).",
        )
    apart = 100 * (layer["rows"] - before) / before
    limit = f"{100 * ROWS_SHARE:g} %"
    return f"{shares} ({apart:+.2f} %; " + say(f"limit {limit}).", f"límite {limit}).")


def _meanings(report: Facts, say: Say) -> Html:
    asked = (
        ("commodity", say("Commodities", "Sustancias")),
        ("status", say("Status", "Estado de actividad")),
        ("deposit_type", say("Deposit types", "Tipos de yacimiento")),
    )
    return section(
        "meanings",
        say("What the records say", "Qué dicen los registros"),
        element("div", *(_frequent(report[name], title, say) for name, title in asked), class_="columns"),
    )


def _frequent(found: Facts, title: str, say: Say) -> Html:
    rows = [(say(**term["label"]), term["rows"]) for term in found["terms"]]
    others = found["others"]
    more = say(f"and {others:,} more", f"y {others:,} más") if others else None
    table = bars(title, (say("term", "término"), say("records", "registros")), rows)
    return element(
        "div",
        table if rows else element("p", title, ": ", say("none stated", "sin declarar")),
        element("p", more) if more else None,
    )


def _command(words: str, argument: object, before: str) -> Html:
    return element("p", before, " ", element("code", f"{words} {argument}"))


def _named(code: str, say: Say) -> str:
    words = _NAMED.get(code, Words(code, code))
    return say(words.en, words.es)


def _total(found: Facts) -> int:
    return sum(one["rows"] for one in found["counts"])


def _degrees(place: Sequence[float], say: Say) -> str:
    """Latitude first, as people say it."""
    longitude, latitude = place
    east = "E" if longitude >= 0 else say("W", "O")
    return f"{abs(latitude):.4f}°\u00a0{'N' if latitude >= 0 else 'S'}, {abs(longitude):.4f}°\u00a0{east}"


def _moment(iso: str) -> str:
    return f"{iso[:16].replace('T', ' ')} UTC"


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
