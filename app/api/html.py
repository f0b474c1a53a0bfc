"""The documents of the API as pages to read."""

from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from app.api import said
from app.api.plot import plot
from app.asked.parameters import FILTER
from app.extracts.formats import FORMATS
from app.words import LANGS, Words

if TYPE_CHECKING:
    from app.api.question import Asking
    from app.queries.standing import Standing

STYLE = files("app.web").joinpath("pages/pages.css").read_bytes()
# The name changes with the content, so that caches may keep the file for good.
STYLE_PATH = f"/pages-{sha256(STYLE).hexdigest()[:8]}.css"

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)

_PAGES = Environment(
    loader=PackageLoader("app.web", "pages"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
_PAGES.filters["grouped"] = said.grouped
_PAGES.filters["megabytes"] = said.megabytes
_PAGES.tests["address"] = said.is_web_address


def page(
    name: str, document: dict[str, Any], asked: "Asking", headers: dict[str, str], standing: "Standing | None"
) -> Response:
    """The document on the page of that name, in the asker's language; `standing` where it is of what is published."""
    lang, path = asked.lang, asked.path
    # What a reader chose by the address goes on from page to page.
    chosen = {name: asked.asked[name] for name in ("lang", "f") if name in asked.asked}
    plain = {name: value for name, value in asked.asked.items() if name != "f"}

    def to(path: str, **given: str) -> str:
        return asked.address(path, {**chosen, **given})

    def take(path: str, **given: str) -> str:
        # A file has a form of its own.
        return asked.address(path, {**{name: each for name, each in chosen.items() if name == "lang"}, **given})

    text = _PAGES.get_template(f"{name}.html").render(
        document=document,
        lang=lang,
        to=to,
        take=take,
        path=path,
        say=lambda en, es: Words(en, es).speak(lang),
        value=lambda name, value: said.value(name, value, standing.cards if standing else {}, lang),
        title=lambda name: said.title(name, lang),
        term=lambda vocabulary, code: said.term(vocabulary, code, lang),
        said=said,
        filters=FILTER,
        formats=FORMATS.values(),
        asked=plain,
        plot=lambda features: plot(features, asked.asked, lang),
        as_json=asked.address(path, {**plain, "f": "json"}),
        others={other: asked.address(path, {**asked.asked, "lang": other}) for other in LANGS if other != lang},
        release=document.get("release", standing.current.name) if standing else None,
        style=asked.address(STYLE_PATH),
    )
    return HTMLResponse(text, headers={**headers, "Content-Security-Policy": _POLICY})
