"""When timings come, on ordinary days and on those when clocks change; and time that pauses."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from policyd.check.resolved import DayOfMonth, EveryDays, Hours, HoursEdge, HoursWindow, OnDate, Timing
from policyd.reference.calendar import active_end, instants, next_instant

DAYS = tuple(range(7))
NEW_YORK = "America/New_York"
HOURS = {
    "night": Hours("night", NEW_YORK, (HoursWindow(DAYS, None, 22 * 60, 32 * 60),)),
    "touching": Hours("touching", NEW_YORK, (HoursWindow(DAYS, None, 540, 600), HoursWindow(DAYS, None, 600, 660))),
    "small": Hours("small", NEW_YORK, (HoursWindow(DAYS, None, 90, 150),)),
    "always": Hours("always", NEW_YORK, (HoursWindow(DAYS, None, 0, 1440),)),
}


def instant(local: str, zone: str = NEW_YORK, fold: int = 0) -> int:
    return round(datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp() * 1000)


@pytest.mark.parametrize(
    ("timing", "first", "last", "expected"),
    [
        (EveryDays((0, 4), (540, 1440)), "2026-03-02T09:00", "2026-03-07T00:00",
         ["2026-03-03T00:00", "2026-03-06T09:00", "2026-03-07T00:00"]),
        (DayOfMonth(1, 0, 60), "2026-03-01T00:00", "2026-05-01T00:00", ["2026-03-02T01:00", "2026-04-06T01:00"]),
        (DayOfMonth(5, 0, 60), "2026-03-01T00:00", "2026-05-01T00:00", ["2026-03-30T01:00"]),
        (DayOfMonth(-1, None, 60), "2026-02-01T00:00", "2026-04-01T00:00", ["2026-02-28T01:00", "2026-03-31T01:00"]),
        (DayOfMonth(31, None, 60), "2026-02-01T00:00", "2026-06-01T00:00", ["2026-03-31T01:00", "2026-05-31T01:00"]),
        (OnDate(date(2026, 3, 4), 60), "2026-03-04T01:00", "2026-04-01T00:00", []),
        (HoursEdge("touching", "opens"), "2026-03-02T00:00", "2026-03-03T00:00", ["2026-03-02T09:00"]),
        (HoursEdge("touching", "closes"), "2026-03-02T00:00", "2026-03-03T00:00", ["2026-03-02T11:00"]),
        (HoursEdge("night", "closes"), "2026-03-02T00:00", "2026-03-02T23:00", ["2026-03-02T08:00"]),
        (HoursEdge("always", "opens"), "2026-03-02T00:00", "2026-03-09T00:00", []),
        # in the night to 8 March clocks go from 2:00 to 3:00
        (EveryDays((6,), (150,)), "2026-03-07T00:00", "2026-03-09T00:00", ["2026-03-08T03:30"]),
        (HoursEdge("small", "closes"), "2026-03-08T00:00", "2026-03-09T00:00", ["2026-03-08T03:30"]),
        # and in that to 1 November from 2:00 back to 1:00
        (EveryDays((6,), (90,)), "2026-10-31T00:00", "2026-11-02T00:00", ["2026-11-01T01:30"]),
    ],
)  # fmt: skip
def test_instants(timing: Timing, first: str, last: str, expected: list[str]) -> None:
    found = instants([timing], NEW_YORK, HOURS, instant(first), instant(last))
    assert found == [instant(one) for one in expected]
    following = next_instant([timing], NEW_YORK, HOURS, instant(first))
    assert following is None or following >= instant(last) if not found else following == found[0]


@pytest.mark.parametrize(
    ("start", "hours", "pause", "end"),
    [
        ("2026-03-02T20:00", 1, "night", "2026-03-02T21:00"),
        ("2026-03-02T21:30", 1, "night", "2026-03-03T08:30"),
        ("2026-03-02T21:00", 1, "night", "2026-03-02T22:00"),  # over as the pause begins
        ("2026-03-02T23:00", 1, "night", "2026-03-03T09:00"),
        ("2026-03-02T08:00", 20, "night", "2026-03-03T14:00"),
        ("2026-03-07T21:30", 1, "night", "2026-03-08T08:30"),  # this night is an hour shorter
        ("2026-03-02T20:00", 1, "always", "2026-03-02T21:00"),  # what leaves no time counts for nothing
    ],
)
def test_time_that_pauses(start: str, hours: int, pause: str, end: str) -> None:
    assert active_end(instant(start), hours * 3_600_000, HOURS[pause]) == instant(end)
    assert active_end(instant(start), 0, HOURS[pause]) == instant(start)
