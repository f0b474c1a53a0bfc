"""Layers taken from a server on the loopback that answers, and fails, as ArcGIS Server does."""

import io
import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from rich.console import Console

from app.errors import Busy, FileFault
from ingest import esri
from ingest.arcgis import fetch_layer
from ingest.fetch import sole_writer
from ingest.report import Teller
from ingest.rows import Row
from ingest.sources.sgm.read import read
from ingest.web import Patience

ROOT = Path(__file__).parents[2]
HURRIED = Patience(tries=3, silence_s=5, pause_s=0.01, longest_pause_s=1)
PATH = "/arcgis/rest/services/SGM/SUNYacimientosMinerales250/MapServer/0"
NAME = "SUNYacimientosMinerales250_0"
Question = dict[str, str]
Said = dict[str, Any]


def mine(number: int) -> Said:
    """Object ids have gaps, as in any layer that people edit."""
    said = {"OBJECTID": number * 3, "Nombre": f"MINA Ñ {number}", "Sustancia": "Au, Fe", "Escala": "Esc:1:250,000"}
    return {"attributes": said, "geometry": {"x": -110 - number / 100, "y": 30.5}}


def geojson(feature: Said) -> Said:
    point = {"type": "Point", "coordinates": [feature["geometry"]["x"], feature["geometry"]["y"]]}
    said = feature["attributes"]
    return {"type": "Feature", "id": said["OBJECTID"], "geometry": point, "properties": said}


def failure(code: int, message: str = "Unable to complete operation.") -> Said:
    return {"error": {"code": code, "message": message, "details": []}}


@dataclass
class Layer:
    """The mines that a service has, its limits, and its faults."""

    mines: list[Said] = field(default_factory=lambda: [mine(number) for number in range(1, 11)])
    most: int = 4
    description: Said = field(default_factory=dict)
    asked: list[Question] = field(default_factory=list)
    # Answers to the next questions: what to say, an HTTP status with it, or None for the right answer.
    script: list[Said | int | bytes | None] = field(default_factory=list)
    # Changes that come between a question and its answer.
    before: Callable[["Layer", Question], Said | int | bytes | None] = lambda _, __: None
    flag: bool = True
    over: Event = field(default_factory=Event)
    address: str = ""

    def answer(self, path: str, question: Question) -> Said | int | bytes:
        self.asked.append(question)
        if self.script and (scripted := self.script.pop(0)) is not None:
            return scripted
        fault = self.before(self, question)
        if fault is not None:
            return fault
        return self._query(question) if path.endswith("/query") else self._described()

    def _described(self) -> Said:
        return {
            "currentVersion": 10.81,
            "type": "Feature Layer",
            "geometryType": "esriGeometryPoint",
            "objectIdField": "OBJECTID",
            "maxRecordCount": self.most,
            "supportedQueryFormats": "JSON, geoJSON",
            "advancedQueryCapabilities": {"supportsPagination": True, "supportsOrderBy": True},
        } | self.description

    def _query(self, question: Question) -> Said:
        found = sorted(filter(_where(question["where"]), self.mines), key=_id)
        if question.get("returnCountOnly"):
            return {"count": len(found)}
        if question.get("returnIdsOnly"):
            return {"objectIdFieldName": "OBJECTID", "objectIds": [_id(one) for one in reversed(found)]}
        start = int(question.get("resultOffset", 0))
        given = found[start : start + min(int(question.get("resultRecordCount", self.most)), self.most)]
        more = {"exceededTransferLimit": True} if self.flag and start + len(given) < len(found) else {}
        if question["f"] == "geojson":
            return {"type": "FeatureCollection", "features": list(map(geojson, given)), "properties": more}
        return {
            "fieldAliases": {"OBJECTID": "ObjectId"},
            "spatialReference": {"wkid": 4326, "latestWkid": 4326},
            "features": given,
        } | more

    @property
    def pages_asked(self) -> list[Question]:
        return [question for question in self.asked if "outFields" in question]


def _id(feature: Said) -> int:
    number: int = feature["attributes"]["OBJECTID"]
    return number


