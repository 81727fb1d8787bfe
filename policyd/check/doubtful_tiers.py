"""Tiers that leave somebody out, and scores that nobody asks."""

from __future__ import annotations

import math

from policyd.check.draft import PolicyDraft
from policyd.check.ranges import Ranges
from policyd.check.thresholds import values_of
from policyd.check.tiers import score_name
from policyd.language import nodes as n


def doubtful_tiers(policy: PolicyDraft) -> None:
    for declared in policy.of(n.Tiers):
        if declared.score is not None and all(tier.at_least is None for tier in declared.tiers):
            policy.report("W369", declared.score.span, name=declared.name)
        if not _takes_all(declared, policy):
            policy.report("W360", declared.tiers[-1].name_span)


def _takes_all(declared: n.Tiers, policy: PolicyDraft) -> bool:
    """Whether some tier is for everybody whose score is known."""
    score = policy.lets.get(policy.qualified(score_name(declared)))
    lowest = Ranges(policy).of(score.value)[0] if score else -math.inf
    for tier in declared.tiers:
        if tier.when is None and tier.at_least is None:
            return True
        values = values_of(tier, declared, policy)
        if values is not None and max(values.values()) <= lowest:
            return True
    return False
