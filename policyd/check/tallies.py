"""Tallies: what is added up for members."""

from __future__ import annotations

from policyd.check import resolved as r
from policyd.check.draft import WHAT, PolicyDraft
from policyd.check.resolved_standing import PERIODS
from policyd.check.wording import one
from policyd.language import nodes as n


def tallies(policy: PolicyDraft) -> None:
    for declared in policy.of(n.Tally):
        check_key(declared, policy)
        policy.tallies[declared.name] = r.Tally(
            policy.qualified(declared.name),
            declared.title or declared.name,
            PERIODS[declared.per.text] if declared.per else None,
            declared.even_if_removed,
            span=declared.span,
        )


def check_key(declared: n.Tally | n.Tiers, policy: PolicyDraft) -> None:
    """Standing is always that of a member."""
    if declared.key is not None and declared.key.text != "member":
        policy.report("C602", declared.key.span, name=declared.key.text, what=one(WHAT[type(declared)]))
