"""Schedules and sweeps: when they come, and the rules that they are (LANGUAGE.md §5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from policyd.check import resolved as r
from policyd.check.actions import actions
from policyd.check.draft import PolicyDraft
from policyd.check.references import reference
from policyd.check.rules import condition
from policyd.check.walk import reads_state
from policyd.language import nodes as n


def schedules(policy: PolicyDraft) -> None:
    for declared in policy.of(n.Schedule):
        name = policy.qualified(declared.name)
        policy.schedules[declared.name] = r.Schedule(name, _timings(declared, policy), span=declared.span)
        policy.rules[declared.name] = _rule(declared, "schedule", None, policy)


def sweeps(policy: PolicyDraft) -> None:
    for declared in policy.of(n.Sweep):
        name = policy.qualified(declared.name)
        policy.sweeps[declared.name] = r.Sweep(name, _timings(declared, policy), span=declared.span)
        unless = condition(declared.unless, "unless", ("sweep",), policy)
        policy.rules[declared.name] = _rule(declared, "sweep", unless, policy)


def _rule(declared: n.Schedule | n.Sweep, what: str, unless: r.Expr | None, policy: PolicyDraft) -> r.Rule:
    name = policy.qualified(declared.name)
    when = condition(declared.when, "when", (what,), policy)
    return r.Rule(
        name,
        declared.title or declared.name,
        False,
        (f"{what} {name}",),
        when,
        unless,
        actions(declared.then, policy, (what,), "rule"),
        (),
        reads_state(when, policy.let_reads) or reads_state(unless, policy.let_reads),
        of=name,
        span=declared.span,
    )


def _timings(declared: n.Schedule | n.Sweep, policy: PolicyDraft) -> tuple[r.Timing, ...]:
    return tuple(_resolved(declared.timings, policy))


def _resolved(written: tuple[n.Timing, ...], policy: PolicyDraft) -> Iterator[r.Timing]:
    for timing in written:
        match timing:
            case n.EveryDays():
                yield r.EveryDays(timing.days, timing.times)
            case n.DayOfMonth():
                yield r.DayOfMonth(timing.which, timing.day, timing.time)
            case n.OnDate():
                yield r.OnDate(date.fromisoformat(timing.date), timing.time)
            case n.HoursEdge():
                if reference(timing.hours, n.Hours, policy) is not None:
                    yield r.HoursEdge(policy.qualified(timing.hours.text), timing.edge)
