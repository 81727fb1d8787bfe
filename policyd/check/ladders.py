"""Ladders: steps in rising order, and what they do."""

from __future__ import annotations

from policyd.check import resolved as r
from policyd.check.actions import actions
from policyd.check.draft import PolicyDraft
from policyd.check.facts import KINDS
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase, Related

HIGHEST = 1_000


def ladders(policy: PolicyDraft) -> None:
    for declared in policy.of(n.Ladder):
        _check_steps(declared, policy)
        for duration in (declared.forget, declared.together):
            if duration is not None and duration <= 0:
                policy.report("C219", declared.name_span)
        steps = tuple(
            r.Step(step.at, actions(step.actions, policy, KINDS, "step"), span=step.span)
            for step in sorted(declared.steps, key=lambda step: step.at)
        )
        policy.ladders[declared.name] = r.Ladder(
            policy.qualified(declared.name), steps, declared.forget or 0, declared.together or 0,
            declared.across_groups, span=declared.span,
        )  # fmt: skip


def _check_steps(declared: n.Ladder, policy: PolicyDraft) -> None:
    if not declared.steps:
        policy.report("C312", declared.name_span, name=declared.name)
    before: n.Step | None = None
    for step in declared.steps:
        if not 1 <= step.at <= HIGHEST:
            policy.report("C311", step.at_span, at=step.at, highest=HIGHEST)
        if before is not None and step.at <= before.at:
            place = Related(before.at_span, Phrase("the step before it", "前一级"))
            policy.report("C310", step.at_span, place, at=step.at, before=before.at)
        before = step
