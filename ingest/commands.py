"""What each verb of the command line does. Answers go to standard output, progress to standard error."""

import csv
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import Engine

from app.db import schema
from app.errors import BadValue
from app.words import Lang, Words
from ingest import asking, pipeline
from ingest import publish as publishing
from ingest.arcgis import fetch_layer
from ingest.arguments import Asked
from ingest.fetch import fetch_file
from ingest.ledger import Counts
from ingest.report import teller
from ingest.sources import source


def fetch(asked: Asked, _: Engine) -> int:
    """Downloads what the agency offers, and says what to do with it next."""
    wanted, tell = source(asked.source), teller(asked.lang)
    offered = wanted.offered
    got = [[fetch_file(one, asked.into, tell, limit_bytes=offered.limit_bytes)] for one in offered.files]
    got += [fetch_layer(one, asked.into, tell, name=name, form=asked.form) for name, one in offered.layers.items()]
    for files in got:
        listed = " ".join(map(str, files)) if len(files) == 1 else f"{files[0].parent}/{files[0].parent.name}_*.json"
        _print(asked.lang, Words(*2 * (f"vetalode ingest {asked.source} {listed}",)))
    return 0


def migrate(asked: Asked, engine: Engine) -> int:
    with engine.begin() as connection:
        schema.migrate(connection)
    teller(asked.lang).say(Words("the database is up to date", "la base de datos está al día"))
    return 0


def ingest(asked: Asked, engine: Engine) -> int:
    tell = teller(asked.lang)
    outcome = pipeline.ingest(
        source(asked.source),
        asked.files,
        engine,
        tell,
        partial=asked.partial,
        synthetic=asked.synthetic,
        retrieved=asked.retrieved,
    )
    if outcome.repeat_of is not None:
        tell.say(
            Words(
                f"run {outcome.run} has already read just this; nothing was written",
                f"la ejecución {outcome.run} ya leyó exactamente esto; no se escribió nada",
            )
        )
        return 0
    _print(asked.lang, _told(outcome.run, outcome.counts))
    with engine.connect() as connection:
        lost = asking.unmapped(connection, asked.source)
    if outcome.links:
        pairs, fresh = outcome.links, outcome.new_links
        tell.say(
            Words(
                f"{pairs} pairs of records that the source holds to be one deposit, {fresh} of them new or changed",
                f"{pairs} pares de registros que la fuente tiene por un mismo yacimiento, {fresh} nuevos o cambiados",
            )
        )
    if outcome.counts.rejected:
        tell.say(Words("see why: vetalode rejects", "vea por qué: vetalode rejects"))
    if lost:
        files = ", ".join(sorted({row.crosswalk for row in lost}))
        tell.say(
            Words(
                f"{len(lost)} words are unmapped (vetalode unmapped); add them to {files}",
                f"{len(lost)} palabras sin correspondencia (vetalode unmapped); agréguelas a {files}",
            )
        )
    return 0


def _told(run: int, counts: Counts) -> Words:
    rows, new, bad, same = counts.rows_in, counts.published, counts.rejected, counts.unchanged
    return Words(
        f"run {run}: {rows} rows in = {new} to publish + {bad} rejected + {same} unchanged"
        f" ({counts.reread} of them understood anew); {counts.ended} records ended",
        f"ejecución {run}: {rows} filas leídas = {new} por publicar + {bad} rechazadas + {same} sin cambio"
        f" ({counts.reread} de ellas reinterpretadas); {counts.ended} registros terminados",
    )


def publish(asked: Asked, engine: Engine) -> int:
    done = publishing.publish(engine, teller(asked.lang), asked.accept)
    if done.fresh:
        words = Words(
            f"release {done.name} is current: {done.deposits} deposits",
            f"la edición {done.name} es la actual: {done.deposits} yacimientos",
        )
    else:
        words = Words(
            f"nothing has changed since release {done.name}, which is current ({done.deposits} deposits)",
            f"nada ha cambiado desde la edición {done.name}, que es la actual ({done.deposits} yacimientos)",
        )
    _print(asked.lang, words)
    return 0


def rollback(asked: Asked, engine: Engine) -> int:
    name = publishing.rollback(engine, asked.release)
    _print(asked.lang, Words(f"release {name} is current again", f"la edición {name} es de nuevo la actual"))
    return 0


# Not 1, which says that the question could not be answered: a set-up must not take that for "no release".
NO_RELEASE = 3


