"""Lets, each after those that it reads; none in a circle, none too large when written out."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Final

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.check.expressions import Expressions
from policyd.check.facts import APPROVED
from policyd.check.standings import approved
from policyd.check.walk import names_in, reads, walk
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase, Related

DEEPEST: Final = 64
"""How many lets may stand on one another."""
LARGEST: Final = 10_000
"""How many parts an expression may have with its lets written out: what one evaluation costs at most."""
Declared = tuple[n.Let | n.Review, list[n.Expr]]
"""Where a let is declared, and the conditions that it reads: those of all reviews for `message.approved`."""


def lets(policy: PolicyDraft) -> None:
    """Resolves every let, in the order of what reads what, `message.approved` among them. Those in a circle are left
    out."""
    declared = _declared(policy)
    needs = {
        name: {other.text for part in parts for other in names_in(part)} & declared.keys()
        for name, (_, parts) in declared.items()
    }  # fmt: skip
    expressions = Expressions(policy)
    depth: dict[str, int] = {}
    size: dict[str, int] = {}
    for name in _in_order(policy, declared, needs):
        let, parts = declared[name]
        value = approved(policy, expressions) if name == APPROVED else expressions.resolve(parts[0])
        depth[name] = 1 + max((depth.get(read, 0) for read in needs[name]), default=0)
        size[name] = sum(
            1 + (size.get(_plain(part, policy), 0) if isinstance(part, r.LetValue) else 0) for part in walk(value)
        )
        if depth[name] > DEEPEST or size[name] > LARGEST:
            policy.report("C121", let.name_span, name=name, deepest=DEEPEST, largest=LARGEST)
            depth[name], size[name] = 0, 0
        full = policy.qualified(name)
        policy.let_reads[full] = reads(value, policy.let_reads)
        policy.lets[full] = r.Let(full, value, span=let.span)


def _declared(policy: PolicyDraft) -> dict[str, Declared]:
    declared: dict[str, Declared] = {let.name: (let, [let.value]) for let in policy.of(n.Let)}
    reviews = list(policy.of(n.Review))
    if reviews:
        conditions = (part for review in reviews for part in (review.when, review.unless))
        declared[APPROVED] = (reviews[0], [part for part in conditions if part is not None])
    return declared


def _plain(value: r.LetValue, policy: PolicyDraft) -> str:
    return value.let.removeprefix(f"{policy.name}.")


def _in_order(policy: PolicyDraft, declared: dict[str, Declared], needs: dict[str, set[str]]) -> Iterator[str]:
    """Names of lets, those that are read first; says where lets read one another in a circle, and leaves these out."""
    left = {name: sorted(others) for name, others in sorted(needs.items())}
    while True:
        order = TopologicalSorter({name: [other for other in left[name] if other in left] for name in left})
        try:
            order.prepare()
        except CycleError as error:
            circle = list(reversed(error.args[1][:-1]))
            _report_circle(policy, declared, circle)
            for name in circle:
                del left[name]
            continue
        while order.is_active():
            ready = order.get_ready()
            yield from ready
            order.done(*ready)
        return


def _report_circle(policy: PolicyDraft, declared: dict[str, Declared], circle: list[str]) -> None:
    """At the first of them by name; each reads the one after it."""
    start = circle.index(min(circle))
    circle = circle[start:] + circle[:start]
    places = (Related(declared[name][0].name_span, Phrase("part of the circle", "循环中的一环")) for name in circle[1:])
    chain = " → ".join(f"`{name}`" for name in (*circle, circle[0]))
    policy.report("C117", declared[circle[0]][0].name_span, *places, name=circle[0], chain=chain)
