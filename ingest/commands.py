"""What each verb of the command line does. Answers go to standard output, progress to standard error."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from app.db import schema
from app.errors import BadValue, FileFault
from app.words import Lang, Words
from ingest import applying, asking, difference, pipeline, vocabcheck
from ingest import publish as publishing
from ingest import replay as replaying
from ingest import verify as verifying
from ingest.arcgis import fetch_layer
from ingest.arguments import Asked
from ingest.fetch import fetch_file
from ingest.ledger import Counts
from ingest.proposals import Proposal, propose
from ingest.replay import Replayed
from ingest.report import teller
from ingest.runreport import as_html, build
from ingest.showing import machine, sentence, table
from ingest.sources import source


def fetch(asked: Asked) -> int:
    """Downloads what the agency offers, and says what to do with it next."""
    wanted, tell = source(asked.source), teller(asked.lang)
    offered = wanted.offered
    got = [[fetch_file(one, asked.into, tell, limit_bytes=offered.limit_bytes)] for one in offered.files]
    got += [fetch_layer(one, asked.into, tell, name=name, form=asked.form) for name, one in offered.layers.items()]
    for files in got:
        listed = " ".join(map(str, files)) if len(files) == 1 else f"{files[0].parent}/{files[0].parent.name}_*.json"
        sentence(Words(*2 * (f"vetalode ingest {asked.source} {listed}",)), asked.lang)
    return 0


def migrate(asked: Asked, engine: Engine) -> int:
    with engine.begin() as connection:
        schema.migrate(connection)
    publishing.fill_missing(engine)
    publishing.vacuum(engine)
    publishing.bake_missing(engine, Path(asked.settings.archives))
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
                f"run {outcome.run} has already read just these bytes, whatever their name; nothing was written",
                f"la ejecución {outcome.run} ya leyó exactamente estos bytes, sea cual sea su nombre; no se escribió"
                " nada",
            )
        )
        return 0
    sentence(_told(outcome.run, outcome.counts), asked.lang)
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
    done = publishing.publish(engine, teller(asked.lang), asked.accept, Path(asked.settings.archives))
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
    sentence(words, asked.lang)
    # Said before, for it is served already, and files may take minutes.
    sys.stdout.flush()
    if not asked.no_files:
        asked.release = done.name
        snapshot(asked, engine)
    return 0


def snapshot(asked: Asked, engine: Engine) -> int:
    """Makes the files of a release that it lacks."""
    # What writes files takes as long to import as all the rest.
    from ingest import snapshots

    done = snapshots.snapshot(asked.settings, engine, teller(asked.lang), asked.release)
    if done.files:
        size = _megabytes(done.bytes)
        words = Words(
            f"{done.files} files of release {done.release} were made ({size})",
            f"se prepararon {done.files} archivos de la edición {done.release} ({size})",
        )
    else:
        words = Words(
            f"release {done.release} has all its files", f"la edición {done.release} tiene todos sus archivos"
        )
    sentence(words, asked.lang)
    return 0


def rollback(asked: Asked, engine: Engine) -> int:
    name = publishing.rollback(engine, asked.release)
    sentence(Words(f"release {name} is current again", f"la edición {name} es de nuevo la actual"), asked.lang)
    return 0


# Not 1, which says that the question could not be answered: a set-up must not take that for "no release".
NO_RELEASE = 3


def status(asked: Asked, engine: Engine) -> int:
    with engine.connect() as connection:
        current = asking.current_release(connection)
        if asked.has_release:
            return 0 if current else NO_RELEASE
        kept, runs = asking.releases(connection), asking.runs(connection)
    table(
        Words("Releases", "Ediciones"),
        _RELEASE_HEADS,
        [(row.name, f"{row.published_at:%Y-%m-%d %H:%M}", row.deposits, "●" if row.current else "") for row in kept],
        asked.lang,
    )
    told = [_run_row(row, asked.lang) for row in runs]
    table(Words("Last runs", "Últimas ejecuciones"), _RUN_HEADS, told, asked.lang)
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
    Words("resolved by run", "resuelta por ejec."),
)
_UNMAPPED_HEADS = (
    Words("source", "fuente"),
    Words("attribute", "atributo"),
    Words("word", "palabra"),
    Words("rows", "filas"),
    Words("proposal, to be checked", "propuesta, por revisar"),
    Words("examples", "ejemplos"),
    Words("add it to", "agréguela a"),
)
_DIFF_HEADS = (
    Words("source", "fuente"),
    Words("added", "nuevos"),
    Words("removed", "retirados"),
    Words("changed", "cambiados"),
)
_FIELD_HEADS = (Words("source", "fuente"), Words("field", "campo"), Words("deposits", "yacimientos"))
_CHANGE_HEADS = (
    Words("change", "cambio"),
    Words("id", "id"),
    Words("name", "nombre"),
    Words("field", "campo"),
    Words("old", "antes"),
    Words("new", "después"),
)
_CHANGES = {
    "added": Words("added", "nuevo"),
    "removed": Words("removed", "retirado"),
    "changed": Words("changed", "cambiado"),
}
_STATES = {
    "running": Words("running", "en curso"),
    "done": Words("done", "hecha"),
    "failed": Words("failed", "fallida"),
}


def rejects(asked: Asked, engine: Engine) -> int:
    with engine.connect() as connection:
        if asked.run is not None and not asking.run_exists(connection, asked.run):
            raise BadValue(Words(f"there is no run {asked.run}", f"no existe la ejecución {asked.run}"))
        limit = _SHOWN if asked.limit is None and asked.format == "table" else asked.limit
        rows = asking.rejects(connection, asked.run, asked.source, resolved=asked.resolved, limit=limit)
        reasons = asking.reasons(connection, asked.run, asked.source, resolved=asked.resolved)
    if asked.format != "table":
        machine(asked.format, asking.REJECT, [row._asdict() for row in rows])
    elif not reasons:
        sentence(Words("no rejected row is left", "no queda ninguna fila rechazada"), asked.lang)
    else:
        title = Words("Rejected rows, by reason", "Filas rechazadas, por motivo")
        table(title, (Words("reason", "motivo"), Words("rows", "filas")), reasons, asked.lang)
        _show_rejects(rows, sum(row.rows for row in reasons), asked)
    return 0


def _show_rejects(rows: Sequence[Any], total: int, asked: Asked) -> None:
    heads = _REJECT_HEADS if asked.resolved else _REJECT_HEADS[:-1]
    told = [
        (row.file, row.row_number, row.code, _message(row, asked.lang), row.resolved_by_run)[: len(heads)]
        for row in rows
    ]
    if told:
        title = Words(f"Rejected rows, {len(told)} of {total}", f"Filas rechazadas, {len(told)} de {total}")
        table(title, heads, told, asked.lang)


def replay(asked: Asked, engine: Engine) -> int:
    """Judges rejects again, and says what became of them run by run."""
    done = replaying.replay(engine, teller(asked.lang), asked.source, asked.run)
    for one in done:
        if one.run is not None:
            sentence(_judged_again(one), asked.lang)
        if one.damaged:
            sentence(_damaged(one), asked.lang)
    if not done:
        sentence(Words("there is no reject to replay", "no hay rechazos que repetir"), asked.lang)
    return 0


def _judged_again(one: Replayed) -> Words:
    rows, new, bad = one.counts.rows_in, one.counts.published, one.counts.rejected
    return Words(
        f"run {one.run}: {rows} rejects of run {one.of} judged again = {new} to publish + {bad} still rejected",
        f"ejecución {one.run}: {rows} rechazos de la {one.of} juzgados de nuevo = {new} por publicar"
        f" + {bad} aún rechazados",
    )


def _damaged(one: Replayed) -> Words:
    return Words(
        f"{one.damaged} rejects of run {one.of} are damage of the file ({one.damage}); only a better file mends them",
        f"{one.damaged} rechazos de la ejecución {one.of} son daños del archivo ({one.damage}); solo los remedia"
        " un archivo mejor",
    )


def unmapped(asked: Asked, engine: Engine) -> int:
    with engine.connect() as connection:
        rows = [(row, _proposal(row)) for row in asking.unmapped(connection, asked.source)]
    if asked.format == "json":
        machine("json", _PASTED, [_to_paste(row, proposal, asked.lang) for row, proposal in rows])
    elif asked.format == "csv":
        in_files = sorted(rows, key=lambda one: str(one[0].crosswalk))
        machine("csv", _PASTED, [_flat(_to_paste(row, proposal, asked.lang)) for row, proposal in in_files])
    elif not rows:
        sentence(Words("every word is explained", "todas las palabras tienen correspondencia"), asked.lang)
    else:
        title = Words("Words that no crosswalk explains", "Palabras que ninguna tabla explica")
        told = [
            (row.source, row.attribute, row.word, row.rows, proposal and proposal.code, _named(row), row.crosswalk)
            for row, proposal in rows
        ]
        table(title, _UNMAPPED_HEADS, told, asked.lang)
    return 0


def _proposal(row: Any) -> Proposal | None:
    """What the word may mean, by its likeness to what its crosswalk knows."""
    name = row.crosswalk.rpartition("/")[2].removesuffix(".csv")
    return propose(row.word, source(row.source).crosswalks[name])


# A crosswalk's columns, then what tells of the word.
_PASTED = ("word", "proposal", "note", "source", "attribute", "rows", "examples", "crosswalk")


def _to_paste(row: Any, proposal: Proposal | None, lang: Lang) -> dict[str, Any]:
    """An unknown word, led by what a line of its crosswalk holds: a word, a code, a note (that nobody chose it)."""
    note = proposal and Words(
        f"proposed for its likeness to {proposal.like!r}; not checked",
        f"propuesto por su parecido con {proposal.like!r}; sin revisar",
    ).speak(lang)
    line = {"word": row.word, "proposal": proposal and proposal.code, "note": note}
    return line | {name: value for name, value in row._asdict().items() if name != "word"}


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "examples": "; ".join(map(_example, row["examples"]))}


def _named(row: Any) -> str:
    return "\n".join(map(_example, row.examples))


def _example(deposit: Mapping[str, str | None]) -> str:
    return " ".join(filter(None, (deposit["id"], deposit["name"])))


def diff(asked: Asked, engine: Engine) -> int:
    """What differs between two releases: by source, by field, and one by one."""
    with engine.connect() as connection:
        pair = difference.releases(connection, asked.older, asked.newer)
        if asked.format != "table":
            with difference.changes(connection, pair, asked.limit) as changes:
                machine(asked.format, tuple(changes.keys()), (row._asdict() for row in changes))
            return 0
        counts, fields = difference.counts(connection, pair), difference.by_field(connection, pair)
        shown = difference.changes(connection, pair, _SHOWN if asked.limit is None else asked.limit).all()
    older, newer = pair.older_name, pair.newer_name
    if not counts:
        alike = Words(f"{older} and {newer} say the same of every deposit", f"{older} y {newer} dicen lo mismo de todo")
        sentence(alike, asked.lang)
        return 0
    title = Words(f"Deposits, from {older} to {newer}", f"Yacimientos, de {older} a {newer}")
    table(title, _DIFF_HEADS, counts, asked.lang)
    if fields:
        table(Words("Fields that changed", "Campos que cambiaron"), _FIELD_HEADS, fields, asked.lang)
    if shown:
        total = sum(row.added + row.removed for row in counts) + sum(row.deposits for row in fields)
        title = Words(f"Changes, {len(shown)} of {total}", f"Cambios, {len(shown)} de {total}")
        told = [(_CHANGES[row.change].speak(asked.lang), *row[1:]) for row in shown]
        table(title, _CHANGE_HEADS, told, asked.lang)
    return 0


# Rows that a long table shows unless told otherwise; CSV and JSON hold them all.
_SHOWN = 20


def report(asked: Asked, engine: Engine) -> int:
    """Writes what became of a run into a page, or into JSON, by the file's ending."""
    path = asked.output
    if path.suffix not in (".html", ".json"):
        raise BadValue(Words(f"{path}: it should end in .html or .json", f"{path}: debe terminar en .html o .json"))
    with engine.connect() as connection:
        told = build(connection, asked.run)
    as_json = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    _write(path, as_json if path.suffix == ".json" else as_html(told, asked.lang))
    sentence(Words(f"{path} is written", f"se escribió {path}"), asked.lang)
    return 0


