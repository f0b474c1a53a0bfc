"""Serves: `python -m app`."""

import sys

import uvicorn

from app.errors import VetalodeError
from app.settings import from_environment

# What is under way is answered; a request that takes longer is ended, so that we are gone within two seconds.
_GRACE_S = 1


def main() -> int:
    try:
        settings = from_environment()
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
        access_log=False,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
