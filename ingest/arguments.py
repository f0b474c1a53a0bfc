"""What may be typed after `vetalode`, in both languages."""

import argparse
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from app.asked.parameters import EXPORT_CSV
from app.extracts.formats import FORMATS
from app.settings import Settings
from app.words import LANGS, Lang, Words
from ingest.esri import Form
from ingest.gates import GATES
from ingest.report import lang_of_environment
from ingest.sources import names

# What argparse gives for verbs has no public name.
_Verbs = Any
# A text in the language of the person who types.
_Say = Callable[[str, str], str]


class Asked(SimpleNamespace):
    """What was typed."""

    verb: str
    lang: Lang
    source: str
    files: list[Path]
    partial: bool
    synthetic: bool
    retrieved: date | None
    accept: list[str]
    no_files: bool
    release: str | None
    run: int | None
    resolved: bool
    format: str
    has_release: bool
    output: Path
    older: str | None
    newer: str | None
    limit: int | None
    task: str
    into: Path
    form: Form
    collection: str
    folder: Path
    manifest: Path | None
    file: Path
    id: str
    title_en: str
    title_es: str
    licence: str
    citation: str
    extract: Path
    changes: Path
    # Not typed: the environment says it.
    settings: Settings

    @property
    def question(self) -> dict[str, str]:
        """What is asked of an extract, by the names that the service has for it."""
        return {name.removeprefix(_OF): value for name, value in vars(self).items() if name.startswith(_OF)}


_OF = "of "

# What argparse itself may say here. It speaks through gettext, whose catalogues are binary files, so these stand in
# for one; what they lack is said in English.
_SPANISH = {
    "usage: ": "uso: ",
    "positional arguments": "argumentos",
    "options": "opciones",
    "show this help message and exit": "muestra esta ayuda y termina",
    "argument %(argument_name)s: %(message)s": "argumento %(argument_name)s: %(message)s",
    "the following arguments are required: %s": "faltan estos argumentos: %s",
    "unrecognized arguments: %s": "argumentos desconocidos: %s",
    "ambiguous option: %(option)s could match %(matches)s": "opción ambigua: %(option)s puede ser %(matches)s",
    "expected one argument": "falta su valor",
    "ignored explicit argument %r": "no lleva valor: %r",
    "invalid choice: %(value)r (choose from %(choices)s)": "no existe %(value)r (elija entre %(choices)s)",
}


# As far as the database counts.
_MOST = (1 << 31) - 1


def _count(typed: str) -> int:
    number = int(typed)
    if not 0 <= number <= _MOST:
        raise ValueError(typed)
    return number


def parse(words: Sequence[str]) -> Asked:
    """Reads the words typed; on a mistake says what is right and exits with 2."""
    return parser(_lang_typed(words)).parse_args(list(_joined(words)), namespace=Asked())


def _joined(words: Sequence[str]) -> Iterator[str]:
    """A box that begins with a minus is no option, though it looks like one."""
    before = ""
    for word in words:
        if before == "--bbox":
            yield f"--bbox={word}"
        elif word != "--bbox":
            yield word
        before = word


def _lang_typed(words: Sequence[str]) -> Lang:
    """The language asked for must be known before the parser, whose texts are in it, is made."""
    typed = [after for before, after in pairwise(words) if before == "--lang"]
    typed += [word.removeprefix("--lang=") for word in words if word.startswith("--lang=")]
    return next((lang for lang in LANGS if lang in typed), lang_of_environment())


