"""When timings come, and when a time that pauses is over.

Timings are wall-clock times of a policy's zone. A local time that the clocks skip is taken as if they had not changed
yet (an hour later by the new ones); one that they show twice is the first of the two. All instants are ms since the
epoch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from policyd.check.resolved import DayOfMonth, EveryDays, Hours, HoursEdge, HoursWindow, OnDate, Timing
from policyd.compile.hours import WallClock

_MINUTE: Final = 60_000
_DAY: Final = 86_400_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_REACH: Final = 3
"""Days on either side that a window can touch, or an hour of a clock that changes."""
_FAR: Final = 1500
"""Days after which a timing that has not come counts as never coming: a leap day is nearer."""
_REMEMBERED: Final = 1000
"""Days of which the instants are remembered."""
_PATIENCE: Final = 24 * 400
"""Hours after which a pause counts as never ending."""


class Calendar:
    """The instants of one declaration's timings in one zone; `hours` by qualified name. Those of a day are worked out
    once: ticks come often."""

    def __init__(self, timings: Sequence[Timing], zone: str, hours: Mapping[str, Hours]) -> None:
        self._timings = timings
        self._zone = zone
        self._hours = hours
        self._days: dict[date, tuple[int, ...]] = {}

    def between(self, after: int, until: int) -> Iterator[int]:
        """The instants later than `after` and not later than `until`, the newest first."""
        last = _local_day(until, self._zone) + timedelta(days=1)
        first = _local_day(after, self._zone) - timedelta(days=1)
        days = (last - timedelta(days=back) for back in range((last - first).days + 1))
        seen = until + 1
        for day in days:
            for instant in reversed(self._on(day)):
                if after < instant < seen:
                    seen = instant
                    yield instant

    def following(self, after: int) -> int:
        """The first instant later than `after`; 0 where there is none in years."""
        first = _local_day(after, self._zone) - timedelta(days=1)
        for ahead in range(_FAR):
            for instant in self._on(first + timedelta(days=ahead)):
                if instant > after:
                    return instant
        return min((at for at in self._dates() if at > after), default=0)

    def _on(self, day: date) -> tuple[int, ...]:
        """The instants that belong to a local day, rising."""
        known = self._days.get(day)
        if known is None:
            minutes = (minute for timing in self._timings for minute in self._minutes(timing, day))
            known = tuple(sorted({_instant(day, minute, self._zone) for minute in minutes}))
            if len(self._days) >= _REMEMBERED:
                self._days = {}
            self._days[day] = known
        return known

    def _minutes(self, timing: Timing, day: date) -> tuple[int, ...]:
        match timing:
            case EveryDays(days, times):
                return times if day.weekday() in days else ()
            case DayOfMonth(which, weekday, time):
                return (time,) if _is_day(day, which, weekday) else ()
            case OnDate(that_day, time):
                return (time,) if day == that_day else ()
            case HoursEdge(hours, edge):
                return _edges(self._hours[hours].windows, day, edge == "opens")

    def _dates(self) -> list[int]:
        dates = [timing for timing in self._timings if isinstance(timing, OnDate)]
        return [_instant(timing.date, timing.time, self._zone) for timing in dates]


def active_end(start: int, span: int, pause: Hours | None) -> int:
    """The earliest instant at which `span` ms have gone by since `start` outside the hours of `pause`. Where the pause
    leaves nothing for a year, no pause counts."""
    if pause is None or span <= 0:
        return start + span
    clock, at, left = _clock(pause.zone), start, span
    for _ in range(_PATIENCE):
        end, paused = _stretch(pause, clock, at)
        if not paused:
            if end - at >= left:
                return at + left
            left -= end - at
        at = end
    return start + span


def _stretch(hours: Hours, clock: WallClock, instant: int) -> tuple[int, bool]:
    """Until when, within an hour of steady clocks, an instant's answer stays the same, and whether it is inside."""
    _, end, offset = clock.steady(instant)
    local = instant + offset
    inside = False
    for first, last in _windows_near(hours.windows, (_EPOCH + timedelta(milliseconds=local)).date()):
        inside = inside or first <= local < last
        for edge in (first - offset, last - offset):
            if edge > instant:
                end = min(end, edge)
    return end, inside


def _windows_near(windows: tuple[HoursWindow, ...], today: date) -> list[tuple[int, int]]:
    """Local ms of the windows that start on a day or in the days beside it."""
    found = []
    for ahead in range(-_REACH, 2):
        day = today + timedelta(days=ahead)
        base = (day.toordinal() - _EPOCH.toordinal()) * _DAY
        found += [(base + w.start * _MINUTE, base + w.end * _MINUTE) for w in windows if _starts_on(w, day)]
    return found


def _edges(windows: tuple[HoursWindow, ...], day: date, opens: bool) -> tuple[int, ...]:
    """The minutes of a day at which the windows, merged where they touch, open or close."""
    spans = sorted(
        (ahead * 1440 + window.start, ahead * 1440 + window.end)
        for ahead in range(-_REACH, _REACH)
        for window in windows
        if _starts_on(window, day + timedelta(days=ahead))
    )
    merged: list[list[int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return tuple(minute for span in merged if 0 <= (minute := span[0 if opens else 1]) < 1440)


def _starts_on(window: HoursWindow, day: date) -> bool:
    if window.dates is None:
        chosen = day.weekday() in window.days
    else:
        chosen = window.dates[0] <= day <= window.dates[1]
    if not chosen or (window.bounds and not any(first <= day <= last for first, last in window.bounds)):
        return False
    return not any(first <= day <= last for first, last in window.excepts)


def _is_day(day: date, which: int, weekday: int | None) -> bool:
    """Whether it is the `which`-th such day of its month, -1 the last."""
    step = 1 if weekday is None else 7
    if weekday is not None and day.weekday() != weekday:
        return False
    if which < 0:
        return (day + timedelta(days=step)).month != day.month
    return (day.day - 1) // step + 1 == which


def _instant(day: date, minute: int, zone: str) -> int:
    """That minute of a local day; 1440 is the next midnight."""
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
    return (wall.replace(tzinfo=_zone(zone)) - _EPOCH) // timedelta(milliseconds=1)


def _local_day(instant: int, zone: str) -> date:
    return (_EPOCH + timedelta(milliseconds=instant)).astimezone(_zone(zone)).date()


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@lru_cache(maxsize=256)
def _clock(zone: str) -> WallClock:
    return WallClock(zone)
