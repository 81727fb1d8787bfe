"""The checker: passes in a fixed order, each over everything, and every finding kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from policyd.check import codes
from policyd.check import resolved as r
from policyd.check.attributes import attributes
from policyd.check.bounds import bounds
from policyd.check.brakes import appeals, brakes
from policyd.check.braking import braking
from policyd.check.caps import caps
from policyd.check.climbing import climbing
from policyd.check.clock import clock
from policyd.check.comings import comings
from policyd.check.counters import counters
from policyd.check.deadlines import deadlines
from policyd.check.doubtful_reviews import doubtful_reviews
from policyd.check.doubtful_tiers import doubtful_tiers, shares
from policyd.check.draft import PolicyDraft, SetDraft
from policyd.check.duties import duties
from policyd.check.entries import entries
from policyd.check.exempts import exempts
from policyd.check.headers import headers
from policyd.check.hours import hours
from policyd.check.idle_standing import idle_standing
from policyd.check.ladders import ladders
from policyd.check.lets import lets
from policyd.check.lexicons import lexicons
from policyd.check.masks import masks
from policyd.check.names import names, policies
from policyd.check.overlaps import overlaps
from policyd.check.platforms import platforms
from policyd.check.printed import printed
from policyd.check.rare import rare
from policyd.check.reviews import review_exempts, reviews
from policyd.check.rosters import rosters
from policyd.check.rules import rules
from policyd.check.scenarios import scenarios
from policyd.check.settings import settings
from policyd.check.streaks import streaks
from policyd.check.switches import switches
from policyd.check.switching import switching
from policyd.check.tallies import tallies
from policyd.check.texts import figures_told, templates
from policyd.check.thresholds import thresholds
from policyd.check.tiers import tiers
from policyd.check.timed import schedules, sweeps
from policyd.check.unreachable import everything, unreachable
from policyd.check.unused import unused
from policyd.check.weights import weights
from policyd.check.without import without
from policyd.language import nodes as n

T = TypeVar("T")
CODES: Final = codes
"""The package whose import registers the kinds of findings that are made here."""

PASSES: Final[tuple[Callable[[PolicyDraft], None], ...]] = (
    names, headers, attributes, settings, rosters, switches, lexicons, hours, lets, templates, counters, ladders,
    tallies, rules, schedules, sweeps, reviews, duties, streaks, tiers, brakes, appeals, exempts, review_exempts, caps,
    masks, thresholds, weights, figures_told, unreachable, everything, climbing, overlaps, rare, printed, clock,
    comings, deadlines, doubtful_reviews, braking, platforms, doubtful_tiers, shares,
    without,
)  # fmt: skip
"""Over one policy, in the order in which they need one another. Those after `figures_told` give warnings, but for
`without`, which adds conditions that nobody has written."""

SET_PASSES: Final[tuple[Callable[[SetDraft], None], ...]] = (
    scenarios, bounds, unused, switching, idle_standing, entries,
)  # fmt: skip
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
        lets=in_order(policy.lets),
        lexicons=in_order(policy.lexicons),
        hours=in_order(policy.hours),
        counters=in_order(policy.counters),
        ladders=in_order(policy.ladders),
        rules=in_order(policy.rules),
        exempts=in_order(policy.exempts),
        settings=in_order(policy.settings),
        rosters=in_order(policy.rosters),
        switches=in_order(policy.switches),
        schedules=in_order(policy.schedules),
        sweeps=in_order(policy.sweeps),
        reviews=in_order(policy.reviews),
        duties=in_order(policy.duties),
        brakes=policy.brakes,
        appeals=policy.appeals,
        tallies=in_order(policy.tallies),
        streaks=in_order(policy.streaks),
        tiers=in_order(policy.tiers),
        platforms=tuple(dict.fromkeys(name.text for name in header.platforms)),
        without=policy.without,
        span=header.span,
    )


def in_order(found: Mapping[str, T]) -> tuple[T, ...]:
    """By name."""
    return tuple(value for _, value in sorted(found.items()))
