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
from policyd.model.local_days import local_day, offset
from policyd.model.state import Observe, Window
from policyd.state.retention import DAY, HOUR, PRESENCE
from policyd.state.zones import UTC


class Presence(Struct, gc=False):
    """The local days on which a member last wrote and joined, and when either changed."""

    wrote: int | None = None
    joined: int | None = None
    at: int = 0


class Figures(Struct, gc=False):
    """`open`: noted since the days were last closed, by local day. `days`: closed. `since`: the first of all; `closed`,
    `folded`: until which day they are closed, and kept without hours. `rolled`: sums of all of `days` and of those that
    are forgotten."""

    open: dict[int, Counter[str]] = field(default_factory=dict)
    days: dict[int, Counter[str]] = field(default_factory=dict)
    since: int | None = None
    closed: int | None = None
    folded: int = 0
    rolled: Counter[str] = field(default_factory=Counter)

    @property
    def any(self) -> bool:
        return bool(self.open or self.days)

    def add(self, day: int, name: str, number: int = 1) -> None:
        noted = self.open.get(day)
        if noted is None:
            noted = self.open[day] = Counter()
        noted[name] = noted.get(name, 0) + number

    def told(self, window: Window, zone: str, now: int) -> int:
        """The count of a window of form `messages` or `active`."""
        noted = self.open.get(local_day(zone, now), Counter())
        found = noted[ACTIVE] if window.form == "active" else sum(noted[hour] for hour in MESSAGES)
        return min(window.cap, found)

    def read(self, ask: FiguresAsk, now: int) -> FiguresRead:
        """Closes what is over."""
        today = local_day(ask.zone or UTC, now)
        if self.since is None and not self.open:
            return FiguresRead(now, DayFigures(today, {}))
        self._close(today, ask.size)
        newest, *days = self._told(today, ask.days)
        return FiguresRead(now, newest, tuple(reversed(days)), self.since)

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


def note(figures: Figures, presence: Presence, ask: Observe, now: int) -> None:
    """What an event that is no edit is to the figures of its group."""
    shown = now + offset(ask.zone or UTC, now)
    day = shown // DAY
    if presence.at <= now - PRESENCE:
        presence.wrote = presence.joined = None
    match ask.presence:
        case "message":
            figures.add(day, MESSAGES[shown // HOUR % 24])
            if ask.member != NOBODY.id:
                _wrote(figures, presence, day, now)
        case "join":
            figures.add(day, JOINS)
            if ask.member != NOBODY.id:
                presence.joined, presence.at = day, now
        case "leave":
            figures.add(day, LEAVES)
            _left(figures, presence, day, now)
        case "request":
            figures.add(day, REQUESTS)


def _wrote(figures: Figures, presence: Presence, day: int, now: int) -> None:
    last, joined = presence.wrote, presence.joined
    if last is not None and last >= day:
        return
    figures.add(day, ACTIVE)
    for days, name in ROLLING.items():
        figures.add(day if last is None else max(day, last + days), name)
        figures.add(day + days, name, -1)
    if joined is not None and joined <= day:
        within = bracket(day - joined)
        if within and (last is None or last < joined or bracket(last - joined) != within):
            figures.add(joined, RETURNED[within])
    presence.wrote, presence.at = day, now


def _left(figures: Figures, presence: Presence, day: int, now: int) -> None:
    joined = presence.joined
    if joined is None:
        return
    if joined <= day and day - joined <= max(LEFT):
        figures.add(joined, LEFT[bracket(day - joined) or min(LEFT)])
    presence.joined, presence.at = None, now


def _fold(values: Counter[str]) -> None:
    """The messages of the whole day instead of those by hour."""
    messages = sum(values.pop(hour, 0) for hour in MESSAGES)
    if messages:
        values[MESSAGES_IN_ALL] += messages
