"""Between which numbers a value lies, whatever happens: a cautious guess by interval arithmetic."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Final

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.check.facts import FACTS
from policyd.check.functions import FUNCTIONS
from policyd.language.types import NUMBER

Range = tuple[float, float]
_ANY: Final[Range] = (-math.inf, math.inf)
_COUNTED: Final[Range] = (0, math.inf)
_SHARE: Final[Range] = (0, 1)
_SCALED: Final[Range] = (0, 100)


class Ranges:
    """Asks about the values of one policy."""

    def __init__(self, policy: PolicyDraft) -> None:
        self._policy = policy

    def of(self, expr: r.Expr) -> Range:
        match expr:
            case r.Const(value=int() | float() as value):
                return (value, value)
            case r.LetValue(let) if let in self._policy.lets:
                return self.of(self._policy.lets[let].value)
            case r.SettingValue():
                return self._setting(expr)
            case r.Default(left, right):
                return _around(self.of(left), self.of(right))
            case r.Negative(operand):
                low, high = self.of(operand)
                return (-high, -low)
            case r.Arithmetic():
                return _calculated(expr.op, self.of(expr.left), self.of(expr.right))
            case r.FunctionCall():
                return self._call(expr)
            case _:
                return _given(expr)

    def _setting(self, expr: r.SettingValue) -> Range:
        setting = self._policy.settings.get(expr.setting.removeprefix(f"{self._policy.name}."))
        every = (setting.default, *setting.values.values()) if setting else ()
        values = [value for value in every if isinstance(value, int | float)]
        return (min(values), max(values)) if values else _ANY

    def _call(self, expr: r.FunctionCall) -> Range:
        ranges = [self.of(argument) for argument in expr.arguments]
        match expr.function:
            case "scale":
                return _SCALED
            case "min":
                return (min(low for low, _ in ranges), min(high for _, high in ranges))
            case "max":
                return (max(low for low, _ in ranges), max(high for _, high in ranges))
            case "round":
                return (_round(ranges[0][0]), _round(ranges[0][1]))
            case "capitals":
                return _SHARE
            case "abs" | "length" | "digits" | "longest_run" | "count":
                return _COUNTED
            case _:
                return _ANY


def _round(end: float) -> float:
    """A bound of rounded values: rounding keeps the order."""
    rounded = FUNCTIONS["round"].apply(end) if math.isfinite(end) else None
    return end if rounded is None else float(rounded)


def _given(expr: r.Expr) -> Range:
    match expr:
        case r.Fact(name):
            low, high = FACTS[name].low, FACTS[name].high
            return (-math.inf if low is None else low, math.inf if high is None else high)
        case r.Falling():
            return _SHARE
        case r.GroupFigure():
            return _SHARE if expr.type == NUMBER else _COUNTED
        case r.CounterValue() | r.Strikes() | r.StreakValue():
            return _COUNTED
        case _:
            return _ANY


def _around(first: Range, second: Range) -> Range:
    return (min(first[0], second[0]), max(first[1], second[1]))


def _calculated(op: str, left: Range, right: Range) -> Range:
    match op:
        case "+":
            return (left[0] + right[0], left[1] + right[1])
        case "-":
            return (left[0] - right[1], left[1] - right[0])
        case "*":
            return _extremes(_times, left, right)
        case _ if right[0] > 0 or right[1] < 0:
            return _extremes(lambda a, b: a / b if math.isfinite(a) or math.isfinite(b) else 0.0, left, right)
        case _:
            return _ANY


def _extremes(operation: Callable[[float, float], float], left: Range, right: Range) -> Range:
    every = [operation(a, b) for a, b in product(left, right)]
    return (min(every), max(every))


def _times(a: float, b: float) -> float:
    return 0.0 if 0 in (a, b) else a * b
