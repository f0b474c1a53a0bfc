"""The documentation names every setting and every address."""

from dataclasses import fields
from pathlib import Path

import pytest

from app.api.openapi import OPERATIONS
from app.domain.queryables import queryables
from app.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda setting: setting.name)
def test_every_setting_is_in_operations_with_its_default_and_meaning(setting):
    name, default, meaning = setting.metadata["name"], setting.default, setting.metadata["meaning"]
    (line,) = (line for line in (DOCS / "operations.md").read_text().splitlines() if line.startswith(f"| `{name}` |"))
    assert meaning.partition(",")[0].split(" as ")[0].split(" with ")[0] in line
    assert f"{default:g}" in line if isinstance(default, int | float) else default in line


@pytest.mark.parametrize("path", [one.path for one in OPERATIONS])
def test_every_address_is_in_the_api_s_description(path):
    assert f"`{path}`" in (DOCS / "api.md").read_text()


@pytest.mark.parametrize("name", sorted({name for one in OPERATIONS for name in one.known} - queryables().keys()))
def test_every_parameter_is_in_the_api_s_description(name):
    assert f"`{name}`" in (DOCS / "api.md").read_text()