def export(asked: Asked, _: Engine) -> int:
    """Writes what is asked of a collection into a file."""
    # What writes files takes as long to import as all the rest.
    from ingest import exporting

    path = asked.output
    made = exporting.export(asked.settings, teller(asked.lang), asked.collection, asked.question, path)
    number, release = made.provenance.matched, made.provenance.release.name
    sentence(
        Words(
            f"{path} is written: {number} deposits of release {release}",
            f"se escribió {path}: {number} yacimientos de la edición {release}",
        ),
        asked.lang,
    )
    return 0


def verify(asked: Asked) -> int:
    """Says what of a downloaded release is not as its manifest says."""
    done = verifying.verify(asked.folder, asked.manifest or asked.folder / verifying.MANIFEST, teller(asked.lang))
    for fault in done.faults:
        sentence(fault, asked.lang)
    size, release, number = _megabytes(done.bytes), done.release, done.files
    if done.faults:
        wrong = len(done.faults)
        words = Words(
            f"release {release} is not as its manifest says; faults: {wrong}",
            f"la edición {release} no es como dice su manifiesto; fallas: {wrong}",
        )
    else:
        words = Words(
            f"{number} files of release {release} are as its manifest says ({size})",
            f"{number} archivos de la edición {release} son como dice su manifiesto ({size})",
        )
    sentence(words, asked.lang)
    return 1 if done.faults else 0


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


