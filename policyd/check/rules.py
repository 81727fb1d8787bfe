"""Rules, and limits written out as rules."""

from __future__ import annotations

from policyd.check import resolved as r
from policyd.check.actions import actions
from policyd.check.draft import PolicyDraft
from policyd.check.expressions import Expressions
from policyd.check.kinds import check_reads, event_kind, event_kinds
from policyd.check.walk import reads_state
from policyd.language import nodes as n
from policyd.language.types import BOOL, INT


def rules(policy: PolicyDraft) -> None:
    for declared in policy.of(n.Rule):
        policy.rules[declared.name] = _rule(declared, policy)
    for limit in policy.of(n.Limit):
        policy.rules[limit.name] = _limit(limit, policy)


def _rule(declared: n.Rule, policy: PolicyDraft) -> r.Rule:
    kinds = event_kinds(declared.kinds, policy)
    when = _condition(declared.when, "when", kinds, policy)
    unless = _condition(declared.unless, "unless", kinds, policy)
    if declared.otherwise is not None and declared.when is None:
        policy.report("C316", declared.otherwise_span)
    return r.Rule(
        policy.qualified(declared.name),
        declared.title or declared.name,
        declared.shadow,
        kinds,
        when,
        unless,
        actions(declared.then, policy, kinds, "rule"),
        actions(declared.otherwise or (), policy, kinds, "rule"),
        reads_state(when, policy.let_reads) or reads_state(unless, policy.let_reads),
        span=declared.span,
    )


def _condition(written: n.Expr | None, clause: str, kinds: tuple[str, ...], policy: PolicyDraft) -> r.Expr | None:
    if written is None:
        return None
    condition = Expressions(policy).condition(written, clause)
    check_reads(condition, kinds, policy)
    return condition


def _limit(limit: n.Limit, policy: PolicyDraft) -> r.Rule:
    """The rule that fires when the limit's counter exceeds `at most`."""
    kind = event_kind(limit.counting.kind, limit.counting.kind_span, policy) or "message"
    count = r.CounterValue(policy.qualified(limit.name), INT, span=limit.counting.span)
    most = r.Const(limit.at_most, INT, span=limit.at_most_span)
    return r.Rule(
        policy.qualified(limit.name),
        limit.title or limit.name,
        False,
        (kind,),
        r.Compare(">", count, most, BOOL, span=limit.at_most_span.to(limit.counting.span)),
        _condition(limit.unless, "unless", (kind,), policy),
        actions(limit.then, policy, (kind,), "rule"),
        (),
        True,
        from_limit=True,
        span=limit.span,
    )
