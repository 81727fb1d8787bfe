"""Which words must be found before a rule can fire at all.

A gate is a set of (text fact, lexicon): the expression can be true only if one of these lexicons has a hit in that
text. None: there is no such set, the expression may be true on a clean text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from policyd.check import resolved as r
from policyd.compile.facts import text_key

Gate = frozenset[tuple[str, str]]
_NEVER: Gate = frozenset()
_DEEPEST_LET = 50
"""Lets that read lets further down than this are taken to be possible on a clean text."""


class Gates:
    """Gates of expressions; that of a let is found out once."""

    def __init__(self, lets: Mapping[str, r.Let]) -> None:
        self._lets = lets
        self._known: dict[str, Gate | None] = {}
        self._depth = 0

    def of(self, expr: r.Expr, wanted: bool = True) -> Gate | None:
        """The gate of `expr` being `wanted`."""
        match expr:
            case r.Const(value):
                return _NEVER if value is not wanted else None
            case r.Matches(fact, lexicons):
                return frozenset((text_key(fact), name) for name in lexicons) if wanted else None
            case r.Not(operand):
                return self.of(operand, not wanted)
            case r.And(items) | r.Or(items):
                gates = [self.of(item, wanted) for item in items]
                return _narrowest(gates) if isinstance(expr, r.And) is wanted else _any(gates)
            case r.Default(left, right):
                return _any([self.of(left, wanted), self.of(right, wanted)])
            case r.LetValue(let) if wanted:
                return self._of_let(let)
        return None

    def _of_let(self, let: str) -> Gate | None:
        if let not in self._known:
            if self._depth > _DEEPEST_LET:
                return None
            self._depth += 1
            self._known[let] = self.of(self._lets[let].value)
            self._depth -= 1
        return self._known[let]


def _narrowest(gates: Iterable[Gate | None]) -> Gate | None:
    """All must come out: the one that fewest words open stands for them."""
    return min((gate for gate in gates if gate is not None), key=lambda gate: (len(gate), sorted(gate)), default=None)


def _any(gates: Iterable[Gate | None]) -> Gate | None:
    """One is enough: every one of them opens it."""
    opened: set[tuple[str, str]] = set()
    for gate in gates:
        if gate is None:
            return None
        opened |= gate
    return frozenset(opened)
