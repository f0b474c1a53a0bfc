"""What is wrong with a filter, in a sentence."""

from app.errors import BadValue
from app.words import Words


def bad(en: str, es: str) -> BadValue:
    """The fault of a filter; both sentences say what would be right."""
    return BadValue(Words(f"filter: {en}", f"filter: {es}"))
