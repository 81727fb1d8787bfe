"""Days, weeks and months as clocks on the wall show them. A local day is the number of days from 1970-01-01 to its
date; instants are ms since the epoch."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

Period = Literal["day", "week", "month"]
PERIODS: Final[tuple[Period, ...]] = ("day", "week", "month")

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_MS: Final = timedelta(milliseconds=1)
_HOUR: Final = 3_600_000
_DAY: Final = 24 * _HOUR
_lately: Final[dict[tuple[Period, str], tuple[int, int, int]]] = {}
"""From when until when the number asked for last is the same."""


def offset(zone: str, instant: int) -> int:
    """Local time minus UTC, in ms. OverflowError outside the years 1 to 9999."""
    start = instant - instant % _HOUR
    steady = _steady(zone, start)
    return _offset(zone, instant) if steady is None else steady


def steady_hour(zone: str, instant: int) -> tuple[int, int]:
    """From when until when clocks show the same hour as at `instant` and are as far from UTC, as far as is told without
    a search: not beyond the hour of UTC, and the instant alone where they change in that."""
    start = instant - instant % _HOUR
    steady = _steady(zone, start)
    if steady is None:
        return instant, instant + 1
    shown = instant - (instant + steady) % _HOUR
    return max(start, shown), min(start, shown) + _HOUR


def local_day(zone: str, instant: int) -> int:
    return (instant + offset(zone, instant)) // _DAY


def local_hour(zone: str, instant: int) -> int:
    return (instant + offset(zone, instant)) // _HOUR % 24


def number_of(per: Period, day: int) -> int:
    """The number of the period that a local day lies in; those that follow each other have numbers that do. Weeks begin
    on Monday, months are counted from the year 0."""
    if per == "day":
        return day
    if per == "week":
        return (day + 3) // 7
    on = date_of(day)
    return on.year * 12 + on.month - 1


def number_at(per: Period, zone: str, instant: int) -> int:
    """The number of the period that an instant lies in."""
    known = _lately.get((per, zone))
    if known is None or not known[0] <= instant < known[1]:
        known = _lately[per, zone] = *steady_hour(zone, instant), number_of(per, local_day(zone, instant))
    return known[2]


def first_day(per: Period, number: int) -> int:
    """The first local day of a period."""
    if per == "day":
        return number
    if per == "week":
        return number * 7 - 3
    return date(number // 12, number % 12 + 1, 1).toordinal() - _EPOCH_DAY


def beginning(zone: str, day: int) -> int:
    """The instant at which a local day begins; where clocks skip midnight, the first instant that shows the day."""
    on = date_of(day)
    return (datetime(on.year, on.month, on.day, tzinfo=ZoneInfo(zone)) - _EPOCH) // _MS


def date_of(day: int) -> date:
    return date.fromordinal(day + _EPOCH_DAY)


@lru_cache(maxsize=4096)
def _steady(zone: str, start: int) -> int | None:
    """The offset throughout the hour of UTC from `start`; None where it changes."""
    found = _offset(zone, start)
    return found if _offset(zone, start + _HOUR - 1) == found else None


def _offset(zone: str, instant: int) -> int:
    found = (_EPOCH + timedelta(milliseconds=instant)).astimezone(ZoneInfo(zone)).utcoffset()
    assert found is not None
    return found // _MS
