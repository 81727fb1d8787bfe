"""Streaks: periods in a row in which members did something, repairs of gaps, and the steps that they come to (§4)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from policyd.check.resolved import Rule, Streak
from policyd.engine.case import Case, covering
from policyd.engine.course import Course
from policyd.engine.desk import Change, Desk, Follow
from policyd.engine.duties import REMOVED
from policyd.engine.instants import day_in
from policyd.engine.review_file import file_in
from policyd.model.event import NOBODY
from policyd.model.local_days import number_of
from policyd.model.records import Run


def changes(course: Course) -> list[Change]:
    """What the event does for the streaks of its member."""
    case, removed = course.case, course.resolved.verdict in REMOVED
    member, found = case.event.member, list[Change]()
    if member.id == NOBODY.id or member.role == "bot":
        return []
    for effect in course.wanted.does("continue streak"):
        streak = case.program.policy_set.streaks[effect.subject]
        if not (removed and not streak.even_if_removed) and not _counts_already(case, streak):
            found.append(partial(_continue, member.id, streak, _day(case, streak)))
    return found


def changes_nothing(rule: Rule, case: Case) -> bool:
    """Whether a rule that fired only continues a streak that goes on already."""
    action = rule.then[0] if rule.quiet and len(rule.then) == 1 else None
    if action is None or action.do != "continue streak" or action.subject is None:
        return False
    return _counts_already(case, case.program.policy_set.streaks[action.subject])


def _counts_already(case: Case, streak: Streak) -> bool:
    """Whether the period was seen to have its event, so that there is nothing to file."""
    assert case.observed is not None
    file = file_in(case.prepared.records, case.observed.records)
    run = None if file is None else file.runs.get(streak.name)
    return run is not None and run.length > 0 and number_of(streak.per, _day(case, streak)) <= run.last


def _day(case: Case, streak: Streak) -> int:
    assert case.observed is not None
    return day_in(covering(case, streak.name).zone, case.observed.now)


def _continue(member: str, streak: Streak, day: int, desk: Desk) -> None:
    runs = desk.file(member).runs
    run = runs.get(streak.name) or Run()
    period = number_of(streak.per, day)
    if run.length and period <= run.last:
        return
    gap = period - run.last - 1 if run.length else 0
    run.length = run.length + 1 if _is_repaired(run, streak, gap, day) else 1
    run.last, run.longest = period, max(run.longest, run.length)
    runs[streak.name] = run
    for step in _steps(run, streak):
        desk.told.follows.append(Follow("streak", streak.name, period, member, step, length=run.length))


def _is_repaired(run: Run, streak: Streak, gap: int, day: int) -> bool:
    """Whether repairs of the running period close the gap; they are used then."""
    if not gap:
        return True
    period = number_of(streak.repair_per, day)
    used = run.repaired.get(period, 0) + gap
    if used > streak.repairs:
        return False
    run.repaired[period] = used
    for old in sorted(run.repaired)[:-2]:
        del run.repaired[old]
    return True


def _steps(run: Run, streak: Streak) -> Iterator[str]:
    """The steps that are reached now. Those that come once only are marked as given."""
    for step in sorted(streak.steps, key=lambda step: (step.at, step.again)):
        if step.again:
            if run.length % step.at == 0:
                yield f"every{step.at}"
        elif run.length == step.at and step.at not in run.given:
            run.given.append(step.at)
            yield f"at{step.at}"
