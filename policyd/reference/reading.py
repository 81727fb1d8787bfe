"""What an expression reads: itself and all that stands in it, through the lets that it names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from policyd.check import resolved as r
from policyd.check.facts import FACTS


def parts(expr: r.Expr, policies: r.PolicySet) -> Iterator[r.Expr]:
    """`expr`, everything below it, and everything in the lets that are read."""
    yield expr
    for child in _children(expr, policies):
        yield from parts(child, policies)


def _children(expr: r.Expr, policies: r.PolicySet) -> tuple[r.Expr, ...]:
    match expr:
        case r.LetValue(let):
            return (policies.lets[let].value,)
        case r.And() | r.Or() | r.ListExpr():
            return expr.items
        case r.Not() | r.Negative() | r.Known():
            return (expr.operand,)
        case r.Arithmetic() | r.Compare() | r.TextTest() | r.Default():
            return (expr.left, expr.right)
        case r.InList():
            return (expr.item, expr.items)
        case r.InHours() | r.InRoster() | r.RosterField():
            return (expr.item,)
        case r.Matches():
            return (expr.fact,)
        case r.Like():
            return (expr.subject,)
        case r.FunctionCall():
            return expr.arguments
    return ()


def own_expressions(rule: r.Rule) -> tuple[r.Expr, ...]:
    return tuple(expr for expr in (rule.when, rule.unless) if expr is not None)


_STATE = (
    r.CounterValue | r.Strikes | r.SwitchOn | r.ReviewIs | r.DutyOpen | r.TallyValue | r.StreakValue | r.TierValue
    | r.GroupFigure | r.Falling
)  # fmt: skip


def reads_state(expr: r.Expr, policies: r.PolicySet) -> bool:
    """Whether the value depends on the store: on counters, strikes, mutes, records, figures, or on its clock."""
    return any(
        isinstance(part, _STATE) or (isinstance(part, r.Fact) and FACTS[part.name].source in ("state", "clock"))
        for part in parts(expr, policies)
    )


def matches_in(expr: r.Expr, policies: r.PolicySet) -> Iterator[r.Matches]:
    """Every `matches` in it."""
    return (part for part in parts(expr, policies) if isinstance(part, r.Matches))


def figures_in(policy: r.Policy) -> tuple[r.GroupFigure | r.Falling, ...]:
    """The figures of the group that conditions and texts anywhere in the policy read, each once."""
    return tuple(dict.fromkeys(_figures(policy)))


def _figures(tree: object) -> Iterator[r.GroupFigure | r.Falling]:
    if isinstance(tree, r.GroupFigure | r.Falling):
        yield tree
    elif isinstance(tree, tuple):
        for item in tree:
            yield from _figures(item)
    elif is_dataclass(tree):
        for each in fields(tree):
            yield from _figures(getattr(tree, each.name))