def status(asked: Asked, engine: Engine) -> int:
    with engine.connect() as connection:
        current = asking.current_release(connection)
        if asked.has_release:
            return 0 if current else NO_RELEASE
        kept, runs = asking.releases(connection), asking.runs(connection)
    _table(
        Words("Releases", "Ediciones"),
        _RELEASE_HEADS,
        [(row.name, f"{row.published_at:%Y-%m-%d %H:%M}", row.deposits, "●" if row.current else "") for row in kept],
        asked.lang,
    )
    told = [_run_row(row, asked.lang) for row in runs]
    _table(Words("Last runs", "Últimas ejecuciones"), _RUN_HEADS, told, asked.lang)
    return 0


def _run_row(row: Any, lang: Lang) -> tuple[object, ...]:
    counts = row.rows_in, row.rows_published, row.rows_rejected, row.rows_unchanged, row.rows_ended
    return (row.id, row.source, row.files, _STATES[row.state].speak(lang), *counts, _message(row, lang))


def _message(row: Any, lang: Lang) -> str | None:
    words: str | None = row.message_es if lang == "es" else row.message_en
    return words


_RELEASE_HEADS = (
    Words("release", "edición"),
    Words("published (UTC)", "publicada (UTC)"),
    Words("deposits", "yacimientos"),
    Words("current", "actual"),
)
_RUN_HEADS = (
    Words("run", "ejec."),
    Words("source", "fuente"),
    Words("files", "archivos"),
    Words("state", "estado"),
    Words("rows in", "leídas"),
    Words("to publish", "por publicar"),
    Words("rejected", "rechazadas"),
    Words("unchanged", "sin cambio"),
    Words("ended", "terminados"),
    Words("message", "mensaje"),
)
_REJECT_HEADS = (
    Words("file", "archivo"),
    Words("row", "fila"),
    Words("reason", "motivo"),
    Words("what is wrong", "qué falla"),
)
_UNMAPPED_HEADS = (
    Words("source", "fuente"),
    Words("attribute", "atributo"),
    Words("word", "palabra"),
    Words("rows", "filas"),
    Words("example", "ejemplo"),
    Words("add it to", "agréguela a"),
)
_STATES = {
    "running": Words("running", "en curso"),
    "done": Words("done", "hecha"),
    "failed": Words("failed", "fallida"),
}


def rejects(asked: Asked, engine: Engine) -> int:
    with engine.connect() as connection:
        if asked.run is not None and not asking.run_exists(connection, asked.run):
            raise BadValue(Words(f"there is no run {asked.run}", f"no existe la ejecución {asked.run}"))
        rows = asking.rejects(connection, asked.run, asked.source)
    if asked.format != "table":
        _machine(asked.format, [row._asdict() for row in rows])
    elif not rows:
        _print(asked.lang, Words("no row was rejected", "no se rechazó ninguna fila"))
    else:
        reasons = Counter(row.code for row in rows).most_common()
        title = Words("Rejected rows, by reason", "Filas rechazadas, por motivo")
        _table(title, (Words("reason", "motivo"), Words("rows", "filas")), reasons, asked.lang)
        told = [(row.file, row.row_number, row.code, _message(row, asked.lang)) for row in rows]
        _table(Words("Rejected rows", "Filas rechazadas"), _REJECT_HEADS, told, asked.lang)
    return 0


def unmapped(asked: Asked, engine: Engine) -> int:
    with engine.connect() as connection:
        rows = asking.unmapped(connection, asked.source)
    if asked.format != "table":
        _machine(asked.format, [row._asdict() for row in rows])
    elif not rows:
        _print(asked.lang, Words("every word is explained", "todas las palabras tienen correspondencia"))
    else:
        title = Words("Words that no crosswalk explains", "Palabras que ninguna tabla explica")
        _table(title, _UNMAPPED_HEADS, rows, asked.lang)
    return 0


def _print(lang: Lang, words: Words) -> None:
    sys.stdout.write(words.speak(lang) + "\n")


def _table(title: Words, heads: Sequence[Words], rows: Iterable[Iterable[object]], lang: Lang) -> None:
    table = Table(*(head.speak(lang) for head in heads), title=title.speak(lang), title_justify="left")
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    console = Console()
    # Without a terminal rich would fold to 80 columns, which no program reading the text wants.
    console.width = console.width if console.is_terminal else 200
    console.print(table)


def _machine(form: str, rows: Sequence[dict[str, Any]]) -> None:
    if form == "json":
        json.dump(rows, sys.stdout, ensure_ascii=False, indent=1, default=str)
        sys.stdout.write("\n")
        return
    writer = csv.DictWriter(sys.stdout, list(rows[0]) if rows else [])
    writer.writeheader()
    writer.writerows(
        {
            name: json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
            for name, value in row.items()
        }
        for row in rows
    )
