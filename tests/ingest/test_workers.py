"""Workers say just what one process says, in the same order, and outlive nothing."""

import io
import pickle
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.errors import Refused
from app.words import Words
from ingest import workers
from ingest.crosswalk import Crosswalks
from ingest.pipeline import ingest
from ingest.report import Teller
from ingest.rows import Fault, Reason, Row
from ingest.sources import source
from ingest.understanding import Asked, Said, Understanding
from ingest.workers import MANY_ROWS, understood, work

SAMPLE = Path(__file__).parents[2] / "sample_data"
MRDS, SGM = source("mrds"), source("sgm")
FILES = (7,)


def raw(key: str, latitude: str = "30.5") -> dict[str, str]:
    return {"dep_id": key, "site_name": f"mine {key}", "latitude": latitude, "longitude": "-110.5"}


def rows(count: int) -> list[Asked]:
    """Rows of all kinds: every third is known, every fifth has no position, one is damaged."""
    asked = [Asked(Row(0, n, str(n), "mrds", raw(str(n), "" if n % 5 == 0 else "30.5")), None) for n in range(count)]
    understand = Understanding(MRDS, 1, FILES, synthetic=False)
    known = [Asked(one.row, understand(one).row_hash if n % 3 == 0 else None) for n, one in enumerate(asked)]
    return [
        *known,
        Asked(Fault(0, count, Reason("row-quote", None, None, Words("a quote", "una comilla")), {"line": '"'}), None),
    ]


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file has many rows, in small batches, and there are processors to spare."""
    monkeypatch.setattr(workers, "MANY_ROWS", 1)
    monkeypatch.setattr(workers, "_BATCH", 7)
    monkeypatch.setattr(workers, "_processors", lambda: 4)


def told(asked: list[Asked]) -> list[tuple[Row | Fault, Said]]:
    with closing(understood(iter(asked), MRDS, 1, FILES, synthetic=False, unknown=len(asked))) as said:
        return list(said)


@pytest.mark.parametrize("count", [1, 7, 8, 100])
def test_workers_say_what_one_process_says_in_the_order_of_the_rows(count: int, request: pytest.FixtureRequest) -> None:
    asked = rows(count)
    alone = told(asked)
    request.getfixturevalue("many")
    assert told(asked) == alone
    assert [row for row, _ in alone] == [one.row for one in asked]


def test_a_run_is_the_same_whoever_understands_its_rows(
    empty_store: Engine, quiet: Teller, request: pytest.FixtureRequest
) -> None:
    def taken_in() -> tuple[list[Any], ...]:
        with empty_store.begin() as connection:
            connection.execute(text("TRUNCATE record, reject RESTART IDENTITY"))
            connection.execute(text("UPDATE ingest_run SET state = 'failed'"))
        for of, name in ((MRDS, "mrds.csv"), (SGM, "sgm_minas_250k.json")):
            ingest(of, [SAMPLE / name], empty_store, quiet)
        asked = (
            "SELECT to_jsonb(record) - 'valid_from_run' FROM record ORDER BY id",
            "SELECT to_jsonb(reject) - 'run' FROM reject ORDER BY id",
        )
        with empty_store.connect() as connection:
            return tuple(list(connection.scalars(text(one))) for one in asked)

    alone = taken_in()
    request.getfixturevalue("many")
    assert taken_in() == alone
    assert [len(found) for found in alone] == [118, 11]


def test_one_processor_needs_no_workers(many: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_processors", lambda: 1)
    monkeypatch.setattr(workers, "_shared_out", lambda *_: pytest.fail("workers were started"))
    assert len(told(rows(20))) == 21


def worker_that(does: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers are this program, which finds what it is given at its standard input."""
    program = tmp_path / "worker"
    program.write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(workers.sys, "executable", str(program))


@pytest.mark.parametrize(
    ("does", "en", "es"),
    [
        ("exit 3", "a worker process broke down, for the reason told above", "un proceso auxiliar falló por el motivo"),
        (
            "kill -9 $$",
            "was ended by signal 9; see whether memory is short",
            "recibió la señal 9; vea si falta memoria",
        ),
        (
            "exit 0",
            "a worker process ended before it had answered; see",
            "un proceso auxiliar terminó antes de responder",
        ),
        (r"printf '\200\005\225\100'; kill -9 $$", "was ended by signal 9", "recibió la señal 9"),
    ],
    ids=["at once", "killed", "without a fault", "killed in the midst of an answer"],
)
def test_a_worker_that_ends_too_soon_ends_the_run_with_a_sentence(
    many: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str, en: str, es: str
) -> None:
    worker_that(does, tmp_path, monkeypatch)
    with pytest.raises(Refused) as refusal:
        told(rows(100))
    assert en in refusal.value.words.en
    assert es in refusal.value.words.es


def test_a_worker_says_why_it_cannot_go_on(many: None, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MRDS.crosswalks.folder, tmp_path / "crosswalk"))
    (folder / "size.csv").write_text("word,code\nS,medium\n", encoding="utf-8")
    edited = replace(MRDS, crosswalks=Crosswalks(folder, MRDS.crosswalks.further))
    with (
        pytest.raises(Refused, match="of mrds was edited meanwhile; ingest the files again") as refusal,
        closing(understood(iter(rows(100)), edited, 1, FILES, synthetic=False, unknown=100)) as said,
    ):
        list(said)
    assert "se editó mientras tanto" in refusal.value.words.es


