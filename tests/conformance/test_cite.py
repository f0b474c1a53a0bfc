"""The OGC's executable test suites for OGC API Features 1.0 and Tiles 1.0, and how their results are read.

They run by `make cite` alone: not every Maven repository offers them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest

JARS = Path(__file__).parents[2] / "var" / "cite"
QUAD = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"

# Tests that cannot apply to this service, by class and method, and why; any other skip is a failure.
FEATURES_SKIPS: dict[str, str] = {}
TILES_SKIPS: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one method of a suite: PASS, FAIL or SKIP, and why."""

    name: str
    status: str
    reason: str


def verdicts(results: Path) -> list[Verdict]:
    """Every verdict of a `testng-results.xml`, set-up methods among them."""
    # The file is written by the suite that we started.
    suite = ElementTree.parse(results).getroot()  # noqa: S314
    return [
        Verdict(f"{group.get('name')}.{method.get('name')}", method.get("status", "none"), _reason(method))
        for group in suite.iter("class")
        for method in group.iter("test-method")
    ]


def _reason(method: ElementTree.Element) -> str:
    given = [" ".join(value.text.split()) for value in method.iterfind("params/param/value") if value.text]
    said = method.findtext("exception/message") or ""
    return " ".join([*said.split(), *(f"[{value}]" for value in given)])


def complaints(told: list[Verdict], expected_skips: Mapping[str, str]) -> Iterator[str]:
    """What keeps a suite from having passed: failures, skips that nobody expects, skips expected in vain."""
    if not any(one.status == "PASS" for one in told):
        yield "no test passed: the suite did not run"
    for one in told:
        if one.status == "SKIP" and one.name in expected_skips:
            continue
        if one.status != "PASS":
            yield f"{one.status} {one.name}: {one.reason}"
    skipped = {one.name for one in told if one.status == "SKIP"}
    yield from (f"expected to be skipped, and was not: {name}" for name in expected_skips if name not in skipped)


RESULTS = """<?xml version="1.0" encoding="UTF-8"?>
<testng-results ignored="0" total="4" passed="1" failed="1" skipped="2">
  <suite name="ogcapi"><groups></groups><test name="Core">
    <class name="org.example.LandingPage">
      <test-method signature="page()" name="page" description="A.1" status="PASS"></test-method>
      <test-method signature="links(java.lang.String)" name="links" data-provider="links" status="FAIL">
        <params><param index="0"><value><![CDATA[deposits]]></value></param></params>
        <exception class="java.lang.AssertionError"><message>
          <![CDATA[no <link> & no
 type]]></message><full-stacktrace><![CDATA[at]]></full-stacktrace></exception>
      </test-method>
      <test-method signature="html()" name="html" status="SKIP">
        <exception class="org.testng.SkipException"><message><![CDATA[no HTML]]></message></exception>
      </test-method>
    </class>
    <class name="org.example.Collections">
      <test-method is-config="true" signature="setUp()" name="setUp" status="FAIL">
        <exception class="java.lang.IllegalStateException"><message><![CDATA[no answer]]></message></exception>
      </test-method>
      <test-method signature="all()" name="all" status="SKIP"></test-method>
    </class>
  </test></suite>
</testng-results>
"""


@pytest.fixture
def told(tmp_path):
    path = tmp_path / "testng-results.xml"
    path.write_text(RESULTS)
    return verdicts(path)


def test_every_method_s_verdict_is_read_with_its_reason(told):
    assert told == [
        Verdict("org.example.LandingPage.page", "PASS", ""),
        Verdict("org.example.LandingPage.links", "FAIL", "no <link> & no type [deposits]"),
        Verdict("org.example.LandingPage.html", "SKIP", "no HTML"),
        Verdict("org.example.Collections.setUp", "FAIL", "no answer"),
        Verdict("org.example.Collections.all", "SKIP", ""),
    ]


def test_failures_and_skips_that_nobody_expects_are_complained_of(told):
    assert list(complaints(told, {"org.example.LandingPage.html": "the service has no HTML"})) == [
        "FAIL org.example.LandingPage.links: no <link> & no type [deposits]",
        "FAIL org.example.Collections.setUp: no answer",
        "SKIP org.example.Collections.all: ",
    ]


def test_a_skip_that_is_expected_in_vain_is_complained_of(told):
    passed = [one for one in told if one.status == "PASS"]
    assert list(complaints(passed, {"org.example.Gone": "it was"})) == [
        "expected to be skipped, and was not: org.example.Gone"
    ]


def test_a_suite_in_which_nothing_passed_has_not_passed():
    assert list(complaints([], {})) == ["no test passed: the suite did not run"]


def _arguments(path, **entries):
    """A suite's arguments, in Java's XML form of properties."""
    lines = (f'<entry key="{key}">{escape(value)}</entry>' for key, value in entries.items())
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<!DOCTYPE properties SYSTEM "http://java.sun.com/dtd/properties.dtd">\n'
        f'<properties version="1.0">{"".join(lines)}</properties>\n'
    )
    return str(path)


@pytest.fixture
def suite(run, tmp_path):
    """Runs a suite with its arguments and reads its verdicts; its exit code says nothing."""

    def verdicts_of(name, **arguments):
        jars = sorted(JARS.glob(f"{name}-*-aio.jar"))
        assert jars, f"{name} is not in {JARS}: run `make cite`, which fetches it"
        given = _arguments(tmp_path / "arguments.xml", **arguments)
        run("openjdk-17-jre-headless", "java", "-jar", str(jars[-1]), "-o", str(tmp_path / "out"), given)
        (results,) = (tmp_path / "out").rglob("testng-results.xml")
        return verdicts(results)

    return verdicts_of


@pytest.mark.cite
def test_the_features_suite_finds_nothing_wrong(suite, edge_served):
    told = suite("ets-ogcapi-features10", iut=f"{edge_served.url}/", noofcollections="-1")
    wrong = list(complaints(told, FEATURES_SKIPS))
    assert not wrong, "\n".join(wrong)


@pytest.mark.cite
def test_the_tiles_suite_finds_nothing_wrong(suite, edge_served):
    told = suite(
        "ets-ogcapi-tiles10",
        iut=f"{edge_served.url}/",
        tilematrixsetdefinitionuri=QUAD,
        urltemplatefortiles=(
            f"{edge_served.url}/collections/deposits/tiles/WebMercatorQuad/{{tileMatrix}}/{{tileRow}}/{{tileCol}}?f=mvt"
        ),
        # The tile of northern Mexico and the south-west of the United States, which holds deposits.
        tilematrix="3",
        mintilerow="3",
        maxtilerow="3",
        mintilecol="1",
        maxtilecol="1",
    )
    wrong = list(complaints(told, TILES_SKIPS))
    assert not wrong, "\n".join(wrong)
