"""How far an expression is from a wanted truth value, and what would have to be otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct

from policyd.check import resolved as r
from policyd.engine.values import printable, value_name
from policyd.reference.environment import Environment
from policyd.reference.expr import evaluate

_WHOLE: Final = 1.0
"""What a condition costs that is simply false; a number that misses its bound costs in proportion."""


class Condition(Struct, frozen=True):
    """A condition as the policy writes it (or in words), whether it `needed` to be true or false, what it `was` (null:
    unknown), and for a comparison what stood on either side."""

    condition: str
    needed: bool
    was: bool | None
    left: Any = None
    right: Any = None
    line: int = 0


def cost(expr: r.Expr, wanted: bool, env: Environment) -> float:
    """0 where `expr` already is as wanted; the cheapest way otherwise."""
    if evaluate(expr, env) is wanted:
        return 0.0
    match expr:
        case r.Not():
            return cost(expr.operand, not wanted, env)
        case r.And() | r.Or():
            costs = [cost(item, wanted, env) for item in expr.items]
            return sum(costs) if _needs_all(expr, wanted) else min(costs)
        case r.LetValue():
            return cost(env.policies.lets[expr.let].value, wanted, env)
        case r.Compare():
            return _gap(evaluate(expr.left, env), evaluate(expr.right, env))
    return _WHOLE


def missing(expr: r.Expr, wanted: bool, env: Environment) -> Iterator[Condition]:
    """The conditions that have to be otherwise on the cheapest way."""
    was = evaluate(expr, env)
    if was is wanted:
        return
    match expr:
        case r.Not():
            yield from missing(expr.operand, not wanted, env)
        case r.And() | r.Or() if _needs_all(expr, wanted):
            for item in expr.items:
                yield from missing(item, wanted, env)
        case r.And() | r.Or():
            yield from missing(min(expr.items, key=lambda item: cost(item, wanted, env)), wanted, env)
        case r.LetValue():
            yield from missing(env.policies.lets[expr.let].value, wanted, env)
        case _:
            yield _condition(expr, wanted, was, env)


def _needs_all(expr: r.And | r.Or, wanted: bool) -> bool:
    return isinstance(expr, r.And) is wanted


def _gap(left: Any, right: Any) -> float:
    """Up to 1: how far two numbers are apart in proportion to the larger, one more so that 0 is not near 0."""
    numbers = isinstance(left, int | float) and isinstance(right, int | float)
    if not numbers or isinstance(left, bool) or isinstance(right, bool):
        return _WHOLE
    gap: float = (abs(left - right) + 1) / (max(abs(left), abs(right)) + 1)
    return min(_WHOLE, gap)


def _condition(expr: r.Expr, wanted: bool, was: bool | None, env: Environment) -> Condition:
    written = " ".join(expr.span.text.split())
    left = right = None
    if isinstance(expr, r.Compare):
        left = printable(evaluate(expr.left, env), expr.left, env)
        right = printable(evaluate(expr.right, env), expr.right, env)
        written = written or f"{value_name(expr.left) or left} {expr.op} {value_name(expr.right) or right}"
    return Condition(written, wanted, was, left, right, expr.span.line)
