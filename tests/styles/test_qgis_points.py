"""The style of an ordinary layer of deposits for QGIS; QGIS itself is asked in tests/conformance."""

from xml.etree import ElementTree

import pytest

from app.styles.looks import look
from app.styles.qgis import of_points


@pytest.mark.parametrize("lang", ["en", "es"])
def test_each_rule_has_its_symbol_and_each_column_its_title(lang):
    of = look("status")
    root = ElementTree.fromstring(of_points(of, lang, {"status": "A <title>"}))  # noqa: S314 our own
    rules, symbols = root.findall(".//rule"), root.findall("renderer-v2/symbols/symbol")
    assert [rule.get("label") for rule in rules] == [kind.label.speak(lang) for kind in of.colours.kinds]
    assert [rule.get("symbol") for rule in rules] == [symbol.get("name") for symbol in symbols]
    assert [(one.get("field"), one.get("name")) for one in root.findall("aliases/alias")] == [("status", "A <title>")]


def test_rules_ask_for_nothing_that_only_tiles_have():
    for rule in ElementTree.fromstring(of_points(look("status"), "en", {})).findall(".//rule"):  # noqa: S314 our own
        assert "point_count" not in rule.get("filter")
        assert '"status" IN (' in rule.get("filter")
