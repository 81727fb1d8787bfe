"""Which words must be found before a rule can fire at all.

A gate is a set of (text fact, lexicon): the expression can be true only if one of these lexicons has a hit in that
text. Or it is a set of (`RECORD`, kind of record): the expression can be true only if there is one of these records.
None: there is no such set, the expression may be true on a clean text of a member about whom nothing is filed.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from policyd.check import resolved as r
from policyd.compile.facts import text_key
from policyd.compile.kept import record_of
from policyd.model.records import RecordKind

Gate = frozenset[tuple[str, str]]
RECORD: Final = ""
"""Stands in a gate where others name the text fact."""
_COMPARED: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_NEVER: Gate = frozenset()
_DEEPEST_LET = 50
"""Lets that read lets further down than this are taken to be possible on a clean text."""


class Gates:
    """Gates of expressions; that of a let is found out once."""

    def __init__(self, lets: Mapping[str, r.Let], duties: Mapping[str, r.Duty]) -> None:
        self._lets = lets
        self._duties = duties
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
            case r.SwitchOn() if wanted:
                return _filed("board")
            case r.ReviewIs(_, standing) if wanted is not (standing == "pending"):
                return _filed("file")
            case r.DutyOpen(duty) if wanted:
                return _filed(record_of(self._duties[duty]))
            case r.Compare(op, left, right) if _needs_file(op, left, right, wanted):
                return _filed("file")
            case r.Known(r.TierValue()) if wanted:
                return _filed("file")
        return None

    def _of_let(self, let: str) -> Gate | None:
        if let not in self._known:
            if self._depth > _DEEPEST_LET:
                return None
            self._depth += 1
            self._known[let] = self.of(self._lets[let].value)
            self._depth -= 1
        return self._known[let]


def _needs_file(op: str, left: r.Expr, right: r.Expr, wanted: bool) -> bool:
    """Whether a comparison can only be so of a member about whom something is filed: the others have no tier, and 0 of
    all tallies and streaks."""
    if isinstance(left, r.TierValue) or isinstance(right, r.TierValue):
        return True
    if not isinstance(left, r.TallyValue | r.StreakValue) or not isinstance(right, r.Const):
        return False
    return bool(_COMPARED[op](0, right.value)) is not wanted


def by_record(gate: Gate) -> bool:
    """Whether records open it, not words."""
    return any(key == RECORD for key, _ in gate)


def _filed(kind: RecordKind) -> Gate:
    return frozenset({(RECORD, kind)})


def _narrowest(gates: Iterable[Gate | None]) -> Gate | None:
    """All must come out: the one that fewest words open stands for them."""
    return min((gate for gate in gates if gate is not None), key=lambda gate: (len(gate), sorted(gate)), default=None)


def _any(gates: Iterable[Gate | None]) -> Gate | None:
    """One is enough: every one of them opens it. There is no gate of words and records."""
    opened: set[tuple[str, str]] = set()
    for gate in gates:
        if gate is None:
            return None
        opened |= gate
    whole = frozenset(opened)
    return None if by_record(whole) and any(key != RECORD for key, _ in whole) else whole
