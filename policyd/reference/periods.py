"""Local days, and the weeks and months that they lie in, by the dates of the calendar.

A day is the number of days from 1970-01-01 to it. Weeks begin on Monday; months are counted from the year 0. Periods
that follow each other have numbers that do.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from policyd.check.resolved import Period
from policyd.reference.hours import local

EPOCH: Final = date(1970, 1, 1)
_FIRST_MONDAY: Final = date(1970, 1, 5)


def day_of(zone: str, instant: int) -> int:
    """The local day in `zone` that an instant (ms since the epoch) lies in."""
    return (local(instant, zone).date() - EPOCH).days


def number_of(per: Period, day: int) -> int:
    """The number of the period that a local day lies in."""
    on = EPOCH + timedelta(days=day)
    match per:
        case "day":
            return day
        case "week":
            return (on - _FIRST_MONDAY).days // 7 + 1
        case "month":
            return on.year * 12 + on.month - 1


def period_of(per: Period, zone: str, instant: int) -> int:
    """The number of the period that an instant lies in."""
    return number_of(per, day_of(zone, instant))