def test_a_worker_takes_no_module_from_the_folder_where_someone_happens_to_be(
    many: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("csv.py", "ingest.py", "orjson.py"):
        (tmp_path / name).write_text("raise SystemExit('not this one')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert len(told(rows(20))) == 21


def test_workers_end_when_nobody_takes_what_they_say(many: None, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[subprocess.Popen[bytes]] = []
    start = subprocess.Popen

    def remembered(*words: Any, **how: Any) -> subprocess.Popen[bytes]:
        begun.append(start(*words, **how))
        return begun[-1]

    monkeypatch.setattr(workers.subprocess, "Popen", remembered)
    with closing(understood(iter(rows(100)), MRDS, 1, FILES, synthetic=False, unknown=100)) as said:
        next(said)
        assert [process.poll() for process in begun] == [None, None]
    assert [process.poll() for process in begun] == [-signal.SIGKILL] * 2


def test_a_worker_answers_until_its_input_ends() -> None:
    asked = rows(3)
    given = io.BytesIO(pickle.dumps(("mrds", MRDS.crosswalks.digest, 1, FILES, False)) + pickle.dumps(asked))
    taken = io.BytesIO()
    work(given, taken)
    assert pickle.loads(taken.getvalue()) == [said for _, said in told(asked)]  # noqa: S301


def test_a_worker_does_not_understand_by_other_crosswalks_than_its_run() -> None:
    taken = io.BytesIO()
    work(io.BytesIO(pickle.dumps(("mrds", "another digest", 1, FILES, False))), taken)
    assert "edited meanwhile" in pickle.loads(taken.getvalue()).en  # noqa: S301


def test_a_worker_understands_by_the_crosswalks_that_it_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(MRDS.crosswalks.folder, tmp_path / "crosswalk"))
    own = replace(MRDS, crosswalks=Crosswalks(folder))
    monkeypatch.setattr(workers, "source", lambda _: replace(MRDS, crosswalks=Crosswalks(folder)))
    asked = [Asked(Row(0, 1, "1", "mrds", raw("1") | {"commod1": "Unobtainium"}), None)]
    before = Understanding(own, 1, FILES, synthetic=False)(asked[0])

    def after_an_edit(*words: Any, **how: Any) -> Understanding:
        with (folder / "commodity.csv").open("a", encoding="utf-8") as crosswalk:
            crosswalk.write("Unobtainium,gold,\n")
        return Understanding(*words, **how)

    monkeypatch.setattr(workers, "Understanding", after_an_edit)
    taken = io.BytesIO()
    work(io.BytesIO(pickle.dumps(("mrds", own.crosswalks.digest, 1, FILES, False)) + pickle.dumps(asked)), taken)
    assert pickle.loads(taken.getvalue()) == [before]  # noqa: S301


@pytest.mark.parametrize("fault", [EOFError, pickle.UnpicklingError, BrokenPipeError])
def test_a_fault_of_the_understanding_is_not_taken_for_the_end_of_the_input(
    monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    def break_down(*_: object) -> Said:
        raise fault

    row = Row(0, 1, "1", "mrds", raw("1"))
    monkeypatch.setattr(Understanding, "__call__", break_down)
    given = io.BytesIO(
        pickle.dumps(("mrds", MRDS.crosswalks.digest, 1, FILES, False)) + pickle.dumps([Asked(row, None)])
    )
    with pytest.raises(fault):
        work(given, io.BytesIO())


@pytest.mark.parametrize("left", [0, 1, 10, -1])
def test_a_worker_whose_input_ends_in_the_midst_of_a_batch_ends_in_silence(left: int) -> None:
    begun = pickle.dumps(("mrds", MRDS.crosswalks.digest, 1, FILES, False))
    ran = subprocess.run(
        [sys.executable, "-m", "ingest.workers"],
        input=begun + pickle.dumps(rows(50))[:left],
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")


def workers_of(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
    return [int(child) for child in children if b"ingest.workers" in Path(f"/proc/{child}/cmdline").read_bytes()]


@pytest.mark.skipif(workers._processors() < 2, reason="on one processor there are no workers")
@pytest.mark.parametrize(("how", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)])
def test_no_worker_outlives_a_run_that_is_stopped(
    empty_store: Engine,
    mrds: Callable[..., Path],
    started: Callable[..., subprocess.Popen[bytes]],
    how: signal.Signals,
    code: int,
) -> None:
    path = mrds(*(f"{n},mine,30.5,-110.5" for n in range(MANY_ROWS + 1)))
    run = started(empty_store, "ingest", "mrds", path)
    limit = monotonic() + 60
    while not workers_of(run.pid):
        assert monotonic() < limit, run.poll()
        sleep(0.02)
    run.send_signal(how)
    # Their standard error is the run's own, so this waits for the last of them.
    run.communicate(timeout=60)
    assert run.returncode == code
    with empty_store.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM record")) == 0
