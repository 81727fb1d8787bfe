"""Switches of groups."""

from __future__ import annotations

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.language import nodes as n


def switches(policy: PolicyDraft) -> None:
    for declared in policy.of(n.Switch):
        if declared.off_after is not None and declared.off_after <= 0:
            policy.report("C219", declared.name_span)
        policy.switches[declared.name] = r.Switch(
            policy.qualified(declared.name), declared.off_after or 0, span=declared.span
        )  # fmt: skip
