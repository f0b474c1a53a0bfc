"""The parameters that a question may have; one that is not among them, or is given twice, is an error."""

import difflib
from collections.abc import Iterable, Sequence

from fastapi import Request
from pydantic import BaseModel, Field

from app.domain.bbox import Bbox
from app.domain.critical import critical_lists
from app.domain.vocabulary import unknown_code, vocabulary
from app.errors import BadValue, UnknownParameter
from app.queries.filter import Critical, DepositFilter
from app.words import LANGS, Words

DEFAULT_LIMIT = 1000
MAX_LIMIT = 10_000


class Plain(BaseModel):
    """What every question may have."""

    lang: str | None = Field(None, description="language of labels and messages · idioma: en, es", examples=["es"])


class Filtered(Plain):
    """Which deposits are wanted; the same for list, tile and extract."""

    bbox: str | None = Field(
        None,
        description="west,south,east,north in degrees, longitude first · oeste,sur,este,norte en grados",
        examples=["-115,28,-105,33"],
    )
    commodity: str | None = Field(None, description="codes of /vocabularies/commodity", examples=["copper,gold"])
    country: str | None = Field(None, description="codes of /vocabularies/country", examples=["US,MX"])
    source: str | None = Field(None, description="ids of /sources", examples=["mrds,sgm"])
    state: str | None = Field(None, description="codes of /vocabularies/state", examples=["US-AZ,MX-SON"])
    status: str | None = Field(None, description="codes of /vocabularies/status", examples=["producer"])
    list: str | None = Field(None, description="ids of /lists", examples=["us-critical-2025"])
    critical: str | None = Field(
        None, description="critical to both countries or to either, by the lists in force: both, either"
    )

    def filter(self, sources: Sequence[str]) -> DepositFilter:
        """The question as one value; raises `BadValue` with a sentence that says what would be right."""
        return DepositFilter(
            bbox=Bbox.parse(self.bbox) if self.bbox is not None else None,
            commodities=_codes("commodity", self.commodity),
            countries=_codes("country", self.country),
            sources=_listed(self.source, sources, "source", "/sources"),
            statuses=_codes("status", self.status),
            states=_codes("state", self.state),
            lists=_listed(self.list, critical_lists(), "list", "/lists"),
            critical=_critical(self.critical),
        )


class Listed(Filtered):
    """A page of the list."""

    limit: str | None = Field(None, description=f"1 to {MAX_LIMIT}; default {DEFAULT_LIMIT}", examples=["100"])
    cursor: str | None = Field(None, description="where to go on; taken from a `next` link")

    def rows(self) -> int:
        """How many rows are wanted on a page; raises `BadValue`."""
        text = str(DEFAULT_LIMIT) if self.limit is None else self.limit
        # int() also reads 1_000, +5 and the digits of other scripts.
        number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 5 else 0
        if not 1 <= number <= MAX_LIMIT:
            raise BadValue(
                Words(
                    f"limit={self.limit!r}: it is a whole number from 1 to {MAX_LIMIT}",
                    f"limit={self.limit!r}: es un número entero de 1 a {MAX_LIMIT}",
                )
            )
        return number


def check_names(request: Request, kind: type[Plain]) -> None:
    """Raises `UnknownParameter` for a name that this question does not have, or one given twice."""
    known = tuple(kind.model_fields)
    seen: set[str] = set()
    for name, _ in request.query_params.multi_items():
        if name not in known:
            raise _unknown(name, known)
        if name in seen:
            raise UnknownParameter(
                Words(
                    f"{name} is given twice; put all values into one, separated by commas",
                    f"{name} aparece dos veces; ponga todos los valores en uno, separados por comas",
                )
            )
        seen.add(name)
    lang = request.query_params.get("lang")
    if lang is not None and lang not in LANGS:
        raise BadValue(Words(f"lang={lang!r}: it is en or es", f"lang={lang!r}: es en o es"))


def _unknown(name: str, known: Sequence[str]) -> UnknownParameter:
    near = difflib.get_close_matches(name, known, n=1)
    hint_en = f"; did you mean {near[0]!r}?" if near else ";"
    hint_es = f"; ¿quiso decir {near[0]!r}?" if near else ";"
    listed = ", ".join(known)
    return UnknownParameter(
        Words(
            f"there is no parameter {name!r} here{hint_en} There are: {listed}",
            f"aquí no existe el parámetro {name!r}{hint_es} Existen: {listed}",
        )
    )


def _codes(name: str, text: str | None) -> tuple[str, ...]:
    return () if text is None else vocabulary(name).codes(text)


def _critical(text: str | None) -> Critical | None:
    if text is None:
        return None
    try:
        return Critical(text)
    except ValueError:
        raise BadValue(
            Words(
                f"critical={text!r}: it is both or either", f"critical={text!r}: es both (ambos) o either (cualquiera)"
            )
        ) from None


def _listed(text: str | None, known: Iterable[str], name: str, where: str) -> tuple[str, ...]:
    """The codes of a parameter whose values are not a vocabulary; raises `BadValue` for an unknown one."""
    if text is None:
        return ()
    known = tuple(known)
    asked = sorted({part.strip() for part in text.split(",")})
    for code in asked:
        if code not in known:
            raise unknown_code(name, code, next(iter(difflib.get_close_matches(code, known, n=1)), None), where)
    return tuple(asked)
