"""Streaks, and the rules that they are: what continues one, and what is given at its steps (LANGUAGE.md §7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policyd.check import resolved as r
from policyd.check.actions import actions
from policyd.check.draft import PolicyDraft
from policyd.check.kinds import event_kind
from policyd.check.resolved_standing import PERIODS, Period
from policyd.check.rules import condition
from policyd.check.walk import reads_state
from policyd.check.wording import PERIOD
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase, Related
from policyd.language.types import BOOL, TIME

LONGEST: Final = 10_000
"""The last length at which a step may stand."""
_DAY: Final = 1440
_NEVER: Final = frozenset({"leave", "outcome", "tier"})
"""Events that nobody continues anything with: the member has gone, or does nothing."""
LENGTHS: Final[dict[Period, int]] = {"day": 1, "week": 7, "month": 28}
"""Days of a period, at least."""


def streaks(policy: PolicyDraft) -> None:
    for declared in policy.of(n.Streak):
        per = PERIODS[declared.per.text] if declared.per else "day"
        _check_before(declared, per, policy)
        _check_repair(declared, per, policy)
        _check_steps(declared, policy)
        policy.streaks[declared.name] = _streak(declared, per, policy)
        for rule in (_next(declared, per, policy), *_steps(declared, policy)):
            policy.rules[rule.name.removeprefix(f"{policy.name}.")] = rule


def step_name(step: n.StreakStep | r.StreakStep) -> str:
    """`at7`, `every30`: what events of a step carry."""
    return f"{'every' if step.again else 'at'}{step.at}"


def _streak(declared: n.Streak, per: Period, policy: PolicyDraft) -> r.Streak:
    repair = declared.repair
    steps = {(step.at, step.again) for step in declared.steps}
    return r.Streak(
        policy.qualified(declared.name),
        declared.title or declared.name,
        per,
        repair.times if repair else 0,
        PERIODS[repair.per.text] if repair else "week",
        tuple(r.StreakStep(at, again) for at, again in sorted(steps)),
        declared.even_if_removed,
        span=declared.span,
    )


def _next(declared: n.Streak, per: Period, policy: PolicyDraft) -> r.Rule:
    """What fits continues the streak."""
    own = policy.qualified(declared.name)
    kind = event_kind(declared.kind.text, declared.kind.span, policy) if declared.kind else None
    if declared.kind is not None and kind in _NEVER:
        policy.report("C616", declared.kind.span, kind=kind)
    kinds = (kind or "message",)
    where = condition(declared.where, "where", kinds if kind else (), policy)
    items = (where.items if isinstance(where, r.And) else (where,)) if where is not None else ()
    if declared.before is not None and per == "day" and 0 < declared.before < _DAY:
        items = (*items, _in_time(declared, declared.before, policy))
    when = None if not items else items[0] if len(items) == 1 else r.And(items, BOOL, span=declared.span)
    does = r.Action("continue streak", subject=own, span=declared.span)
    return r.Rule(
        f"{own}.next", declared.title or declared.name, False, kinds, when, None, (does,), (),
        reads_state(when, policy.let_reads), of=own, quiet=True, span=declared.span,
    )  # fmt: skip


def _in_time(declared: n.Streak, before: int, policy: PolicyDraft) -> r.Expr:
    """Whether it is early enough: hours that nobody has written."""
    name = f"{declared.name}.before"
    window = r.HoursWindow(tuple(range(7)), None, 0, before)
    policy.hours[name] = r.Hours(policy.qualified(name), policy.zone, (window,), span=declared.before_span)
    now = r.Fact("now", TIME, span=declared.before_span)
    return r.InHours(now, policy.qualified(name), False, BOOL, span=declared.before_span)


def _steps(declared: n.Streak, policy: PolicyDraft) -> Iterator[r.Rule]:
    own = policy.qualified(declared.name)
    for step in declared.steps:
        name = step_name(step)
        yield r.Rule(
            f"{own}.{name}", declared.title or declared.name, False, (f"streak {own}",),
            r.IsStep(name, BOOL, span=step.at_span), None, actions(step.then, policy, ("streak",), "rule"), (), False,
            of=own, span=step.span,
        )  # fmt: skip


def _check_before(declared: n.Streak, per: Period, policy: PolicyDraft) -> None:
    if declared.before is None:
        return
    if per != "day":
        policy.report("C622", declared.before_span, per=PERIOD[per])
    elif declared.before == 0:
        policy.report("C621", declared.before_span)


def _check_repair(declared: n.Streak, per: Period, policy: PolicyDraft) -> None:
    repair = declared.repair
    if repair is None:
        return
    longer = PERIODS[repair.per.text]
    if LENGTHS[longer] <= LENGTHS[per]:
        longest = Phrase("write `per month`" if per == "week" else "leave `repair` out",
                         "请写 `per month`" if per == "week" else "请去掉 `repair`")  # fmt: skip
        hint = Phrase("write `per week` or `per month`", "请写 `per week` 或 `per month`") if per == "day" else longest
        policy.report("C620", repair.span, per=PERIOD[longer], each=PERIOD[per], hint=hint)
    elif repair.times < 1:
        policy.report("C619", repair.times_span)
    elif repair.times >= LENGTHS[longer] // LENGTHS[per]:
        policy.report("W366", repair.span, name=declared.name, most=LENGTHS[longer] // LENGTHS[per] - 1)


def _check_steps(declared: n.Streak, policy: PolicyDraft) -> None:
    first: dict[str, n.StreakStep] = {}
    for step in declared.steps:
        if not 1 <= step.at <= LONGEST:
            policy.report("C617", step.at_span, at=step.at, longest=LONGEST)
        other = first.setdefault(step_name(step), step)
        if other is not step:
            place = Related(other.at_span, Phrase("the first one is here", "先前在这里"))
            policy.report("C618", step.at_span, place, at=step.at)
