"""`vetalode apply`: the newer extract of the older one and its changes, or a sentence that says why not."""

import json
import re
import tracemalloc
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from ingest.__main__ import main
from ingest.applying import apply
from ingest.gates import GATES
from ingest.pipeline import ingest
from ingest.publish import publish
from ingest.report import Teller
from ingest.sources import source
from tests.conftest import opened

DOCS = Path(__file__).parents[2] / "docs" / "changes.md"
EXTRACT, CHANGES = "/exports/deposits.geojson", "/releases/current/changes"
FIRST = ("1,Alpha,40,-110,Agricola", "2,Beta,41,-111,", "3,Gamma,42,-112,Agricola", "5,Epsilon,44,-114,")
SECOND = ("1,Alfa,40,-110,Agricola", "3,Gamma,42,-112,Calvo", "4,Delta,43,-113,", "5,Epsilon,44,-114,")


HEAD = "dep_id,site_name,latitude,longitude,reporter"


@pytest.fixture(scope="module")
def given(
    make_database: Callable[..., str], template: str, quiet: Teller, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """Two extracts, the older also with few properties, and their changes in both forms, as the service gives them."""
    url, table, files = make_database(template), tmp_path_factory.mktemp("given") / "mrds.csv", {}
    with opened(url) as engine, TestClient(create_app(Settings(database_url=url, catalogue_fresh_s=0))) as client:
        for lines, day, name in ((FIRST, 16, "older.geojson"), (SECOND, 23, "newer.geojson")):
            table.write_text("\n".join((HEAD, *lines)) + "\n", encoding="utf-8")
            ingest(source("mrds"), [table], engine, quiet, retrieved=date(2026, 11, day))
            publish(engine, quiet, GATES)
            files[name] = client.get(EXTRACT).content
            files[f"narrow-{name}"] = client.get(EXTRACT, params={"properties": "name,release"}).content
        release = client.get(EXTRACT).json()["release"]
        for name, asked in {
            "changes.geojson": {},
            "changes.ndjson": {"f": "ndjson"},
            "gold.geojson": {"commodity": "gold"},
            "mrds.geojson": {"collection": "mrds"},
            "same.geojson": {"since": release},
        }.items():
            files[name] = client.get(CHANGES, params=asked).content
    return files


@pytest.fixture
def pair(given: dict[str, bytes], tmp_path: Path) -> dict[str, Path]:
    """The files, by their names."""
    for name, data in given.items():
        (tmp_path / name).write_bytes(data)
    return {name: tmp_path / name for name in given}


def _edit(path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """The file with its document changed."""
    said = json.loads(path.read_text(encoding="utf-8"))
    change(said)
    edited = path.with_name(f"edited-{path.name}")
    edited.write_text(json.dumps(said, indent=2), encoding="utf-8")
    return edited


@pytest.mark.parametrize("form", ["geojson", "ndjson"])
def test_what_is_made_is_what_the_service_gives_to_the_byte(pair: dict[str, Path], form: str) -> None:
    made = pair["older.geojson"].with_name("made.geojson")
    assert apply(pair["older.geojson"], pair[f"changes.{form}"], made).deposits == 4
    assert made.read_bytes() == pair["newer.geojson"].read_bytes()


def test_the_older_file_may_be_replaced_by_the_newer(pair: dict[str, Path]) -> None:
    apply(pair["older.geojson"], pair["changes.geojson"], pair["older.geojson"])
    assert pair["older.geojson"].read_bytes() == pair["newer.geojson"].read_bytes()
    assert list(pair["older.geojson"].parent.glob(".vetalode*")) == []


def test_no_changes_change_nothing(pair: dict[str, Path], tmp_path: Path) -> None:
    apply(pair["newer.geojson"], pair["same.geojson"], tmp_path / "made")
    assert (tmp_path / "made").read_bytes() == pair["newer.geojson"].read_bytes()


def test_files_that_another_program_wrote_again_are_read_too(pair: dict[str, Path], tmp_path: Path) -> None:
    for name in ("older.geojson", "changes.geojson"):
        pair[name] = _edit(pair[name], _say())
    apply(pair["older.geojson"], pair["changes.geojson"], tmp_path / "made")
    assert json.loads((tmp_path / "made").read_bytes()) == json.loads(pair["newer.geojson"].read_bytes())


def test_the_example_of_the_documentation_is_true(pair: dict[str, Path]) -> None:
    (example,) = re.findall(r"```json\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    told, said = json.loads(example), json.loads(pair["changes.geojson"].read_bytes())
    names = dict(zip((told["since"], told["release"]), (said["since"], said["release"]), strict=True))
    assert said["counts"] == told["counts"]
    for one, real in zip(told["features"], said["features"], strict=True):
        shown = one["properties"].keys() - {"change_fields", "change_was", "release"}
        assert (one["id"], one["geometry"]) == (real["id"], real["geometry"])
        assert {name: real["properties"][name] for name in shown} == {name: one["properties"][name] for name in shown}
        assert real["properties"]["release"] == names[one["properties"]["release"]]
        if one["properties"]["change_was"] is not None:
            was = real["properties"]["change_was"]
            assert {name: was[name] for name in was if name in shown} == one["properties"]["change_was"]


def _first(said: dict[str, Any], what: str) -> dict[str, Any]:
    feature: dict[str, Any] = next(one for one in said["features"] if one["properties"]["change"] == what)
    return feature


def _say(**members: Any) -> Callable[[dict[str, Any]], None]:
    return lambda said: said.update(members)


def _drop(number: int) -> Callable[[dict[str, Any]], None]:
    return lambda said: said["features"].pop(number)


def _set(what: str, **properties: Any) -> Callable[[dict[str, Any]], None]:
    return lambda said: _first(said, what)["properties"].update(properties)


def _turn(said: dict[str, Any]) -> None:
    said["features"].reverse()


def _twice(said: dict[str, Any]) -> None:
    said["features"].insert(0, said["features"][0])


def _rename(said: dict[str, Any]) -> None:
    said["features"][0]["properties"]["name"] = "Alpha, edited"


def _more(said: dict[str, Any]) -> None:
    said["features"].append({**said["features"][-1], "id": "mrds-9"})


def _huge(said: dict[str, Any]) -> None:
    said["features"][-1]["properties"]["source_row"] = 1 << 70


@pytest.mark.parametrize(
    ("older", "changes", "en", "es"),
    [
        (_say(release="2026-01-01.1"), None, "changes since release 20", "tiene los cambios desde la edición 20"),
        (
            _say(filter={"country": "MX"}),
            None,
            'its filter is {}, and that of the extract is {"country":"MX"}',
            "su fi",
        ),
        (
            _say(collection="sgm"),
            None,
            'its collection is "deposits", and that of the extract is "sgm"',
            "su collection",
        ),
        (_say(release=None), None, "it is no extract; one is at /exports/deposits.geojson", "no es un extracto"),
        (None, _say(counts=None), "it holds no changes; they are at /releases/", "no contiene cambios"),
        (None, _say(extract=[]), "it holds no changes", "no contiene cambios"),
        (_turn, None, "lacks or has not in the order of ids", "falta o no está en el orden"),
        (_twice, None, "comes after mrds-1; features should stand in the order", "viene después de mrds-1"),
        (None, _turn, "comes after mrds-4; features should stand in the order", "viene después de mrds-4"),
        (_rename, None, "by it mrds-1 was otherwise than the extract has it", "mrds-1 era distinto"),
        (_drop(0), None, "it speaks of mrds-1, which the extract lacks", "habla de mrds-1, que en el extracto falta"),
        (_drop(1), None, "it speaks of mrds-2, which the extract lacks", "habla de mrds-2, que en el extracto falta"),
        (_drop(3), None, "has 4 deposits, and together with the extract it makes 3", "tiene 4 yacimientos"),
        (_more, None, "has 4 deposits, and together with the extract it makes 5", "resultan 5"),
        (_huge, None, "mrds-5 holds a value that no GeoJSON can hold", "mrds-5 contiene un valor"),
        (
            None,
            _drop(-1),
            "it says that it has 4 changes, and it has 3; fetch it again",
            "dice tener 4 cambios, y tiene 3",
        ),
        (None, _set("added", change="merged"), "the change of mrds-4 is 'merged'; this version knows", "'merged'"),
        (None, _set("added", change="removed"), "speaks of mrds-4, which the extract lacks", "habla de mrds-4"),
        (None, _set("removed", change="added"), "by it mrds-2 was otherwise", "mrds-2 era distinto"),
        (None, _set("removed", name="Betta"), "by it mrds-2 was otherwise", "mrds-2 era distinto"),
        (None, _set("changed", change_was=None), "it lacks what mrds-1 was before", "le falta lo que mrds-1 era"),
        (None, _set("changed", change_was=7), "it lacks what mrds-1 was before", "le falta lo que mrds-1 era"),
        (None, _set("changed", change_fields=None), "it lacks what mrds-1 was before", "le falta lo que mrds-1 era"),
        (None, _set("added", colour="red"), "not all deposits would have the same properties (colour)", "(colour)"),
        (None, _say(features=[7]), "something else than features with an id", "algo distinto de elementos"),
        (
            None,
            _say(features=[{"id": 7, "properties": {}}]),
            "something else than features with an id",
            "algo distinto",
        ),
        (None, _say(features={}), "it should be GeoJSON as Vetalode gives it", "debe ser GeoJSON como lo da"),
    ],
)
def test_what_does_not_belong_together_is_told_and_nothing_is_written(
    pair: dict[str, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    older: Callable[[dict[str, Any]], None] | None,
    changes: Callable[[dict[str, Any]], None] | None,
    en: str,
    es: str,
) -> None:
    one = _edit(pair["older.geojson"], older) if older else pair["older.geojson"]
    other = _edit(pair["changes.geojson"], changes) if changes else pair["changes.geojson"]
    _refused(capsys, one, other, tmp_path / "made", en, es)


def _refused(capsys: pytest.CaptureFixture[str], older: Path, changes: Path, made: Path, en: str, es: str) -> None:
    for lang, said in (("en", en), ("es", es)):
        assert main(["--lang", lang, "apply", str(older), str(changes), "-o", str(made)]) == 1
        told = capsys.readouterr()
        assert told.out == ""
        assert said in told.err
        assert "Traceback" not in told.err
    assert not made.exists()
    assert list(made.parent.glob(".vetalode*")) == []


@pytest.mark.parametrize(
    ("older", "changes", "en", "es"),
    [
        (
            "older.geojson",
            "gold.geojson",
            'its filter is {"commodity":"gold"}, and that of the extract is {}',
            "filter",
        ),
        (
            "older.geojson",
            "mrds.geojson",
            'its collection is "mrds", and that of the extract is "deposits"',
            "collection",
        ),
        ("newer.geojson", "changes.geojson", "ask for /releases/", "pida /releases/"),
        ("older.geojson", "newer.geojson", "newer.geojson: it holds no changes", "no contiene cambios"),
        ("changes.geojson", "changes.geojson", "it is no extract", "no es un extracto"),
        ("changes.geojson", "older.geojson", "older.geojson: it holds no changes", "no contiene cambios"),
        ("narrow-older.geojson", "changes.geojson", "by it mrds-1 was otherwise", "mrds-1 era distinto"),
        ("absent.geojson", "changes.geojson", "absent.geojson: it cannot be read: No such file", "no se puede leer"),
        ("older.geojson", "absent", "absent: it cannot be read: No such file", "no se puede leer"),
    ],
)
def test_files_that_do_not_belong_together_are_told(
    pair: dict[str, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    older: str,
    changes: str,
    en: str,
    es: str,
) -> None:
    _refused(capsys, tmp_path / older, tmp_path / changes, tmp_path / "made", en, es)


@pytest.mark.parametrize("name", ["older.geojson", "changes.geojson", "changes.ndjson"])
def test_a_file_that_is_cut_anywhere_is_never_taken_for_whole(pair: dict[str, Path], tmp_path: Path, name: str) -> None:
    whole, cut = pair[name].read_bytes().rstrip(), tmp_path / "cut"
    files = {"older": pair["older.geojson"], "changes": pair["changes.geojson"]}
    files[name.partition(".")[0]] = cut
    places = {*range(0, len(whole), 499), *range(len(whole) - 5, len(whole)), *_after_lines(whole)}
    for place in sorted(places):
        cut.write_bytes(whole[:place])
        code = main(["apply", str(files["older"]), str(files["changes"]), "-o", str(tmp_path / "made")])
        assert (code, (tmp_path / "made").exists()) == (1, False), place


def test_a_file_that_was_damaged_is_told(pair: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("older.geojson", "changes.geojson"):
        whole, made = pair[name].read_bytes(), pair[name].with_name("made")
        pair[name].write_bytes(whole.replace(b"}},\n{", b"}} 7 {", 1))
        said = "is cut short or damaged; fetch it again", "está cortado o dañado; descárguelo de nuevo"
        _refused(capsys, pair["older.geojson"], pair["changes.geojson"], made, *said)
        pair[name].write_bytes(whole)


def _after_lines(whole: bytes) -> list[int]:
    return [place + after for place, byte in enumerate(whole) if byte == 10 for after in (0, 1)]


@pytest.mark.parametrize(
    ("data", "en"),
    [
        (b"", "it should be GeoJSON"),
        (b"[]", "it should be GeoJSON"),
        (b"<html>", "it should be GeoJSON"),
        (b"PK\x03\x04\xff", "it is not in UTF-8"),
        (b'{"type": "FeatureCollection"}', "it should be GeoJSON"),
        (b'{"type": "FeatureCollection", "release" ', "it should be GeoJSON"),
        (b'{"release": ' + b"[" * 100_000, "it is cut short or damaged"),
    ],
)
def test_what_is_no_collection_is_told(
    pair: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes, en: str
) -> None:
    (tmp_path / "bad").write_bytes(data)
    for files in ((tmp_path / "bad", pair["changes.geojson"]), (pair["older.geojson"], tmp_path / "bad")):
        assert main(["--lang", "en", "apply", *map(str, files), "-o", str(tmp_path / "made")]) == 1
        told = capsys.readouterr().err
        assert f"bad: {en}" in told
        assert "Traceback" not in told


def test_a_folder_that_is_not_there_is_told(pair: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    made = pair["older.geojson"].parent / "absent" / "made"
    asked = ["--lang", "en", "apply", str(pair["older.geojson"]), str(pair["changes.geojson"]), "-o", str(made)]
    assert main(asked) == 1
    assert "there is no folder" in capsys.readouterr().err


def test_memory_does_not_grow_with_the_extract(pair: dict[str, Path], tmp_path: Path) -> None:
    def repeated(name: str, times: int) -> Path:
        said = json.loads(pair["older.geojson"].read_bytes())
        feature, path = said["features"][-1], tmp_path / name
        with path.open("w", encoding="utf-8") as file:
            file.write(json.dumps({**said, "features": said["features"]})[:-2])
            for number in range(times):
                file.write(",\n" + json.dumps({**feature, "id": f"mrds-8{number:06}"}))
            file.write("]}")
        return path

    def taken(times: int) -> int:
        older = repeated(f"older-{times}", times)
        whole = json.loads(pair["changes.geojson"].read_bytes())
        whole["extract"]["numberMatched"] = 4 + times
        changes = tmp_path / f"changes-{times}"
        changes.write_text(json.dumps(whole), encoding="utf-8")
        tracemalloc.start()
        assert apply(older, changes, tmp_path / "made").deposits == 4 + times
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    # Both are longer than what is read at once.
    assert taken(8000) < 1.2 * taken(2000)
