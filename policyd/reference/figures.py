"""The figures of a group: what came and what was done, as it happened, and every statistic worked out of that anew."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from policyd.check import resolved as r
from policyd.model import figures as names
from policyd.model.event import Event
from policyd.model.figures import DayFigures, FiguresRead
from policyd.reference.environment import Value
from policyd.reference.hours import local
from policyd.reference.periods import EPOCH

KINDS: Final = ("message", "join", "leave", "request")
BRACKETS: Final = {1: (1, 1), 3: (2, 3), 7: (4, 7), 30: (8, 30)}
"""Days after joining, by the figure that counts them."""


@dataclass(frozen=True)
class Came:
    """A message, a join, a leave or a request, and when that was by the clocks of the group. `member` "": nobody's."""

    what: str
    member: str
    day: int
    hour: int


@dataclass(frozen=True)
class Done:
    """What decisions and humans did: so much more of a figure, on a local day of the group."""

    day: int
    figure: str
    amount: int


@dataclass
class Log:
    came: list[Came] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)


def zone_of_group(covering: Iterable[r.Policy]) -> str:
    """The zone of the group's days: that of the first policy by name."""
    return next((policy.zone for policy in covering), "UTC")


def clock_of(zone: str, instant: int) -> tuple[int, int]:
    """The local day and its hour."""
    clock = local(instant, zone)
    return (clock.date() - EPOCH).days, clock.hour


def came(event: Event, zone: str, now: int, *, edit: bool) -> Came | None:
    """What an event is to the figures; None: nothing."""
    if edit or event.due is not None or event.kind not in KINDS:
        return None
    return Came(event.kind, event.member.id, *clock_of(zone, now))


@dataclass(frozen=True)
class Presence:
    """A member wrote for the first time on a day, or left. `joined`: on which day, None where that is not known."""

    member: str
    day: int
    joined: int | None


def first_words(log: Log) -> list[Presence]:
    """Each member's days with a message. A day that is not later than one before it is none (the clock went back)."""
    found: list[Presence] = []
    last: dict[str, int] = {}
    joined: dict[str, int] = {}
    for one in log.came:
        if one.what == "join":
            joined[one.member] = one.day
        elif one.what == "leave":
            joined.pop(one.member, None)
        elif one.what == "message" and one.member and last.get(one.member, one.day - 1) < one.day:
            last[one.member] = one.day
            found.append(Presence(one.member, one.day, joined.get(one.member)))
    return found


def leavers(log: Log) -> list[Presence]:
    """Who left on which day, having joined when."""
    found: list[Presence] = []
    joined: dict[str, int] = {}
    for one in log.came:
        if one.what == "join":
            joined[one.member] = one.day
        elif one.what == "leave":
            found.append(Presence(one.member, one.day, joined.pop(one.member, None)))
    return found


def returned(wrote: Iterable[Presence]) -> list[tuple[int, int]]:
    """The day of joining and the bracket, for each member who wrote within it; once for a joining."""
    found = {
        (one.member, one.joined, within)
        for one in wrote
        if one.joined is not None and (within := bracket(one.day - one.joined))
    }
    return [(joined, within) for _, joined, within in found]


def bracket(age: int) -> int | None:
    return next((last for last, (least, most) in BRACKETS.items() if least <= age <= most), None)


class Statistics:
    """All figures of a group by local day, worked out of its log when they are asked for."""

    def __init__(self, log: Log) -> None:
        self._log = log

    @cached_property
    def wrote(self) -> list[Presence]:
        return first_words(self._log)

    @cached_property
    def days(self) -> defaultdict[int, Counter[str]]:
        days: defaultdict[int, Counter[str]] = defaultdict(Counter)
        plain = {"join": names.JOINS, "leave": names.LEAVES, "request": names.REQUESTS}
        for one in self._log.came:
            days[one.day][plain.get(one.what) or names.MESSAGES[one.hour]] += 1
        for wrote in self.wrote:
            days[wrote.day][names.ACTIVE] += 1
        for joined, within in returned(self.wrote):
            days[joined][names.RETURNED[within]] += 1
        for left in leavers(self._log):
            if left.joined is not None and 0 <= left.day - left.joined <= 30:
                days[left.joined][names.LEFT[bracket(left.day - left.joined) or 1]] += 1
        for consequence in self._log.done:
            days[consequence.day][consequence.figure] += consequence.amount
        return days

    @property
    def since(self) -> int | None:
        return min(self.days, default=None)

    def messages(self, day: int) -> int:
        return self._sum([day], *names.MESSAGES)

    def active(self, day: int, within: int = 1) -> int:
        """Members who wrote on the day or on the days before it, so many altogether."""
        return len({one.member for one in self.wrote if day - within < one.day <= day})

    def fact(self, expr: r.GroupFigure | r.Falling, today: int, size: int | None) -> Value:
        """Over complete days; None is the unknown. `size`: how many members the group has."""
        if isinstance(expr, r.Falling):
            return self._falling(expr.name, expr.days, today)
        match expr.name:
            case "retention":
                joiners = range(today - 2 * expr.days, today - expr.days)
                came = self._sum(joiners, names.JOINS)
                return min(1.0, self._sum(joiners, names.RETURNED[expr.days]) / came) if came else None
            case _ if self.since is None or self.since >= today:
                return None
            case "active":
                return self.active(today - 1, expr.days)
            case "speakers":
                return min(1.0, self.active(today - 1, expr.days) / size) if size else None
        return self._daily(expr.name, range(today - expr.days, today))

    def _falling(self, name: str, days: int, today: int) -> float | None:
        if self.since is None or self.since > today - 2 * days:
            return None
        recent = self._daily(name, range(today - days, today))
        before = self._daily(name, range(today - 2 * days, today - days))
        return max(0, before - recent) / before if before else None

    def _daily(self, name: str, days: Iterable[int]) -> int:
        """The sum of each day's."""
        figures = {
            "messages": names.MESSAGES, "active": (names.ACTIVE,), "joins": (names.JOINS,), "leaves": (names.LEAVES,),
            "requests": (names.REQUESTS,),
        }  # fmt: skip
        return self._sum(days, *figures[name])

    def _sum(self, days: Iterable[int], *figures: str) -> int:
        return sum(self.days[day][figure] for day in days if day in self.days for figure in figures)

    def read(self, today: int, now: int, days: int) -> FiguresRead:
        """As a store tells it of the last `days` days that are over, but without the size of the group."""
        since = self.since
        over = [] if since is None else range(max(since, today - days), today)
        return FiguresRead(now, self._day(today, today), tuple(self._day(day, today) for day in over), since)

    def _day(self, day: int, today: int) -> DayFigures:
        values = {name: amount for name, amount in self.days.get(day, Counter()).items() if amount}
        if day < today - names.HOURLY_DAYS and self.messages(day):
            values = {name: amount for name, amount in values.items() if name not in names.MESSAGES}
            values[names.MESSAGES_IN_ALL] = self.messages(day)
        return DayFigures(day, values, (self.active(day, 7), self.active(day, 30)))
