"""What can go wrong, as one tree; each error speaks both languages and knows nothing of HTTP.

VetalodeError
├── Misasked                 the question cannot be answered as it was put
│   ├── BadValue             a parameter has a value that it cannot have
│   ├── UnknownParameter     a parameter that we do not have, or one given twice
│   ├── NotThere             nothing has the name that was asked for
│   ├── TooLarge             a file of all that would be larger than one may be
│   └── Gone                 a release is no longer kept
├── Unavailable              the question is right; we cannot answer it now
│   ├── NothingPublished     no release has been published yet
│   ├── DatabaseAway         the database does not answer, or no connection is free
│   ├── Crowded              as many extracts are being made as may be at once
│   └── TookTooLong          the database gave up after its time limit
└── Refused                  a steward's command cannot be carried out
    ├── FileFault            a file is not what its source publishes, or is damaged
    ├── Busy                 another run holds the source or the publishing lock
    └── GateClosed           a publish that a person has to accept by name
"""

from app.words import Words


class VetalodeError(Exception):
    """The root; `words` is the sentence to show, in both languages."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


class Misasked(VetalodeError):
    """The question cannot be answered as it was put."""


class BadValue(Misasked):
    """A parameter has a value that it cannot have."""


class UnknownParameter(Misasked):
    """A parameter that we do not have, or one given twice."""


class NotThere(Misasked):
    """Nothing has the name that was asked for."""


class TooLarge(Misasked):
    """A file of all that would be larger than one may be."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "the file would be larger than an extract may be; ask for less, or take the release's own file of it",
                "el archivo sería mayor de lo que un extracto puede ser; pida menos, o tome el archivo de la edición",
            )
        )


class Gone(Misasked):
    """A release is no longer kept."""


class Unavailable(VetalodeError):
    """The question is right; we cannot answer it now."""


class NothingPublished(Unavailable):
    """No release has been published yet."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "nothing is published yet; run `vetalode ingest`, then `vetalode publish`",
                "aún no hay nada publicado; ejecute `vetalode ingest` y luego `vetalode publish`",
            )
        )


class DatabaseAway(Unavailable):
    """The database does not answer, or no connection is free."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "the database does not answer just now; try again in a few seconds",
                "la base de datos no responde en este momento; intente de nuevo en unos segundos",
            )
        )


class Crowded(Unavailable):
    """As many extracts are being made as may be at once."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "as many extracts are being made as may be at once; try again in a few seconds",
                "ya se preparan tantos extractos como puede haber a la vez; intente de nuevo en unos segundos",
            )
        )


class TookTooLong(Unavailable):
    """The database gave up after its time limit."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "the question took too long; ask for a smaller box or fewer rows",
                "la consulta tardó demasiado; pida un recuadro menor o menos filas",
            )
        )


class Refused(VetalodeError):
    """A steward's command cannot be carried out."""


class FileFault(Refused):
    """A file is not what its source publishes, or is damaged."""


class Busy(Refused):
    """Another run holds the source or the publishing lock."""


class GateClosed(Refused):
    """A publish that a person has to accept by name."""
