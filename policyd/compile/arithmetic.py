"""Arithmetic of the language, called by generated code. None is the unknown; what does not fit is unknown (law L5)."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, Final

from policyd.language.types import Kind

_LIMIT: Final = 2**63
Operation = Callable[[Any, Any], Any]


def fit(value: int) -> int | None:
    """Whole numbers, durations and times have 64 bits, signed."""
    return value if -_LIMIT <= value < _LIMIT else None


def _quotient(left: float, right: float) -> float | None:
    return left / right if right else None


_PLAIN: Final[dict[str, Operation]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _quotient,
}


def operation(op: str, kind: Kind) -> Operation:
    """The function for `left op right` whose result is of type `kind`."""
    plain = _PLAIN[op]

    def text(left: Any, right: Any) -> Any:
        return None if left is None or right is None else plain(left, right)

    def number(left: Any, right: Any) -> Any:
        result = text(left, right)
        return None if result is None or not math.isfinite(result) else float(result)

    def whole(left: Any, right: Any) -> Any:
        result = text(left, right)
        return None if result is None or not math.isfinite(result) else fit(int(result))

    return {"text": text, "number": number}.get(kind, whole)


def negative(value: Any) -> Any:
    """`-value`; the lowest whole number has none."""
    if value is None:
        return None
    return fit(-value) if isinstance(value, int) else -value


def since(now: int, instant: int | None) -> int | None:
    """The duration from `instant` to `now`, ms."""
    return None if instant is None else fit(now - instant)


def among(item: Any, items: tuple[Any, ...] | None) -> bool | None:
    """`item in items`, by Kleene: unknown items matter only where no known one is equal."""
    if item is None or items is None:
        return None
    if item in items:
        return True
    return None if None in items else False
