"""What clocks on the wall show, remembered while it cannot change.

An offset from UTC is looked up once for each hour of UTC, and whether a time lies in `hours` once for each stretch in
which the answer stays the same. Each cache is one tuple that is replaced as a whole, so that threads may share it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from policyd.check.resolved import Hours, HoursWindow
from policyd.language.types import WEEKDAY

_MINUTE = 60_000
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()


class WallClock:
    """Local time in one IANA zone. Instants and local times are ms; local times count from 1970-01-01 00:00 there."""

    __slots__ = ("_steady", "_zone", "zone")

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self._zone = ZoneInfo(zone)
        self._steady = (0, 0, 0)

    def offset(self, instant: int) -> int:
        """Local time minus UTC. OverflowError outside the years 1 to 9999."""
        moment = (_EPOCH + timedelta(milliseconds=instant)).astimezone(self._zone)
        offset = moment.utcoffset()
        assert offset is not None
        return offset // timedelta(milliseconds=1)

    def steady(self, instant: int) -> tuple[int, int, int]:
        """A stretch of at most an hour around `instant` in which the offset does not change: start, end, offset."""
        known = self._steady
        if known[0] <= instant < known[1]:
            return known
        start = instant - instant % _HOUR
        offset = self.offset(instant)
        if self.offset(start) == offset == self.offset(start + _HOUR - 1):
            known = self._steady = (start, start + _HOUR, offset)
            return known
        return instant, instant + 1, offset

    def hour(self, instant: int) -> int | None:
        """0 to 23; None outside the years 1 to 9999."""
        try:
            return (instant + self.steady(instant)[2]) // _HOUR % 24
        except OverflowError:
            return None

    def day(self, instant: int) -> int | None:
        """Days from 1970-01-01 to the local date; None outside the years 1 to 9999."""
        try:
            return (instant + self.steady(instant)[2]) // _DAY
        except OverflowError:
            return None

    def weekday(self, instant: int) -> str | None:
        """`mon` to `sun`; None outside the years 1 to 9999."""
        try:
            return WEEKDAY.members[((instant + self.steady(instant)[2]) // _DAY + 3) % 7]
        except OverflowError:
            return None


class OpenHours:
    """`hours` of a policy, asked for one instant after the other."""

    __slots__ = ("_clock", "_stretch", "_windows")

    def __init__(self, hours: Hours, clock: WallClock) -> None:
        self._windows = hours.windows
        self._clock = clock
        self._stretch = (0, 0, False)

    def hold(self, instant: int) -> bool | None:
        """Whether a clock in the zone shows a time inside a window; None outside the years 1 to 9999."""
        start, end, inside = self._stretch
        if start <= instant < end:
            return inside
        try:
            return self._renew(instant)
        except OverflowError:
            return None

    def _renew(self, instant: int) -> bool:
        start, end, offset = self._clock.steady(instant)
        local = instant + offset
        inside = False
        for first, last in _intervals(self._windows, local // _DAY):
            inside = inside or first <= local < last
            for edge in (first - offset, last - offset):
                if edge <= instant:
                    start = max(start, edge)
                else:
                    end = min(end, edge)
        self._stretch = (start, end, inside)
        return inside


def _intervals(windows: tuple[HoursWindow, ...], today: int) -> list[tuple[int, int]]:
    """Local intervals that can touch an hour around day `today` (days since 1970): those of the days beside it too."""
    intervals = []
    for day in range(today - 2, today + 2):
        ordinal = day + _EPOCH_DAY
        if not date.min.toordinal() <= ordinal <= date.max.toordinal():
            continue
        start = date.fromordinal(ordinal)
        for window in windows:
            if _opens_on(window, start):
                intervals.append((day * _DAY + window.start * _MINUTE, day * _DAY + window.end * _MINUTE))
    return intervals


def _opens_on(window: HoursWindow, day: date) -> bool:
    if window.dates is None:
        chosen = day.weekday() in window.days
    else:
        chosen = window.dates[0] <= day <= window.dates[1]
    if not chosen or (window.bounds and not any(first <= day <= last for first, last in window.bounds)):
        return False
    return not any(first <= day <= last for first, last in window.excepts)
