"""Rules that can never fire, and exemptions that always silence."""

from __future__ import annotations

from policyd.check.draft import PolicyDraft
from policyd.check.reach import Reach
from policyd.language import nodes as n


def unreachable(policy: PolicyDraft) -> None:
    reach = Reach(policy.lets)
    _never(policy, reach)
    for declared in policy.of(n.Rule):
        rule = policy.rules[declared.name]
        if rule.when is not None and rule.otherwise and not reach.can_be_false(rule.when):
            policy.report("W311", declared.otherwise_span, name=declared.name)
    for rule in policy.rules.values():
        if rule.unless is not None and not reach.can_be_false(rule.unless):
            policy.report("W312", rule.unless.span)
        elif rule.unless is not None and not reach.can_be_true(rule.unless):
            policy.report("W313", rule.unless.span)
    for exempt in policy.exempts.values():
        if not reach.can_be_false(exempt.when):
            policy.report("W312", exempt.when.span)
        elif not reach.can_be_true(exempt.when):
            policy.report("W313", exempt.when.span)


def _never(policy: PolicyDraft, reach: Reach) -> None:
    """Conditions of rules, of timed things and of reviews, and those on which duties begin and streaks go on."""
    begins: dict[str, str] = {each.name: each.name for each in policy.of(n.Rule)}
    begins |= {each.name: each.name for each in policy.of(n.Schedule)}
    begins |= {each.name: each.name for each in policy.of(n.Sweep)}
    begins |= {each.name: each.name for each in policy.of(n.Review)}
    begins |= {f"{each.name}.open": each.name for each in policy.of(n.Duty)}
    begins |= {f"{each.name}.next": each.name for each in policy.of(n.Streak)}
    for part, name in begins.items():
        when = policy.rules[part].when
        if when is not None and not reach.can_be_true(when):
            policy.report("W310", when.span, name=name)


def everything(policy: PolicyDraft) -> None:
    """Exemptions from all rules are seldom meant for good: later rules fall under them too."""
    for declared in policy.of(n.Exempt):
        if declared.rules is None:
            policy.report("W303", declared.rules_span, name=declared.name)
