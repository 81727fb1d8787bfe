"""Wall-clock time: the cached answers are those of the reference at every instant, clock changes included."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policyd.check.resolved import Hours, HoursWindow
from policyd.compile.hours import OpenHours, WallClock
from policyd.language.types import WEEKDAY
from policyd.reference.hours import in_hours, local

_MINUTE = 60_000
_HOUR = 60 * _MINUTE
_CHANGES = {
    "Europe/Berlin": (1_774_746_000_000, 1_792_890_000_000),
    "America/New_York": (1_772_953_200_000, 1_793_512_800_000),
    "Australia/Lord_Howe": (1_775_314_800_000, 1_791_039_600_000),
    "Asia/Shanghai": (1_772_452_800_000,),
    "Asia/Kathmandu": (504_901_800_000,),
    "Africa/Monrovia": (63_593_070_000,),
}
"""Instants at which clocks change, or changed once to a new standard time."""

_days = st.lists(st.integers(0, 6), min_size=1, max_size=7, unique=True).map(lambda days: tuple(sorted(days)))
_dates = st.tuples(st.integers(1, 28), st.integers(0, 5)).map(
    lambda pair: (date(2026, 3, pair[0]), date(2026, 3, min(31, pair[0] + pair[1])))
)


@st.composite
def _window(draw: st.DrawFn) -> HoursWindow:
    start = draw(st.integers(0, 47)) * 30
    end = draw(st.sampled_from([start + 1, start + 30, start + 600, 1440, start + 1440]))
    return HoursWindow(
        draw(_days),
        draw(st.none() | _dates),
        start,
        max(end, start + 1),
        bounds=tuple(draw(st.lists(_dates, max_size=1))),
        excepts=tuple(draw(st.lists(_dates, max_size=2))),
    )


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from(sorted(_CHANGES)), st.lists(_window(), min_size=1, max_size=3))
def test_same_as_the_reference(data: st.DataObject, zone: str, windows: list[HoursWindow]) -> None:
    hours = Hours("p.h", zone, tuple(windows))
    clock = WallClock(zone)
    opened = OpenHours(hours, clock)
    change = data.draw(st.sampled_from(_CHANGES[zone]))
    near = st.integers(-52, 52).map(lambda halves: change + halves * 30 * _MINUTE)
    edges = st.tuples(near, st.sampled_from([-1, 0, 1])).map(sum)
    for instant in data.draw(st.lists(edges, min_size=1, max_size=40)):
        assert opened.hold(instant) is in_hours(instant, hours)
        shown = local(instant, zone)
        assert (clock.hour(instant), clock.weekday(instant)) == (shown.hour, WEEKDAY.members[shown.weekday()])


@pytest.mark.parametrize("instant", [-(2**62), 2**62])
def test_unknown_outside_the_calendar(instant: int) -> None:
    clock = WallClock("Asia/Shanghai")
    night = OpenHours(Hours("p.h", "Asia/Shanghai", (HoursWindow((0,), None, 0, 60),)), clock)
    assert (night.hold(instant), clock.hour(instant), clock.weekday(instant)) == (None, None, None)


def test_looked_up_once_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    offset = WallClock.offset

    def counted(clock: WallClock, instant: int) -> int:
        asked.append(instant)
        return offset(clock, instant)

    monkeypatch.setattr(WallClock, "offset", counted)
    clock = WallClock("Europe/Berlin")
    night = OpenHours(Hours("p.h", "Europe/Berlin", (HoursWindow(tuple(range(7)), None, 22 * 60, 32 * 60),)), clock)
    start = 1_772_452_800_000
    assert [night.hold(start + second * 1000) for second in range(3600)] == [False] * 3600
    assert len(asked) == 3


def test_windows_are_looked_at_once_a_stretch() -> None:
    """Twice in an hour that a window divides."""
    looked: list[object] = []

    class Days(tuple[int, ...]):
        def __contains__(self, day: object) -> bool:
            looked.append(day)
            return super().__contains__(day)

    window = HoursWindow(Days(range(7)), None, 20 * 60 + 30, 32 * 60)
    night = OpenHours(Hours("p.h", "Asia/Shanghai", (window,)), WallClock("Asia/Shanghai"))
    start = 1_772_452_800_000
    assert [night.hold(start + second * 1000) for second in range(3600)] == [False] * 1800 + [True] * 1800
    assert len(looked) == 2 * 4
