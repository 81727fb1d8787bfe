"""The conditions of reviews: what one covers, and how it stands for an event (LANGUAGE.md §7)."""

from __future__ import annotations

from typing import Literal

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.check.expressions import Expressions, failed
from policyd.language import nodes as n
from policyd.language.types import BOOL


def covered(review: n.Review, expressions: Expressions) -> r.Expr:
    """What the review is about: its `when`."""
    if review.when is None:
        return failed(review.span)
    return expressions.condition(review.when, "when")


def standing(
    policy: PolicyDraft, review: n.Review, covers: r.Expr, wanted: Literal["pending", "allowed", "refused"]
) -> r.Expr:
    """Whether the event is covered, and the review stands so."""
    stands = r.ReviewIs(policy.qualified(review.name), wanted, BOOL, span=review.name_span)
    items = covers.items if isinstance(covers, r.And) else (covers,)
    return r.And((*items, stands), BOOL, span=covers.span)


def allowed(policy: PolicyDraft, review: n.Review, expressions: Expressions) -> r.Expr:
    """Where the review lets an event through: what `unless` takes out it does not cover."""
    covers = covered(review, expressions)
    if review.unless is None:
        return standing(policy, review, covers, "allowed")
    unless = expressions.condition(review.unless, "unless")
    known = r.Default(unless, r.Const(False, BOOL, span=unless.span), BOOL, span=unless.span)
    items = (*(covers.items if isinstance(covers, r.And) else (covers,)), r.Not(known, BOOL, span=unless.span))
    return standing(policy, review, r.And(items, BOOL, span=covers.span), "allowed")


def approved(policy: PolicyDraft, expressions: Expressions) -> r.Expr:
    """What `message.approved` stands for: one of the policy's reviews allows it."""
    reviews = list(policy.of(n.Review))
    every = tuple(allowed(policy, review, expressions) for review in reviews)
    return every[0] if len(every) == 1 else r.Or(every, BOOL, span=reviews[0].name_span)
