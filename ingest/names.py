"""Names as they are shown: the source's words, tidied but never rewritten."""


def tidied(words: str | None) -> str | None:
    """Single spaces, no hanging comma; None where nothing is left. MRDS pads names and ends some in a comma."""
    name = " ".join((words or "").split()).strip(" ,;")
    return name or None


def stated(words: object) -> str | None:
    """A source's words verbatim, or None where they are blank: MRDS writes blanks as nothing and as one space."""
    if words is None:
        return None
    text = str(words)
    return text if text.strip() else None
