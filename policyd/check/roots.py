"""Everything that a policy reads and does, wherever it is written."""

from __future__ import annotations

from collections.abc import Iterator

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.check.walk import with_parts


def expressions_of(policy: PolicyDraft) -> Iterator[r.Expr]:
    """Everything that can read a value: conditions, and what texts print."""
    for let in policy.lets.values():
        yield let.value
    for rule in policy.rules.values():
        yield from (condition for condition in (rule.when, rule.unless) if condition is not None)
    for exempt in policy.exempts.values():
        yield exempt.when
    for action in actions_of(policy):
        for part in with_parts((action,)):
            for text in (part.text, part.group):
                yield from (each for each in (text.parts if text else ()) if not isinstance(each, str | r.TextFact))


def actions_of(policy: PolicyDraft) -> Iterator[r.Action]:
    """What rules and steps of ladders do themselves."""
    for rule in policy.rules.values():
        yield from (*rule.then, *rule.otherwise)
    for ladder in policy.ladders.values():
        for step in ladder.steps:
            yield from step.actions
