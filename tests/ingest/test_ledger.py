"""The ledger: files by their digest, and one run at a time."""

import hashlib
import os
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.errors import Busy, FileFault
from ingest.ledger import receive, sole_run


def test_a_file_is_received_by_its_digest_its_size_and_its_day(tmp_path: Path) -> None:
    path = tmp_path / "mrds.csv"
    path.write_bytes(b"dep_id")
    os.utime(path, (0, 86_399))
    received = receive(path, None)
    assert (received.sha256, received.size) == (hashlib.sha256(b"dep_id").hexdigest(), 6)
    assert received.retrieved == date(1970, 1, 1)
    assert receive(path, date(2026, 10, 4)).retrieved == date(2026, 10, 4)


@pytest.mark.parametrize(("name", "reason"), [("absent", "No such file or directory"), ("", "Is a directory")])
def test_a_file_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(FileFault, match=f"{name}: it cannot be read: {reason}") as refusal:
        receive(tmp_path / name, None)
    assert "no se puede leer" in refusal.value.words.es


def test_a_lock_is_for_one_name_and_ends_with_its_block(sample_store: Engine) -> None:
    with (
        sole_run(sample_store, "a"),
        sole_run(sample_store, "b"),
        pytest.raises(Busy, match="another run is at a now"),
        sole_run(sample_store, "a"),
    ):
        pass
    with sole_run(sample_store, "a"):
        pass


def test_a_lock_ends_when_its_block_breaks(sample_store: Engine) -> None:
    with pytest.raises(ZeroDivisionError), sole_run(sample_store, "a"):
        raise ZeroDivisionError
    with sole_run(sample_store, "a"):
        pass
