"""What a row says by itself, whatever the other rows of its file say."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

from ingest.landing import as_copied, meant
from ingest.rows import Fault, Reason, Row, RowRejected
from ingest.sources import Source
from ingest.verbatim import verbatim


class Asked(NamedTuple):
    """A row, and the digest of what was last said under its key, where that needs no understanding anew."""

    row: Row | Fault
    known: bytes | None


class Said(NamedTuple):
    """What a row says: the digest of its words, empty where they are damaged, and its record as COPY reads it, None
    where it says just what is known; or the reason why it cannot be used."""

    row_hash: bytes
    record: bytes | None = None
    reason: Reason | None = None


class Understanding:
    """Understands the rows of one run; `files` are the ids of its files, in their order."""

    def __init__(self, of: Source, run: int, files: Sequence[int], *, synthetic: bool) -> None:
        self._source = of
        self._run = run
        self._files = files
        # What was made up and what a survey said are never the same, though word for word they are.
        self._kind = b"synthetic" if synthetic else b""

    def __call__(self, asked: Asked) -> Said:
        row, known = asked
        if isinstance(row, Fault):
            return Said(b"", reason=row.reason)
        try:
            raw = verbatim(row.raw)
        except RowRejected as damage:
            return Said(b"", reason=damage.reason)
        told = self._source.said(row.raw)
        basis = raw if told is row.raw else verbatim(told)
        row_hash = blake2b(basis, digest_size=16, person=self._kind).digest()
        if row_hash == known:
            return Said(row_hash)
        try:
            return Said(row_hash, self._record(row, row_hash, raw))
        except RowRejected as rejection:
            return Said(row_hash, reason=rejection.reason)

    def _record(self, row: Row, row_hash: bytes, raw: bytes) -> bytes:
        of = self._source
        meaning = meant(of.harmonise(row.raw, of.crosswalks, of.places))
        at = self._files[row.file], row.number
        about = (of.about.id, row.key, row.layer, row_hash, raw.decode(), *at, self._run)
        return as_copied((*about, of.crosswalks.digest, *meaning))