def raster(asked: Asked, engine: Engine) -> int:
    """Takes a raster in, lists them, or forgets one."""
    # What rasters need takes a second to be read.
    from ingest import rasters

    if asked.task == "add":
        brought = rasters.Brought(asked.id, Words(asked.title_en, asked.title_es), asked.licence, asked.citation)
        sha256 = rasters.add(engine, asked.file, brought, Path(asked.settings.rasters), asked.settings.raster_max_mb)
        sentence(
            Words(
                f"raster {asked.id} is at /rasters/{asked.id}; its file is {sha256}.tif",
                f"el ráster {asked.id} está en /rasters/{asked.id}; su archivo es {sha256}.tif",
            ),
            asked.lang,
        )
    elif asked.task == "remove":
        rasters.remove(engine, asked.id, Path(asked.settings.rasters))
        sentence(Words(f"raster {asked.id} is removed", f"se quitó el ráster {asked.id}"), asked.lang)
    else:
        with engine.connect() as connection:
            rows = rasters.listed(connection)
        told = [
            (
                row.id,
                Words(row.title_en, row.title_es).speak(asked.lang),
                row.kind,
                row.licence,
                row.bytes,
                row.added_at,
            )
            for row in rows
        ]
        table(Words("Rasters", "Rásteres"), _RASTER_HEADS, told, asked.lang)
    return 0


