"""Reviews, and the rules that they are: what waits, what is refused, what is let through (LANGUAGE.md §7)."""

from __future__ import annotations

from typing import Final, Literal

from policyd.check import resolved as r
from policyd.check.actions import actions
from policyd.check.deferred import MOST_MODERATORS
from policyd.check.draft import PolicyDraft
from policyd.check.exempts import silenced
from policyd.check.expressions import Expressions
from policyd.check.facts import MESSAGES
from policyd.check.kinds import check_reads, event_kinds
from policyd.check.rules import condition
from policyd.check.standings import allowed, covered, standing
from policyd.language import nodes as n

_PERIODS: Final[dict[str, Literal["day", "week", "month"]]] = {"day": "day", "week": "week", "month": "month"}


def reviews(policy: PolicyDraft) -> None:
    for declared in policy.of(n.Review):
        kinds = _kinds(declared, policy)
        policy.reviews[declared.name] = _review(declared, kinds, policy)
        for rule in _rules(declared, kinds, policy):
            policy.rules[rule.name.removeprefix(f"{policy.name}.")] = rule


def review_exempts(policy: PolicyDraft) -> None:
    """What a review silences where it allows an event; all rules must be known."""
    for declared in policy.of(n.Review):
        if not declared.exempt:
            continue
        names = silenced(declared.exempt, policy)
        own = policy.qualified(declared.name)
        if any(policy.rules[name].of == own for name in names if name in policy.rules):
            policy.report("C585", declared.name_span, name=declared.name)
        policy.exempts[declared.name] = r.Exempt(
            own,
            allowed(policy, declared, Expressions(policy)),
            tuple(policy.qualified(name) for name in names),
            True,
            span=declared.span,
        )


def _kinds(declared: n.Review, policy: PolicyDraft) -> tuple[str, ...]:
    if not declared.kinds:
        return MESSAGES
    kinds = event_kinds(declared.kinds, policy)
    for name in declared.kinds:
        if name.text in kinds and name.text not in MESSAGES:
            policy.report("C580", name.span, kind=name.text)
    return tuple(kind for kind in kinds if kind in MESSAGES) or MESSAGES


def _review(declared: n.Review, kinds: tuple[str, ...], policy: PolicyDraft) -> r.Review:
    if declared.at_most is not None and declared.at_most < 1:
        policy.report("C584", declared.name_span, name=declared.name)
    if declared.valid is not None and declared.valid <= 0:
        policy.report("C219", declared.name_span)
    if declared.by is not None and not 1 <= declared.by <= MOST_MODERATORS:
        policy.report("C327", declared.name_span, most=MOST_MODERATORS)
    return r.Review(
        policy.qualified(declared.name),
        declared.title or declared.name,
        kinds,
        tuple(dict.fromkeys(need.text for need in declared.needs)),
        declared.approve or "content",
        declared.at_most or 0,
        _PERIODS.get(declared.per.text) if declared.per else None,
        declared.valid or 0,
        declared.by if declared.by is not None else 1,
        span=declared.span,
    )


def _rules(declared: n.Review, kinds: tuple[str, ...], policy: PolicyDraft) -> tuple[r.Rule, ...]:
    covers = covered(declared, Expressions(policy))
    check_reads(covers, kinds, policy)
    unless = condition(declared.unless, "unless", kinds, policy)
    own = policy.qualified(declared.name)

    def rule(name: str, stands: Literal["pending", "allowed", "refused"], then: tuple[r.Action, ...]) -> r.Rule:
        return r.Rule(
            name, declared.title or declared.name, False, kinds, standing(policy, declared, covers, stands), unless,
            then, (), True, of=own, quiet=stands == "allowed", span=declared.span,
        )  # fmt: skip

    def does(what: r.Workflow, written: tuple[n.Action, ...]) -> tuple[r.Action, ...]:
        return (r.Action(what, subject=own, span=declared.span), *actions(written, policy, kinds, "rule"))

    place = declared.name_span
    pending = declared.pending if declared.pending is not None else (n.Action("hold", span=place),)
    refused = declared.refused if declared.refused is not None else (n.Action("delete", span=place),)
    return (
        rule(own, "pending", does("pend review", pending)),
        rule(f"{own}.refused", "refused", does("refuse review", refused)),
        rule(f"{own}.allowed", "allowed", does("use review", ())),
    )
