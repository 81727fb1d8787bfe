"""Hours by the clock on the wall, on ordinary days and on those when clocks change."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from policyd.check.resolved import Hours, HoursWindow
from policyd.reference.hours import in_hours

DAYS = tuple(range(7))
NIGHT = HoursWindow(DAYS, None, 22 * 60, 32 * 60)
WORKDAYS = HoursWindow((0, 1, 2, 3, 4), None, 9 * 60, 17 * 60 + 30)
FRIDAY_NIGHT = HoursWindow((4,), None, 23 * 60, 26 * 60)
HOLIDAY = (date(2026, 10, 1), date(2026, 10, 7))
SMALL_HOURS = HoursWindow(DAYS, None, 90, 150)


def instant(local: str, zone: str, fold: int = 0) -> int:
    moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return round(moment.timestamp() * 1000)


@pytest.mark.parametrize(
    ("window", "local", "inside"),
    [
        (NIGHT, "2026-03-02T22:00", True),
        (NIGHT, "2026-03-02T21:59:59.999", False),
        (NIGHT, "2026-03-03T07:59:59.999", True),
        (NIGHT, "2026-03-03T08:00", False),
        (WORKDAYS, "2026-03-06T17:29:59", True),
        (WORKDAYS, "2026-03-07T12:00", False),
        (FRIDAY_NIGHT, "2026-03-07T01:59", True),  # the night belongs to Friday
        (FRIDAY_NIGHT, "2026-03-06T01:00", False),
        (HoursWindow(DAYS, HOLIDAY, 0, 1440), "2026-10-07T23:59", True),
        (HoursWindow(DAYS, HOLIDAY, 0, 1440), "2026-10-08T00:00", False),
        (HoursWindow(DAYS, None, 22 * 60, 32 * 60, excepts=(HOLIDAY,)), "2026-10-01T03:00", True),  # of 30 September
        (HoursWindow(DAYS, None, 22 * 60, 32 * 60, excepts=(HOLIDAY,)), "2026-10-08T03:00", False),  # of 7 October
        (HoursWindow(DAYS, None, 0, 1440, bounds=(HOLIDAY,)), "2026-10-07T12:00", True),
        (HoursWindow(DAYS, None, 0, 1440, bounds=(HOLIDAY,)), "2026-09-30T12:00", False),
    ],
)
def test_windows(window: HoursWindow, local: str, inside: bool) -> None:
    hours = Hours("p.h", "Asia/Shanghai", (window,))
    assert in_hours(instant(local, "Asia/Shanghai"), hours) is inside


@pytest.mark.parametrize(
    ("local", "fold", "inside"),
    [
        ("2026-03-08T01:45", 0, True),  # New York goes from 2:00 to 3:00
        ("2026-03-08T03:00", 0, False),
        ("2026-11-01T01:45", 0, True),  # and from 2:00 back to 1:00
        ("2026-11-01T01:45", 1, True),
        ("2026-11-01T01:15", 1, False),
        ("2026-11-01T02:15", 0, True),
    ],
)
def test_clock_changes(local: str, fold: int, inside: bool) -> None:
    hours = Hours("p.h", "America/New_York", (SMALL_HOURS,))
    assert in_hours(instant(local, "America/New_York", fold), hours) is inside


def test_past_the_calendar_is_unknown() -> None:
    assert in_hours(2**62, Hours("p.h", "UTC", (NIGHT,))) is None
