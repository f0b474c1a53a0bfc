"""Where a list goes on: a place in it, the release and the question, signed, in letters that no address escapes."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import date
from typing import Any

import orjson

from app.domain.properties import Kind
from app.domain.queryables import queryables
from app.errors import BadValue
from app.queries.filter import DepositFilter
from app.queries.order import Place, SortKey
from app.words import Words

_SIGNATURE_BYTES = 12


class Cursors:
    """Writes and reads the cursors of one question; `key` is the store's own."""

    def __init__(self, key: bytes, wanted: DepositFilter, keys: Sequence[SortKey]) -> None:
        self._key = key
        self._keys = keys
        self._question = hashlib.blake2b(repr((wanted, keys)).encode(), digest_size=9).hexdigest()

    def write(self, release: str, place: Place) -> str:
        """A cursor without `=` and `&`, which some clients cut addresses at."""
        said = orjson.dumps([release, self._question, place.backward, *place.values])
        return base64.urlsafe_b64encode(self._signature(said) + said).decode().rstrip("=")

    def read(self, cursor: str) -> tuple[str, Place]:
        """The name of a release and a place in it; raises `BadValue` for another's cursor."""
        release, question, backward, *values = self._opened(cursor)
        if question != self._question:
            raise BadValue(
                Words(
                    "cursor belongs to another question; with other filters or another order, begin without a cursor",
                    "cursor es de otra consulta; con otros filtros u otro orden, empiece sin cursor",
                )
            )
        return release, Place((*map(_value, self._keys, values), values[-1]), backward)

    def _opened(self, cursor: str) -> list[Any]:
        try:
            sent = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            sent = b""
        signature, said = sent[:_SIGNATURE_BYTES], sent[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(said)):
            raise BadValue(
                Words(
                    f"cursor={cursor!r} is not one of ours; take it from a `next` or `prev` link, or leave it out",
                    f"cursor={cursor!r} no es nuestro; tómelo de un enlace `next` o `prev`, o quítelo",
                )
            )
        opened: list[Any] = orjson.loads(said)
        return opened

    def _signature(self, said: bytes) -> bytes:
        return hmac.digest(self._key, said, "sha256")[:_SIGNATURE_BYTES]


def _value(key: SortKey, value: Any) -> Any:
    return date.fromisoformat(value) if value and queryables()[key.name].kind is Kind.DATE else value
