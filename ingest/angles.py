"""Degrees as people write them: decimal, with a comma, or degrees, minutes and seconds with or without a hemisphere."""

import re

# Spanish writes O (oeste) where English writes W; both write E, N and S.
_SIGNS = {"N": 1, "E": 1, "S": -1, "W": -1, "O": -1}
_LATITUDE = "NS"
_LONGITUDE = "EWO"

_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[+-]?\d{1,3},\d+", re.ASCII)
# An s marks seconds beside an m for minutes alone: "33 05 30 S" lies south.
_SEXAGESIMAL = re.compile(
    r"""(?P<before>[NSEWO])?\s*
        (?P<sign>[+-])?\s*(?P<degrees>\d{1,3})(?:[°ºd:\s-]\s*)
        (?P<minutes>\d{1,2}(?:\.\d+)?)(?:(?:(?P<letters>m)|['′’:\s-])\s*|$)
        (?:(?P<seconds>\d{1,2}(?:\.\d+)?)\s*(?(letters)s|(?:["″”]|''|′′))?\s*)?
        (?P<after>[NSEWO])?""",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
_HEMISPHERE = re.compile(
    r"(?P<before>[NSEWO])?\s*(?P<number>[+-]?\d{1,3}(?:\.\d+)?)\s*[°º]?\s*(?P<after>[NSEWO])?",
    re.ASCII | re.IGNORECASE,
)


def longitude(text: str) -> float | None:
    """Degrees east; None for what is no longitude, such as one marked N."""
    return _degrees(text.strip(), _LONGITUDE)


def latitude(text: str) -> float | None:
    """Degrees north; None for what is no latitude, such as one marked W."""
    return _degrees(text.strip(), _LATITUDE)


def decimal(text: str) -> float | None:
    """A plain number, as eastings and northings are; None for what is none."""
    return float(text) if _DECIMAL.fullmatch(text) else None


def _degrees(text: str, hemispheres: str) -> float | None:
    if _DECIMAL.fullmatch(text):
        return float(text)
    if _DECIMAL_COMMA.fullmatch(text):
        return float(text.replace(",", "."))
    marked = _HEMISPHERE.fullmatch(text)
    if marked:
        return _signed(float(marked["number"]), marked, hemispheres)
    parts = _SEXAGESIMAL.fullmatch(text)
    if parts is None:
        return None
    minutes, seconds = float(parts["minutes"]), float(parts["seconds"] or 0)
    if minutes >= 60 or seconds >= 60 or (parts["seconds"] and not minutes.is_integer()):
        return None
    size = float(parts["degrees"]) + minutes / 60 + seconds / 3600
    return _signed(-size if parts["sign"] == "-" else size, parts, hemispheres)


def _signed(value: float, match: re.Match[str], hemispheres: str) -> float | None:
    """The value with its hemisphere; None where two are named, the wrong axis's, or one beside a minus sign."""
    named = [letter.upper() for letter in (match["before"], match["after"]) if letter]
    if not named:
        return value
    if len(named) > 1 or named[0] not in hemispheres or value < 0:
        return None
    return value * _SIGNS[named[0]]
