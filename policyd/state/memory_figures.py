"""Figures of a group in the plain store: what is noted as events come, and local days that are closed."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct, field

from policyd.model.event import NOBODY
from policyd.model.figures import (
    ACTIVE,
    HOURLY_DAYS,
    JOINS,
    KEPT_DAYS,
    LEAVES,
    LEFT,
    MESSAGES,
    MESSAGES_IN_ALL,
    REQUESTS,
    RETURNED,
    ROLLING,
    SIZE,
    DayFigures,
    FiguresAsk,
    FiguresRead,
    bracket,
)
from policyd.model.local_days import Hour, hour_at, local_day
from policyd.model.state import Observe, Window
from policyd.state.memory_members import Member
from policyd.state.retention import PRESENCE
from policyd.state.zones import UTC


class Figures(Struct, gc=False):
    """`open`: noted since the days were last closed, by local day. `days`: closed. `since`: the first of all; `closed`,
    `folded`: until which day they are closed, and kept without hours. `rolled`: sums of all of `days` and of those that
    are forgotten. `hour`: the one in which events come, and what was noted in it that is not in `open` yet: `messages`,
    and `members` who wrote and were not known to have. Nearly every event is another one in the same hour."""

    hour: Hour | None = None
    messages: int = 0
    members: int = 0
    open: dict[int, Counter[str]] = field(default_factory=dict)
    days: dict[int, Counter[str]] = field(default_factory=dict)
    since: int | None = None
    closed: int | None = None
    folded: int = 0
    rolled: Counter[str] = field(default_factory=Counter)

    @property
    def any(self) -> bool:
        self._settle()
        return bool(self.open or self.days)

    def add(self, day: int, name: str, number: int = 1) -> None:
        noted = self.open.get(day)
        if noted is None:
            noted = self.open[day] = Counter()
        noted[name] = noted.get(name, 0) + number

    def told(self, window: Window, zone: str, now: int) -> int:
        """The count of a window of form `messages` or `active`."""
        self._settle()
        noted = self.open.get(local_day(zone, now), Counter())
        found = noted[ACTIVE] if window.form == "active" else sum(noted[hour] for hour in MESSAGES)
        return min(window.cap, found)

    def read(self, ask: FiguresAsk, now: int) -> FiguresRead:
        """Closes what is over."""
        self._settle()
        today = local_day(ask.zone or UTC, now)
        if self.since is None and not self.open:
            return FiguresRead(now, DayFigures(today, {}))
        self._close(today, ask.size)
        newest, *days = self._told(today, ask.days)
        return FiguresRead(now, newest, tuple(reversed(days)), self.since)

    def begin(self, hour: Hour) -> None:
        self._settle()
        self.hour = hour

    def _settle(self) -> None:
        """What was noted in the hour is told of its day."""
        hour, messages, members = self.hour, self.messages, self.members
        if hour is None or not messages:
            return
        self.messages = self.members = 0
        self.add(hour.day, MESSAGES[hour.hour], messages)
        if members:
            self.add(hour.day, ACTIVE, members)
            for days, name in ROLLING.items():
                self.add(hour.day, name, members)
                self.add(hour.day + days, name, -members)

    def _close(self, today: int, size: int | None) -> None:
        first = min([*self.open, *([] if self.since is None else [self.since])])
        oldest = today - KEPT_DAYS
        before = first - 1 if self.closed is None else self.closed
        self.closed = max(before, today - 1)
        self.folded = max(self.folded, today - HOURLY_DAYS - 1)
        self.since = max(first, oldest)
        if size is not None:
            for day in range(max(before + 1, oldest), self.closed + 1):
                self.days.setdefault(day, Counter())[SIZE] = size
        for day in sorted(self.open):
            if day <= self.closed:
                noted = self.open.pop(day)
                self.days.setdefault(day, Counter()).update(noted)
                self.rolled.update({name: noted[name] for name in ROLLING.values()})
        for day in list(self.days):
            if day < oldest:
                del self.days[day]
            elif day <= self.folded:
                _fold(self.days[day])

    def _told(self, today: int, asked: int) -> list[DayFigures]:
        """Of so many days and today, the newest first. All that is over is closed."""
        assert self.since is not None and self.closed is not None
        rolling = {name: self.rolled[name] for name in ROLLING.values()}
        for day in (*range(today + 1, self.closed + 1), *range(self.closed + 1, today + 1)):
            for name in rolling:
                rolling[name] += self.open[day][name] if day > self.closed and day in self.open else 0
                rolling[name] -= self.days[day][name] if day <= self.closed and day in self.days else 0
        told = []
        for day in (today, *range(today - 1, max(self.since, today - asked) - 1, -1)):
            values = self.days.get(day, Counter()) if day <= self.closed else self.open.get(day, Counter())
            week, month = rolling.values()
            told.append(DayFigures(day, {name: number for name, number in values.items() if number}, (week, month)))
            for name in rolling:
                rolling[name] -= values[name]
        return told


def note(figures: Figures, member: Member, ask: Observe, now: int) -> None:
    """What an event that is no edit is to the figures of its group."""
    hour = hour_at(ask.zone or UTC, now)
    if figures.hour is not hour:
        figures.begin(hour)
    day = hour.day
    match ask.presence:
        case "message":
            figures.messages += 1
            if ask.member != NOBODY.id and (member.wrote is None or member.wrote < day):
                _wrote(figures, member, day, now)
        case "join":
            figures.add(day, JOINS)
            if ask.member != NOBODY.id:
                _forget(member, now)
                member.joined, member.noted = day, now
        case "leave":
            figures.add(day, LEAVES)
            _left(figures, member, day, now)
        case "request":
            figures.add(day, REQUESTS)


def _forget(member: Member, now: int) -> None:
    """What was noted too long ago."""
    if member.noted <= now - PRESENCE:
        member.wrote = member.joined = None


def _wrote(figures: Figures, member: Member, day: int, now: int) -> None:
    """For the first time on this day."""
    _forget(member, now)
    last, joined = member.wrote, member.joined
    if last is None:
        figures.members += 1
    else:
        figures.add(day, ACTIVE)
        for days, name in ROLLING.items():
            figures.add(max(day, last + days), name)
            figures.add(day + days, name, -1)
    if joined is not None and joined <= day:
        within = bracket(day - joined)
        if within and (last is None or last < joined or bracket(last - joined) != within):
            figures.add(joined, RETURNED[within])
    member.wrote, member.noted = day, now


def _left(figures: Figures, member: Member, day: int, now: int) -> None:
    _forget(member, now)
    joined = member.joined
    if joined is None:
        return
    if joined <= day and day - joined <= max(LEFT):
        figures.add(joined, LEFT[bracket(day - joined) or min(LEFT)])
    member.joined, member.noted = None, now


def _fold(values: Counter[str]) -> None:
    """The messages of the whole day instead of those by hour."""
    messages = sum(values.pop(hour, 0) for hour in MESSAGES)
    if messages:
        values[MESSAGES_IN_ALL] += messages
