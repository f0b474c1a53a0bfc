"""What the page is made of: sections, tables and bars."""

from collections.abc import Iterable, Iterator, Sequence

from ingest.gates import FILL_POINTS
from ingest.runreport.markup import Html, Say, element


def section(name: str, title: str, *inside: Html | None) -> Html:
    return element("section", element("h2", title), *inside, id=name)


def bars(caption: str, heads: Sequence[str], rows: Sequence[tuple[str, int]]) -> Html:
    """A histogram as a table: the bars are for the eye, the numbers for all."""
    most = max((count for _, count in rows), default=1)
    barred = ((name, count, bar(100 * count / most)) for name, count in rows)
    return table(caption, (*heads, ""), barred, class_="bars")


def bar(share: float, before: float | None = None, measured: bool = False) -> Html:
    """A bar of 100 units, with the release's share as a line and what the gate lets pass as a band."""
    low, high = (max(before - FILL_POINTS, 0), min(before + FILL_POINTS, 100)) if before is not None else (0.0, 0.0)
    over = measured and before is not None and abs(share - before) > FILL_POINTS
    return element(
        "svg",
        element("rect", width=100, height=10, class_="rail"),
        element("rect", x=f"{low:.1f}", width=f"{high - low:.1f}", height=10, class_="band") if measured else None,
        element("rect", y=2, width=f"{share:.1f}", height=6, class_="over" if over else "share"),
        element("path", d=f"M{before:.1f} 0V10", class_="before") if before is not None else None,
        viewBox="0 0 100 10",
        preserveAspectRatio="none",
        class_="bar",
        aria_hidden="true",
    )


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[object]], class_: str | None = None) -> Html:
    """A table with its caption; too wide for the page, it scrolls by itself, by keyboard too."""
    listed = list(rows)
    numbers = (any(isinstance(row[column], int | float) for row in listed) for column in range(len(heads)))
    sides = ("number" if number else None for number in numbers)
    top = (
        element("th", head, scope="col", class_=side) if head else element("td")
        for head, side in zip(heads, sides, strict=True)
    )
    body = (element("tr", element("th", first, scope="row"), *map(_cell, others)) for first, *others in listed)
    table = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", *top)),
        element("tbody", *body),
        class_=class_,
    )
    return element("div", table, class_="scroll", tabindex=0, role="region", aria_label=caption)


def _cell(value: object) -> Html:
    match value:
        case None:
            return element("td", "–", class_="number")
        case int():
            return element("td", f"{value:,}", class_="number")
        case float():
            return element("td", f"{value:.1f}", class_="number")
    return element("td", value)


def only_first(shown: int, count: int, say: Say) -> Iterator[Html]:
    if shown < count:
        yield element("p", say(f"The first {shown:,} of {count:,}.", f"Los primeros {shown:,} de {count:,}."))
