"""Tiers that leave somebody out, scores that nobody asks, and shares that are compared with more than all."""

from __future__ import annotations

import math
from typing import Final

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.check.ranges import Ranges
from policyd.check.roots import expressions_of
from policyd.check.thresholds import values_of
from policyd.check.tiers import score_name
from policyd.check.walk import walk
from policyd.language import nodes as n
from policyd.language.types import NUMBER

_WRITTEN: Final = (r.Const, r.SettingValue, r.LetValue)


def doubtful_tiers(policy: PolicyDraft) -> None:
    for declared in policy.of(n.Tiers):
        if declared.score is not None and all(tier.at_least is None for tier in declared.tiers):
            policy.report("W369", declared.score.span, name=declared.name)
        if not _takes_all(declared, policy):
            policy.report("W360", declared.tiers[-1].name_span)


def shares(policy: PolicyDraft) -> None:
    """Of figures that are shares: `30` is thirty times all of them."""
    ranges = Ranges(policy)
    for root in expressions_of(policy):
        for part in walk(root):
            if not isinstance(part, r.Compare):
                continue
            for share, other in ((part.left, part.right), (part.right, part.left)):
                least = ranges.of(other)[0]
                if _is_share(share) and isinstance(other, _WRITTEN) and least > 1:
                    policy.report("W371", other.span, value=f"{least:g}", percent=f"{least * 100:g}")


def _is_share(value: r.Expr) -> bool:
    if isinstance(value, r.Default):
        return _is_share(value.left)
    return isinstance(value, r.GroupFigure | r.Falling) and value.type == NUMBER


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
