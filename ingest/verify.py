"""A downloaded release against its manifest: what is missing, damaged, or not of it. Needs no database."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from app.errors import FileFault
from app.words import Words
from ingest.files import sha256_of
from ingest.report import Teller

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked for: how many files of how many bytes in all, and what is wrong with them."""

    release: str
    files: int
    bytes: int
    faults: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class _File:
    """A file as the manifest has it; `rows` is None where it has none."""

    name: str
    bytes: int
    sha256: str
    rows: int | None


def verify(folder: Path, manifest: Path, teller: Teller) -> Verified:
    """Looks at the files of a folder; raises `FileFault` where there is no folder, or no manifest that can be read."""
    if not folder.is_dir():
        raise FileFault(Words(f"there is no folder {folder}", f"no existe la carpeta {folder}"))
    release, files = _read(manifest)
    looked = teller.track(files, len(files), Words("files", "archivos"))
    faults = [fault for one in looked for fault in _faults(one, folder / one.name)]
    known = {one.name for one in files} | {MANIFEST, manifest.name if manifest.parent == folder else MANIFEST}
    faults += [
        Words(f"{path.name}: it is not in the manifest", f"{path.name}: no está en el manifiesto")
        for path in sorted(folder.iterdir())
        if path.name not in known
    ]
    return Verified(release, len(files), sum(one.bytes for one in files), tuple(faults))


def _read(manifest: Path) -> tuple[str, list[_File]]:
    try:
        said = json.loads(manifest.read_bytes())
    except OSError as fault:
        why = fault.strerror or str(fault)
        raise FileFault(
            Words(f"{manifest}: it cannot be read: {why}", f"{manifest}: no se puede leer: {why}")
        ) from fault
    except ValueError:
        said = None
    try:
        return _text(said["release"]), [_file(one) for one in said["files"]]
    except (KeyError, TypeError, ValueError) as fault:
        raise FileFault(
            Words(
                f"{manifest}: it is no manifest of a release, as /releases/…/manifest.json gives it",
                f"{manifest}: no es un manifiesto de edición, como lo da /releases/…/manifest.json",
            )
        ) from fault


def _file(said: Mapping[str, Any]) -> _File:
    """Raises `ValueError` for what is no file of a manifest, such as a name that leads out of the folder."""
    name, rows = _text(said["name"]), said["rows"]
    if name in ("", "..") or Path(name).name != name:
        raise ValueError(name)
    return _File(name, _number(said["bytes"]), _text(said["sha256"]), None if rows is None else _number(rows))


def _text(said: object) -> str:
    if not isinstance(said, str):
        raise ValueError(said)  # noqa: TRY004 whoever wrote it wrote JSON
    return said


def _number(said: object) -> int:
    if not isinstance(said, int):
        raise ValueError(said)  # noqa: TRY004 as above
    return said


def _faults(of: _File, path: Path) -> Iterator[Words]:
    """What is wrong with a file: one fault at most, for it explains the others."""
    if not path.is_file():
        yield Words(f"{of.name}: it is missing", f"{of.name}: falta")
        return
    size = path.stat().st_size
    if size != of.bytes:
        yield Words(
            f"{of.name}: it has {size} bytes instead of {of.bytes}; download it again",
            f"{of.name}: tiene {size} bytes en vez de {of.bytes}; descárguelo de nuevo",
        )
        return
    sha256 = sha256_of(path)
    if sha256 != of.sha256:
        yield Words(
            f"{of.name}: its bytes are not those of the release (sha256 {sha256} instead of {of.sha256});"
            " download it again",
            f"{of.name}: sus bytes no son los de la edición (sha256 {sha256} en vez de {of.sha256});"
            " descárguelo de nuevo",
        )
        return
    count = _COUNTS.get(path.suffix)
    if count and of.rows is not None and (rows := count(path)) != of.rows:
        yield Words(
            f"{of.name}: it has {rows} deposits instead of {of.rows}; the manifest is wrong",
            f"{of.name}: tiene {rows} yacimientos en vez de {of.rows}; el manifiesto está mal",
        )


def _rows_of_csv(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def _rows_of_geojson(path: Path) -> int:
    """Of a file of ours, which has a line for each feature."""
    with path.open("rb") as file:
        return sum(1 for line in file if not line.isspace()) - 2


_COUNTS: Mapping[str, Callable[[Path], int]] = MappingProxyType({".csv": _rows_of_csv, ".geojson": _rows_of_geojson})
