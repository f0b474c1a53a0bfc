"""What `docs/clients.md` tells a person to run does run, as it stands there."""

import re
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.conformance

PAGE = (Path(__file__).parents[2] / "docs" / "clients.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
COMMANDS = [line for language, block in BLOCKS if not language for line in block.splitlines()]
SCRIPTS = [block for language, block in BLOCKS if language == "python"]
HERE = "http://127.0.0.1:8000"


@pytest.fixture
def here(edge_served):
    """Puts the running service's address into what is told for the usual one."""

    def told(text):
        assert HERE in text
        return text.replace(HERE, edge_served.url)

    return told


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_works(run, here, tmp_path, command):
    said = run("gdal-bin", "bash", "-euc", here(command), cwd=tmp_path)
    assert said.strip() or list(tmp_path.glob("*.gpkg"))


@pytest.mark.parametrize("script", SCRIPTS, ids=["owslib", "geopandas"])
def test_a_script_of_the_page_finds_deposits(run, here, tmp_path, script):
    assert "sgm-" in run("python3", sys.executable, "-W", "error", "-c", here(script), cwd=tmp_path)


def test_the_tiles_of_the_page_are_those_of_the_tilejson(edge_client):
    told = edge_client.get("/tiles/deposits.json").json()
    template = re.search(r"\*URL\* `http://127\.0\.0\.1:8000(/tiles/[^`]+)`", PAGE)
    assert template
    assert told["tiles"][0].endswith(template[1])
    for name, zoom in (("Min", told["minzoom"]), ("Max", told["maxzoom"])):
        assert re.search(rf"\*{name}\. Zoom Level\*[^`]*`{zoom}`", PAGE)