def _where(words: str) -> Callable[[Said], bool]:
    if words == "1=1":
        return lambda _: True
    said = re.fullmatch(r"OBJECTID >= (\d+) AND OBJECTID <= (\d+)", words)
    assert said, words
    first, last = map(int, said.groups())
    return lambda feature: first <= _id(feature) <= last


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Server"

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        said = self.server.layer.answer(url.path, dict(parse_qsl(url.query)))
        status = said if isinstance(said, int) else 200
        body = said if isinstance(said, bytes) else b"" if isinstance(said, int) else encoded(said)
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


def encoded(said: Said) -> bytes:
    """In a spelling that no re-writing of the answer would hit upon."""
    return json.dumps(said, ensure_ascii=False, separators=(",", " : ")).encode() + b"\n\n"


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, layer: Layer) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.layer = layer

    def handle_error(self, *args: object) -> None:
        """A client that hangs up is no error of ours."""


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loopback is reached directly, whatever proxy the machine has."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")


@pytest.fixture
def layer() -> Iterator[Layer]:
    """Ten mines, of which the service gives four at a time."""
    server = Server(Layer())
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    server.layer.address = f"http://127.0.0.1:{server.server_port}{PATH}"
    yield server.layer
    server.layer.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Fetching:
    """Fetches into a folder, and remembers what was told meanwhile."""

    folder: Path
    console: Console = field(default_factory=lambda: Console(file=io.StringIO(), width=200))

    def __call__(self, layer: Layer | str, **how: Any) -> list[Path]:
        address = layer if isinstance(layer, str) else layer.address
        return fetch_layer(address, self.folder, Teller("en", self.console), **{"patience": HURRIED} | how)

    def refused(self, layer: Layer | str, **how: Any) -> FileFault:
        with pytest.raises(FileFault) as caught:
            self(layer, **how)
        return caught.value

    @property
    def told(self) -> str:
        assert isinstance(self.console.file, io.StringIO)
        return self.console.file.getvalue()

    @property
    def part(self) -> Path:
        return self.folder / f"{NAME}.part"

    @property
    def target(self) -> Path:
        return self.folder / NAME


@pytest.fixture
def fetching(tmp_path: Path) -> Fetching:
    return Fetching(tmp_path / "downloads")


def mines_in(paths: list[Path]) -> list[str]:
    """The mines' names, as the reader of SGM's files takes the pages."""
    rows = [row for row in read(paths) if isinstance(row, Row)]
    return [row.raw["attributes"]["Nombre"] for row in rows]


ALL = [f"MINA Ñ {number}" for number in range(1, 11)]


def test_pages_are_the_answers_word_for_word(layer: Layer, fetching: Fetching) -> None:
    paths = fetching(layer)
    assert paths == [fetching.target / f"{NAME}_{number:04}.json" for number in (1, 2, 3)]
    first = layer.mines[:4]
    spatial = {"wkid": 4326, "latestWkid": 4326}
    said = {"fieldAliases": {"OBJECTID": "ObjectId"}, "spatialReference": spatial, "features": first}
    assert paths[0].read_bytes() == encoded(said | {"exceededTransferLimit": True})
    assert f"{NAME}: 10 rows in 3 pages" in fetching.told


def test_reader_of_the_source_takes_the_pages(layer: Layer, fetching: Fetching) -> None:
    assert mines_in(fetching(layer)) == ALL


def test_questions_are_those_that_the_service_documents(layer: Layer, fetching: Fetching) -> None:
    fetching(layer)
    assert layer.asked[0] == {"f": "json"}
    assert layer.asked[1] == {"where": "1=1", "returnCountOnly": "true", "f": "json"}
    assert layer.pages_asked[1] == {
        "where": "1=1",
        "outFields": "*",
        "outSR": "4326",
        "returnGeometry": "true",
        "f": "json",
        "orderByFields": "OBJECTID",
        "resultOffset": "4",
        "resultRecordCount": "4",
    }


