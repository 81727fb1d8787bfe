"""Times of day in a policy that names no time zone."""

from __future__ import annotations

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.check.walk import walk
from policyd.language import nodes as n

_LOCAL = frozenset({"now.hour", "now.weekday"})


def clock(policy: PolicyDraft) -> None:
    """One warning, at the header: what is local is then that of UTC."""
    if policy.header.timezone is not None:
        return
    conditions = [rule.when for rule in policy.rules.values()] + [let.value for let in policy.lets.values()]
    reads = (part for each in conditions if each is not None for part in walk(each))
    timed = any(policy.of(n.Hours)) or any(policy.of(n.Schedule)) or any(policy.of(n.Sweep))
    timed = timed or any(duty.due is not None for duty in policy.of(n.Duty))
    if timed or any(isinstance(part, r.Fact) and part.name in _LOCAL for part in reads):
        policy.report("W540", policy.header.name_span, name=policy.name)
