"""Streaks: how a fitting event continues one, and which steps it comes to."""

from __future__ import annotations

from policyd.check.resolved import Streak
from policyd.model.records import Run
from policyd.reference.periods import number_of


def proceed(streak: Streak, run: Run, day: int) -> list[str] | None:
    """The steps that are reached (`at7`, `every30`), by number; None where nothing changes, as the period, or a later
    one, has had its event."""
    period = number_of(streak.per, day)
    if run.length and period <= run.last:
        return None
    missing = period - run.last - 1 if run.length else 0
    if missing and not _repair(streak, run, missing, number_of(streak.repair_per, day)):
        run.length = 0
    run.length += 1
    run.last = period
    run.longest = max(run.longest, run.length)
    return _reached(streak, run)


def _repair(streak: Streak, run: Run, missing: int, week: int) -> bool:
    """Uses up one repair for each period that is missing, if so many are left in this week or month."""
    used = run.repaired.get(week, 0)
    if missing > streak.repairs - used:
        return False
    repaired = run.repaired | {week: used + missing}
    run.repaired = {one: repaired[one] for one in sorted(repaired)[-2:]}
    return True


def _reached(streak: Streak, run: Run) -> list[str]:
    reached = []
    for step in sorted(streak.steps, key=lambda step: (step.at, step.again)):
        if step.again and run.length % step.at == 0:
            reached.append(f"every{step.at}")
        elif not step.again and run.length == step.at and step.at not in run.given:
            run.given = [*run.given, step.at]
            reached.append(f"at{step.at}")
    return reached
