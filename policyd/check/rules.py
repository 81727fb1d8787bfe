"""Rules, and limits written out as rules."""

from __future__ import annotations

from policyd.check import resolved as r
from policyd.check.actions import actions
from policyd.check.counters import highest
from policyd.check.draft import PolicyDraft
from policyd.check.expressions import Expressions
from policyd.check.kinds import check_reads, event_kind, event_kinds
from policyd.check.references import reference
from policyd.check.walk import reads_state
from policyd.check.wording import called
from policyd.language import nodes as n
from policyd.language.types import BOOL, INT, NOTHING


def rules(policy: PolicyDraft) -> None:
    for declared in policy.of(n.Rule):
        policy.rules[declared.name] = _rule(declared, policy)
    for limit in policy.of(n.Limit):
        policy.rules[limit.name] = _limit(limit, policy)


def _rule(declared: n.Rule, policy: PolicyDraft) -> r.Rule:
    kinds = event_kinds(declared.kinds, policy)
    when = condition(declared.when, "when", kinds, policy)
    unless = condition(declared.unless, "unless", kinds, policy)
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
        of=policy.qualified(declared.name),
        span=declared.span,
    )


def condition(written: n.Expr | None, clause: str, kinds: tuple[str, ...], policy: PolicyDraft) -> r.Expr | None:
    """A condition of a rule on these kinds, or on what comes due; None where none is written."""
    if written is None:
        return None
    found = Expressions(policy).condition(written, clause)
    check_reads(found, kinds, policy)
    return found


def _limit(limit: n.Limit, policy: PolicyDraft) -> r.Rule:
    """The rule that fires when the limit's counter exceeds `at most`."""
    kind = event_kind(limit.counting.kind, limit.counting.kind_span, policy) or "message"
    count = r.CounterValue(policy.qualified(limit.name), INT, span=limit.counting.span)
    most = _at_most(limit, policy)
    return r.Rule(
        policy.qualified(limit.name),
        limit.title or limit.name,
        False,
        (kind,),
        r.Compare(">", count, most, BOOL, span=limit.at_most_span.to(limit.counting.span)),
        condition(limit.unless, "unless", (kind,), policy),
        actions(limit.then, policy, (kind,), "rule"),
        (),
        True,
        from_limit=True,
        of=policy.qualified(limit.name),
        span=limit.span,
    )


def _at_most(limit: n.Limit, policy: PolicyDraft) -> r.Expr:
    """The number, or the setting that is one."""
    if isinstance(limit.at_most, int):
        return r.Const(limit.at_most, INT, span=limit.at_most_span)
    most = highest(limit.counting)
    declared = reference(limit.at_most, n.Setting, policy)
    setting = policy.settings.get(declared.name) if declared else None
    if declared is None or setting is None:
        return r.Const(0, NOTHING, span=limit.at_most_span)
    if setting.type != INT:
        policy.report("C573", limit.at_most_span, name=declared.name, type=called(setting.type))
    elif not all(isinstance(each, int) and 0 <= each < most for each in (setting.default, *setting.values.values())):
        policy.report("C406", limit.at_most_span, most=most)
    return r.SettingValue(setting.name, INT, span=limit.at_most_span)
