"""Counters: what has happened, and how much of it counts now (law L13)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from policyd.check.resolved import Counter
from policyd.reference.environment import Value
from policyd.reference.periods import period_of


@dataclass(frozen=True)
class Happened:
    """An event that a counter counts. `period`: the number of the calendar period that it counts in, 0 where the
    counter has none. `value`: that is told apart, or added up; 1 where events are counted."""

    instant: int
    period: int
    value: Value


def turned_back(happened: Iterable[Happened], now: int) -> list[Happened]:
    """Where the clock went back, the newest event is one of now, and the older ones moved with it."""
    every = list(happened)
    ahead = max((one.instant for one in every), default=now) - now
    return [replace(one, instant=one.instant - ahead) for one in every] if ahead > 0 else every


def running_period(happened: Iterable[Happened], counter: Counter, zone: str, now: int) -> int:
    """The newest there has been, also where the clock went back to an earlier one."""
    if counter.per is None:
        return 0
    return max([period_of(counter.per, zone, now), *(one.period for one in happened)])


def count(happened: list[Happened], counter: Counter, zone: str, now: int, *, last: bool = False) -> int:
    """An event at t counts at `now` if `now - D < t <= now`, or if it lies in the running calendar period (`last`: in
    the one before it). Past the cap nothing more is told apart."""
    if counter.per is None:
        counts = [one for one in turned_back(happened, now) if now - counter.within < one.instant]
    else:
        wanted = running_period(happened, counter, zone, now) - last
        counts = [one for one in happened if one.period == wanted]
    match counter.form:
        case "distinct":
            return min(counter.cap, len({one.value for one in counts}))
        case "sum":
            amounts: list[int] = [one.value for one in counts]
            return min(counter.cap, sum(amounts))
    return min(counter.cap, len(counts))
