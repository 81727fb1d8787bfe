"""What generated code asks of tallies, streaks and tiers: all are in the member's file, which is read along."""

from __future__ import annotations

from typing import Any

from policyd.check.resolved import Period, Streak, Tally, Tiers
from policyd.compile.hours import WallClock
from policyd.compile.kept import Memo, read
from policyd.model.local_days import first_day, number_of
from policyd.model.records import Account, Run
from policyd.model.state import Observed


class TallyStanding:
    """What one tally has for the member."""

    def __init__(self, tally: Tally, clock: WallClock, last: bool) -> None:
        self._name = tally.name
        self._per = tally.per
        self._clock = clock
        self._back = int(last)

    def of(self, observed: Observed, slot: int, memo: Memo) -> int | None:
        """Before this event; None outside the years 1 to 9999 where periods matter."""
        file = read("file", observed, slot, memo)
        account = None if file is None else file.accounts.get(self._name)
        if account is None:
            return 0
        if self._per is None:
            return int(account.total)
        day = self._clock.day(observed.now)
        return None if day is None else in_period(account, self._per, number_of(self._per, day) - self._back)


def in_period(account: Account, per: Period, number: int) -> int:
    """What was added in the period of that number."""
    if per == "month":
        return account.months.get(number, 0)
    if per == "day":
        return account.days.get(number, 0)
    first = first_day(per, number)
    return sum([account.days.get(day, 0) for day in range(first, first + 7)])


class StreakStanding:
    """How long one streak of the member is."""

    def __init__(self, streak: Streak, clock: WallClock) -> None:
        self._streak = streak
        self._clock = clock

    def of(self, observed: Observed, slot: int, memo: Memo) -> int | None:
        """Before this event, 0 where it is broken beyond repair; None outside the years 1 to 9999."""
        file = read("file", observed, slot, memo)
        run = None if file is None else file.runs.get(self._streak.name)
        if run is None or not run.length:
            return 0
        day = self._clock.day(observed.now)
        return None if day is None else self._length(run, day)

    def _length(self, run: Run, day: int) -> int:
        missing = number_of(self._streak.per, day) - run.last - 1
        if missing <= 0:
            return run.length
        repaired = run.repaired.get(number_of(self._streak.repair_per, day), 0)
        return run.length if missing <= self._streak.repairs - repaired else 0


class TierStanding:
    """In which of the tiers the member is."""

    def __init__(self, tiers: Tiers) -> None:
        self._name = tiers.name
        self._declared = frozenset(tiers.tiers)

    def of(self, observed: Observed, slot: int, memo: Memo) -> str | None:
        """None before the first placing, and where the tier is not declared any more."""
        file = read("file", observed, slot, memo)
        placed = None if file is None else file.tiers.get(self._name)
        return placed.tier if placed is not None and placed.tier in self._declared else None


def is_step(event: Any, step: str) -> bool:
    """Whether a member has come to this step of a streak."""
    return event.due is not None and event.due.step == step


def figure(observed: Observed, slot: int) -> float | None:
    """A statistic of the group; `slot`: where it stands among those asked for."""
    return observed.figures[slot] if slot < len(observed.figures) else None
