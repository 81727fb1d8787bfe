"""The checker: passes in a fixed order, each over everything, and every finding kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from policyd.check import codes
from policyd.check import resolved as r
from policyd.check.attributes import attributes
from policyd.check.bounds import bounds
from policyd.check.caps import caps
from policyd.check.climbing import climbing
from policyd.check.clock import clock
from policyd.check.counters import counters
from policyd.check.draft import PolicyDraft, SetDraft
from policyd.check.entries import entries
from policyd.check.exempts import exempts
from policyd.check.headers import headers
from policyd.check.hours import hours
from policyd.check.ladders import ladders
from policyd.check.lets import lets
from policyd.check.lexicons import lexicons
from policyd.check.masks import masks
from policyd.check.names import names, policies
from policyd.check.overlaps import overlaps
from policyd.check.printed import printed
from policyd.check.rare import rare
from policyd.check.rules import rules
from policyd.check.scenarios import scenarios
from policyd.check.texts import templates
from policyd.check.unreachable import everything, unreachable
from policyd.check.unused import unused
from policyd.language import nodes as n

CODES: Final = codes
"""The package whose import registers the kinds of findings that are made here."""

PASSES: Final[tuple[Callable[[PolicyDraft], None], ...]] = (
    names, headers, attributes, lexicons, hours, lets, templates, counters, ladders, rules, exempts, caps, masks,
    unreachable, everything, climbing, overlaps, rare, printed, clock,
)  # fmt: skip
"""Over one policy, in the order in which they need one another; those of the last line give warnings."""

SET_PASSES: Final[tuple[Callable[[SetDraft], None], ...]] = (scenarios, bounds, unused, entries)
"""Over all policies together, after the others."""


def check(draft: SetDraft) -> None:
    """Runs all passes; what they find and resolve is in `draft` afterwards."""
    policies(draft)
    for policy in draft.policies:
        for check_policy in PASSES:
            check_policy(policy)
    for check_set in SET_PASSES:
        check_set(draft)


def resolved(draft: SetDraft, revision: str) -> r.PolicySet:
    """The result of a check without errors."""
    tests = tuple(
        declaration for file in draft.files for declaration in file.declarations if isinstance(declaration, n.Test)
    )  # fmt: skip
    return r.PolicySet(tuple(_policy(policy) for policy in draft.policies), tests, revision)


def _policy(policy: PolicyDraft) -> r.Policy:
    header = policy.header
    return r.Policy(
        policy.name,
        header.title or policy.name,
        r.Scope(header.scope.by, header.scope.values) if header.scope else r.Scope("every"),
        policy.zone,
        header.store_fails or "allow",
        **{
            part: tuple(value for _, value in sorted(getattr(policy, part).items()))
            for part in ("lets", "lexicons", "hours", "counters", "ladders", "rules", "exempts")
        },
        span=header.span,
    )
