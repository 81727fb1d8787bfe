"""Rules that can never fire, and exemptions that always silence."""

from __future__ import annotations

from policyd.check.draft import PolicyDraft
from policyd.check.reach import can_be_false, can_be_true
from policyd.language import nodes as n


def unreachable(policy: PolicyDraft) -> None:
    lets = {let.name: let for let in policy.lets.values()}
    for declared in policy.of(n.Rule):
        rule = policy.rules[declared.name]
        if rule.when is not None and not can_be_true(rule.when, lets):
            policy.report("W310", rule.when.span, name=declared.name)
        if rule.when is not None and rule.otherwise and not can_be_false(rule.when, lets):
            policy.report("W311", declared.otherwise_span, name=declared.name)
    for rule in policy.rules.values():
        if rule.unless is not None and not can_be_false(rule.unless, lets):
            policy.report("W312", rule.unless.span)
        elif rule.unless is not None and not can_be_true(rule.unless, lets):
            policy.report("W313", rule.unless.span)
    for exempt in policy.exempts.values():
        if not can_be_false(exempt.when, lets):
            policy.report("W312", exempt.when.span)
        elif not can_be_true(exempt.when, lets):
            policy.report("W313", exempt.when.span)


def everything(policy: PolicyDraft) -> None:
    """Exemptions from all rules are seldom meant for good: later rules fall under them too."""
    for declared in policy.of(n.Exempt):
        if declared.rules is None:
            policy.report("W303", declared.rules_span, name=declared.name)
