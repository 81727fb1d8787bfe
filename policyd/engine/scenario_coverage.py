"""What the tests of a policy set could fire: both branches of every rule and every step of every ladder."""

from __future__ import annotations

from typing import NamedTuple

from policyd.check.resolved import PolicySet
from policyd.language.source import Span


class Branch(NamedTuple):
    """`name` is qualified; `part` is `then`, `otherwise` or the number of a ladder step."""

    name: str
    part: str


def branches(policies: PolicySet) -> tuple[Branch, ...]:
    """All of them, in the order of policies, rules, ladders."""
    found = []
    for policy in policies.policies:
        for rule in policy.rules:
            found.append(Branch(rule.name, "then"))
            if rule.otherwise:
                found.append(Branch(rule.name, "otherwise"))
        for ladder in policy.ladders:
            found.extend(Branch(ladder.name, str(step.at)) for step in ladder.steps)
    return tuple(found)


def place(branch: Branch, policies: PolicySet) -> Span:
    """Where the rule or the step is written."""
    if branch.name in policies.rules and not branch.part.isdigit():
        return policies.rules[branch.name].span
    steps = policies.ladders[branch.name].steps
    return next(step.span for step in steps if str(step.at) == branch.part)
