"""Local dates and their beginnings, by the standard library alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR


def local(zone: str, instant: int) -> datetime:
    """What the clock on the wall shows, to the second."""
    return datetime.fromtimestamp(instant // 1000, UTC).astimezone(ZoneInfo(zone))


def on(zone: str, instant: int) -> date:
    return local(zone, instant).date()


def period(per: str, day: date) -> int:
    """A number of the day, week or month that a date lies in; those that follow each other differ by 1."""
    if per == "day":
        return day.toordinal()
    if per == "week":
        return (day - timedelta(days=day.weekday())).toordinal() // 7
    return day.year * 12 + day.month


def of(zone: str, per: str, instant: int) -> int:
    return period(per, on(zone, instant))


@lru_cache(maxsize=100_000)
def midnight(zone: str, day: date, hour: int = 0) -> int:
    """00:00 of a date, or another full hour. Where clocks skip it, as if they had not changed yet; where they show it
    twice, the first."""
    wall = datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(zone))
    return round(wall.timestamp()) * 1000


def begins(per: str, day: date) -> bool:
    """Whether a date is the first of its day, week or month."""
    return per == "day" or (day.weekday() == 0 if per == "week" else day.day == 1)


def beginnings(zone: str, per: str, after: int, until: int, hour: int = 0) -> list[int]:
    """The instants at which periods begin, later than the one and not later than the other, rising; `hour` of their
    first day."""
    first, last = on(zone, after) - timedelta(days=1), on(zone, until) + timedelta(days=1)
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    return sorted({at for day in days if begins(per, day) and after < (at := midnight(zone, day, hour)) <= until})


@lru_cache(maxsize=100)
def changes(zone: str, year: int) -> tuple[int, ...]:
    """The instants of a year at which the clocks of a zone change."""
    start = int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
    found, before = [], local(zone, start * 1000).utcoffset()
    for hour in range(366 * 24):
        after = local(zone, (start + hour * 3600) * 1000).utcoffset()
        if after != before:
            found.append(_exactly(zone, start + (hour - 1) * 3600, before))
        before = after
    return tuple(found)


def _exactly(zone: str, second: int, before: timedelta | None) -> int:
    while local(zone, second * 1000).utcoffset() == before:
        second += 60
    return second * 1000
