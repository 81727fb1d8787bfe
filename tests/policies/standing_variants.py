"""Small mistakes in tallies, streaks and tiers: a period, a step, a threshold or an award different."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from policyd.language import nodes as n
from tests.policies import variants as m

Variants = m.Variants


def _tally(tally: n.Tally) -> Variants:
    yield from m.inside(tally, "per", m.periods(tally.per))
    if tally.even_if_removed:
        yield "not even if removed", replace(tally, even_if_removed=False)


def _streak(streak: n.Streak) -> Variants:
    yield from m.conditions(streak, "where")
    yield from m.inside(streak, "per", m.periods(streak.per))
    if streak.before is not None:
        yield "before a minute later", replace(streak, before=streak.before + 1)
        yield "before a minute earlier", replace(streak, before=streak.before - 1)
        yield "no before", replace(streak, before=None)
    if streak.repair is not None:
        yield from m.inside(streak, "repair", _repair(streak.repair))
        yield "no repair", replace(streak, repair=None)
    yield from m.inside(streak, "steps", m.without_each("step", streak.steps))
    yield from m.inside(streak, "steps", m.each_of("step", streak.steps, _step))
    if streak.even_if_removed:
        yield "not even if removed", replace(streak, even_if_removed=False)


def _repair(repair: n.Repair) -> Variants:
    yield from m.inside(repair, "times", m.numbers("repairs", repair.times))
    yield from m.inside(repair, "per", m.periods(repair.per))


def _step(step: n.StreakStep) -> Variants:
    yield from m.inside(step, "at", m.numbers("at", step.at))
    yield "once only" if step.again else "at each multiple", replace(step, again=not step.again)
    yield from m.actions_of(step, "then")


def _tiers(tiers: n.Tiers) -> Variants:
    yield from m.inside(tiers, "every", m.periods(tiers.every))
    if tiers.score is not None:
        yield from m.inside(tiers, "score", m.expressions(tiers.score))
    yield from m.inside(tiers, "tiers", m.without_each("tier", tiers.tiers))
    yield from m.inside(tiers, "tiers", m.each_of("tier", tiers.tiers, _tier))


def _tier(tier: n.Tier) -> Variants:
    if tier.at_least is not None:
        yield from m.inside(tier, "at_least", m.expressions(tier.at_least))
    yield from m.conditions(tier, "when")


VARIANTS: Final[dict[type, Callable[[Any], Variants]]] = {n.Tally: _tally, n.Streak: _streak, n.Tiers: _tiers}
