"""The command line: what each failure says, in one sentence of the person's language, and how it exits."""

import codecs
import gzip
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from app.db import schema
from ingest import command_line, commands
from ingest import publish as publishing
from ingest.__main__ import main
from ingest.rows import Fault, Reading, Row
from ingest.sources import source

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample_data" / "mrds.csv"
HEAD = b"dep_id,site_name,latitude,longitude\n"

Vetalode = Callable[..., tuple[int, str, str]]


def zipped(path: Path, *names: str) -> bytes:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, HEAD)
    return path.read_bytes()


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of files that cannot be taken in."""
    folder = tmp_path_factory.mktemp("faulty")
    files = {
        "empty.csv": b"",
        "mark.csv": codecs.BOM_UTF8,
        "header.csv": b"id,name\n1,a\n",
        "utf16.csv": codecs.BOM_UTF16_LE + HEAD.decode().encode("utf-16-le"),
        "twice.csv": b"dep_id,site_name,latitude,longitude,dep_id\n",
        "cut.csv.gz": gzip.compress(HEAD + os.urandom(999))[:-9],
        "cut.zip": zipped(folder / "t", "mrds.csv")[:-9],
        "none.zip": zipped(folder / "t", "mrds.met"),
        "two.zip": zipped(folder / "t", "a.csv", "b.csv"),
        "page.json": b"<html>",
        "error.json": b'{"error": {"code": 500, "message": "down"}}',
        "null.json": b'{"features": null}',
        "more.json": (ROOT / "sample_data" / "sgm_minas_50k_page1.geojson").read_bytes(),
        "ed50.json": b'{"features": [], "spatialReference": {"wkid": 4230}}',
        "frame.json": b'{"features": []}',
        "minas.gpkg": b"junk",
        "minas.shp": b"",
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / "folder").mkdir()
    return folder


@pytest.mark.parametrize(
    ("source", "name", "en", "es"),
    [
        ("mrds", "absent.csv", "cannot be read: No such file", "no se puede leer"),
        ("mrds", "folder", "holds no table of MRDS", "no contiene ninguna tabla de MRDS"),
        ("sgm", "folder", "cannot be read: Is a directory", "no se puede leer"),
        ("mrds", "empty.csv", "is empty", "está vacío"),
        ("mrds", "mark.csv", "is empty", "está vacío"),
        ("mrds", "header.csv", "is not an MRDS table: its header lacks dep_id", "no es una tabla de MRDS"),
        ("mrds", "utf16.csv", "is UTF-16", "está en UTF-16"),
        ("mrds", "twice.csv", "names a column twice: 'dep_id'", "repite columnas"),
        ("mrds", "cut.csv.gz", "cut short or damaged", "cortado o dañado"),
        ("mrds", "cut.zip", "cut short or damaged", "cortado o dañado"),
        ("mrds", "none.zip", "it holds: mrds.met", "contiene: mrds.met"),
        ("mrds", "two.zip", "it holds: a.csv, b.csv", "contiene: a.csv, b.csv"),
        ("sgm", "absent.shp", "cannot be read: No such file", "no se puede leer"),
        ("sgm", "page.json", "cut short or not JSON", "está cortado o no es JSON"),
        ("sgm", "error.json", "the service's error, not data: 500 down", "es un error del servicio"),
        ("sgm", "null.json", "holds no list of features", "no contiene una lista de features"),
        ("sgm", "more.json", "more rows follow", "siguen más filas"),
        ("sgm", "ed50.json", "ed50.json: the coordinate system EPSG:4230", "ed50.json: no sabemos llevar"),
        ("sgm", "frame.json", "does not say its coordinate system", "no dice su sistema de coordenadas"),
        ("sgm", "minas.gpkg", "not a vector file", "no es un archivo vectorial"),
        ("sgm", "minas.shp", "not a vector file", "no es un archivo vectorial"),
        ("sgm", "none.zip", "it holds: mrds.met", "contiene: mrds.met"),
    ],
)
def test_a_file_that_cannot_be_taken_in_is_one_sentence_and_exit_1(
    migrated: Engine, vetalode: Vetalode, faulty: Path, source: str, name: str, en: str, es: str
) -> None:
    for lang, sentence in (("en", en), ("es", es)):
        code, out, err = vetalode(migrated, "ingest", source, faulty / name, lang=lang)
        assert (code, out, err.count("\n")) == (1, "", 1)
        assert name in err
        assert sentence in err


@pytest.fixture(scope="session")
def migrated(make_database: Callable[..., str], template: str) -> Iterator[Engine]:
    """An empty store that no test fills."""
    engine = create_engine(make_database(template))
    yield engine
    engine.dispose()


def test_a_database_that_is_away_is_named_with_the_reason(vetalode: Vetalode) -> None:
    code, _, err = vetalode("postgresql://127.0.0.1:1/vetalode", "status")
    assert code == 1
    assert "the database of DATABASE_URL cannot be used: " in err
    assert "refused" in err
    assert "no se puede usar la base de datos" in vetalode("postgresql://127.0.0.1:1/x", "status", lang="es")[2]


def test_a_database_that_does_not_exist_is_named(vetalode: Vetalode, server: str) -> None:
    url = make_url(server).set(database="vetalode_nowhere").render_as_string(hide_password=False)
    code, _, err = vetalode(url, "publish")
    assert (code, 'database "vetalode_nowhere" does not exist' in err) == (1, True)


@pytest.mark.parametrize("address", ["nonsense", "mysql://host/store", "postgresql://host:port/store", "sqlite:///x"])
def test_an_address_that_is_none_is_refused_without_repeating_it(vetalode: Vetalode, address: str) -> None:
    code, _, err = vetalode(address, "status", lang="es")
    assert (code, err.count("\n")) == (1, 1)
    assert "DATABASE_URL no es la dirección de una base PostgreSQL" in err
    assert address not in err


def test_a_setting_that_cannot_be_read_is_refused_by_its_name(
    vetalode: Vetalode, migrated: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "harbour")
    assert vetalode(migrated, "status")[2] == "PORT is a number above zero; 'harbour' is not\n"


@pytest.fixture(scope="session")
def bare(make_database: Callable[..., str]) -> str:
    """A database that was never migrated."""
    return make_database()


@pytest.mark.parametrize(
    "words", [["status"], ["publish"], ["rollback"], ["rejects"], ["replay"], ["unmapped"], ["diff"]]
)
def test_a_database_that_was_not_migrated_says_what_to_run(vetalode: Vetalode, bare: str, words: list[str]) -> None:
    assert vetalode(bare, *words)[::2] == (1, "the database has no tables of Vetalode yet; run `vetalode migrate`\n")
    assert "ejecute `vetalode migrate`" in vetalode(bare, *words, lang="es")[2]


def test_an_ingest_into_a_database_that_was_not_migrated_says_so(vetalode: Vetalode, bare: str) -> None:
    code, _, err = vetalode(bare, "ingest", "mrds", SAMPLE)
    assert (code, "run `vetalode migrate`" in err) == (1, True)


def test_migrating_makes_the_tables_and_twice_is_no_harm(vetalode: Vetalode, make_database: Callable[..., str]) -> None:
    url = make_database()
    assert vetalode(url, "migrate")[::2] == (0, "the database is up to date\n")
    assert vetalode(url, "migrate", lang="es")[::2] == (0, "la base de datos está al día\n")
    assert vetalode(url, "status")[0] == 0


def test_a_role_without_rights_is_told_so(vetalode: Vetalode, empty_store: Engine) -> None:
    with empty_store.begin() as connection:
        connection.execute(text(f"ALTER DATABASE {empty_store.url.database} SET role = 'pg_monitor'"))
    code, _, err = vetalode(empty_store, "status")
    assert (code, err.count("\n")) == (1, 1)
    assert "permission denied for table" in err


def test_a_store_that_may_only_be_read_is_told_so(vetalode: Vetalode, empty_store: Engine) -> None:
    with empty_store.begin() as connection:
        name = empty_store.url.database
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    for words in (["ingest", "mrds", SAMPLE], ["publish"]):
        code, _, err = vetalode(empty_store, *words, lang="es")
        assert (code, err.count("\n"), "in a read-only transaction" in err) == (1, 1, True)
        assert err.startswith("no se puede usar la base de datos de DATABASE_URL: ")
    assert vetalode(empty_store, "rejects")[0] == 0


EVERY_VERB: list[list[Any]] = [
    *(
        [verb]
        for verb in ("publish", "snapshot", "rollback", "status", "rejects", "replay", "unmapped", "diff", "report")
    ),
    ["ingest", "mrds", SAMPLE],
]


def test_a_store_of_another_version_says_what_to_do(vetalode: Vetalode, make_database: Callable[..., str]) -> None:
    url = make_database()
    engine = create_engine(url)
    with engine.begin() as connection:
        schema.migrate(connection, "0003")
    for words in EVERY_VERB:
        assert vetalode(url, *words) == (
            1,
            "",
            "the tables of the database are of an older version of Vetalode; run `vetalode migrate`\n",
        )
    assert vetalode(url, "migrate")[0] == 0
    assert vetalode(url, "status")[0] == 0
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    for words in [*EVERY_VERB, ["migrate"]]:
        assert vetalode(url, *words, lang="es") == (
            1,
            "",
            "las tablas de la base de datos son de una versión más reciente de Vetalode; use esa versión\n",
        )


def test_a_database_that_cannot_hold_all_names_is_not_migrated(
    vetalode: Vetalode, make_database: Callable[..., str], server: str
) -> None:
    url = make_url(make_database())
    maintenance = create_engine(server, isolation_level="AUTOCOMMIT")
    with maintenance.connect() as connection:
        connection.execute(text(f"DROP DATABASE {url.database}"))
        how = "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
        connection.execute(text(f"CREATE DATABASE {url.database} {how}"))
    maintenance.dispose()
    code, _, err = vetalode(url.render_as_string(hide_password=False), "migrate")
    assert (code, err) == (
        1,
        "the database keeps text in LATIN1; make one with ENCODING 'UTF8', which holds all names\n",
    )


def test_what_needs_no_store_asks_for_none(vetalode: Vetalode) -> None:
    assert vetalode("nonsense", "vocab", "check")[:2] == (
        0,
        "the vocabularies and crosswalks agree with each other\n",
    )


def test_names_that_the_terminal_cannot_show_are_escaped(empty_store: Engine, mrds: Callable[..., Path]) -> None:
    settings = {"DATABASE_URL": empty_store.url.render_as_string(hide_password=False), "PYTHONIOENCODING": "latin-1"}
    environment = os.environ | settings | {"PGCLIENTENCODING": "LATIN1"}

    def program(*words: object) -> tuple[int, bytes, bytes]:
        command = [sys.executable, "-m", "ingest", *map(str, words)]
        ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
        return ran.returncode, ran.stdout, ran.stderr

    assert program("ingest", "mrds", mrds("1,\u77ff \u00f1,,", name="\u77ff.csv"))[0] == 0
    code, out, err = program("rejects", "--format", "json")
    assert (code, err) == (0, b"")
    assert (rb'"file": "\u77ff.csv"' in out, '\\u77ff ñ"'.encode("latin-1") in out) == (True, True)
    assert program("status")[::2] == (0, b"")


def test_an_answer_that_was_closed_is_no_trouble(migrated: Engine) -> None:
    address = {"DATABASE_URL": migrated.url.render_as_string(hide_password=False)}
    command = ["sh", "-c", f"exec {sys.executable} -m ingest status >&-"]
    ran = subprocess.run(command, cwd=ROOT, env=os.environ | address, stderr=subprocess.PIPE, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_a_run_that_finds_no_room_for_what_waits_is_told_so(empty_store: Engine, mrds: Callable[..., Path]) -> None:
    path = mrds(*(f"{number},{'x' * 2000},," for number in range(20_000)))
    address = {"DATABASE_URL": empty_store.url.render_as_string(hide_password=False)}
    command = ["sh", "-c", f"ulimit -f 100; exec {sys.executable} -m ingest ingest mrds {path}"]
    ran = subprocess.run(command, cwd=ROOT, env=os.environ | address, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr.count("Traceback")) == (1, 0)
    assert "there is no room left (File too large)" in ran.stderr


@pytest.mark.parametrize(
    ("folder", "lang", "sentence"),
    [
        ("gone", "en", "the system refuses it: No such file or directory; mend that"),
        ("file", "es", "el sistema lo rechaza: Not a directory; remédielo"),
    ],
)
def test_a_temporary_folder_that_takes_nothing_is_told(
    empty_store: Engine, mrds: Callable[..., Path], tmp_path: Path, folder: str, lang: str, sentence: str
) -> None:
    (tmp_path / "file").touch()
    program = f"""