def test_manifest_tells_where_the_pages_come_from(layer: Layer, fetching: Fetching) -> None:
    fetching(f"{layer.address}/?f=json", page_size=3)
    said = json.loads((fetching.target / "manifest.json").read_bytes())
    assert (said["layer"], said["rows"], said["page_size"], said["form"]) == (layer.address, 10, 3, "json")
    assert said["started"] <= said["finished"]


def test_geojson_when_it_is_asked_for(layer: Layer, fetching: Fetching) -> None:
    paths = fetching(layer, form="geojson")
    assert {question["f"] for question in layer.pages_asked} == {"geojson"}
    assert json.loads(paths[0].read_bytes())["type"] == "FeatureCollection"
    assert mines_in(paths) == ALL


def test_layer_that_speaks_no_geojson(layer: Layer, fetching: Fetching) -> None:
    layer.description = {"supportedQueryFormats": "JSON, AMF"}
    assert "does not speak GeoJSON" in fetching.refused(layer, form="geojson").words.en


def test_name_of_the_pages_may_be_chosen(layer: Layer, fetching: Fetching) -> None:
    assert fetching(layer, name="minas_250k")[0] == fetching.folder / "minas_250k" / "minas_250k_0001.json"


def test_layer_of_one_page(layer: Layer, fetching: Fetching) -> None:
    layer.most = 1000
    assert mines_in(fetching(layer)) == ALL


def test_rows_that_fill_the_last_page(layer: Layer, fetching: Fetching) -> None:
    layer.most = 5
    assert len(fetching(layer)) == 2


def test_service_that_does_not_say_that_more_follow(layer: Layer, fetching: Fetching) -> None:
    """Before 10.3.1 paged answers have no exceededTransferLimit."""
    layer.flag = False
    assert mines_in(fetching(layer)) == ALL


def test_service_that_gives_fewer_rows_than_asked(layer: Layer, fetching: Fetching) -> None:
    layer.description = {"maxRecordCount": 1000}
    assert mines_in(fetching(layer)) == ALL


def test_service_without_paging_is_asked_by_object_ids(layer: Layer, fetching: Fetching) -> None:
    layer.description = {"advancedQueryCapabilities": {"supportsPagination": False}}
    assert mines_in(fetching(layer)) == ALL
    assert [question["where"] for question in layer.pages_asked] == [
        "OBJECTID >= 3 AND OBJECTID <= 12",
        "OBJECTID >= 15 AND OBJECTID <= 24",
        "OBJECTID >= 27 AND OBJECTID <= 30",
    ]


def test_old_service_that_names_neither_limit_nor_id_field(layer: Layer, fetching: Fetching) -> None:
    fields = [{"name": "Nombre", "type": "esriFieldTypeString"}, {"name": "OBJECTID", "type": "esriFieldTypeOID"}]
    nothing = dict.fromkeys(("objectIdField", "maxRecordCount", "advancedQueryCapabilities"))
    layer.description, layer.most = nothing | {"fields": fields}, 500
    assert mines_in(fetching(layer)) == ALL
    assert layer.pages_asked[0]["where"] == "OBJECTID >= 3 AND OBJECTID <= 30"


def test_service_that_refuses_to_page_is_asked_by_object_ids(layer: Layer, fetching: Fetching) -> None:
    def refuses(_: Layer, question: Question) -> Said | None:
        return failure(400, "Failed to execute query.") if "resultOffset" in question else None

    layer.before = refuses
    assert mines_in(fetching(layer)) == ALL
    assert "does not page as it says; asking by object ids" in fetching.told


@pytest.mark.parametrize("flag", [True, False])
def test_service_that_ignores_the_offset_is_asked_by_object_ids(layer: Layer, fetching: Fetching, flag: bool) -> None:
    layer.flag = flag

    def ignores(_: Layer, question: Question) -> None:
        question.pop("resultOffset", None)

    layer.before = ignores
    assert mines_in(fetching(layer)) == ALL


