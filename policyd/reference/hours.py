"""Whether an instant lies in `hours`, by the clock on the wall.

A window belongs to the local day on which it starts and holds every instant at which a clock in the zone shows a time
between its start and its end. So on the days when clocks change, `22:00-08:00` lasts 9 or 11 hours, an hour that the
clocks skip lies in no window, and one that they show twice lies in its windows both times.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from policyd.check.resolved import Hours, HoursWindow


def local(instant: int, zone: str) -> datetime:
    """`instant` (ms since the epoch) as the clocks in `zone` show it. OverflowError outside the years 1 to 9999."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=instant)).astimezone(ZoneInfo(zone))


def in_hours(instant: int, hours: Hours) -> bool | None:
    """None, the unknown, outside the years 1 to 9999."""
    try:
        clock = local(instant, hours.zone).replace(tzinfo=None)
        return any(_covers(window, clock) for window in hours.windows)
    except OverflowError:
        return None


def _covers(window: HoursWindow, clock: datetime) -> bool:
    today = clock.date()
    return any(
        starts_on(window, day) and _minutes_later(day, window.start) <= clock < _minutes_later(day, window.end)
        for day in (today, today - timedelta(days=1))
    )


def starts_on(window: HoursWindow, day: date) -> bool:
    """Whether the window starts on this local day."""
    if window.dates is not None:
        chosen = window.dates[0] <= day <= window.dates[1]
    else:
        chosen = day.weekday() in window.days
    bounded = not window.bounds or any(first <= day <= last for first, last in window.bounds)
    excepted = any(first <= day <= last for first, last in window.excepts)
    return chosen and bounded and not excepted


def _minutes_later(day: date, minutes: int) -> datetime:
    return datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)
