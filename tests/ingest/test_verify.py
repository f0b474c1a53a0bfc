"""A downloaded release is looked at file by file; whatever is wrong is told, and nothing else is needed for that."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from ingest.__main__ import main

Vetalode = Callable[..., tuple[int, str, str]]
# No command that looks at a download may need a database.
NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


@pytest.fixture(scope="session")
def downloaded(client: TestClient, sample_release: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All files of the sample's release, by their names in its manifest; tests only read it."""
    folder = tmp_path_factory.mktemp("downloaded")
    manifest = client.get(f"/releases/{sample_release}/manifest.json")
    (folder / "manifest.json").write_bytes(manifest.content)
    for one in manifest.json()["files"]:
        (folder / one["name"]).write_bytes(client.get(one["address"]).content)
    return folder


@pytest.fixture
def mirror(downloaded: Path, tmp_path: Path) -> Path:
    """A copy of one's own."""
    return shutil.copytree(downloaded, tmp_path / "mirror")


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "17 files of release {} are as its manifest says ("),
        ("es", "17 archivos de la edición {} son como dice su manifiesto ("),
    ],
)
def test_a_whole_release_is_called_so(
    vetalode: Vetalode, downloaded: Path, sample_release: str, lang: str, said: str
) -> None:
    code, out, _ = vetalode(NOWHERE, "verify", downloaded, lang=lang)
    assert (code, out.startswith(said.format(sample_release))) == (0, True)
    assert out.count("\n") == 1


def test_the_manifest_may_lie_elsewhere(vetalode: Vetalode, mirror: Path, tmp_path: Path) -> None:
    elsewhere = (mirror / "manifest.json").rename(tmp_path / "of-the-release.json")
    code, _, err = vetalode(NOWHERE, "verify", mirror)
    assert (code, err) == (1, f"{mirror / 'manifest.json'}: it cannot be read: No such file or directory\n")
    assert vetalode(NOWHERE, "verify", mirror, "--manifest", elsewhere)[0] == 0
    inside = elsewhere.rename(mirror / "other.json")
    assert vetalode(NOWHERE, "verify", mirror, "--manifest", inside)[0] == 0


def _missing(mirror: Path) -> None:
    (mirror / "deposits.csv").unlink()


def _cut(mirror: Path) -> None:
    path = mirror / "deposits.csv"
    path.write_bytes(path.read_bytes()[:-10])


def _turned(mirror: Path) -> None:
    path = mirror / "deposits.csv"
    held = bytearray(path.read_bytes())
    held[100] ^= 1
    path.write_bytes(held)


def _extra(mirror: Path) -> None:
    (mirror / "notes.txt").write_text("mine")
    (mirror / "older").mkdir()


def _said(name: str, member: str, value: object) -> Callable[[Path], None]:
    def lie(mirror: Path) -> None:
        manifest = json.loads((mirror / "manifest.json").read_bytes())
        (one,) = (one for one in manifest["files"] if one["name"] == name)
        one[member] = value
        (mirror / "manifest.json").write_text(json.dumps(manifest))

    return lie


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize(
    ("damage", "faults"),
    [
        (_missing, [("deposits.csv: it is missing", "deposits.csv: falta")]),
        (_cut, [("deposits.csv: it has ", "deposits.csv: tiene ")]),
        (_turned, [("deposits.csv: its bytes are not those", "deposits.csv: sus bytes no son los")]),
        (
            _extra,
            [
                ("notes.txt: it is not in the manifest", "notes.txt: no está en el manifiesto"),
                ("older: it is not in the manifest", "older: no está en el manifiesto"),
            ],
        ),
        (
            _said("sgm.csv", "rows", 46),
            [("sgm.csv: it has 47 deposits instead of 46", "sgm.csv: tiene 47 yacimientos en vez de 46")],
        ),
        (
            _said("mrds.geojson", "rows", 86),
            [("mrds.geojson: it has 85 deposits instead of 86", "mrds.geojson: tiene 85 yacimientos en vez de 86")],
        ),
    ],
)
def test_each_kind_of_damage_is_told(
    vetalode: Vetalode, mirror: Path, sample_release: str, damage: Callable[[Path], None], faults: Any, lang: str
) -> None:
    damage(mirror)
    code, out, err = vetalode(NOWHERE, "verify", mirror, lang=lang)
    *told, last = out.splitlines()
    assert (code, err) == (1, "")
    for line, fault in zip(told, faults, strict=True):
        assert line.startswith(fault[lang == "es"])
    assert sample_release in last


def test_all_that_is_wrong_is_told_at_once(vetalode: Vetalode, mirror: Path) -> None:
    _missing(mirror)
    _extra(mirror)
    (mirror / "sgm.gpkg").write_bytes(b"")
    out = vetalode(NOWHERE, "verify", mirror)[1]
    named = [line.partition(":")[0] for line in out.splitlines()[:-1]]
    assert named == ["deposits.csv", "sgm.gpkg", "notes.txt", "older"]


@pytest.mark.parametrize(
    "manifest",
    [
        "",
        "not JSON",
        "[]",
        "{}",
        '{"release": "a", "files": [{}]}',
        '{"release": 5, "files": []}',
        '{"release": "a", "files": [{"name": "../a", "bytes": 1, "sha256": "a", "rows": 1}]}',
        '{"release": "a", "files": [{"name": "/etc/passwd", "bytes": 1, "sha256": "a", "rows": 1}]}',
        '{"release": "a", "files": [{"name": "a", "bytes": "1", "sha256": "a", "rows": 1}]}',
        '{"release": "a", "files": [{"name": "..", "bytes": 1, "sha256": "a", "rows": null}]}',
        '{"release": "a", "files": [{"name": "", "bytes": 1, "sha256": "a", "rows": null}]}',
    ],
)
@pytest.mark.parametrize(("lang", "said"), [("en", "it is no manifest"), ("es", "no es un manifiesto")])
def test_what_is_no_manifest_is_said(vetalode: Vetalode, tmp_path: Path, manifest: str, lang: str, said: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest)
    code, out, err = vetalode(NOWHERE, "verify", tmp_path, lang=lang)
    assert (code, out, said in err, err.count("\n")) == (1, "", True, 1)


def test_there_must_be_a_folder(vetalode: Vetalode, tmp_path: Path) -> None:
    assert vetalode(NOWHERE, "verify", tmp_path / "none", lang="es") == (
        1,
        "",
        f"no existe la carpeta {tmp_path / 'none'}\n",
    )


def test_settings_are_not_needed(downloaded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "not an address")
    assert main(["verify", str(downloaded)]) == 0
