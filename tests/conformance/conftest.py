"""What the tests with real clients share: running services, what they were asked, and the clients' programs."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

CLIENT = Path(__file__).with_name("qgis_client.py")
VAR = Path(__file__).parents[2] / "var"
SYSTEM_PYTHON = "/usr/bin/python3"
# Clients ask the loopback only, whatever proxy the machine names.
DIRECT = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


@pytest.fixture(scope="session")
def edge_served(serve, edge_store):
    """The running service on the sample data and `EDGES`; it logs what it is asked."""
    return serve(edge_store.url.render_as_string(hide_password=False), ACCESS_LOG="yes")


@pytest.fixture(scope="session")
def api(edge_served) -> Iterator[httpx2.Client]:
    """Asks that service for JSON."""
    with httpx2.Client(
        base_url=edge_served.url, headers={"Accept": "application/json"}, trust_env=False, timeout=30
    ) as client:
        yield client


@pytest.fixture(scope="session")
def get(api) -> Callable[..., Any]:
    """What an address answers, read as JSON; its status must be 200."""

    def read(address: str, **asked: str | int) -> Any:
        answer = api.get(address, params=asked or None)
        assert answer.status_code == 200, f"{answer.url}: {answer.status_code} {answer.text[:500]}"
        return answer.json()

    return read


@pytest.fixture(scope="session")
def linked() -> Callable[..., list[dict[str, str]]]:
    """The links of a document that have a relation and, where one is given, a media type."""

    def links(document: dict[str, Any], rel: str, media_type: str | None = None) -> list[dict[str, str]]:
        return [
            one for one in document["links"] if one["rel"] == rel and media_type in (None, one["type"].replace(" ", ""))
        ]

    return links


@pytest.fixture(scope="session")
def landing(get) -> dict[str, Any]:
    return get("/")


@pytest.fixture(scope="session")
def declared(get) -> set[str]:
    """The conformance classes that the service says it is of."""
    return set(get("/conformance")["conformsTo"])


@pytest.fixture(scope="session")
def collections(get, linked) -> list[dict[str, Any]]:
    """The collections of features."""
    return [one for one in get("/collections")["collections"] if linked(one, "items")]


@pytest.fixture(scope="session")
def definition(api, landing, linked) -> dict[str, Any]:
    """The API's OpenAPI document, every reference into itself put in its place."""
    (described,) = linked(landing, "service-desc", "application/vnd.oai.openapi+json;version=3.0")
    answer = api.get(described["href"], headers={"Accept": described["type"]})
    assert answer.status_code == 200
    document = answer.json()
    return _resolved(document, document)


def _resolved(value: Any, document: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_resolved(one, document) for one in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/"):
        found: Any = document
        for step in reference[2:].split("/"):
            found = found[step.replace("~1", "/").replace("~0", "~")]
        return _resolved(found, document)
    return {name: _resolved(one, document) for name, one in value.items()}


@pytest.fixture(scope="session")
def big_served(serve, big_store):
    """The running service on 20 132 deposits, more than any client asks for at once; it logs what it is asked."""
    return serve(big_store.url.render_as_string(hide_password=False), ACCESS_LOG="yes")


@pytest.fixture(scope="session")
def big_features(big_served) -> dict[str, dict[str, Any]]:
    """All its deposits by their ids, from the extract."""
    answer = httpx2.get(f"{big_served.url}/exports/deposits.geojson", trust_env=False, timeout=60)
    return {feature["id"]: feature for feature in answer.json()["features"]}


@pytest.fixture
def overheard(big_served) -> Callable[[], AbstractContextManager[list[str]]]:
    """Fills a list with the addresses that the service on 20 132 deposits answered meanwhile."""

    @contextmanager
    def listen() -> Iterator[list[str]]:
        heard: list[str] = []
        begin = big_served.log.stat().st_size
        yield heard
        with big_served.log.open("rb") as log:
            log.seek(begin)
            heard += re.findall(r'"GET (\S+) HTTP', log.read().decode())

    return listen


@pytest.fixture(scope="session")
def run(tmp_path_factory) -> Callable[..., str]:
    """Runs a client's program and gives what it prints; fails, naming the package to install, where it is missing."""
    home = tmp_path_factory.mktemp("home")

    def program(package: str, name: str, *arguments: str, cwd: Path = home, **environment: str) -> str:
        path = shutil.which(name)
        if path is None:
            pytest.fail(f"{name} is not installed: apt-get install {package}, or run `make conformance`, which does it")
        told = {**os.environ, **DIRECT, "HOME": str(home), **environment}
        done = subprocess.run(
            [path, *arguments], env=told, cwd=cwd, capture_output=True, text=True, timeout=600, check=False
        )
        assert done.returncode == 0, f"{name} {' '.join(arguments)}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        return done.stdout

    return program


@pytest.fixture(scope="session")
def qgis(run, tmp_path_factory) -> Callable[..., Any]:
    """Has QGIS do one of the actions of `qgis_client.py`, in a profile of its own."""
    probe = [SYSTEM_PYTHON, "-c", "import qgis.core"]
    if subprocess.run(probe, env={"QT_QPA_PLATFORM": "offscreen"}, capture_output=True, check=False).returncode:
        pytest.fail("QGIS is not installed: apt-get install python3-qgis, or run `make conformance`, which does it")

    def act(action: str, **arguments: Any) -> Any:
        tmp_path = tmp_path_factory.mktemp("qgis")
        told = {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(tmp_path), "PYTHONPATH": ""}
        profile = str(tmp_path / "profile")
        said = run("python3-qgis", SYSTEM_PYTHON, str(CLIENT), action, profile, json.dumps(arguments), **told)
        return json.loads(said)

    return act


@pytest.fixture(scope="session")
def kept() -> Path:
    """Where what a person may want to look at stays after the tests."""
    folder = VAR / "conformance"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
