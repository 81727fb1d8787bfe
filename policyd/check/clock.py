"""Times and days of the clock on the wall, in a policy that names no time zone."""

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
    timed = timed or any(policy.of(n.Streak)) or any(policy.of(n.Tiers))
    timed = timed or any(counter.per for counter in policy.counters.values())
    timed = timed or any(tally.per for tally in policy.tallies.values())
    if timed or any(_is_local(part) for part in reads):
        policy.report("W540", policy.header.name_span, name=policy.name)


def _is_local(part: r.Expr) -> bool:
    return isinstance(part, r.GroupFigure | r.Falling) or (isinstance(part, r.Fact) and part.name in _LOCAL)
