"""Schedules, sweeps and tiers: which of their instants a tick carries out in a group, and which came too long ago."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from msgspec import Struct

from policyd.check.resolved import DayOfMonth, EveryDays, Period, Policy, PolicySet, Timing
from policyd.engine.calendar import Calendar

_BEGINS: Final[dict[Period, Timing]] = {
    "day": EveryDays(tuple(range(7)), (0,)),
    "week": EveryDays((0,), (0,)),
    "month": DayOfMonth(1, None, 0),
}
_LATE: Final = 86_400_000
"""ms after which an instant is told as missed and no longer carried out."""
_MOST_MISSED: Final = 20


class Entry(Struct, frozen=True):
    """A declaration with its instants."""

    what: Literal["schedule", "sweep", "tiers"]
    name: str
    policy: Policy
    calendar: Calendar


class Occurrence(Struct, frozen=True, order=True):
    """The order is that in which they are carried out."""

    at: int
    what: str
    name: str


class Past(Struct, frozen=True):
    """Of one entry: the newest instant of the last day, 0 for none, and the newest of those before, newest first."""

    entry: Entry
    fresh: int
    missed: tuple[int, ...]


_ENTRIES: dict[int, tuple[PolicySet, list[Entry]]] = {}
_MOST_SETS: Final = 8
"""Of policies, whose entries and calendars are kept between ticks."""


def entries(policies: PolicySet) -> list[Entry]:
    """Everything that is timed."""
    kept = _ENTRIES.get(id(policies))
    if kept is None or kept[0] is not policies:
        if len(_ENTRIES) >= _MOST_SETS:
            _ENTRIES.clear()
        kept = _ENTRIES[id(policies)] = policies, _entries(policies)
    return kept[1]


def _entries(policies: PolicySet) -> list[Entry]:
    found: list[Entry] = []
    for policy in policies.policies:
        for schedule in policy.schedules:
            calendar = Calendar(schedule.timings, policy.zone, policies.hours)
            found.append(Entry("schedule", schedule.name, policy, calendar))
        for sweep in policy.sweeps:
            found.append(Entry("sweep", sweep.name, policy, Calendar(sweep.timings, policy.zone, policies.hours)))
        for tiers in policy.tiers:
            calendar = Calendar((_BEGINS[tiers.every],), policy.zone, policies.hours)
            found.append(Entry("tiers", tiers.name, policy, calendar))
    return found


def past(timed: Iterable[Entry], after: int, now: int) -> list[Past]:
    """What came after one instant and not after the other; entries that did not come are left out."""
    found = []
    for entry in timed:
        fresh, missed = 0, []
        for instant in entry.calendar.between(after, now):
            if instant >= now - _LATE:
                fresh = fresh or instant
            else:
                missed.append(instant)
            if len(missed) == _MOST_MISSED:
                break
        if fresh or missed:
            found.append(Past(entry, fresh, tuple(missed)))
    return found


def for_group(
    came: Iterable[Past], group: str, tags: Sequence[str], last: int
) -> tuple[list[Occurrence], list[Occurrence]]:
    """What of it is carried out in a group of which everything until `last` was, and what it has missed."""
    due, missed = [], []
    for each in came:
        entry = each.entry
        if entry.policy.scope.covers(group, tuple(tags)):
            if each.fresh > last:
                due.append(Occurrence(each.fresh, entry.what, entry.name))
            missed += [Occurrence(at, entry.what, entry.name) for at in each.missed if at > last]
    return sorted(due), sorted(missed)


def following(timed: Iterable[Entry], after: int) -> int:
    """The first instant after `after` at which anything comes; 0 for none."""
    instants = [entry.calendar.following(after) for entry in timed]
    return min((instant for instant in instants if instant), default=0)
