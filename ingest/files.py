"""Files that are there whole or not at all, and those that are called by the sha256 of their bytes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory

from app.errors import FileFault
from app.words import Words


def sha256_of(path: Path) -> str:
    """The sha256 of a file's bytes."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def sealed(path: Path) -> str:
    """Sees to it that the bytes of a file last, and gives their sha256."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return file_digest(file, "sha256").hexdigest()


def put(made: Path, named: Path) -> None:
    """Gives a file that is whole its name, on the same disk, for all to read."""
    made.chmod(0o644)
    # One of that name has the same bytes.
    with suppress(FileExistsError):
        os.link(made, named)


def check_parent(path: Path) -> None:
    """Raises `FileFault` where the folder that a file should come into is not there."""
    if not path.parent.is_dir():
        raise FileFault(Words(f"there is no folder {path.parent}", f"no existe la carpeta {path.parent}"))


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Where to write a file, which comes to its path when that is done; else what was there stays as it was."""
    with TemporaryDirectory(prefix=".vetalode-", dir=path.parent) as folder:
        made = Path(folder, path.name)
        yield made
        made.replace(path)


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file that, whenever the power goes, is there whole or not at all."""
    new = path.with_name(f"{path.name}.new")
    with new.open("wb") as file:
        file.write(data)
        os.fsync(file.fileno())
    new.replace(path)
