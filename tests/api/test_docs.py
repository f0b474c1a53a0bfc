"""The documentation names every setting and every address."""

from dataclasses import fields
from pathlib import Path

import pytest

from app.main import create_app
from app.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"
PATHS = create_app(Settings()).openapi()["paths"]


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda setting: setting.name)
def test_every_setting_is_in_operations_with_its_default_and_meaning(setting):
    name, default, meaning = setting.metadata["name"], setting.default, setting.metadata["meaning"]
    (line,) = (line for line in (DOCS / "operations.md").read_text().splitlines() if line.startswith(f"| `{name}` |"))
    assert meaning.partition(",")[0].split(" as ")[0].split(" with ")[0] in line
    assert f"{default:g}" in line if isinstance(default, int | float) else default in line


@pytest.mark.parametrize("path", PATHS)
def test_every_address_is_in_the_api_s_description(path):
    assert path in (DOCS / "api.md").read_text()


@pytest.mark.parametrize("path", PATHS)
def test_every_parameter_is_in_the_api_s_description(path):
    described = (DOCS / "api.md").read_text()
    for parameter in PATHS[path]["get"].get("parameters", ()):
        assert f"`{parameter['name']}" in described or f"{{{parameter['name']}}}" in described
