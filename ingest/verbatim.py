"""A row's words as JSON, the same bytes for the same words; and what to show of a row that no JSON can hold."""

import re

import orjson

from ingest.rows import Raw, rejected

# NUL as JSON escapes it, and not the six characters \u0000 themselves. JSON allows it; PostgreSQL's jsonb does not.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def verbatim(raw: Raw) -> bytes:
    """The row as the database keeps it; raises `RowRejected` for one that it could not keep."""
    try:
        said = orjson.dumps(raw, default=str, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as fault:
        raise rejected(
            "row-unstorable",
            None,
            None,
            f"a value of the row cannot be kept as it is: {fault}; the agency's file is damaged here",
            f"un valor de la fila no se puede conservar tal cual: {fault}; el archivo está dañado aquí",
        ) from fault
    if b"\\u0000" in said and _NUL.search(said):
        raise rejected(
            "row-nul-byte",
            None,
            None,
            "a value of the row holds a NUL character, which no text has; the agency's file is damaged here",
            "un valor de la fila contiene un carácter NUL, que ningún texto lleva; el archivo está dañado aquí",
        )
    return said


def shown(raw: Raw) -> Raw:
    """Such a row for people to read, value by value as text, with NUL and half characters as escapes."""
    return {escaped(name): escaped(str(value)) for name, value in raw.items()}


def escaped(words: str) -> str:
    """Words that a database can keep. Names of files in another encoding than the system's have half characters."""
    return words.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()
