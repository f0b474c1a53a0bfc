"""Years of MRDS."""

import pytest

from ingest.years import year


@pytest.mark.parametrize(
    ("text", "number"),
    [("1917", 1917), (" 1917 ", 1917), ("1000", 1000), ("1519", 1519), ("2011", 2011), ("2100", 2100)],
)
def test_a_year_has_four_figures(text: str, number: int) -> None:
    assert year(text) == number


@pytest.mark.parametrize(
    "text",
    [
        *(None, "", " ", "0", "0000", "0999", "2101", "9999", "17", "191", "19170", "1917.0", "-1917", "<1917"),
        *("1917-18", "1930'S", "POST-1908.", "Unknown", "1_17", "１９１７", "19¹7", "1e33"),
    ],
)
def test_what_is_no_year_of_mining_is_none(text: str | None) -> None:
    assert year(text) is None
