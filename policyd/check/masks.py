"""Whether a rule that masks knows what to hide (law L18)."""

from __future__ import annotations

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.check.walk import LetReads, walk_through

_FINDERS = frozenset({"message.contacts", "message.links", "message.domains"})


def masks(policy: PolicyDraft) -> None:
    for rule in policy.rules.values():
        if any(_finds(expr, policy.let_reads) for expr in (rule.when, rule.unless) if expr is not None):
            continue
        for action in (*rule.then, *rule.otherwise):
            if action.do == "mask":
                policy.report("C320", action.span)


def _finds(expr: r.Expr, let_reads: LetReads) -> bool:
    """Whether something in the message's text has a place that can be hidden."""
    for part, _ in walk_through(expr, let_reads):
        match part:
            case r.Matches(fact=r.Fact(name="message.text")):
                return True
            case r.Like(subject=r.Fact(name="message.text")):
                return True
            case r.Fact(name=name) if name in _FINDERS:
                return True
    return False
