"""Placeholders that never print anything where they stand."""

from __future__ import annotations

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.check.walk import walk_through


def printed(policy: PolicyDraft) -> None:
    lets = {let.name: let for let in policy.lets.values()}
    for rule in policy.rules.values():
        conditions = [condition for condition in (rule.when, rule.unless) if condition is not None]
        matching = any(isinstance(part, r.Matches) for each in conditions for part, _ in walk_through(each, lets))
        for action in (*rule.then, *rule.otherwise):
            for part in action.text.parts if action.text else ():
                if not isinstance(part, r.TextFact):
                    continue
                if part.name.startswith("match.") and not matching:
                    policy.report("W305", part.span, name=part.name)
                elif part.name.startswith("ladder."):
                    policy.report("W306", part.span, name=part.name)
