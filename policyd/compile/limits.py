"""What some figure must exceed for any of many rules to fire.

`message.length > 300 or message.images > 3` is false while neither is more. Of many rules like that, one comparison of
each figure with the lowest of its limits tells that none of them fires, and none of them need be looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeGuard

from policyd.check import resolved as r
from policyd.compile.text_facts import DERIVED
from policyd.language.types import BOOL

Op = Literal["<", "<=", ">", ">="]
_ORDER: Final[dict[str, tuple[Op, Op]]] = {"<": ("<", ">"), "<=": ("<=", ">="), ">": (">", "<"), ">=": (">=", "<=")}
"""Each as it is written, and with its sides exchanged."""
_SPARED: Final = 2
"""How many rules a comparison must spare."""

Limits = dict[tuple[r.Expr, Op], int | float]
"""Comparisons one of which must be true: of a figure, with a number."""


def limits(expr: r.Expr, lets: Mapping[str, r.Expr]) -> Limits | None:
    """Comparisons one of which is true wherever the expression is; None where there are none such. `lets`: those that
    are looked into."""
    match expr:
        case r.Compare(op, left, r.Const(value)) if op in _ORDER and _is_figure(left) and _is_number(value):
            return {(left, _ORDER[op][0]): value}
        case r.Compare(op, r.Const(value), right) if op in _ORDER and _is_figure(right) and _is_number(value):
            return {(right, _ORDER[op][1]): value}
        case r.And(items):
            found = [one for item in items if (one := limits(item, lets)) is not None]
            return min(found, key=len, default=None)
        case r.Or(items):
            return _any([limits(item, lets) for item in items])
        case r.LetValue(let) if let in lets:
            return limits(lets[let], lets)
    return None


def shared(rules: Iterable[r.Rule], lets: Mapping[str, r.Expr]) -> tuple[frozenset[str], r.Expr | None]:
    """The names of the rules that cannot fire unless the expression is true; none and None where asking it first is
    not worth it."""
    limited = {
        rule.name: one
        for rule in rules
        if rule.when is not None and not rule.otherwise and (one := limits(rule.when, lets)) is not None
    }
    weakest = _any(limited.values())
    if not weakest or len(limited) < _SPARED * len(weakest):
        return frozenset(), None
    asked = tuple([r.Compare(op, figure, r.Const(value, figure.type), BOOL) for (figure, op), value in weakest.items()])
    return frozenset(limited), r.Or(asked, BOOL) if len(asked) > 1 else asked[0]


def _any(many: Iterable[Limits | None]) -> Limits | None:
    """What holds where one of them does."""
    weakest: Limits = {}
    for one in many:
        if one is None:
            return None
        for key, value in one.items():
            weaker = min if key[1] in (">", ">=") else max
            weakest[key] = weaker(weakest.get(key, value), value)
    return weakest


def _is_figure(expr: r.Expr) -> bool:
    """Whether reading it costs next to nothing."""
    if isinstance(expr, r.Fact):
        return expr.name.removeprefix("message.") not in DERIVED
    return isinstance(expr, r.CounterValue | r.Strikes)


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
