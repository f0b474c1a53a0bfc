"""The forms in which USGS publishes MRDS beside its flat file, each read by a module of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.rows import Raw, Reading
from ingest.sources.mrds import record, relational, trim, wfs


@dataclass(frozen=True, slots=True)
class Form:
    """A form by what it can do: tell its files, read them, and say a row in the columns of the flat file."""

    recognises: Callable[[Path], bool]
    read: Callable[[Sequence[Path]], Reading]
    as_flat: Callable[[Raw], dict[str, str]]


FORMS = {
    trim.FORM: Form(trim.recognises, trim.read, trim.as_flat),
    relational.FORM: Form(relational.recognises, relational.read, relational.as_flat),
    wfs.FORM: Form(wfs.recognises, wfs.read, wfs.as_flat),
    record.FORM: Form(record.recognises, record.read, record.as_flat),
}


def form_of(paths: Sequence[Path]) -> Form | None:
    """The form that any of the files shows; None where it is the flat file, or nothing that we know."""
    return next((form for form in FORMS.values() if any(map(form.recognises, paths))), None)


def as_flat(raw: Raw) -> dict[str, str]:
    """A row of any form in the columns of the flat file; the flat file's own rows say no form."""
    return FORMS[raw["form"]].as_flat(raw) if "form" in raw else raw
