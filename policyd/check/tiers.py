"""Tiers, and the rules that they are: who is placed where (LANGUAGE.md §7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.check.expressions import Expressions
from policyd.check.kinds import check_reads
from policyd.check.lasting import Lasting
from policyd.check.resolved_standing import PERIODS
from policyd.check.tallies import check_key
from policyd.check.walk import reads, reads_state
from policyd.check.wording import called
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase, Related
from policyd.language.types import BOOL, INT, NOTHING, NUMBER

_ON: Final = ("tiers",)
MOST: Final = 50
"""How many tiers there may be: the condition of each denies all before it."""
_PRECISION: Final = 1_000_000
"""Scores are rounded to so many parts of one: tenths have no exact binary form, and 80 must be 80."""


def tiers(policy: PolicyDraft) -> None:
    for declared in policy.of(n.Tiers):
        check_key(declared, policy)
        _check_names(declared, policy)
        score = _score(declared, policy)
        names = tuple(dict.fromkeys(tier.name for tier in declared.tiers))
        policy.tiers[declared.name] = r.Tiers(
            policy.qualified(declared.name),
            declared.title or declared.name,
            PERIODS[declared.every.text] if declared.every else "week",
            names,
            span=declared.span,
        )
        for rule in _rules(declared, score, policy):
            policy.rules[rule.name.removeprefix(f"{policy.name}.")] = rule


def score_name(declared: n.Tiers) -> str:
    """The let that the score is."""
    return f"{declared.name}.score"


def _score(declared: n.Tiers, policy: PolicyDraft) -> r.Expr | None:
    if declared.score is None:
        return None
    written = Expressions(policy).resolve(declared.score)
    if written.type not in (INT, NUMBER, NOTHING):
        policy.report("C615", declared.score.span, type=called(written.type))
        return r.Const(0, NOTHING, span=declared.score.span)
    check_reads(written, _ON, policy)
    value = Lasting(policy).of(written)
    if value.type == NUMBER:
        value = _rounded(value)
    full = policy.qualified(score_name(declared))
    policy.let_reads[full] = reads(value, policy.let_reads)
    policy.lets[full] = r.Let(full, value, span=declared.score.span)
    return r.LetValue(full, value.type, span=declared.score.span)


def _rounded(value: r.Expr) -> r.Expr:
    parts = r.Const(_PRECISION, INT, span=value.span)
    whole = r.FunctionCall("round", (r.Arithmetic("*", value, parts, NUMBER, span=value.span),), INT, span=value.span)
    return r.Arithmetic("/", whole, parts, NUMBER, span=value.span)


def _rules(declared: n.Tiers, score: r.Expr | None, policy: PolicyDraft) -> Iterator[r.Rule]:
    """One for each tier, none of which fires where another does: what is unknown for one is unknown for those after
    it."""
    own = policy.qualified(declared.name)
    before: list[r.Expr] = []
    names: set[str] = set()
    for tier in declared.tiers:
        if tier.name in names:
            continue
        names.add(tier.name)
        condition = _condition(tier, score, policy)
        own_items = condition.items if isinstance(condition, r.And) else (condition,) if condition is not None else ()
        items = (*own_items, *before)
        when = None if not items else items[0] if len(items) == 1 else r.And(items, BOOL, span=tier.span)
        if condition is not None:
            before.append(r.Not(condition, BOOL, span=condition.span))
        place = r.Action("place", subject=own, tier=tier.name, span=tier.span)
        yield r.Rule(
            f"{own}.{tier.name}", declared.title or declared.name, False, (f"tiers {own}",), when, None, (place,), (),
            reads_state(when, policy.let_reads), of=own, quiet=True, span=tier.span,
        )  # fmt: skip


def _condition(tier: n.Tier, score: r.Expr | None, policy: PolicyDraft) -> r.Expr | None:
    if tier.when is not None:
        written = Expressions(policy).condition(tier.when, "when")
        check_reads(written, _ON, policy)
        return Lasting(policy).of(written)
    if tier.at_least is None:
        return None
    least = Expressions(policy).resolve(tier.at_least)
    if least.type not in (INT, NUMBER, NOTHING):
        policy.report("C613", tier.at_least.span, type=called(least.type))
        least = r.Const(0, NOTHING, span=tier.at_least.span)
    check_reads(least, _ON, policy)
    if score is None:
        score = r.Const(0, NOTHING, span=tier.span)
    return r.Compare(">=", score, Lasting(policy).of(least), BOOL, span=tier.span)


def _check_names(declared: n.Tiers, policy: PolicyDraft) -> None:
    if len(declared.tiers) > MOST:
        policy.report("C633", declared.name_span, name=declared.name, most=MOST)
    first: dict[str, n.Tier] = {}
    for tier in declared.tiers:
        other = first.setdefault(tier.name, tier)
        if other is not tier:
            place = Related(other.name_span, Phrase("the first one is here", "先前在这里"))
            policy.report("C610", tier.name_span, place, name=tier.name)
