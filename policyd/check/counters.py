"""Counters, and those of limits: what they count, by what, and within how long."""

from __future__ import annotations

import hashlib
from typing import Final, Literal

from policyd.check import resolved as r
from policyd.check.canonical import canonical
from policyd.check.counted_values import carried, counted_value
from policyd.check.draft import PolicyDraft
from policyd.check.expressions import Expressions
from policyd.check.facts import KINDS
from policyd.check.kinds import check_reads, event_kind
from policyd.check.resolved_standing import PERIODS
from policyd.check.values import value_of
from policyd.check.walk import STATE, walk_through
from policyd.language import nodes as n
from policyd.language.types import NOTHING, TEXT

MOST: Final = 10_000
"""The highest count of a sliding window, and of distinct values (law L13)."""
MOST_CALENDAR: Final = 60_000
"""The highest count in a period of the calendar, and the highest sum."""
_PLAIN_KEYS: Final[dict[str, Literal["member", "group"]]] = {"member": "member", "group": "group"}
Key = Literal["member", "group"] | r.Expr


def counters(policy: PolicyDraft) -> None:
    """Resolves all counters; how far they count is known only when their uses are (`caps`)."""
    for declared in policy.of(n.Counter):
        most = highest(declared.counting)
        if declared.up_to is not None and not 1 <= declared.up_to <= most:
            policy.report("C406", declared.name_span, most=most)
        policy.counters[declared.name] = _counter(declared.name, declared.counting, policy)
    for limit in policy.of(n.Limit):
        most = highest(limit.counting)
        if isinstance(limit.at_most, int) and not 0 <= limit.at_most < most:
            policy.report("C406", limit.at_most_span, most=most)
        policy.counters[limit.name] = _counter(limit.name, limit.counting, policy)


def highest(counting: n.Counting) -> int:
    """How far it can count at most."""
    if counting.distinct is not None:
        return MOST
    return MOST_CALENDAR if counting.per is not None or counting.sums is not None else MOST


def _counter(name: str, counting: n.Counting, policy: PolicyDraft) -> r.Counter:
    kind = event_kind(counting.kind, counting.kind_span, policy)
    kinds = (kind,) if kind else KINDS
    if counting.within is not None and counting.within <= 0:
        policy.report("C219", counting.within_span)
    keys = _keys(counting, kinds, policy)
    form, value = counted_value(counting, kinds, policy)
    if counting.distinct is not None and counting.distinct.text in {key.text for key in counting.keys}:
        policy.report("W403", counting.distinct.span, name=counting.distinct.text)
    per = PERIODS[counting.per.text] if counting.per else None
    where = None
    if counting.where is not None:
        where = Expressions(policy).condition(counting.where, "where")
        check_reads(where, kinds, policy)
        _check_carried(where, policy)
    if counting.across_groups and "group" in keys:
        policy.report("C409", counting.span, name=name)
    more: tuple[object, ...] = ("across groups",) if counting.across_groups else ()
    more += ("per", per) if per else ()
    more += (form, value) if value is not None else ()
    written = canonical((name, kind, keys, counting.within, where, *more), policy.lets)
    identity = hashlib.blake2b(f"{policy.name}.{written}".encode(), digest_size=8).hexdigest()
    return r.Counter(
        policy.qualified(name), kind or "message", keys, counting.within or 0, where, 1, identity,
        counting.across_groups, per, form, value, span=counting.span,
    )  # fmt: skip


def _keys(counting: n.Counting, kinds: tuple[str, ...], policy: PolicyDraft) -> tuple[Key, ...]:
    keys: dict[str, Key] = {}
    texts = 0
    for name in counting.keys:
        if name.text in _PLAIN_KEYS:
            keys[name.text] = _PLAIN_KEYS[name.text]
            continue
        if len(name.parts) == 1 and name.text not in policy.names["value"] and name.text not in policy.broken:
            policy.report("C403", name.span, name=name.text)
            continue
        fact = value_of(name, policy)
        if fact.type == NOTHING and not isinstance(fact, r.AttributeFact):
            continue
        check_reads(fact, kinds, policy)
        texts += 1
        if fact.type != TEXT or not carried(fact):
            policy.report("C403", name.span, name=name.text)
        elif texts > 1:
            policy.report("C404", name.span)
        else:
            keys[name.text] = fact
    return tuple(keys.values())


def _check_carried(where: r.Expr, policy: PolicyDraft) -> None:
    """What is counted must not depend on what was counted before, nor on when it is asked (law L13)."""
    for part, place in walk_through(where, policy.let_reads):
        if isinstance(part, STATE) or (isinstance(part, r.Fact) and not carried(part)):
            policy.report("C402", place.span, name=part.span.text)
