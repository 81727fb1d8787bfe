"""Days, weeks and months as clocks on the wall show them. A local day is the number of days from 1970-01-01 to its
date; instants are ms since the epoch."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

Period = Literal["day", "week", "month"]
PERIODS: Final[tuple[Period, ...]] = ("day", "week", "month")

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_MS: Final = timedelta(milliseconds=1)
_HOUR: Final = 3_600_000
_DAY: Final = 24 * _HOUR


def offset(zone: str, instant: int) -> int:
    """Local time minus UTC, in ms. OverflowError outside the years 1 to 9999."""
    start = instant - instant % _HOUR
    steady = _steady(zone, start)
    return _offset(zone, instant) if steady is None else steady


class Hour(NamedTuple):
    """A part of a local hour, from instant to instant, throughout which clocks are as far from UTC: its local day, and
    the hour that clocks show."""

    begins: int
    ends: int
    day: int
    hour: int


def hour_at(zone: str, instant: int) -> Hour:
    """The one that an instant lies in, the same object as long as it is asked for."""
    known = _hours.get(zone)
    if known is None or not known.begins <= instant < known.ends:
        known = _hours[zone] = _hour(zone, instant)
    return known


def _hour(zone: str, instant: int) -> Hour:
    """Not beyond the hour of UTC, and the instant alone where clocks change in that."""
    start, day, hour = instant - instant % _HOUR, local_day(zone, instant), local_hour(zone, instant)
    steady = _steady(zone, start)
    if steady is None:
        return Hour(instant, instant + 1, day, hour)
    shown = instant - (instant + steady) % _HOUR
    return Hour(max(start, shown), min(start, shown) + _HOUR, day, hour)


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
    hour = hour_at(zone, instant)
    known = _numbers.get((per, zone))
    if known is None or known[0] is not hour:
        known = _numbers[per, zone] = hour, number_of(per, hour.day)
    return known[1]


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


_hours: Final[dict[str, Hour]] = {}
_numbers: Final[dict[tuple[Period, str], tuple[Hour, int]]] = {}
"""What was asked for last, which nearly every event asks for again."""


def _offset(zone: str, instant: int) -> int:
    found = (_EPOCH + timedelta(milliseconds=instant)).astimezone(ZoneInfo(zone)).utcoffset()
    assert found is not None
    return found // _MS
