"""Degrees as people write them, in both languages."""

import math
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ingest.angles import decimal, latitude, longitude

ANGLE = 33 + 5 / 60 + 30 / 3600


@pytest.mark.parametrize(
    "text",
    [
        "33°05'30\"",
        "33° 5' 30\"",
        "33º05'30\"",
        "33°05′30″",
        "33°05’30”",
        "33°05'30''",
        "33°05′30′′",
        "33°05'30",
        "33:05:30",
        "33 05 30",
        "33  05  30",
        "33-05-30",
        "33d05m30s",
        "33d 05m 30s",
        "33D05M30S",
        "33°5.5'",
        "33 5.5",
        "+33°05'30\"",
        " 33°05'30\" ",
        "33°05'30\" N",
        "33°05'30\"n",
        "N 33°05'30\"",
        "N33 05 30",
        "33 05 30N",
        "33d05m30s N",
        "+33 05 30 N",
    ],
)
def test_minutes_and_seconds_are_parts_of_a_degree(text: str) -> None:
    assert latitude(text) == pytest.approx(ANGLE, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("33.25", 33.25),
        ("-33.25", -33.25),
        ("+33.25", 33.25),
        ("33", 33.0),
        ("33.", 33.0),
        (".25", 0.25),
        ("-.25", -0.25),
        ("3.325e1", 33.25),
        ("3325E-2", 33.25),
        ("33,25", 33.25),
        ("-33,25", -33.25),
        ("33.25°", 33.25),
        ("33.25 º", 33.25),
        ("33.25 N", 33.25),
        ("33.25°S", -33.25),
        ("S33.25", -33.25),
        ("33 S", -33.0),
        ("33° 30'", 33.5),
        ("33° 30' S", -33.5),
        ("33 30 S", -33.5),
        ("0", 0.0),
        ("0° 0' 36\"", 0.01),
        ("0° 0' 36\" S", -0.01),
        ("-0° 0' 36\"", -0.01),
    ],
)
def test_every_form_of_a_latitude(text: str, value: float) -> None:
    assert latitude(text) == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "110°18'36\" W",
        "110°18'36\" O",
        "110°18'36\"o",
        "W110°18'36\"",
        "O 110 18 36",
        "110 18 36 W",
        "110d18m36s O",
        "-110°18'36\"",
        "- 110 18 36",
        "110.31 W",
        "110.31°O",
        "O110.31",
        "-110,31",
    ],
)
def test_west_is_w_in_english_and_o_in_spanish(text: str) -> None:
    assert longitude(text) == pytest.approx(-110.31, abs=1e-12)


@pytest.mark.parametrize("text", ["110.31 E", "110°18'36\"E", "E 110 18 36"])
def test_east_is_e_in_both(text: str) -> None:
    assert longitude(text) == pytest.approx(110.31, abs=1e-12)


# An S behind seconds is the south, unless an m behind the minutes makes it the seconds' own mark.
def test_an_s_is_the_south_and_seconds_only_beside_an_m() -> None:
    assert latitude("33 05 30 S") == latitude("33°05'30S") == latitude("33:05:30s") == -ANGLE
    assert latitude("33d05m30s") == ANGLE
    assert latitude("33d05m30s S") == latitude("33d05m30s s") == -ANGLE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Unknown",
        "33° 60'",
        "33° 65'",
        "33° 05' 60\"",
        "33° 05' 61.5\"",
        "33 5.5 30",
        "33° -5'",
        "33° 5' -30\"",
        "-33 S",
        "-33° 05' S",
        "N 33 N",
        "N 33 05 30 N",
        "33 05 30 W",
        "33.25 E",
        "33.25 O",
        "33.1.2",
        "33,1,2",
        "33;05;30",
        "33 05 30 15",
        "3333 05",
        "33° 005'",
        "33°05'30\" norte",
        "1_0",
        "0x21",
        "NaN",
        "inf",
        "٣٣",
        "33²",
        "--33",
        "33 N 05",
    ],
)
def test_what_is_no_latitude_is_none(text: str) -> None:
    assert latitude(text) is None


@pytest.mark.parametrize("text", ["110 18 36 N", "110.31 S", "W 110 W", "-110 O", "110 75 W"])
def test_what_is_no_longitude_is_none(text: str) -> None:
    assert longitude(text) is None


def test_eastings_and_northings_are_plain_numbers() -> None:
    assert (decimal("2121576.7"), decimal("-5e5")) == (2121576.7, -500_000.0)
    assert [decimal(text) for text in ("500 000", "500,5", "33 05 30", "5 N", "")] == [None] * 5


FORMS = ("{d}°{m}'{s:.6f}\"{h}", "{h} {d}° {m:02}' {s:.6f}\"", "{d}:{m:02}:{s:09.6f}{h}", "{d} {m} {s:.6f} {h}")


@pytest.mark.parametrize(("read", "letters"), [(latitude, "NS"), (longitude, "EW"), (longitude, "EO")])
@given(angle=st.floats(-180, 180), form=st.sampled_from(FORMS), signed=st.booleans())
def test_an_angle_that_was_written_out_reads_back(
    read: Callable[[str], float | None], letters: str, angle: float, form: str, signed: bool
) -> None:
    degrees, rest = divmod(abs(angle) * 3600, 3600)
    minutes, seconds = divmod(rest, 60)
    assume(round(seconds, 6) < 60)
    letter = "" if signed else letters[angle < 0]
    sign = "-" if signed and angle < 0 else ""
    text = sign + form.format(d=int(degrees), m=int(minutes), s=seconds, h=letter).strip()
    back = read(text)
    assert back is not None, text
    assert back == pytest.approx(angle, abs=1e-9)


@given(st.text(max_size=30))
def test_no_text_breaks_a_reader(text: str) -> None:
    for read in (latitude, longitude, decimal):
        value = read(text)
        assert value is None or isinstance(value, float)
        assert value is None or not math.isnan(value)