@pytest.mark.parametrize("form", ["json", "geojson"])
def test_service_that_never_stops_saying_that_more_follow(layer: Layer, fetching: Fetching, form: str) -> None:
    """No reader would take the last page for the last one."""

    def always(layer: Layer, question: Question) -> Said | None:
        if "resultOffset" not in question:
            return None
        start, more = int(question["resultOffset"]), {"exceededTransferLimit": True}
        given = layer.mines[start : start + 4]
        return (
            {"features": list(map(geojson, given)), "properties": more}
            if form == "geojson"
            else {"features": given} | more
        )

    layer.before = always
    assert mines_in(fetching(layer, form=form)) == ALL


@pytest.mark.parametrize("given", [4, 10])
def test_service_that_ignores_the_ids_asked_for(layer: Layer, fetching: Fetching, given: int) -> None:
    layer.description = {"advancedQueryCapabilities": {}}

    def ignores(layer: Layer, question: Question) -> Said | None:
        return {"features": layer.mines[:given]} if "outFields" in question else None

    layer.before = ignores
    assert "gives other rows than those asked for" in fetching.refused(layer).words.en
    assert not fetching.part.exists()


def test_service_that_caps_ranges_of_ids_is_asked_for_less(layer: Layer, fetching: Fetching) -> None:
    layer.description = {"advancedQueryCapabilities": {}, "maxRecordCount": 8}
    assert mines_in(fetching(layer)) == ALL
    assert "does not give 8 rows at a time; asking for 4 rows at a time" in fetching.told


def test_service_that_caps_ranges_of_ids_and_keeps_it_to_itself(layer: Layer, fetching: Fetching) -> None:
    layer.description = {"advancedQueryCapabilities": {}, "maxRecordCount": 8}
    layer.flag = False
    assert mines_in(fetching(layer)) == ALL


def test_row_that_vanishes_after_its_id_was_listed(layer: Layer, fetching: Fetching) -> None:
    layer.description = {"advancedQueryCapabilities": {}}

    def vanishes(layer: Layer, question: Question) -> None:
        if "outFields" in question:
            layer.mines = [one for one in layer.mines if one["attributes"]["OBJECTID"] != 6]

    layer.before = vanishes
    assert "the layer counts 10 rows, but 9 came" in fetching.refused(layer).words.en
    assert not fetching.part.exists()


@pytest.mark.parametrize("code", [429, 500, 503])
def test_error_that_may_pass_is_asked_again(layer: Layer, fetching: Fetching, code: int) -> None:
    layer.script = [None, None, failure(code)]
    assert mines_in(fetching(layer)) == ALL
    assert f"error {code} Unable to complete operation.; asking again in 0 s (2 of" in fetching.told


@pytest.mark.parametrize("said", [500, 503, b"<html>Service is starting</html>", b'{"features": [{"attr', b""])
def test_answer_that_is_none_is_asked_again(layer: Layer, fetching: Fetching, said: int | bytes) -> None:
    layer.script = [said, None, said]
    assert mines_in(fetching(layer)) == ALL


def test_error_with_status_200_is_an_error(layer: Layer, fetching: Fetching) -> None:
    layer.script = [{"error": {"code": 499, "message": "Token Required", "details": ["Ask SGM"]}}]
    fault = fetching.refused(layer)
    assert fault.words.en == (
        f"{layer.address}: the service answers with error 499 Token Required Ask SGM;"
        " save the answers of its /query by hand and give them to `vetalode ingest`"
    )
    assert "el servicio responde con el error 499" in fault.words.es
    assert len(layer.asked) == 1


@pytest.mark.parametrize("error", ["down", {"code": "x", "details": "none"}, {}, None])
def test_error_in_another_shape(layer: Layer, fetching: Fetching, error: object) -> None:
    layer.script = [{"error": error}]
    assert "the service answers with error " in fetching.refused(layer).words.en


def test_tries_are_bounded(layer: Layer, fetching: Fetching) -> None:
    layer.script = [failure(503)] * 10
    assert "error 503" in fetching.refused(layer).words.en
    assert len(layer.asked) == 3