_RASTER_HEADS = (
    Words("id", "id"),
    Words("title", "título"),
    Words("kind", "tipo"),
    Words("licence", "licencia"),
    Words("bytes", "bytes"),
    Words("added", "agregado"),
)


def apply(asked: Asked) -> int:
    """Makes the newer extract of an older one and the changes since."""
    number, release = applying.apply(asked.extract, asked.changes, asked.output)
    sentence(
        Words(
            f"{asked.output} is written: {number} deposits of release {release}",
            f"se escribió {asked.output}: {number} yacimientos de la edición {release}",
        ),
        asked.lang,
    )
    return 0


def vocab(asked: Asked) -> int:
    """Says what is wrong with the vocabularies and crosswalks; where nothing is, may write the page about them."""
    root, page = vocabcheck.ROOT, vocabcheck.PAGE
    wrong = vocabcheck.problems(root)
    for problem in wrong:
        sentence(problem, asked.lang)
    if wrong:
        return 1
    if asked.task == "check":
        words = Words(
            "the vocabularies and crosswalks agree with each other",
            "los vocabularios y las tablas de correspondencia concuerdan",
        )
    else:
        _write(root / page, vocabcheck.document(root))
        words = Words(f"{page} is written", f"se escribió {page}")
    sentence(words, asked.lang)
    return 0


def _write(path: Path, page: str) -> None:
    try:
        path.write_text(page, encoding="utf-8", newline="\n")
    except OSError as fault:
        why = fault.strerror or str(fault)
        raise FileFault(
            Words(f"{path}: it cannot be written: {why}", f"{path}: no se puede escribir: {why}")
        ) from fault
