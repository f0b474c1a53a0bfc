"""Years as MRDS writes them: four figures, with 0 for one that is not known."""


def year(text: str | None) -> int | None:
    """The year, None where it is blank, 0, or no year of mining history."""
    digits = (text or "").strip()
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) == 4 else 0
    return number if 1000 <= number <= 2100 else None
