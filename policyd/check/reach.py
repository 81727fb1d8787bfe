"""Which conditions can be true, and which can be false: a cautious guess from constants and ranges."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any, Final

from policyd.check import resolved as r
from policyd.check.facts import FACTS
from policyd.language.types import BOOL, NOTHING, NUMBER

Comparison = tuple[r.Expr, str, Any]
"""What is compared, how, with which constant."""

_OPS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_NEGATED: Final = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_TURNED: Final = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
_NEVER_NEGATIVE: Final = frozenset({"length", "digits", "longest_run", "count", "capitals"})


class Reach:
    """Asks about the conditions of one policy. `lets` by qualified name."""

    def __init__(self, lets: Mapping[str, r.Let]) -> None:
        self._lets = lets
        self._let_can_be: dict[tuple[str, bool], bool] = {}

    def can_be_true(self, expr: r.Expr) -> bool:
        """False only where it certainly never is."""
        return self._can_be(expr, True)

    def can_be_false(self, expr: r.Expr) -> bool:
        """False only where it certainly never is: it is true, or unknown."""
        return self._can_be(expr, False)

    def _can_be(self, expr: r.Expr, wanted: bool) -> bool:
        match expr:
            case r.Const(value=bool() as value, type=type) if type == BOOL:
                return value is wanted
            case r.Not(operand):
                return self._can_be(operand, not wanted)
            case r.LetValue(let) if let in self._lets:
                if (let, wanted) not in self._let_can_be:
                    self._let_can_be[let, wanted] = self._can_be(self._lets[let].value, wanted)
                return self._let_can_be[let, wanted]
            case r.And(items) | r.Or(items):
                if isinstance(expr, r.And) is not wanted:
                    return any(self._can_be(item, wanted) for item in items)
                return all(self._can_be(item, wanted) for item in items) and not self._contradict(items, wanted)
            case r.Compare():
                return not self._contradict((expr,), wanted)
            case r.InList(items=r.ListExpr(items=())):
                return expr.negated is wanted
            case _:
                return True

    def _contradict(self, items: Iterable[r.Expr], wanted: bool) -> bool:
        """Whether the comparisons among `items` cannot all come out as `wanted`."""
        by_subject: dict[r.Expr, list[Comparison]] = {}
        for item in items:
            comparison = self._comparison(item)
            if comparison is not None:
                subject, op, value = comparison
                by_subject.setdefault(subject, []).append((subject, op if wanted else _NEGATED[op], value))
        return any(_impossible(comparisons) for comparisons in by_subject.values())

    def _comparison(self, item: r.Expr) -> Comparison | None:
        if isinstance(item, r.LetValue) and item.let in self._lets:
            item = self._lets[item.let].value
        match item:
            case r.Not(operand):
                inner = self._comparison(operand)
                return None if inner is None else (inner[0], _NEGATED[inner[1]], inner[2])
            case r.Compare(op, left, r.Const(value=value, type=type)) if NOTHING not in (type, left.type):
                return left, op, value
            case r.Compare(op, r.Const(value=value, type=type), right) if NOTHING not in (type, right.type):
                return right, _TURNED[op], value
            case _:
                return None


def _impossible(comparisons: list[Comparison]) -> bool:
    """Whether no value of the subject satisfies all. """
    subject = comparisons[0][0]
    if isinstance(subject, r.Const):
        return not all(_OPS[op](subject.value, value) for _, op, value in comparisons)
    values = [value for _, _, value in comparisons]
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        tried = _candidates(subject, values)
        return not any(all(_OPS[op](each, value) for _, op, value in comparisons) for each in tried)
    if any(op not in ("==", "!=") for _, op, _ in comparisons):
        return False
    equal = {value for _, op, value in comparisons if op == "=="}
    different = {value for _, op, value in comparisons if op == "!="}
    members = set(subject.type.members) if subject.type.kind == "enum" else {True, False}
    exhausted = subject.type.kind in ("enum", "bool") and not members - different
    return len(equal) > 1 or bool(equal & different) or exhausted


def _candidates(subject: r.Expr, values: list[float]) -> list[float]:
    """Enough values of the subject to decide: one of every stretch between the constants, and the constants."""
    low, high = _range(subject)
    ends = sorted({*values, *(end for end in (low, high) if end is not None)})
    between: list[float] = [(a + b) / 2 for a, b in pairwise(ends)]
    if subject.type.kind in ("int", "duration", "time"):
        between = [near for value in ends for near in (value - 1, value + 1)]
    every = (ends[0] - 1, *ends, *between, ends[-1] + 1)
    return [each for each in every if (low is None or each >= low) and (high is None or each <= high)]


def _range(subject: r.Expr) -> tuple[int | None, int | None]:
    match subject:
        case r.Fact(name):
            return FACTS[name].low, FACTS[name].high
        case r.CounterValue() | r.Strikes() | r.StreakValue():
            return 0, None
        case r.GroupFigure() | r.Falling():
            return 0, (1 if subject.type == NUMBER else None)
        case r.FunctionCall(function="scale"):
            return 0, 100
        case r.FunctionCall(function) if function in _NEVER_NEGATIVE:
            return 0, (1 if function == "capitals" else None)
        case _:
            return None, None
