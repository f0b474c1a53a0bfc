"""In which form an answer is wanted: by `f`, else by the Accept header (RFC 9110 §12.5.1), else as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from starlette.requests import Request


class Form(StrEnum):
    """What can be asked for; the value is the word of `f`."""

    JSON = "json"
    HTML = "html"


_TYPES: Mapping[str, Sequence[str]] = {
    Form.JSON: ("application/json", "application/geo+json", "application/schema+json"),
    Form.HTML: ("text/html", "application/xhtml+xml"),
}


def form(request: Request) -> Form:
    """The form that is wanted most; JSON where the client has no wish that we know."""
    return Form(preferred(request, _TYPES))


def preferred(request: Request, forms: Mapping[str, Sequence[str]]) -> str:
    """The form, of those given with their media types, that is wanted most; else the first."""
    named = request.query_params.get("f")
    if named is not None:
        return named
    accept = request.headers.get("accept", "")
    # The first of those that are wanted alike.
    return max(forms, key=lambda one: _weight(accept, forms[one]))


def _weight(accept: str, media_types: Sequence[str]) -> float:
    """How much a form is wanted. Only types that are named count: browsers, who want pages, also take */*."""
    return max((weight for named, weight in offers(accept) if named in media_types), default=0.0)


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
