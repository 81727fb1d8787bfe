"""Conditions on facts that most platforms never tell: where they are unknown, the rule does nothing (law L6)."""

from __future__ import annotations

from collections.abc import Iterator

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.check.facts import FACTS
from policyd.check.walk import children, walk
from policyd.language.diagnostics import Phrase, Related
from policyd.language.source import Span

_MOST_PLACES = 3


def rare(policy: PolicyDraft) -> None:
    """One warning for a fact, at its first use."""
    places: dict[str, list[Span]] = {}
    for condition in _conditions(policy):
        known = {part.operand for part in walk(condition) if isinstance(part, r.Known)}
        for fact in _unguarded(condition):
            if FACTS[fact.name].rare and fact not in known:
                places.setdefault(fact.name, []).append(fact.span)
    for name, spans in places.items():
        first, *others = sorted(set(spans), key=lambda span: (span.source.name, span.start))
        related = [Related(span, Phrase("here too", "这里也是")) for span in others[:_MOST_PLACES]]
        policy.report("W304", first, *related, fact=name)


def _conditions(policy: PolicyDraft) -> Iterator[r.Expr]:
    for rule in policy.rules.values():
        yield from (condition for condition in (rule.when, rule.unless) if condition is not None)
    yield from (exempt.when for exempt in policy.exempts.values())
    yield from (let.value for let in policy.lets.values())


def _unguarded(expr: r.Expr) -> Iterator[r.Fact]:
    """Facts that no `default` replaces where they are unknown."""
    if isinstance(expr, r.Fact):
        yield expr
    elif isinstance(expr, r.Default):
        yield from _unguarded(expr.right)
    elif not isinstance(expr, r.Known):
        for child in children(expr):
            yield from _unguarded(child)