import sys, tempfile
from ingest import landing
from ingest.__main__ import main
landing._MEMORY, tempfile.tempdir = 1, {str(tmp_path / folder)!r}
sys.exit(main(["--lang", {lang!r}, "ingest", "mrds", {str(mrds("1,a,,"))!r}]))
"""
    address = {"DATABASE_URL": empty_store.url.render_as_string(hide_password=False)}
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, cwd=ROOT, env=os.environ | address, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr.count("\n")) == (1, 1)
    assert ran.stderr.startswith(f"{tmp_path / folder}/")
    assert sentence in ran.stderr
    assert "TMPDIR" in ran.stderr


def test_stopping_before_anything_began_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    def stop(_words: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(command_line, "run", stop)
    assert main(["status"]) == 130
    assert capsys.readouterr().err == "stopped · detenido\n"


@pytest.mark.parametrize("how", ["pg_cancel_backend", "pg_terminate_backend"])
def test_a_run_that_the_server_ends_is_told_so_and_fails(
    vetalode: Vetalode, empty_store: Engine, monkeypatch: pytest.MonkeyPatch, one: Callable[..., Any], how: str
) -> None:
    def read(paths: Sequence[Path]) -> Reading:
        whole = source("mrds").read(paths)
        return replace(whole, rows=(end_copying(row) for row in whole))

    def end_copying(row: Row | Fault) -> Row | Fault:
        if row.number == 50:
            assert one(empty_store, f"SELECT {how}(pid) FROM pg_stat_activity WHERE query LIKE 'COPY record%'") is True
        return row

    monkeypatch.setattr(commands, "source", lambda name: replace(source(name), read=read))
    code, _, err = vetalode(empty_store, "ingest", "mrds", SAMPLE)
    assert (code, "the database of DATABASE_URL cannot be used: " in err) == (1, True)
    assert "Traceback" not in err
    assert one(empty_store, "SELECT state FROM ingest_run") == "failed"
    assert one(empty_store, "SELECT count(*) FROM record") == 0


def test_a_fault_of_ours_keeps_its_traceback(
    vetalode: Vetalode, migrated: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands.asking, "current_release", lambda connection: connection.execute(text("SELEC")))
    with pytest.raises(Exception, match="syntax error"):
        vetalode(migrated, "status", "--has-release")


def test_stopping_by_hand_says_where_to_see_what_was_kept(
    vetalode: Vetalode, own_sample_store: Engine, mrds: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    assert vetalode(own_sample_store, "ingest", "mrds", mrds("1,a,30,-110"), "--partial")[0] == 0
    monkeypatch.setattr(publishing, "_retire_old", stop)
    code, _, err = vetalode(own_sample_store, "publish", lang="es")
    assert (code, err.splitlines()[-1]) == (130, "detenido; `vetalode status` muestra lo que se hizo hasta entonces")
    assert re.search(r"\.2 .* 133 .*●", vetalode(own_sample_store, "status")[1])


def test_an_output_that_nobody_reads_to_its_end_is_no_trouble(
    own_sample_store: Engine, started: Callable[..., subprocess.Popen[bytes]]
) -> None:
    listing = started(own_sample_store, "rejects", "--format", "json")
    assert listing.stdout is not None
    assert listing.stderr is not None
    listing.stdout.close()
    assert listing.stderr.read() == b""


@pytest.mark.parametrize("words", [["status"], ["rejects"], ["rejects", "--format", "json"]])
def test_a_disk_without_room_for_the_answer_is_said(own_sample_store: Engine, words: list[str]) -> None:
    address = {"DATABASE_URL": own_sample_store.url.render_as_string(hide_password=False), "VETALODE_LANG": "es"}
    command = [sys.executable, "-m", "ingest", *words]
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            command, cwd=ROOT, env=os.environ | address, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (ran.returncode, ran.stderr.count("\n")) == (1, 1)
    assert ran.stderr.startswith("no queda espacio (")
    assert "TMPDIR" in ran.stderr


def test_the_module_runs_as_a_program(migrated: Engine) -> None:
    address = {"DATABASE_URL": migrated.url.render_as_string(hide_password=False), "VETALODE_LANG": "es"}
    command = [sys.executable, "-m", "ingest", "publish"]
    ran = subprocess.run(command, cwd=ROOT, env=os.environ | address, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("aún no hay nada publicado")


def test_words_are_taken_from_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["vetalode"])
    with pytest.raises(SystemExit, match="2"):
        main()