def parser(lang: Lang) -> argparse.ArgumentParser:
    """The parser, with its texts in one language."""

    argparse._ = (lambda said: _SPANISH.get(said, said)) if lang == "es" else str  # type: ignore[attr-defined]

    def say(en: str, es: str) -> str:
        return Words(en, es).speak(lang)

    def typed(read: Callable[[str], object], en: str, es: str) -> Callable[[str], object]:
        """Reads a value, or says what it should be."""

        def reading(value: str) -> object:
            try:
                return read(value)
            except ValueError:
                raise argparse.ArgumentTypeError(say(f"{value!r} is not {en}", f"{value!r} no es {es}")) from None

        return reading

    number = typed(int, "the number of a run", "el número de una ejecución")
    top = argparse.ArgumentParser(
        "vetalode",
        description=say(
            "Takes in deposit layers of the geological surveys and publishes them in releases.",
            "Recibe capas de yacimientos de los servicios geológicos y las publica en ediciones.",
        ),
    )
    top.add_argument(
        "--lang", choices=LANGS, default=lang, help=say("language of the answers", "idioma de las respuestas")
    )
    verbs = top.add_subparsers(dest="verb", required=True, metavar=say("VERB", "VERBO"))

    away = verbs.add_parser(
        "fetch", help=say("download a source from its agency", "descarga una fuente de su organismo")
    )
    away.add_argument("source", choices=names(), help=say("which source", "qué fuente"))
    away.add_argument(
        "--into",
        type=Path,
        default=Path("downloads"),
        metavar=say("FOLDER", "CARPETA"),
        help=say("where to keep it (default: downloads)", "dónde guardarla (por omisión: downloads)"),
    )
    away.add_argument(
        "--form",
        choices=("json", "geojson"),
        default="json",
        help=say("form of a layer's pages", "forma de las páginas de una capa"),
    )

    verbs.add_parser("migrate", help=say("bring the database to the newest schema", "pone la base de datos al día"))

    one = verbs.add_parser("ingest", help=say("take in files of one source", "recibe archivos de una fuente"))
    one.add_argument("source", choices=names(), help=say("whose files they are", "de quién son los archivos"))
    one.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar=say("FILE", "ARCHIVO"),
        help=say("one file, or all pages of one answer in order", "un archivo, o todas las páginas de una respuesta"),
    )
    one.add_argument(
        "--partial",
        action="store_true",
        help=say(
            "the files hold only a part: records that they lack stay as they are",
            "los archivos traen solo una parte: los registros que no traen se quedan como están",
        ),
    )
    one.add_argument(
        "--synthetic",
        action="store_true",
        help=say("the rows are made up, and will be called so", "las filas son inventadas, y se dirá que lo son"),
    )
    one.add_argument(
        "--retrieved",
        type=typed(date.fromisoformat, "a day such as 2026-11-17", "un día como 2026-11-17"),
        metavar=say("YYYY-MM-DD", "AAAA-MM-DD"),
        help=say(
            "day they were fetched (else the file's date)", "día en que se descargaron (si no, la fecha del archivo)"
        ),
    )

    out = verbs.add_parser(
        "publish", help=say("build and publish the next release", "construye y publica la edición siguiente")
    )
    out.add_argument(
        "--accept",
        action="append",
        default=[],
        choices=GATES,
        help=say("publish although this check would stop it", "publica aunque esta revisión lo impediría"),
    )

    out.add_argument(
        "--no-files",
        action="store_true",
        help=say(
            "make no files for downloads (`vetalode snapshot` does)",
            "no prepara archivos para descargar (`vetalode snapshot` sí)",
        ),
    )

    kept = verbs.add_parser(
        "snapshot",
        help=say("make the files of a release that it lacks", "prepara los archivos que le faltan a una edición"),
    )
    kept.add_argument("release", nargs="?", help=say("its name; else the current one", "su nombre; si no, la actual"))

    back = verbs.add_parser("rollback", help=say("return to an older release", "regresa a una edición anterior"))
    back.add_argument("release", nargs="?", help=say("its name; else the one before", "su nombre; si no, la anterior"))

    state = verbs.add_parser(
        "status", help=say("what is published, and the last runs", "lo publicado y las últimas ejecuciones")
    )
    state.add_argument(
        "--has-release",
        action="store_true",
        help=say(
            "say nothing; exit 0 when a release is current, 3 when none is",
            "no dice nada; sale con 0 si hay edición, 3 si no",
        ),
    )

    bad = verbs.add_parser(
        "rejects", help=say("rows that could not be used, and why", "filas que no se pudieron usar, y por qué")
    )
    bad.add_argument(
        "--run",
        type=number,
        help=say("of this run; else those that stand", "de esta ejecución; si no, los que siguen vigentes"),
    )
    bad.add_argument(
        "--all",
        action="store_true",
        dest="resolved",
        help=say("those too that a replay has made use of", "también las que una repetición ya aprovechó"),
    )
    again = verbs.add_parser(
        "replay",
        help=say(
            "judge rejects again, after a crosswalk or the code was mended",
            "juzga de nuevo los rechazos, una vez corregida una tabla o el código",
        ),
    )
    again.add_argument("--run", type=number, help=say("those of this run only", "solo los de esta ejecución"))
    lost = verbs.add_parser(
        "unmapped", help=say("words that no crosswalk explains", "palabras que ninguna tabla explica")
    )
    for listing in (bad, again, lost):
        listing.add_argument("--source", choices=names(), help=say("of this source only", "solo de esta fuente"))
    two = verbs.add_parser("diff", help=say("what differs between two releases", "qué cambia entre dos ediciones"))
    two.add_argument("older", nargs="?", help=say("a release; else the one before", "una edición; si no, la anterior"))
    two.add_argument(
        "newer", nargs="?", help=say("a later one; else the current one", "otra posterior; si no, la actual")
    )
    for listing in (bad, two):
        listing.add_argument(
            "--limit",
            type=typed(_count, f"a whole number from 0 to {_MOST}", f"un número entero de 0 a {_MOST}"),
            metavar="N",
            help=say(
                "show so many rows (else 20 in a table, all in csv and json)",
                "muestra tantas filas (si no, 20 en una tabla, todas en csv y json)",
            ),
        )
    for listing in (bad, lost, two):
        listing.add_argument(
            "--format",
            choices=("table", "csv", "json"),
            default="table",
            help=say("for people, or for programs", "para personas o para programas"),
        )

    told = verbs.add_parser("report", help=say("a run, to read or to print", "una ejecución, para leer o imprimir"))
    told.add_argument(
        "run",
        nargs="?",
        type=number,
        help=say("its number; else the newest", "su número; si no, la última"),
    )
    told.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("run-report.html"),
        metavar=say("FILE", "ARCHIVO"),
        help=say("ending in .html or .json (default: run-report.html)", "con final .html o .json"),
    )

    _export(verbs, say)
    _verify(verbs, say)
    _apply(verbs, say)
    _raster(verbs, say)

    terms = verbs.add_parser("vocab", help=say("the vocabularies and crosswalks", "los vocabularios y las tablas"))
    terms.add_argument(
        "task",
        choices=("check", "write"),
        help=say(
            "check that they agree with each other; write docs/vocabularies.md",
            "check: revisa que concuerden; write: escribe docs/vocabularies.md",
        ),
    )
    return top


