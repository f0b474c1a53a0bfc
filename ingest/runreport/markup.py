"""HTML and SVG from nested calls: all that is not `Html` already is escaped on its way in."""

from html import escape
from typing import Protocol


class Say(Protocol):
    """Picks the words of the page's language."""

    def __call__(self, en: str, es: str) -> str: ...


class Html(str):
    """Markup; any other text is words."""

    __slots__ = ()


def element(tag: str, *inside: object, **attributes: object) -> Html:
    """An element; a None among its children or attributes is left out, `class_` and `aria_label` are written as HTML
    has them."""
    said = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Html(f"<{tag}{said}>{joined(*inside)}{'' if tag in ('meta', 'link') else f'</{tag}>'}")


def joined(*parts: object) -> Html:
    return Html(
        "".join(
            part if isinstance(part, Html) else escape(str(part), quote=False) for part in parts if part is not None
        )
    )
