"""What the tests of a policy set could fire: both branches of every rule, every clause of a workflow, every tier, and
every step of every streak and ladder."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from policyd.check.resolved import PolicySet, Rule
from policyd.compile.program import Fired, Outcome
from policyd.language.source import Span
from policyd.model.decision import Decision


class Branch(NamedTuple):
    """`name` is qualified; `part` is `then`, `otherwise`, the clause of a workflow (`late`, `remind2`, `pending`,
    `refused`), a step of a streak (`at7`, `every7`), a tier, or the number of a ladder step."""

    name: str
    part: str


def branches(policies: PolicySet) -> tuple[Branch, ...]:
    """All of them, in the order of policies, rules, ladders."""
    found = []
    for policy in policies.policies:
        for rule in policy.rules:
            if rule.quiet and not _places(rule):
                continue
            found.append(branch_of(rule, policies))
            if rule.otherwise:
                found.append(branch_of(rule, policies, otherwise=True))
        for ladder in policy.ladders:
            found.extend(Branch(ladder.name, str(step.at)) for step in ladder.steps)
    return tuple(found)


def branch_of(rule: Rule, policies: PolicySet, *, otherwise: bool = False) -> Branch:
    if otherwise:
        return Branch(rule.name, "otherwise")
    if rule.of and rule.of != rule.name:
        return Branch(rule.of, rule.name[len(rule.of) + 1 :])
    return Branch(rule.name, "pending" if rule.name in policies.reviews else "then")


def fired(outcome: Outcome, policies: PolicySet) -> set[Branch]:
    """What an event fired, shadows too."""
    return {
        branch_of(each.rule, policies, otherwise=each.otherwise)
        for each in _all(outcome)
        if not each.rule.quiet or _places(each.rule)
    }  # fmt: skip


def _places(rule: Rule) -> bool:
    """Whether it is the rule of a tier."""
    return any(action.do == "place" for action in rule.then)


def stepped(decision: Decision) -> set[Branch]:
    """The ladder steps that ran."""
    by_ladder = {Branch(name, str(state.step)) for name, state in decision.ladders.items() if state.step}
    return by_ladder | {
        Branch(action.ladder, str(action.step)) for action in decision.actions if action.ladder and action.step
    }


def place(branch: Branch, policies: PolicySet) -> Span:
    """Where the rule, the clause or the step is written."""
    if branch.part.isdigit() and branch.name in policies.ladders:
        steps = policies.ladders[branch.name].steps
        return next(step.span for step in steps if str(step.at) == branch.part)
    clause = policies.rules.get(f"{branch.name}.{branch.part}")
    return (clause or policies.rules[branch.name]).span


def _all(outcome: Outcome) -> Iterable[Fired]:
    return (*outcome.fired, *outcome.shadow)
