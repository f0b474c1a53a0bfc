"""What the tests of the forms of MRDS share: the real files where they are at hand, and tables as USGS writes them."""

from collections.abc import Callable
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[5] / "shared" / "data" / "usgs-mrds"


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Path]:
    """A real file or folder of USGS by its way; skips where the shared data is not beside the project."""

    def find(way: str) -> Path:
        if not (SHARED / way).exists():
            pytest.skip(f"the shared file {way} is not there")
        return SHARED / way

    return find


@pytest.fixture(scope="session")
def table() -> Callable[..., str]:
    """A table as a relational release has it: an ordinal, then the values, of which texts are quoted."""

    def write(header: str, *rows: tuple[object, ...], ordinal: bool = True) -> str:
        lines = ["\t".join([*(["i"] if ordinal else []), *header.split()])] if header else []
        for number, row in enumerate(rows, 1):
            lines.append("\t".join([*([str(number)] if ordinal else []), *map(quoted, row)]))
        return "".join(f"{line}\n" for line in lines)

    return write


def quoted(value: object) -> str:
    if isinstance(value, str):
        doubled = value.replace('"', '""')
        return f'"{doubled}"'
    return "" if value is None else str(value)


@pytest.fixture
def release(tmp_path: Path) -> Callable[..., Path]:
    """A folder with the texts given by their names, without .txt; bytes are written as they are."""

    def write(folder: str = "release", /, **texts: str | bytes) -> Path:
        path = tmp_path / folder
        path.mkdir(exist_ok=True)
        for name, text in texts.items():
            data = text if isinstance(text, bytes) else text.encode()
            (path / f"{name}.txt").write_bytes(data)
        return path

    return write
