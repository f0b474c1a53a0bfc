"""The parameter `datetime` of the OGC API: an instant or an interval (RFC 3339), as the days that it touches."""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Self

from app.errors import BadValue
from app.words import Words, quoted

_INSTANT = re.compile(r"(\d{4})(-\d\d-\d\d)T(\d\d:\d\d:)(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)
_DAY = re.compile(r"(\d{4})(-\d\d-\d\d)", re.ASCII)
_DURATION = re.compile(
    r"P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII
)
_LONGEST = 100

# A program that must name an end where it means none names the first year of ISO 8601, or its last day, as QGIS does.
_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Interval:
    """From the first to the last day of UTC that is touched; None is an open end."""

    first: date | None
    last: date | None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads `2026-08-01`, `2026-08-01T12:00:00Z`, or a start and an end with a slash between; raises `BadValue`.

        An end that is open is `..` or empty; one of the two may be a duration such as P2D.
        """
        try:
            start, end = _ends(text)
        except (ValueError, OverflowError):
            raise _bad(
                text,
                "it is a day, an instant such as 2026-08-01T12:00:00Z, or an interval start/end; .. is an open end",
                "es un día, un instante como 2026-08-01T12:00:00Z, o un intervalo inicio/fin; .. es un extremo abierto",
            ) from None
        if start > end:
            raise _bad(text, "it ends before it begins", "termina antes de empezar")
        first, last = start.date(), end.date()
        return cls(None if start == _FIRST else first, None if last == date.max else last)


def day_of(text: str) -> date:
    """The day, or the day of UTC of an instant; raises `ValueError`."""
    return _moment(text)[0].date()


def _ends(text: str) -> tuple[datetime, datetime]:
    """When it begins and ends; `ValueError` or `OverflowError` for what is neither instant nor interval."""
    if len(text) > _LONGEST:
        raise ValueError
    before, slash, after = text.partition("/")
    if not slash:
        return _moment(text)
    if before.startswith("P"):
        end = _moment(after)[1]
        return _moved(end, before, -1), end
    start = _FIRST if before in ("", "..") else _moment(before)[0]
    if after.startswith("P"):
        return start, _moved(_moment(before)[0], after, 1)
    return start, _LAST if after in ("", "..") else _moment(after)[1]


def _moment(text: str) -> tuple[datetime, datetime]:
    """An instant twice, or the first and the last instant of a day."""
    if day := _DAY.fullmatch(text):
        midnight = _read(day[1], day[2], "00:00:00+00:00")
        return midnight, midnight if midnight in (_FIRST, _LAST) else midnight + timedelta(days=1, microseconds=-1)
    if not (parts := _INSTANT.fullmatch(text)):
        raise ValueError
    # A leap second is the last of its minute.
    second = min(parts[4], "59") if parts[4] <= "60" else parts[4]
    fraction = (parts[5] or "0")[:6]
    offset = parts[6].upper().replace("Z", "+00:00")
    instant = _read(parts[1], parts[2], f"{parts[3]}{second}.{fraction:0<6}{offset}")
    return instant, instant


def _read(year: str, day: str, time: str) -> datetime:
    """The instant, or the first or last one that can be told, where it lies beyond that."""
    # A leap year in the place of year 0, which is one.
    local = datetime.fromisoformat(f"{'0004' if year == '0000' else year}{day}T{time}")
    if year == "0000":
        return _FIRST
    try:
        return local.astimezone(UTC)
    except OverflowError:
        return _FIRST if local.year == 1 else _LAST


def _moved(moment: datetime, text: str, sign: int) -> datetime:
    """The moment moved by a duration; months first, and no further than the month's last day."""
    if not (parts := _DURATION.fullmatch(text)):
        raise ValueError
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) * sign for part in parts.groups())
    year, month = divmod(moment.year * 12 + moment.month - 1 + years * 12 + months, 12)
    last = calendar.monthrange(year, month + 1)[1] if 1 <= year <= 9999 else 0
    moved = moment.replace(year=year, month=month + 1, day=min(moment.day, last))
    return moved + timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def _bad(text: str, en: str, es: str) -> BadValue:
    return BadValue(Words(f"datetime={quoted(text)}: {en}", f"datetime={quoted(text)}: {es}"))
