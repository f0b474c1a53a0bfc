"""In which form an answer is wanted: by `f`, else by the Accept header (RFC 9110 §12.5.1), else as JSON."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from starlette.requests import Request


class Form(StrEnum):
    """What can be asked for; the value is the word of `f`."""

    JSON = "json"
    HTML = "html"


_TYPES = {
    Form.JSON: ("application/json", "application/geo+json", "application/schema+json"),
    Form.HTML: ("text/html", "application/xhtml+xml"),
}


def form(request: Request) -> Form:
    """The form that is wanted most; JSON where the client has no wish that we know."""
    named = request.query_params.get("f")
    if named is not None:
        return Form(named)
    accept = request.headers.get("accept", "")
    # The first of those that are wanted alike.
    return max(Form, key=lambda one: _weight(accept, one))


def _weight(accept: str, wanted: Form) -> float:
    """How much a form is wanted. Only types that are named count: browsers, who want pages, also take */*."""
    return max((weight for named, weight in offers(accept) if named in _TYPES[wanted]), default=0.0)


def offers(header: str) -> Iterator[tuple[str, float]]:
    """What a header such as Accept names, each with its weight (RFC 9110 §12.4.2); 0 where that is none that can be."""
    for item in header.lower().split(","):
        named, *parameters = (part.strip() for part in item.split(";"))
        yield named, _quality(parameters)


def _quality(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                quality = float(parameter[2:])
            except ValueError:
                return 0.0
            return quality if 0 <= quality <= 1 else 0.0
    return 1.0
