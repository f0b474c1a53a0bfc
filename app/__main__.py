"""Serves: `python -m app`."""

import socket
import sys

import uvicorn

from app.errors import Refused, VetalodeError
from app.settings import Settings, from_environment
from app.words import Words

# What is under way is answered; a request that takes longer is ended, so that we are gone within two seconds.
_GRACE_S = 1


def main() -> int:
    try:
        # Its modules read the vocabularies, which a person may have damaged.
        from app.main import create_app

        settings = from_environment()
        create_app(settings)  # opens nothing; refuses here what it would refuse in each serving process
        _check_address(settings)
    except VetalodeError as fault:
        sys.stderr.write(f"{fault.words.en}\n{fault.words.es}\n")
        return 1
    uvicorn.run(
        "app.main:from_env",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        timeout_graceful_shutdown=_GRACE_S,
        server_header=False,
        log_level="info",
        access_log=bool(settings.access_log),
    )
    return 0


def _check_address(settings: Settings) -> None:
    """Raises `Refused` where nobody can listen.

    uvicorn would say so in one language, after it said that all has started; uvloop takes port 70000 for 4464.
    """
    host, port = settings.host, settings.port
    try:
        family = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError, UnicodeError) as fault:
        raise Refused(
            Words(
                f"nothing can listen on {host}:{port} ({fault}); set another PORT or HOST",
                f"no se puede escuchar en {host}:{port} ({fault}); indique otro PORT u otro HOST",
            )
        ) from fault


if __name__ == "__main__":
    sys.exit(main())