@pytest.mark.parametrize("heavy", [failure(500), 500, 504])
def test_page_that_is_too_heavy_is_asked_for_by_halves(layer: Layer, fetching: Fetching, heavy: Said | int) -> None:
    def fails(_: Layer, question: Question) -> Said | int | None:
        return heavy if int(question.get("resultRecordCount", 0)) > 2 else None

    layer.before = fails
    assert mines_in(fetching(layer)) == ALL
    assert [question["resultRecordCount"] for question in layer.pages_asked] == ["4", "4", "2", "2", "2", "2", "2"]
    assert "asking for 2 rows at a time" in fetching.told


def test_half_of_a_page_is_half_of_the_rows_there_are(layer: Layer, fetching: Fetching) -> None:
    layer.most = 1000
    layer.before = lambda _, question: failure(500) if int(question.get("resultRecordCount", 0)) > 5 else None
    assert mines_in(fetching(layer)) == ALL
    assert [question["resultRecordCount"] for question in layer.pages_asked] == ["1000", "1000", "5", "5"]


def test_service_that_gives_more_rows_than_asked(layer: Layer, fetching: Fetching) -> None:
    def ignores(_: Layer, question: Question) -> None:
        question.pop("resultRecordCount", None)

    layer.before = ignores
    assert mines_in(fetching(layer, page_size=3)) == ALL


def test_page_that_takes_too_long_is_asked_for_by_halves(layer: Layer, fetching: Fetching) -> None:
    def slow(layer: Layer, question: Question) -> None:
        if int(question.get("resultRecordCount", 0)) > 2:
            layer.over.wait(2)

    layer.before = slow
    assert mines_in(fetching(layer, patience=Patience(tries=3, silence_s=0.3, pause_s=0.01))) == ALL


def test_heavy_page_by_object_ids_is_halved_too(layer: Layer, fetching: Fetching) -> None:
    layer.description = {"advancedQueryCapabilities": {}}

    def fails(_: Layer, question: Question) -> Said | None:
        said = re.findall(r"\d+", question.get("where", ""))
        return failure(500) if "outFields" in question and int(said[1]) - int(said[0]) > 3 else None

    layer.before = fails
    assert mines_in(fetching(layer)) == ALL
    assert len(list(fetching.target.glob("*_*.json"))) == 5


def test_page_that_fails_at_any_size_is_given_up(layer: Layer, fetching: Fetching) -> None:
    layer.most, layer.mines = 1000, [mine(number) for number in range(1000)]
    layer.before = lambda _, question: failure(500) if "outFields" in question else None
    assert "error 500" in fetching.refused(layer).words.en
    assert len(layer.pages_asked) == 14
    assert layer.pages_asked[-1]["resultRecordCount"] == "15"
    assert not fetching.target.exists()


@pytest.mark.parametrize("number", [11, None], ids=["one more", "one fewer"])
def test_layer_that_changes_while_it_is_read(layer: Layer, fetching: Fetching, number: int | None) -> None:
    def changes(layer: Layer, question: Question) -> None:
        if question.get("resultOffset") == "4":
            layer.mines = [*layer.mines, mine(number)] if number else layer.mines[:-1]

    layer.before = changes
    fault = fetching.refused(layer)
    assert "none of them were kept" in fault.words.en
    assert "run the same command again" in fault.words.en
    assert "no se conservó ninguna" in fault.words.es
    assert not fetching.part.exists()
    assert not fetching.target.exists()


def test_count_that_changes_after_the_last_page(layer: Layer, fetching: Fetching) -> None:
    def changes(layer: Layer, question: Question) -> None:
        if question.get("returnCountOnly") and layer.pages_asked:
            layer.mines = layer.mines[:-1]

    layer.before = changes
    assert "had 10 rows at first and 9 in the end" in fetching.refused(layer).words.en


def test_row_exchanged_for_another_while_the_layer_is_read(layer: Layer, fetching: Fetching) -> None:
    """All counts agree, yet a row slipped past between two pages."""

    def changes(layer: Layer, question: Question) -> None:
        if question.get("resultOffset") == "4":
            layer.mines = [*layer.mines[1:], mine(11)]

    layer.before = changes
    assert "changed while it was read" in fetching.refused(layer).words.en
    assert not fetching.target.exists()


