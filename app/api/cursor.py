"""Where a list goes on: the last id seen, in letters that need no escaping in an address."""

import base64
import binascii

from app.errors import BadValue
from app.words import Words


def write_cursor(last_id: str) -> str:
    """A cursor without `=`, which some clients cut addresses at."""
    return base64.urlsafe_b64encode(last_id.encode()).decode().rstrip("=")


def read_cursor(cursor: str | None) -> str | None:
    """The id in a cursor; raises `BadValue` for one that we did not write."""
    if cursor is None:
        return None
    try:
        last_id = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        last_id = ""
    if not last_id.isprintable() or not last_id or write_cursor(last_id) != cursor:
        raise BadValue(
            Words(
                f"cursor={cursor!r} is not one of ours; take it from a `next` link, or leave it out",
                f"cursor={cursor!r} no es nuestro; tómelo de un enlace `next`, o quítelo",
            )
        )
    return last_id
