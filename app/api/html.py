"""The documents of the API as pages to read."""

from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, select_autoescape
from starlette.responses import HTMLResponse, Response

if TYPE_CHECKING:
    from app.api.question import Question

_PAGES = Environment(loader=PackageLoader("app.web", "pages"), autoescape=select_autoescape(), trim_blocks=True)


def page(name: str, document: dict[str, Any], asked: "Question", kept: dict[str, str]) -> Response:
    """The document on the page of that name, in the asker's language."""
    said = _PAGES.get_template(f"{name}.html").render(document=document, lang=asked.lang, to=asked.address)
    return HTMLResponse(said, headers=kept)
