"""Placeholders that never print anything where they stand."""

from __future__ import annotations

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.check.walk import walk_through


def printed(policy: PolicyDraft) -> None:
    for rule in policy.rules.values():
        conditions = [condition for condition in (rule.when, rule.unless) if condition is not None]
        parts = (part for each in conditions for part, _ in walk_through(each, policy.let_reads))
        matching = any(isinstance(part, r.Matches) for part in parts)
        for action in (*rule.then, *rule.otherwise):
            for part in action.text.parts if action.text else ():
                if not isinstance(part, r.TextFact):
                    continue
                if part.name.startswith("match.") and not matching:
                    policy.report("W305", part.span, name=part.name)
                elif part.name.startswith("ladder."):
                    policy.report("W306", part.span, name=part.name)
