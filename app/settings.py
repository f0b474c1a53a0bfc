"""Every environment name, its default and its meaning, in one frozen value."""

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from app.errors import Refused
from app.words import Words

_ADDRESS = re.compile(r"https?://[\w.:\[\]-]+(/[\w.~%-]+)*/?", re.ASCII)


def _setting(name: str, default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"name": name, "meaning": meaning})


@dataclass(frozen=True, slots=True)
class Settings:
    """What the service and the command line are told from outside; see `docs/operations.md`."""

    database_url: str = _setting(
        "DATABASE_URL", "postgresql+psycopg:///vetalode", "PostgreSQL with PostGIS, as an SQLAlchemy or libpq address"
    )
    host: str = _setting("HOST", "127.0.0.1", "address to listen on")
    port: int = _setting("PORT", 8000, "port to listen on")
    workers: int = _setting("WORKERS", 1, "serving processes")
    archives: str = _setting(
        "ARCHIVES",
        "var/archives",
        "folder of archives of tiles and files of releases, which publishing fills and the service reads",
    )
    rasters: str = _setting(
        "RASTERS", "var/rasters", "folder of the rasters that agencies brought, which `vetalode raster` fills"
    )
    raster_max_mb: int = _setting("RASTER_MAX_MB", 4096, "megabytes that a raster may have at most when it is unpacked")
    public_url: str = _setting("PUBLIC_URL", "", "address that clients see, when a proxy does not say it")
    access_log: str = _setting("ACCESS_LOG", "", "whether each request is logged: anything says yes")
    pool_size: int = _setting("POOL_SIZE", 10, "database connections of one serving process")
    pool_wait_s: float = _setting("POOL_WAIT_S", 5.0, "seconds to wait for a free connection before a 503")
    catalogue_fresh_s: float = _setting(
        "CATALOGUE_FRESH_S", 1.0, "seconds for which a serving process takes what is published as known"
    )
    statement_timeout_s: float = _setting("STATEMENT_TIMEOUT_S", 15.0, "seconds that one question may take")
    export_timeout_s: float = _setting("EXPORT_TIMEOUT_S", 600.0, "seconds that one extract may take")
    exports_at_once: int = _setting(
        "EXPORTS_AT_ONCE", 4, "extracts that a serving process makes at once, of its connections at most half"
    )
    export_file_mb: int = _setting("EXPORT_FILE_MB", 4096, "megabytes that the file of one extract may have")

    def __post_init__(self) -> None:
        object.__setattr__(self, "database_url", _with_driver(self.database_url))
        if self.public_url and not _ADDRESS.fullmatch(self.public_url):
            raise Refused(
                Words(
                    f"PUBLIC_URL is {self.public_url!r}; it is an address such as https://maps.example.org/vetalode",
                    f"PUBLIC_URL es {self.public_url!r}; es una dirección como https://maps.example.org/vetalode",
                )
            )


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings as the environment gives them; raises `Refused` naming a value that cannot be read."""
    given: dict[str, Any] = {}
    for one in fields(Settings):
        text = environment.get(one.metadata["name"], "").strip()
        if text:
            given[one.name] = _read(one.metadata["name"], text, type(one.default))
    return Settings(**given)


def _read(name: str, text: str, kind: type) -> object:
    try:
        value = kind(text)
    except ValueError:
        value = -1
    if isinstance(value, int | float) and not 0 < value < math.inf:
        raise Refused(
            Words(
                f"{name} is a number above zero; {text!r} is not",
                f"{name} es un número mayor que cero; {text!r} no lo es",
            )
        )
    return value


def _with_driver(url: str) -> str:
    """libpq writes postgresql://, older tools postgres://; SQLAlchemy wants the driver named."""
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if separator and scheme in ("postgres", "postgresql") else url
