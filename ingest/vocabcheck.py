"""Proves that the vocabularies and crosswalks agree with each other, and makes the page about them from those CSVs."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from io import StringIO
from pathlib import Path

from app.domain.table import lines_of
from app.domain.vocabulary import fold
from app.errors import FileFault
from app.words import Words
from ingest.crosswalk import vocabulary_of

Row = Mapping[str, str]

ROOT = Path(__file__).parents[1]
PAGE = Path("docs/vocabularies.md")
_TERMS = Path("app/domain/terms")
_CODED = "code label_en label_es"
_COLUMNS = {
    "commodity": f"{_CODED} uri group",
    "commodity_kin": "commodity relation of certain",
    "deposit_type": f"{_CODED} uri notation level parent",
    "deposit_form": f"{_CODED} uri shape_uri",
    "status": f"{_CODED} uri mine_status_uri",
    "status_axes": "status feature_kind occurrence_type mine_status",
    "feature_kind": _CODED,
    "occurrence_type": f"{_CODED} uri",
    "mine_status": f"{_CODED} uri parent",
    "operation_type": _CODED,
    "size": _CODED,
    "country": f"{_CODED} of",
    "state": f"{_CODED} country natural_earth",
    "critical/index": f"{_CODED} country listed_on status source note_en note_es",
    "map/commodity_group": f"{_CODED} groups light dark",
    "map/status": "code shape light dark",
    "map/source": f"{_CODED} shape light dark",
    "map/critical": f"{_CODED} light dark",
    "map/ground": "code light dark",
    "map/shape": "code parts",
}
_VOCABULARIES = tuple(name for name, columns in _COLUMNS.items() if columns.startswith(_CODED))
_CODE = {"country": r"[A-Z]{2}", "state": r"[A-Z]{2}-[A-Z0-9]{1,3}", "map/critical": r"[A-Z]{2}(,[A-Z]{2})*|none"}
_SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"
_COLOUR = r"#[0-9a-f]{6}"
_LEVELS = {"environment": "", "group": "environment", "type": "group"}
_URI = r"https?://[\w.-]+/[^\s<>\"]+"
_NIL = "http://www.opengis.net/def/nil/OGC/0/"
# UTF-8 read as Latin-1 leaves the first; the Spanish labels of CGI have the second ("estan=o", "arse!nico").
_GARBLED = re.compile(r"[ÃÂ\N{REPLACEMENT CHARACTER}]|[a-z][=!][a-z]")


def problems(root: Path = ROOT) -> list[Words]:
    """What is wrong with the CSVs of a project, each with the file to open; an empty list where all agree."""
    terms = (_check_files, _check_terms, _check_parents, _check_places, _check_axes, _check_kin)
    checks = (*terms, _check_lists, _check_crosswalks, _check_map)
    return [problem for check in checks for problem in check(root)]


def _at(path: Path, what: object, en: str, es: str) -> Words:
    where = f"{path.as_posix()}: {what}"
    return Words(f"{where} {en}", f"{where} {es}")


def _path(name: str) -> Path:
    return _TERMS / f"{name}.csv"


def _files(root: Path) -> dict[Path, str]:
    """Every CSV that must be there or is, from the root, and the columns that it must have."""
    lists = (path for path in (root / _TERMS / "critical").glob("*.csv") if path.stem != "index")
    crosswalks = root.glob("ingest/sources/*/crosswalk/*.csv")
    return (
        {_path(name): columns for name, columns in _COLUMNS.items()}
        | {path.relative_to(root): "commodity certain note" for path in sorted(lists)}
        | {path.relative_to(root): "word" if path.stem == "null" else "word code" for path in sorted(crosswalks)}
    )


def _read(root: Path, path: Path) -> list[Row]:
    """The columns that a CSV must have, empty where it lacks them: it is `_check_files` that says so."""
    if not (root / path).exists():
        return []
    columns = _files(root)[path].split()
    text = (root / path).read_bytes().decode("utf-8-sig", errors="replace")
    return [{column: row.get(column) or "" for column in columns} for row in _loosely(text)]


def _loosely(text: str) -> Iterator[Row]:
    """The rows of a CSV as far as they can be told, whatever is wrong with it."""
    with suppress(csv.Error):
        yield from csv.DictReader(StringIO(text, newline=""))


def _rows(root: Path, name: str) -> list[Row]:
    return _read(root, _path(name))


def _codes(root: Path, name: str) -> set[str]:
    return {row["code"] for row in _rows(root, name)}


def _twice(values: Iterable[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def _check_files(root: Path) -> Iterator[Words]:
    for path, columns in _files(root).items():
        if not (root / path).exists():
            yield _at(path, path.stem, "is missing", "falta")
            continue
        data = (root / path).read_bytes()
        text = data.decode(errors="replace")
        if b"\r" in data or data.startswith(b"\xef\xbb\xbf") or "\N{REPLACEMENT CHARACTER}" in text:
            yield _at(path, path.stem, "is not plain UTF-8 with LF between lines", "no es UTF-8 simple con LF")
        yield from _refusal(root, path, columns)
        for row in _loosely(text):
            for column, cell in row.items():
                if isinstance(cell, str) and cell != " ".join(cell.split()):
                    yield _at(path, repr(cell), "has spaces too many", "tiene espacios de más")
                if isinstance(cell, str) and column != "note" and _GARBLED.search(cell):
                    yield _at(path, repr(cell), "is garbled", "está dañado")


def _refusal(root: Path, path: Path, columns: str) -> Iterator[Words]:
    """What an ingest would say of a CSV that it cannot read."""
    try:
        lines_of(root / path, *columns.split())
    except FileFault as fault:
        yield Words(*(f"{path.as_posix()}: {said.partition(': ')[2]}" for said in (fault.words.en, fault.words.es)))


def _check_terms(root: Path) -> Iterator[Words]:
    for name in _VOCABULARIES:
        path, rows = _path(name), _rows(root, name)
        for column in _CODED.split():
            for value in _twice(row[column] for row in rows):
                yield _at(path, repr(value), f"stands twice in {column}", f"está dos veces en {column}")
        for row in rows:
            if not re.fullmatch(_CODE.get(name, _SLUG), row["code"]):
                yield _at(path, repr(row["code"]), "is no code", "no es un código")
            if not (row["label_en"] and row["label_es"]):
                yield _at(path, row["code"], "lacks a label", "no tiene las dos etiquetas")
            for uri in (row[column] for column in row if column.endswith("uri")):
                if uri and not re.fullmatch(_URI, uri):
                    yield _at(path, repr(uri), "is no address", "no es una dirección")


def _check_parents(root: Path) -> Iterator[Words]:
    for name in ("deposit_type", "mine_status"):
        parents = {row["code"]: {row["parent"]} - {""} for row in _rows(root, name)}
        for code, above in parents.items():
            if above - parents.keys() or code in _all_above(code, parents):
                yield _at(_path(name), code, "has no way up to a root", "no tiene camino a una raíz")
    types = {row["code"]: row for row in _rows(root, "deposit_type")}
    for code, row in types.items():
        parent = types.get(row["parent"], {"level": "", "notation": ""})
        # CGI writes 11.., 11.07. and 11.07.09 for an environment, its group and a type of that.
        inside = row["notation"].startswith(parent["notation"].rstrip("."))
        if _LEVELS.get(row["level"]) != parent["level"] or not inside:
            yield _at(_path("deposit_type"), code, "is not at its level or notation", "no está en su nivel o notación")


def _all_above(code: str, above: Mapping[str, set[str]]) -> set[str]:
    """All that a code leads to; itself only where the way goes round."""
    found, new = set[str](), above.get(code, set())
    while new:
        found |= new
        new = set[str]().union(*(above.get(one, set()) for one in new)) - found
    return found


def _check_places(root: Path) -> Iterator[Words]:
    of = {row["code"]: row["of"] for row in _rows(root, "country")}
    for code, above in of.items():
        if above and of.get(above) != "":
            yield _at(_path("country"), code, "is of no sovereign country", "no es de un país soberano")
    states = _rows(root, "state")
    for row in states:
        if row["country"] not in of or not row["code"].startswith(f"{row['country']}-"):
            yield _at(_path("state"), row["code"], "is of another country", "es de otro país")
    for shape in _twice(row["natural_earth"] for row in states):
        yield _at(_path("state"), repr(shape), "stands twice in natural_earth", "está dos veces en natural_earth")


def _check_axes(root: Path) -> Iterator[Words]:
    path, rows, kinds = _path("status_axes"), _rows(root, "status_axes"), _codes(root, "feature_kind")
    statuses = {row["code"]: row for row in _rows(root, "status")}
    uris = {name: {row["code"]: row["uri"] for row in _rows(root, name)} for name in ("occurrence_type", "mine_status")}
    for status in sorted(statuses.keys() ^ {row["status"] for row in rows} | {*_twice(row["status"] for row in rows)}):
        yield _at(path, status, "is missing, unknown or there twice", "falta, es desconocido o está dos veces")
    for row in rows:
        status, kind = row["status"], row["feature_kind"]
        if kind not in kinds or (kind != "occurrence" and row["occurrence_type"]):
            yield _at(path, status, "is of another kind of feature", "es de otra clase de objeto")
        for name, column in (("occurrence_type", "uri"), ("mine_status", "mine_status_uri")):
            said = statuses.get(status, {}).get(column, _NIL)
            if not (said == uris[name].get(row[name]) if row[name] else said.startswith(_NIL)):
                yield _at(path, status, f"has another {name} in status.csv", f"tiene otro {name} en status.csv")


def _check_kin(root: Path) -> Iterator[Words]:
    path, codes, rows = _path("commodity_kin"), _codes(root, "commodity"), _rows(root, "commodity_kin")
    above: dict[str, set[str]] = {}
    for row in rows:
        code, of = row["commodity"], row["of"]
        if of in above.get(code, ()) or not {code, of} <= codes:
            yield _at(path, f"{code} of {of}", "is there twice or unknown", "está dos veces o es desconocido")
        if row["relation"] not in {"form-of", "member-of"} or row["certain"] not in {"yes", "no"}:
            yield _at(path, f"{code} of {of}", "has no known relation or certainty", "no tiene relación o certeza")
        above.setdefault(code, set()).add(of)
    for code in above:
        if code in _all_above(code, above):
            yield _at(path, code, "is its own kin", "es su propio pariente")


def _check_lists(root: Path) -> Iterator[Words]:
    path, countries, commodities = _path("critical/index"), _codes(root, "country"), _codes(root, "commodity")
    index = {row["code"]: row for row in _rows(root, "critical/index")}
    for code, row in index.items():
        if not _is_day(row["listed_on"]):
            yield _at(path, repr(row["listed_on"]), "is not a day like 2025-11-07", "no es un día como 2025-11-07")
        if row["country"] not in countries or row["status"] not in {"law", "official", "presented"}:
            yield _at(path, code, "has no known country or status", "no tiene país o situación conocidos")
        if not (row["source"] and row["note_en"] and row["note_es"]):
            yield _at(path, code, "lacks a source or a note", "no tiene fuente o nota")
    files = {file.stem: file for file in _files(root) if file.parent.name == "critical" and file.stem != "index"}
    for code in sorted(index.keys() ^ files.keys()):
        yield _at(path, code, "has no line here, or no file", "no tiene línea aquí, o no tiene archivo")
    for file in files.values():
        members = _read(root, file)
        listed = [row["commodity"] for row in members]
        for code in sorted({*_twice(listed)} | {*listed} - commodities):
            yield _at(file, repr(code), "is unknown or there twice", "es desconocido o está dos veces")
        for code in (row["commodity"] for row in members if row["certain"] not in {"yes", "no"}):
            yield _at(file, code, "is certain neither yes nor no", "no dice yes o no en certain")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _check_map(root: Path) -> Iterator[Words]:
    """Every commodity group in one group of colours, every status and source with a shape, every colour a colour."""
    shapes = _codes(root, "map/shape")
    for name in (name for name in _COLUMNS if name.startswith("map/")):
        for row in _rows(root, name):
            for colour in (row[theme] for theme in ("light", "dark") if theme in row):
                if not re.fullmatch(_COLOUR, colour):
                    yield _at(_path(name), repr(colour), "is not a colour like #0b55ae", "no es un color como #0b55ae")
            if "shape" in row and row["shape"] not in shapes:
                yield _at(_path(name), repr(row["shape"]), "is not in shape.csv", "no está en shape.csv")
    gathered = [group for row in _rows(root, "map/commodity_group") for group in row["groups"].split("|")]
    sources = {path.parent.name for path in root.glob("ingest/sources/*/crosswalk")}
    wanted = {
        "map/commodity_group": (gathered, {row["group"] for row in _rows(root, "commodity")}),
        "map/status": ([row["code"] for row in _rows(root, "map/status")], _codes(root, "status")),
    }
    # A source that has no line is drawn as another source.
    drawn = [row["code"] for row in _rows(root, "map/source")]
    wanted["map/source"] = (drawn, {*drawn} & sources | {"other"})
    for name, (said, known) in wanted.items():
        for code in sorted(known ^ {*said} | {*_twice(said)}):
            yield _at(_path(name), code, "is missing, unknown or there twice", "falta, es desconocido o está dos veces")
    for name in ("map/status", "map/source"):
        for shape in _twice(row["shape"] for row in _rows(root, name)):
            yield _at(_path(name), repr(shape), "is the shape of two", "es la forma de dos")


def _crosswalks(root: Path) -> Iterator[tuple[Path, str, list[Row]]]:
    """Each crosswalk with the name of its vocabulary; the words for nothing have none."""
    for path in _files(root):
        if path.parent.name == "crosswalk" and path.stem != "null":
            yield path, vocabulary_of(path.stem), _read(root, path)


def _check_crosswalks(root: Path) -> Iterator[Words]:
    for path, name, rows in _crosswalks(root):
        codes, known = (_codes(root, name) if name in _VOCABULARIES else set[str]()), dict[str, str]()
        for word, code in ((row["word"], row["code"]) for row in rows):
            if not fold(word) or code not in codes | {""}:
                yield _at(path, repr(word), f"has {code!r}, not of {name}", f"tiene {code!r}, que no es de {name}")
            if known.setdefault(fold(word), code) != code:
                yield _at(path, repr(word), "has two codes", "tiene dos códigos")


_ABOUT = {
    "commodity": ("Commodities", "Sustancias", "ours; `uri` is the concept of CGI, the same or a broader one"),
    "status": ("Status", "Estado", "ours, each with its place on three axes"),
    "feature_kind": ("Kinds of feature", "Clases de objeto", "the views of EarthResourceML-Lite"),
    "occurrence_type": ("Occurrence types", "Tipos de manifestación", "CGI MineralOccurrenceType"),
    "mine_status": ("Mine status", "Estado de la mina", "CGI MineStatus"),
    "operation_type": ("Operation types", "Tipos de operación", "the values of MRDS"),
    "size": ("Sizes", "Tamaños", "ours, for three measures that are never merged: production, deposit, importance"),
    "deposit_form": ("Deposit forms", "Formas del yacimiento", "ours, by CGI EarthResourceForm and EarthResourceShape"),
    "deposit_type": ("Deposit types", "Tipos de yacimiento", "CGI MineralDepositModel"),
    "country": ("Countries", "Países", "ISO 3166-1; and XK, which it leaves to its users, for Kosovo"),
    "state": ("States", "Estados y entidades", "ISO 3166-2"),
}
_HEADS = {"label_en": "English", "label_es": "español", "uri": "CGI", "shape_uri": "CGI shape"}
_INTRO = """# Vocabularies · Vocabularios