def _export(verbs: _Verbs, say: _Say) -> None:
    made = verbs.add_parser("export", help=say("write deposits into a file", "escribe yacimientos en un archivo"))
    made.add_argument("collection", help=say("deposits, or a source's", "deposits, o los de una fuente"))
    made.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar=say("FILE", "ARCHIVO"),
        help=say("ending in one of: ", "con final: ") + ", ".join(f".{ending}" for ending in FORMATS),
    )
    for parameter in EXPORT_CSV.values():
        if parameter.name != "lang":
            about = say(parameter.about.en, parameter.about.es).replace("%", "%%")
            made.add_argument(
                f"--{parameter.name}",
                dest=_OF + parameter.name,
                default=argparse.SUPPRESS,
                metavar=say("WORDS", "PALABRAS"),
                help=about,
            )


def _verify(verbs: _Verbs, say: _Say) -> None:
    mirror = verbs.add_parser(
        "verify",
        help=say(
            "check the files of a release, downloaded, against its manifest",
            "comprueba con su manifiesto los archivos descargados de una edición",
        ),
    )
    mirror.add_argument(
        "folder",
        type=Path,
        metavar=say("FOLDER", "CARPETA"),
        help=say("where they are", "dónde están"),
    )
    mirror.add_argument(
        "--manifest",
        type=Path,
        metavar=say("FILE", "ARCHIVO"),
        help=say(
            "the manifest (else manifest.json of the folder)", "el manifiesto (si no, manifest.json de la carpeta)"
        ),
    )


def _apply(verbs: _Verbs, say: _Say) -> None:
    newer = verbs.add_parser(
        "apply",
        help=say("make the newer extract of an older one", "hace de un extracto anterior el más nuevo"),
        description=say(
            "Makes the GeoJSON extract of a newer release of that of an older one and /releases/{newer}/changes.",
            "Hace el extracto GeoJSON de una edición más nueva, del de una anterior y /releases/{newer}/changes.",
        ),
    )
    newer.add_argument(
        "extract", type=Path, metavar=say("OLDER", "ANTERIOR"), help=say("the older extract", "el extracto anterior")
    )
    newer.add_argument(
        "changes",
        type=Path,
        metavar=say("CHANGES", "CAMBIOS"),
        help=say("the changes since it, as GeoJSON or NDJSON", "los cambios desde entonces, en GeoJSON o NDJSON"),
    )
    newer.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar=say("NEWER", "NUEVO"),
        help=say("where to write the newer one", "dónde escribir el más nuevo"),
    )


def _raster(verbs: _Verbs, say: _Say) -> None:
    brought = verbs.add_parser(
        "raster",
        help=say(
            "rasters that an agency brings: geophysics, scanned maps",
            "rásteres que aporta una dependencia: geofísica, mapas escaneados",
        ),
    )
    tasks = brought.add_subparsers(dest="task", required=True, metavar=say("TASK", "TAREA"))
    new = tasks.add_parser("add", help=say("take in a GeoTIFF", "recibe un GeoTIFF"))
    new.add_argument("file", type=Path, metavar=say("FILE", "ARCHIVO"), help=say("a GeoTIFF", "un GeoTIFF"))
    for option, meaning in (
        ("--id", say("its name in addresses, such as mx-magnetics", "su nombre en direcciones, como mx-magnetica")),
        ("--title-en", say("its title in English", "su título en inglés")),
        ("--title-es", say("its title in Spanish", "su título en español")),
        ("--licence", say("on what terms it is given", "en qué términos se da")),
        ("--citation", say("how to cite it", "cómo citarlo")),
    ):
        new.add_argument(option, required=True, metavar=say("TEXT", "TEXTO"), help=meaning)
    tasks.add_parser("list", help=say("the rasters there are", "los rásteres que hay"))
    old = tasks.add_parser(
        "remove", help=say("forget a raster, and delete its file", "olvida un ráster y borra su archivo")
    )
    old.add_argument("id", metavar="ID", help=say("its id", "su id"))