def test_service_that_counts_more_than_it_gives(layer: Layer, fetching: Fetching) -> None:
    layer.before = lambda _, question: {"count": 12} if question.get("returnCountOnly") else None
    assert "the layer counts 12 rows, but 10 came" in fetching.refused(layer).words.en


def test_service_that_counts_fewer_than_it_gives(layer: Layer, fetching: Fetching) -> None:
    layer.before = lambda _, question: {"count": 7} if question.get("returnCountOnly") else None
    layer.flag = False
    assert "the layer counts 7 rows, but 8 came" in fetching.refused(layer).words.en


def test_layer_without_rows_is_refused(layer: Layer, fetching: Fetching) -> None:
    layer.mines = []
    assert "says that it has no rows" in fetching.refused(layer).words.en


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ([{"layers": [{"id": 0}]}], "this is no layer"),
        ([b"[]"], "no object"),
        ([None, {"number": 10}], "does not count its rows"),
        ([None, None, {"rows": []}], "no list of features"),
        ([None, None, {"features": ["mine"]}], "no list of features"),
        ([404], "the server answers 404 Not Found"),
    ],
)
def test_answer_that_was_not_asked_for(layer: Layer, fetching: Fetching, script: list[Any], said: str) -> None:
    layer.script = script
    assert said in fetching.refused(layer).words.en
    assert not fetching.target.exists()