<!-- Written by `vetalode vocab write` from the CSVs: edit those. Lo escribe esa orden: edite los CSV. -->

What a deposit is and has is said in codes. This page shows them, each with its name in English and in Spanish. The CSVs
are the truth; the tests fail where they disagree with each other or with this page. Lo que un yacimiento es y tiene se
dice con códigos: aquí están todos, con su nombre en inglés y en español. Lo que vale son los CSV."""
_LISTS = """A list is a dated object: a commodity is on a list, never critical as such. Another list is one more line in
`critical/index.csv` and one more CSV beside it, with the list's code as its name. **yes**: the list names it. **?**: we
are not sure that the list means it; see the notes. A list also concerns the ores and forms of its members and the
groups that they belong to: see the kin."""
_TREE = """The scheme of the Critical Minerals Mapping Initiative as CGI publishes it (its status: experimental). A
deposit is given a group or an environment where its source does not say which type. We depart from CGI twice: skarn
iron, which has two groups there, metasomatic iron and skarn, is under skarn alone here; and "(group)" tells three
groups from a namesake above or below them (the code `phosphorite-group` is CGI's, and a type). EGP: elementos del grupo
del platino. HFSE: elementos de alto potencial iónico. MVT, VMS, IOCG, IOA, LCT and NYF serve in both languages."""
_WORDS = """How the words of a source become codes. A word without a code is known to say nothing about the attribute
(a vein is a form of many types); a word that is not there leaves the attribute empty, and is reported. In the notes of
`deposit_model.csv`, "as SRI" says that the crosswalk made by SRI International for CriticalMAAS has the same type."""
_MAP = """How a map shows them, by `map/*.csv`: groups of commodities by colour, by day and by night; status and source
by shape. The build of the map page and the service read the same files."""
_CREDITS = """Deposit types, occurrence types and mine status, and the URIs of commodities and forms, are from the
vocabularies of the IUGS CGI Geoscience Terminology Working Group, under
[CC BY 4.0](https://creativecommons.org/licenses/by/4.0/); changed as said above, with Spanish labels of our own. Los
conceptos son de ese grupo de trabajo, con licencia CC BY 4.0; los cambios y las etiquetas en español son nuestros."""


def document(root: Path = ROOT) -> str:
    """The page about all vocabularies, in Markdown, from nothing but the CSVs."""
    short = ("deposit_form", "feature_kind", "occurrence_type", "mine_status", "operation_type", "size")
    sections = {
        "Commodities · Sustancias": [_page_groups(root)],
        "Critical minerals · Minerales críticos": [_LISTS, *_page_lists(root), "### Kin · Parentesco", _page_kin(root)],
        "Status · Estado": [_page_axes(root)],
        **{" · ".join(_ABOUT[name][:2]): [_page_terms(root, name)] for name in short},
        "Deposit types · Tipos de yacimiento": [_TREE, _page_tree(root)],
        "Map · Mapa": [_MAP, _page_colours(root), _page_shapes(root)],
        "Words of the sources · Palabras de las fuentes": [_WORDS, _page_crosswalks(root)],
        "Credits · Créditos": [_CREDITS],
    }
    parts = [_INTRO, _page_overview(root), *(part for head in sections for part in (f"## {head}", *sections[head]))]
    return "\n\n".join(parts) + "\n"


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    head = list(head)
    lines: list[Iterable[object]] = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, cells))} |" for cells in lines)


def _labels(root: Path, name: str) -> dict[str, str]:
    return {row["code"]: f"{row['label_en']} · {row['label_es']}" for row in _rows(root, name)}


def _link(path: Path) -> str:
    return f"[`{path.name}`](../{path.as_posix()})"


def _page_overview(root: Path) -> str:
    rows = ((en, es, _link(_path(name)), len(_rows(root, name)), of) for name, (en, es, of) in _ABOUT.items())
    return _table(("vocabulary", "vocabulario", "file", "terms", "from"), rows)


def _page_groups(root: Path) -> str:
    groups: dict[str, list[str]] = {}
    for row in _rows(root, "commodity"):
        groups.setdefault(row["group"], []).append(row["code"])
    rows = ((f"`{group}`", len(codes), ", ".join(codes)) for group, codes in groups.items())
    return _table(("group", "terms", "codes"), rows)


def _page_lists(root: Path) -> Iterator[str]:
    index = _rows(root, "critical/index")
    members = {row["code"]: _rows(root, f"critical/{row['code']}") for row in index}
    for row in index:
        said = f"`{row['code']}`, {row['listed_on']}, {row['status']}; members · miembros: {len(members[row['code']])}"
        yield f"### {row['label_en']} · {row['label_es']}"
        yield f"- {said}\n- {row['source']}\n- {row['note_en']} · {row['note_es']}"
    mark = {"yes": "yes", "no": "?"}
    marks = {(code, row["commodity"]): mark[row["certain"]] for code in members for row in members[code]}
    listed = {commodity for _, commodity in marks}
    names = {code: label for code, label in _labels(root, "commodity").items() if code in listed}
    yield "### Members · Miembros"
    rows = ((f"{label} `{code}`", *(marks.get((one, code), "") for one in members)) for code, label in names.items())
    yield _table(("commodity · sustancia", *members), rows)
    notes = ((code, row) for code in members for row in members[code] if row["note"])
    yield "\n".join(f"- {names[row['commodity']]} in `{code}`: {row['note']}" for code, row in notes)


def _page_kin(root: Path) -> str:
    labels, kin = _labels(root, "commodity"), dict[tuple[str, str], list[str]]()
    for row in _rows(root, "commodity_kin"):
        unsure = "" if row["certain"] == "yes" else " (?)"
        kin.setdefault((row["of"], row["relation"]), []).append(labels[row["commodity"]] + unsure)
    rows = (("; ".join(names), f"`{relation}`", labels[of]) for (of, relation), names in kin.items())
    return _table(("commodities · sustancias", "relation", "of · de"), rows)


def _page_axes(root: Path) -> str:
    labels = _labels(root, "status")
    rows = ((labels[row["status"]], *row.values()) for row in _rows(root, "status_axes"))
    return _table(("label · etiqueta", *_COLUMNS["status_axes"].split()), rows)


def _page_terms(root: Path, name: str) -> str:
    rows = (map(_concept, row.values()) for row in _rows(root, name))
    return _table((_HEADS.get(column, column) for column in _COLUMNS[name].split()), rows)


def _concept(cell: str) -> str:
    """A URI by its last part, which is the concept's own code; another cell as it is."""
    return cell.rsplit("/", 1)[-1] if cell.startswith("http") else cell


def _page_tree(root: Path) -> str:
    rows = _rows(root, "deposit_type")
    counts = Counter(row["level"] for row in rows)
    indent = {level: "  " * depth for depth, level in enumerate(_LEVELS)}
    lines = (f"{indent[row['level']]}- {row['label_en']} · {row['label_es']} `{row['code']}`" for row in rows)
    return "\n".join([", ".join(f"{counts[level]} {level}s" for level in _LEVELS) + ":\n", *lines])


def _page_colours(root: Path) -> str:
    rows = (
        (f"{row['label_en']} · {row['label_es']}", row["groups"].replace("|", ", "), row["light"], row["dark"])
        for row in _rows(root, "map/commodity_group")
    )
    return _table(("commodities · sustancias", "groups", "by day · de día", "by night · de noche"), rows)


def _page_shapes(root: Path) -> str:
    labels = {**_labels(root, "status"), **_labels(root, "map/source")}
    rows = (
        (labels[row["code"]], f"`{row['shape']}`", row["light"], row["dark"])
        for name in ("map/source", "map/status")
        for row in _rows(root, name)
    )
    return _table(("source, status · fuente, estado", "shape", "by day · de día", "by night · de noche"), rows)


def _page_crosswalks(root: Path) -> str:
    found = ((path, name, [row["code"] for row in rows]) for path, name, rows in _crosswalks(root))
    rows = ((path.parts[2], _link(path), name, len(codes), len([*filter(None, codes)])) for path, name, codes in found)
    return _table(("source", "file", "vocabulary", "words", "with a code"), rows)
