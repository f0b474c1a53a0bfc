"""Settings: every name in one place, each value checked when it is read."""

from dataclasses import Field, FrozenInstanceError, fields
from pathlib import Path

import pytest

from app.errors import Refused
from app.settings import Settings, from_environment

OPERATIONS = Path(__file__).parents[1] / "docs" / "operations.md"


def test_an_empty_environment_gives_the_defaults() -> None:
    assert from_environment({}) == Settings()


def test_a_blank_value_is_no_value() -> None:
    assert from_environment({"PORT": "  "}).port == Settings().port


def test_every_setting_is_read_under_its_name() -> None:
    given = {"HOST": "0.0.0.0", "PORT": "8001", "POOL_WAIT_S": "0.5", "PUBLIC_URL": "https://deposits.example"}  # noqa: S104
    read = from_environment(given)
    assert (read.host, read.port, read.pool_wait_s, read.public_url) == (
        "0.0.0.0",  # noqa: S104
        8001,
        0.5,
        "https://deposits.example",
    )


@pytest.mark.parametrize("name", ["PORT", "WORKERS", "POOL_SIZE", "POOL_WAIT_S", "STATEMENT_TIMEOUT_S"])
@pytest.mark.parametrize("text", ["0", "-1", "many", "nan", "inf", "1e999"])
def test_a_number_that_cannot_be_is_refused_by_name_in_both_languages(name: str, text: str) -> None:
    with pytest.raises(Refused, match=name) as refusal:
        from_environment({name: text})
    assert "mayor que cero" in refusal.value.words.es


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_libpq_addresses_get_the_driver_named(scheme: str) -> None:
    assert Settings(database_url=f"{scheme}://host/store").database_url == "postgresql+psycopg://host/store"


def test_settings_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1  # type: ignore[misc]


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda setting: setting.name)
def test_the_operations_page_lists_each_setting_with_its_default(setting: Field[object]) -> None:
    default = f"{setting.default:g}" if isinstance(setting.default, float) else str(setting.default)
    shown = f"`{default}` " if default else ""
    assert f"\n| `{setting.metadata['name']}` | {shown}| " in OPERATIONS.read_text(encoding="utf-8")
