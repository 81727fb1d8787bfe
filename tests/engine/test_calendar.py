"""When timings come: days, months, dates and hours on clocks that change."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policyd.check.resolved import DayOfMonth, EveryDays, Hours, HoursEdge, HoursWindow, OnDate, Timing
from policyd.engine.calendar import Calendar, active_end
from policyd.reference.hours import in_hours

SHANGHAI: Final = "Asia/Shanghai"
BERLIN: Final = "Europe/Berlin"
DAILY: Final = tuple(range(7))
MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE


def at(written: str, zone: str = SHANGHAI) -> int:
    return round(datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def shown(instants: list[int], zone: str = SHANGHAI) -> list[str]:
    return [datetime.fromtimestamp(one / 1000, ZoneInfo(zone)).strftime("%m-%d %H:%M") for one in instants]


def hours(*windows: HoursWindow, zone: str = SHANGHAI) -> Hours:
    return Hours("p.night", zone, windows)


NIGHT: Final = HoursWindow(DAILY, None, 22 * 60, 32 * 60)
ALWAYS: Final = HoursWindow(DAILY, None, 0, 1440)

TABLE: Final[tuple[tuple[Timing, str, str, list[str]], ...]] = (
    (EveryDays((0,), (540,)), "2026-03-01T00:00", "2026-03-15T00:00", ["03-02 09:00", "03-09 09:00"]),
    (EveryDays(DAILY, (1440,)), "2026-03-01T00:00", "2026-03-03T00:00", ["03-02 00:00", "03-03 00:00"]),
    (EveryDays(DAILY, (0, 1440)), "2026-03-01T12:00", "2026-03-02T12:00", ["03-02 00:00"]),
    (EveryDays((4,), (540, 1080)), "2026-03-06T09:00", "2026-03-06T18:00", ["03-06 18:00"]),
    (DayOfMonth(1, 0, 1200), "2026-03-01T00:00", "2026-05-31T00:00", ["03-02 20:00", "04-06 20:00", "05-04 20:00"]),
    (DayOfMonth(5, 0, 1200), "2026-03-01T00:00", "2026-06-30T00:00", ["03-30 20:00", "06-29 20:00"]),
    (DayOfMonth(-1, None, 1080), "2026-02-01T00:00", "2026-04-30T20:00", ["02-28 18:00", "03-31 18:00", "04-30 18:00"]),
    (DayOfMonth(-1, 4, 0), "2026-02-01T00:00", "2026-03-31T20:00", ["02-27 00:00", "03-27 00:00"]),
    (DayOfMonth(31, None, 0), "2026-02-01T00:00", "2026-05-31T20:00", ["03-31 00:00", "05-31 00:00"]),
    (OnDate(date(2026, 10, 1), 540), "2026-03-01T00:00", "2026-12-31T20:00", ["10-01 09:00"]),
    (OnDate(date(2026, 10, 1), 540), "2026-10-01T09:00", "2026-12-31T20:00", []),
    (HoursEdge("p.night", "opens"), "2026-03-01T00:00", "2026-03-02T23:00", ["03-01 22:00", "03-02 22:00"]),
    (HoursEdge("p.night", "closes"), "2026-03-01T00:00", "2026-03-02T23:00", ["03-01 08:00", "03-02 08:00"]),
)  # fmt: skip


@pytest.mark.parametrize(("timing", "after", "until", "expected"), TABLE)
def test_timings_come(timing: Timing, after: str, until: str, expected: list[str]) -> None:
    calendar = Calendar((timing,), SHANGHAI, {"p.night": hours(NIGHT)})
    found = list(calendar.between(at(after), at(until)))
    assert shown(found[::-1]) == expected
    assert found == sorted(set(found), reverse=True)


@pytest.mark.parametrize(("timing", "after", "until", "expected"), TABLE)
def test_the_following_is_the_first_between(timing: Timing, after: str, until: str, expected: list[str]) -> None:
    calendar, start = Calendar((timing,), SHANGHAI, {"p.night": hours(NIGHT)}), at(after)
    for instant in reversed(list(calendar.between(at(after), at(until)))):
        assert calendar.following(start) == instant
        start = instant


@pytest.mark.parametrize(
    ("windows", "opens", "closes"),
    [
        ((ALWAYS,), [], []),
        ((HoursWindow(DAILY, None, 540, 600), HoursWindow(DAILY, None, 600, 720)), ["03-02 09:00"], ["03-02 12:00"]),
        ((HoursWindow(DAILY, None, 540, 660), HoursWindow(DAILY, None, 600, 720)), ["03-02 09:00"], ["03-02 12:00"]),
        ((HoursWindow((0,), None, 0, 1440),), ["03-02 00:00"], ["03-03 00:00"]),
        ((HoursWindow((0, 1), None, 0, 1440), HoursWindow((2,), None, 0, 60)), ["03-02 00:00"], []),
        ((HoursWindow(DAILY, None, 540, 600, excepts=((date(2026, 3, 2), date(2026, 3, 2)),)),), [], []),
    ],
)
def test_windows_that_touch_are_one(windows: tuple[HoursWindow, ...], opens: list[str], closes: list[str]) -> None:
    known = {"p.night": hours(*windows)}
    for edge, expected in (("opens", opens), ("closes", closes)):
        calendar = Calendar((HoursEdge("p.night", edge),), SHANGHAI, known)  # type: ignore[arg-type]
        found = list(calendar.between(at("2026-03-01T23:59"), at("2026-03-03T00:00")))
        assert shown(found[::-1]) == expected


@pytest.mark.parametrize(
    ("day", "minute", "expected"),
    [("2026-03-29", 150, "03-29 03:30"), ("2026-10-25", 150, "10-25 02:30"), ("2026-03-29", 180, "03-29 03:00")],
)
def test_clocks_that_change(day: str, minute: int, expected: str) -> None:
    """The hour that is skipped is made up for; of the one that comes twice the first counts; each comes once."""
    calendar = Calendar((EveryDays(DAILY, (minute,)),), BERLIN, {})
    found = list(calendar.between(at(f"{day}T00:00", BERLIN), at(f"{day}T23:00", BERLIN)))
    assert shown(found, BERLIN) == [expected]
    midnight = at(f"{day}T00:00", BERLIN)
    assert day != "2026-10-25" or found[0] - midnight == 150 * MINUTE


def test_what_never_comes() -> None:
    calendar = Calendar((OnDate(date(2020, 1, 1), 0), DayOfMonth(32, None, 0)), SHANGHAI, {})
    assert calendar.following(at("2026-03-01T00:00")) == 0
    far = Calendar((OnDate(date(2036, 1, 1), 0),), SHANGHAI, {})
    assert far.following(at("2026-03-01T00:00")) == at("2036-01-01T00:00")


@pytest.mark.parametrize(
    ("start", "span", "expected"),
    [
        ("2026-03-02T12:00", 10 * HOUR, "03-02 22:00"),
        ("2026-03-02T12:00", 10 * HOUR + MINUTE, "03-03 08:01"),
        ("2026-03-02T23:00", MINUTE, "03-03 08:01"),
        ("2026-03-02T12:00", 24 * HOUR, "03-03 22:00"),
        ("2026-03-02T12:00", 0, "03-02 12:00"),
    ],
)
def test_a_pause_does_not_count(start: str, span: int, expected: str) -> None:
    assert shown([active_end(at(start), span, hours(NIGHT))]) == [expected]


def test_a_pause_that_never_ends_does_not_count() -> None:
    assert active_end(at("2026-03-02T12:00"), HOUR, hours(ALWAYS)) == at("2026-03-02T13:00")


@settings(deadline=None)
@given(
    st.integers(at("2026-03-27T00:00", BERLIN), at("2026-03-31T00:00", BERLIN)),
    st.integers(1, 40 * 60),
    st.lists(st.tuples(st.integers(0, 1439), st.integers(1, 900)), min_size=1, max_size=3),
)
def test_active_time_is_counted_minute_by_minute(start: int, minutes: int, written: list[tuple[int, int]]) -> None:
    """Across the night on which clocks change, against plain counting."""
    pause = hours(*(HoursWindow((5, 6), None, first, first + length) for first, length in written), zone=BERLIN)
    start -= start % MINUTE
    left, instant = minutes, start
    while left:
        left -= not in_hours(instant, pause)
        instant += MINUTE
    assert active_end(start, minutes * MINUTE, pause) == instant
