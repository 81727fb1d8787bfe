"""Ladders: what a strike does, and what forgiving takes back (law L9)."""

from __future__ import annotations

from policyd.check.resolved import Action, Ladder, Step
from policyd.reference.state import Strike, unforgotten

WEIGHT = {"warn": 1, "call out": 2, "mute": 3, "remove": 4, "ban": 5}
"""Member actions by weight (law L8)."""


def strike(strikes: list[Strike], ladder: Ladder, times: int, now: int, event: str) -> Strike:
    """What one more event does that strikes `times`."""
    before = unforgotten(strikes, ladder, now)
    climbed = max((old.instant for old in before if old.step), default=None)
    if ladder.together and climbed is not None and now - climbed < ladder.together:
        return Strike(now, 0, 0, event)
    return Strike(now, times, _passed(ladder, total(before), times), event)


def human_strike(now: int, event: str) -> Strike:
    """A human acted already: it counts, and no step runs."""
    return Strike(now, 1, 0, event)


def added(strikes: list[Strike], ladder: Ladder, new: Strike) -> list[Strike]:
    """The strikes with a new one, the newest last, without what is forgotten."""
    return sorted([*unforgotten(strikes, ladder, new.instant), new], key=lambda one: one.instant)


def _passed(ladder: Ladder, before: int, times: int) -> int:
    """The highest step newly passed, or the last one again beyond it; 0 for none."""
    after = before + times
    passed = [step.at for step in ladder.steps if before < step.at <= after]
    if passed:
        return max(passed)
    last = max((step.at for step in ladder.steps), default=0)
    return last if after > last else 0


def forgive(strikes: list[Strike], ladder: Ladder, times: int, now: int) -> list[Strike]:
    """Takes back the newest `times`, 0 for all. An event whose strikes are all taken back was never there."""
    if not times:
        return []
    kept: list[Strike] = []
    for old in reversed(unforgotten(strikes, ladder, now)):
        taken = min(times, old.weight)
        times -= taken
        if not taken or taken < old.weight:
            kept.insert(0, Strike(old.instant, old.weight - taken, old.step, old.event))
    return kept


def total(strikes: list[Strike]) -> int:
    return sum(strike.weight for strike in strikes)


def next_step(ladder: Ladder, strikes: int) -> Step | None:
    """The step that comes next after so many strikes; None beyond the last."""
    return next((step for step in ladder.steps if step.at > strikes), None)


def heaviest(step: Step) -> Action | None:
    """The heaviest member action of a step."""
    members = [action for action in step.actions if action.do in WEIGHT]
    return max(members, key=lambda action: WEIGHT[action.do], default=None)