def test_answer_beyond_all_measure(layer: Layer, fetching: Fetching, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(esri, "_LIMIT_BYTES", 1000)
    layer.script = [None, None, b" " * 2000]
    assert "larger than the limit of 1000 bytes" in fetching.refused(layer).words.en


def test_object_ids_that_are_not_listed(layer: Layer, fetching: Fetching) -> None:
    layer.description = {"advancedQueryCapabilities": {}}
    layer.script = [None, None, {"objectIds": ["a", "b"]}]
    assert "does not list its object ids" in fetching.refused(layer).words.en


def test_ids_and_count_that_disagree(layer: Layer, fetching: Fetching) -> None:
    layer.description = {"advancedQueryCapabilities": {}}
    layer.script = [None, {"count": 11}]
    assert "the layer counts 11 rows, but 10 came" in fetching.refused(layer).words.en


def test_rows_that_do_not_say_their_ids_are_counted_at_least(layer: Layer, fetching: Fetching) -> None:
    def hides(layer: Layer, question: Question) -> Said | None:
        if "outFields" not in question:
            return None
        start = int(question["resultOffset"])
        said = [{"attributes": {"Nombre": f"MINA {n}"}, "geometry": {"x": -110 - n, "y": 30}} for n in range(10)]
        return {"spatialReference": {"wkid": 4326}, "features": said[start : start + 4]}

    layer.before = hides
    assert len(mines_in(fetching(layer))) == 10


def interrupted(layer: Layer, fetching: Fetching) -> None:
    """A run that ends after its first page."""
    layer.script = [None, None, None, failure(499)]
    fetching.refused(layer)
    assert [path.name for path in fetching.part.glob("*_*.json")] == [f"{NAME}_0001.json"]
    layer.asked.clear()


def test_interrupted_run_is_gone_on_with(layer: Layer, fetching: Fetching) -> None:
    interrupted(layer, fetching)
    assert mines_in(fetching(layer)) == ALL
    assert [question["resultOffset"] for question in layer.pages_asked] == ["4", "8"]
    assert not fetching.part.exists()


def test_smaller_pages_of_an_interrupted_run_stay_small(layer: Layer, fetching: Fetching) -> None:
    layer.script = [None, None, 500, 500, None, failure(499)]
    fetching.refused(layer)
    layer.asked.clear()
    assert mines_in(fetching(layer)) == ALL
    assert [question["resultRecordCount"] for question in layer.pages_asked] == ["2"] * 4


def test_interrupted_run_by_object_ids_is_gone_on_with(layer: Layer, fetching: Fetching) -> None:
    refusal = failure(400)
    layer.script = [None, None, refusal, None, None, failure(499)]
    fetching.refused(layer)
    layer.asked.clear()
    assert mines_in(fetching(layer)) == ALL
    assert [question["where"] for question in layer.pages_asked] == [
        "OBJECTID >= 15 AND OBJECTID <= 24",
        "OBJECTID >= 27 AND OBJECTID <= 30",
    ]


def changed_count(layer: Layer, _: Fetching) -> None:
    layer.mines.append(mine(11))


def changed_columns(layer: Layer, _: Fetching) -> None:
    layer.description = {"fields": [{"name": "Nueva"}]}


def long_ago(_: Layer, fetching: Fetching) -> None:
    path = fetching.part / "manifest.json"
    said = json.loads(path.read_bytes())
    said["started"] = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    path.write_text(json.dumps(said))


def damaged_manifest(_: Layer, fetching: Fetching) -> None:
    (fetching.part / "manifest.json").write_text("{")


@pytest.mark.parametrize("change", [changed_count, changed_columns, long_ago, damaged_manifest])
def test_pages_of_another_state_of_the_layer_are_not_used(
    layer: Layer, fetching: Fetching, change: Callable[[Layer, Fetching], None]
) -> None:
    interrupted(layer, fetching)
    change(layer, fetching)
    assert len(mines_in(fetching(layer))) == len(layer.mines)
    assert layer.pages_asked[0]["resultOffset"] == "0"


def test_damaged_page_of_an_interrupted_run_is_asked_for_again(layer: Layer, fetching: Fetching) -> None:
    interrupted(layer, fetching)
    (fetching.part / f"{NAME}_0001.json").write_bytes(b'{"features": [')
    assert mines_in(fetching(layer)) == ALL


def test_killed_run_is_gone_on_with(layer: Layer, fetching: Fetching) -> None:
    def stalls(layer: Layer, question: Question) -> None:
        if question.get("resultOffset") == "8" and len(layer.pages_asked) < 4:
            layer.over.wait(3)

    layer.before = stalls
    code = (
        "import sys; from pathlib import Path\n"
        "from ingest.arcgis import fetch_layer; from ingest.report import teller\n"
        "fetch_layer(sys.argv[1], Path(sys.argv[2]), teller('en'))"
    )
    run = subprocess.Popen([sys.executable, "-c", code, layer.address, str(fetching.folder)], cwd=ROOT)
    limit = monotonic() + 30
    while len(layer.pages_asked) < 3:
        assert monotonic() < limit
        assert run.poll() is None
        sleep(0.01)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert not fetching.target.exists()
    assert mines_in(fetching(layer)) == ALL
    assert [question["resultOffset"] for question in layer.pages_asked] == ["0", "4", "8", "8"]


def test_new_pages_take_the_place_of_the_old_ones_together(layer: Layer, fetching: Fetching) -> None:
    fetching(layer)
    layer.mines = [mine(number) for number in range(21, 24)]
    assert mines_in(fetching(layer)) == ["MINA Ñ 21", "MINA Ñ 22", "MINA Ñ 23"]
    assert [path.name for path in fetching.folder.iterdir()] == [NAME]


def test_failed_refresh_leaves_the_earlier_pages(layer: Layer, fetching: Fetching) -> None:
    fetching(layer)
    layer.script = [None, None, None, failure(499)]
    fetching.refused(layer)
    assert mines_in(sorted(fetching.target.glob("*_*.json"))) == ALL


def test_folder_of_something_else_is_left_alone(layer: Layer, fetching: Fetching) -> None:
    fetching.target.mkdir(parents=True)
    (fetching.target / "thesis.doc").touch()
    assert "choose another folder" in fetching.refused(layer).words.en
    assert (fetching.target / "thesis.doc").exists()
    assert layer.asked == []


def test_second_run_into_the_same_folder_is_kept_out(layer: Layer, fetching: Fetching) -> None:
    with sole_writer(fetching.folder), pytest.raises(Busy):
        fetching(layer)
