"""The run report: all that the ledger knows of a run, in a page that stands alone and believes no word it is given."""

import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.errors import BadValue, NotThere
from app.words import LANGS
from ingest.ledger import begin, fail
from ingest.pipeline import ingest
from ingest.publish import publish
from ingest.report import Teller
from ingest.runreport import as_html, build
from ingest.runreport.map import draw
from ingest.runreport.markup import element, joined
from ingest.sources import source

HOSTILE = "<script>alert('x')</script> & \"quoted\""
HEAD = ",country,state,commod1,dev_stat"
ROWS = (
    '1,"<b>Aguila</b>",8.56,77.9,Peru,,Gold,Producer',  # both signs lost
    "2,Off,60,-150,Mexico,,Gold,Producer",  # no rule explains it
    f'3,"{HOSTILE.replace(chr(34), chr(34) * 2)}",30,-110,Mexico,,Gold,"<i>Dug & left</i>"',
    "4,No place,,-110,Mexico,,Gold,Producer",
    '5,Bad place,30,"-110<img src=x>",Mexico,,Gold,Producer',
    "6,Bad place too,30,west,Mexico,,Silver,Producer",
)


class Page(HTMLParser):
    """Every element of a page with its attributes, checked to be closed in the order in which it was opened."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.seen if tag in tags]


def report_of(store: Engine, run: int | None = None) -> dict[str, Any]:
    with store.connect() as connection:
        return build(connection, run)


@pytest.fixture
def told(empty_store: Engine, quiet: Teller, mrds: Callable[..., Path]) -> dict[str, Any]:
    """The report of a run that has one of everything a steward is told."""
    ingest(source("mrds"), [mrds(*ROWS, more=HEAD, name="mrds & <co>.csv")], empty_store, quiet)
    return report_of(empty_store)


def bar_marks(page: str) -> Iterator[str]:
    return iter(re.findall(r'class="(band|before|over)"', page))


def test_the_newest_finished_run_is_told_unless_another_is_asked_for(own_sample_store: Engine) -> None:
    with own_sample_store.begin() as connection:
        late = begin(connection, "mrds", "digest", partial=False)
    fail(own_sample_store, late, RuntimeError("power cut"))
    assert report_of(own_sample_store)["run"]["id"] == late - 1
    assert report_of(own_sample_store, 1)["run"]["source"] == "mrds"


def test_a_run_that_there_is_not_is_refused(empty_store: Engine) -> None:
    with pytest.raises(NotThere, match="no run has finished"):
        report_of(empty_store)
    with pytest.raises(BadValue, match="there is no run 99"):
        report_of(empty_store, 99)


def test_a_failed_run_is_told_with_its_reason(own_sample_store: Engine) -> None:
    with own_sample_store.begin() as connection:
        run = begin(connection, "mrds", "digest", partial=True)
    fail(own_sample_store, run, RuntimeError("power <cut>"))
    page = as_html(report_of(own_sample_store, run), "es")
    assert "fallida" in page
    assert "power &lt;cut&gt;" in page
    assert "Qué fue de las filas" not in page


def test_the_report_is_json_and_looking_changes_nothing(sample_store: Engine) -> None:
    with sample_store.connect() as connection:
        first, again = build(connection, 1), build(connection, 1)
        assert connection.scalar(text("SELECT to_regclass('compared')")) is None
    assert json.loads(json.dumps(first)) | {"made_at": 0} == again | {"made_at": 0}


def test_counts_are_those_of_the_ledger(sample_store: Engine) -> None:
    report = report_of(sample_store, 1)
    run = report["run"]
    assert run["rows_in"] == run["rows_published"] + run["rows_rejected"] + run["rows_unchanged"] == 93
    assert sum(reason["rows"] for reason in report["rejects"]) == run["rows_rejected"] == 8
    assert sum(count for *_, count in report["positions"]["cells"]) == run["rows_published"]
    assert [step["name"] for step in report["steps"]] == ["read", "harmonise", "store"]
    assert [(file["name"], file["synthetic"]) for file in report["files"]] == [("mrds.csv", True)]
    assert "93 rows in = 85 to publish + 8 rejected + 0 unchanged" in as_html(report, "en")


def test_rejects_are_gathered_by_reason_with_examples(told: dict[str, Any]) -> None:
    assert [(reason["code"], reason["rows"]) for reason in told["rejects"]] == [
        ("position-not-a-number", 2),
        ("position-missing", 1),
    ]
    example = told["rejects"][0]["examples"][0]
    assert (example["row"], example["field"], example["value"]) == (6, "longitude", "-110<img src=x>")
    assert set(example["message"]) == {"en", "es"}


def test_a_repair_is_told_from_where_the_source_had_it_and_an_odd_place_stays(told: dict[str, Any]) -> None:
    (repaired,), (odd,) = (told["positions"][what]["records"] for what in ("repaired", "odd"))
    assert (repaired["code"], repaired["put_at"]) == ("both-signs", [77.9, 8.56])
    assert (repaired["longitude"], repaired["latitude"]) == (-77.9, -8.56)
    assert (odd["id"], odd["code"], odd["stated"]) == ("mrds-2", "outside-stated-country", "Mexico")


def test_unmapped_words_name_the_csv_to_open(told: dict[str, Any]) -> None:
    (word,) = told["unmapped"]
    assert (word["word"], word["rows"]) == ("<i>Dug & left</i>", 1)
    assert "ingest/sources/mrds/crosswalk/status.csv" in as_html(told, "es")


def test_records_that_ended_are_named_and_an_older_run_is_told_as_it_left_things(
    empty_store: Engine, quiet: Teller, mrds: Callable[..., Path]
) -> None:
    ingest(source("mrds"), [mrds("1,a,30,-110", "2,b,31,-110")], empty_store, quiet)
    ingest(source("mrds"), [mrds("1,changed,30,-110")], empty_store, quiet)
    newer = report_of(empty_store)
    assert [one["id"] for one in newer["ended"]] == ["mrds-2"]
    assert "salen de la próxima edición: 1<" in as_html(newer, "es")
    older = report_of(empty_store, 1)
    assert older["ended"] == []
    assert sum(count for *_, count in older["positions"]["cells"]) == 2


def test_fill_is_drawn_against_the_release_and_the_gates_limits(
    empty_store: Engine, quiet: Teller, mrds: Callable[..., Path]
) -> None:
    rows = [f"{n},a,30,-110,{'Gold' if n % 2 else ''}" for n in range(200)]
    ingest(source("mrds"), [mrds(*rows, more=",commod1")], empty_store, quiet)
    assert report_of(empty_store)["current_release"] is None
    assert list(bar_marks(as_html(report_of(empty_store), "en"))) == []
    publish(empty_store, quiet)
    held = report_of(empty_store)
    assert held["current_release"]["holds_run"]
    assert "over" not in bar_marks(as_html(held, "en"))
    ingest(source("mrds"), [mrds(*(row.replace("Gold", "") for row in rows), more=",commod1")], empty_store, quiet)
    report = report_of(empty_store)
    (layer,) = report["fill"]
    filled = {one["name"]: (one["now"], one["before"]) for one in layer["columns"]}
    assert layer["measured"]
    assert filled["commodities"] == (0.0, 50.0)
    assert {drift["gate"] for drift in report["gates"]} == {"fill"}
    page = as_html(report, "en")
    assert {"band", "before", "over"} <= set(bar_marks(page))
    assert "vetalode publish --accept fill" in page
    assert "What this run changed is not in it." in page


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_stands_alone_and_every_word_is_escaped(told: dict[str, Any], lang: Any) -> None:
    page = as_html(told, lang)
    parsed = Page(page)
    assert parsed.all("html") == [{"lang": lang}]
    assert parsed.all("script", "img", "link", "i", "iframe") == []
    assert all(link["href"].startswith("#") for link in parsed.all("a"))
    assert not re.search(r"https?://|url\((?!#)|@import", page)
    assert "&lt;b&gt;Aguila&lt;/b&gt;" in page
    assert "mrds &amp; &lt;co&gt;.csv" in page


def test_the_page_can_be_read_without_seeing_it(told: dict[str, Any]) -> None:
    parsed = Page(as_html(told, "en"))
    ids = [attributes["id"] for _, attributes in parsed.seen if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {link["href"] for link in parsed.all("a")} <= {f"#{name}" for name in ids}
    assert len(parsed.all("caption")) == len(parsed.all("table"))
    assert all(svg.get("role") == "img" or svg.get("aria-hidden") == "true" for svg in parsed.all("svg"))
    (named,) = [svg["aria-labelledby"] for svg in parsed.all("svg") if "aria-labelledby" in svg]
    assert set(str(named).split()) <= set(ids)
    assert all(head["scope"] in ("col", "row") for head in parsed.all("th"))


def test_no_language_leaks_into_the_other(told: dict[str, Any]) -> None:
    english, spanish = (re.sub("<[^>]*>", " ", as_html(told, lang).partition("<body>")[2]) for lang in LANGS)
    assert not re.search(r"\b(filas|rechazadas|cambio|registros)\b", english)
    assert not re.search(r"\b(rows|rejected|unchanged|records)\b", spanish)


def test_a_swapped_latitude_beyond_the_pole_is_drawn_at_the_edge() -> None:
    swapped = {"id": "mrds-1", "name": None, "code": "axes-swapped", "longitude": -110.0, "latitude": 30.0}
    found = {
        "cells": [[-110.0, 30.0, 1]],
        "repaired": {"records": [{**swapped, "put_at": [30.0, -110.0]}]},
        "odd": {"records": []},
    }
    svg = draw(found, lambda en, _: en)
    (height,) = re.findall(r'viewBox="0 0 1440 (\d+)"', svg)
    (y,) = re.findall(r'<path d="M\d+ (\d+)L[^"]*" class="repair"', svg)
    assert int(y) == int(height)


def test_markup_escapes_all_but_itself() -> None:
    assert element("p", "a < b & ", element("b", "c"), None, title='"x" <y>', class_=None) == (
        '<p title="&quot;x&quot; &lt;y&gt;">a &lt; b &amp; <b>c</b></p>'
    )
    assert joined("<", 1, element("meta", http_equiv="x")) == '&lt;1<meta http-equiv="x">'
