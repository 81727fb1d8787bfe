"""The local days of a group that are over, as facts and statistics read them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Final

from policyd.check.resolved import Falling, GroupFigure
from policyd.model import figures as f
from policyd.model.figures import DayFigures, FiguresRead

_KEYS: Final = {"active": (f.ACTIVE,), "joins": (f.JOINS,), "leaves": (f.LEAVES,), "requests": (f.REQUESTS,)}
_MESSAGES: Final = (*f.MESSAGES, f.MESSAGES_IN_ALL)
_OF_ROLLING: Final = {7: 0, 30: 1}


def reach(asked: Iterable[GroupFigure | Falling]) -> int:
    """How many days must be known to tell these."""
    return max((_reach(each) for each in asked), default=0)


def _reach(asked: GroupFigure | Falling) -> int:
    if isinstance(asked, Falling) or asked.name == "retention":
        return 2 * asked.days
    return 1 if asked.name in ("active", "speakers") else asked.days


class PastDays:
    """Those before the local day `today`. A day of which nothing is known had nothing."""

    def __init__(self, read: FiguresRead, today: int) -> None:
        self.today = today
        self.since = read.since
        self._read = read
        self._days = {each.day: each for each in (*read.days, read.today)}

    def earlier(self, days: int) -> PastDays:
        """As it was so many days before."""
        return PastDays(self._read, self.today - days)

    @cached_property
    def is_known(self) -> bool:
        """Whether any day is over."""
        return self.since is not None and self.since < self.today

    def day(self, day: int) -> DayFigures:
        return self._days.get(day) or DayFigures(day, {})

    def days(self, count: int, before: int | None = None) -> list[DayFigures]:
        """The last `count` days before `before` (None: today), the oldest first."""
        end = self.today if before is None else before
        return [self.day(day) for day in range(end - count, end)]

    def value(self, asked: GroupFigure | Falling) -> float | None:
        """As a condition reads it, or None, the unknown; `speakers` as the number of those who wrote."""
        if isinstance(asked, Falling):
            return self.falling(asked.name, asked.days)
        if asked.name == "retention":
            return self.retention(asked.days)
        if not self.is_known:
            return None
        if asked.name in ("active", "speakers"):
            return self.active(asked.days)
        return total(self.days(asked.days), asked.name)

    def active(self, days: int, before: int | None = None) -> int:
        """Members who wrote in the last 1, 7 or 30 days, each once."""
        last = self.day((self.today if before is None else before) - 1)
        return last.values.get(f.ACTIVE, 0) if days == 1 else last.rolling[_OF_ROLLING[days]]

    def retention(self, days: int) -> float | None:
        """Of those who joined in as many days, the last of which is so many days over: the part that wrote in the
        bracket of days that ends with day `days` after joining."""
        came = self.days(days, self.today - days)
        joined = sum(each.values.get(f.JOINS, 0) for each in came)
        returned = sum(each.values.get(f.RETURNED[days], 0) for each in came)
        return min(1.0, returned / joined) if joined else None

    def falling(self, name: str, days: int) -> float | None:
        """By which part the last days are below those before."""
        if self.since is None or self.since > self.today - 2 * days:
            return None
        recent, before = total(self.days(days), name), total(self.days(days, self.today - days), name)
        return max(0.0, (before - recent) / before) if before else None


def total(days: Iterable[DayFigures], name: str) -> int:
    """`messages`, `active`, `joins`, `leaves` or `requests` of these days, added up."""
    if name == "messages":
        return sum(messages(each) for each in days)
    return sum(each.values.get(key, 0) for each in days for key in _KEYS[name])


def messages(day: DayFigures) -> int:
    return sum(day.values.get(key, 0) for key in _MESSAGES)


def share(active: float | None, size: int | None) -> float | None:
    """Which part of a group's members wrote, where it is known how many there are."""
    return None if active is None or not size else min(1.0, active / size)
