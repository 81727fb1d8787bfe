"""Hours seen over a week and over the years: whether they ever open, close, or leave time between."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from policyd.check import resolved as r

_DAY = 1440
_WEEK = 7 * _DAY


def covers_week(hours: r.Hours) -> bool:
    """Whether every minute of every week lies in the windows."""
    open_minutes: set[int] = set()
    for window in hours.windows:
        if window.dates is None and not window.bounds and not window.excepts:
            for day in window.days:
                open_minutes.update((day * _DAY + minute) % _WEEK for minute in range(window.start, window.end))
    return len(open_minutes) == _WEEK


def is_over(hours: r.Hours, today: date) -> bool:
    """Whether no window starts today or later."""
    return all(_ended(window, today) for window in hours.windows)


def _ended(window: r.HoursWindow, today: date) -> bool:
    if window.dates is not None:
        return window.dates[1] < today
    return bool(window.bounds) and all(last < today for _, last in window.bounds)


def has_passed(timing: r.OnDate, zone: str) -> bool:
    """Whether that instant lies before now."""
    now = datetime.now(ZoneInfo(zone))
    return (timing.date, timing.time) < (now.date(), now.hour * 60 + now.minute)


def longest_wait(days: tuple[int, ...]) -> int:
    """Most minutes between two of the weekdays, at one time of day."""
    ordered = sorted(set(days))
    following = [*ordered[1:], *(day + 7 for day in ordered[:1])]
    return max((after - before) * _DAY for before, after in zip(ordered, following, strict=True))
