"""Each queryable property as an expression over `deposit`, the same for asking and for showing."""

from sqlalchemy import ColumnElement, Text, func

from app.db.tables import deposit
from app.domain.properties import Kind
from app.domain.queryables import queryables


def column(name: str) -> ColumnElement[object]:
    """What is said under that name: codes in a row joined by commas, null where there are none."""
    if queryables()[name].kind is Kind.CODES:
        return func.nullif(func.array_to_string(deposit.c[name], ",", type_=Text), "", type_=Text)
    return deposit.c[name]


def codes(name: str) -> ColumnElement[list[str]]:
    """The codes of a property of kind CODES as an array, empty where there are none."""
    return deposit.c[name]
