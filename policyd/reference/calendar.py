"""When timings come, and when a time that pauses is over. By the clock on the wall, day by day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from policyd.check.resolved import DayOfMonth, EveryDays, Hours, HoursEdge, OnDate, Timing
from policyd.reference.hours import in_hours, local, starts_on
from policyd.reference.standing import wall

DAY = 1440
"""Minutes."""
MINUTE = 60_000
LONG = 5 * 366
"""Days after which nothing is looked for any more."""
PATIENCE = 400
"""Days that a pause may last."""


def instants(timings: Iterable[Timing], zone: str, hours: Mapping[str, Hours], after: int, until: int) -> list[int]:
    """The instants of the timings later than `after` and not later than `until`, the oldest first."""
    first, last = local(after, zone).date() - timedelta(days=1), local(until, zone).date() + timedelta(days=1)
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    found = {at for timing in timings for day in days for at in _on_day(timing, day, zone, hours)}
    return sorted(at for at in found if after < at <= until)


def next_instant(timings: Iterable[Timing], zone: str, hours: Mapping[str, Hours], after: int) -> int | None:
    """The first instant later than `after`."""
    timings, day = list(timings), local(after, zone).date() - timedelta(days=1)
    for ahead in range(LONG):
        coming = [at for t in timings for at in _on_day(t, day + timedelta(days=ahead), zone, hours) if at > after]
        if coming:
            return min(coming)
    return None


def _on_day(timing: Timing, day: date, zone: str, hours: Mapping[str, Hours]) -> Iterator[int]:
    """The instants that belong to a local day."""
    match timing:
        case EveryDays(days, times):
            minutes = times if day.weekday() in days else ()
        case DayOfMonth(which, weekday, time):
            minutes = (time,) if day == _day_of_month(day, which, weekday) else ()
        case OnDate(that, time):
            minutes = (time,) if day == that else ()
        case HoursEdge(name, edge):
            minutes = _edges(hours[name], day, edge)
    for minute in minutes:
        yield wall(datetime(day.year, day.month, day.day) + timedelta(minutes=minute), zone)


def _day_of_month(day: date, which: int, weekday: int | None) -> date | None:
    """The `which`-th such day of the month of `day`, -1 the last."""
    first = day.replace(day=1)
    month = [first + timedelta(days=ahead) for ahead in range(31)]
    fitting = [one for one in month if one.month == day.month and weekday in (None, one.weekday())]
    if which == -1:
        return fitting[-1]
    return fitting[which - 1] if which <= len(fitting) else None


def _edges(hours: Hours, day: date, edge: str) -> tuple[int, ...]:
    """The minutes of the day at which the clock passes into the windows or out of them: windows that touch are one."""
    inside = _minutes_inside(hours, day)
    if edge == "opens":
        return tuple(m for m in range(DAY) if m in inside and m - 1 not in inside)
    return tuple(m for m in range(DAY) if m not in inside and m - 1 in inside)


def _minutes_inside(hours: Hours, day: date) -> set[int]:
    """The minutes of the local day that lie in the windows, and those of the days beside it (below 0, from 1440)."""
    found: set[int] = set()
    for back in range(-1, 3):
        for window in hours.windows:
            if starts_on(window, day - timedelta(days=back)):
                found |= {minute - back * DAY for minute in range(window.start, window.end)}
    return found


def active_end(start: int, span: int, pause: Hours | None) -> int:
    """The first instant at which `span` ms have gone by since `start` outside the pause. Where it leaves nothing for
    more than a year, it does not count."""
    if pause is None or span <= 0:
        return start + span
    at, left = start, span
    while at - start < PATIENCE * DAY * MINUTE:
        for begins, ends, paused in _stretches(at, pause):
            if not paused and left <= ends - begins:
                return begins + left
            left -= 0 if paused else ends - begins
            at = ends
    return start + span


def _stretches(at: int, pause: Hours) -> Iterator[tuple[int, int, bool]]:
    """From `at` to the end of the local day, minute by minute: whether the pause runs."""
    day = local(at, pause.zone).date()
    midnight = datetime(day.year, day.month, day.day)
    begin, end = wall(midnight, pause.zone), wall(midnight + timedelta(days=1), pause.zone)
    ordinary = end - begin == DAY * MINUTE and begin <= at < end
    inside = _minutes_inside(pause, day) if ordinary else set()
    end = end if end > at else at + MINUTE
    while at < end:
        following = min(end, at + MINUTE - (at - begin) % MINUTE)
        yield at, following, (at - begin) // MINUTE in inside if ordinary else in_hours(at, pause) is True
        at = following
