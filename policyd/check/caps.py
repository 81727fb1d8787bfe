"""How far counters must count: one above the largest constant that they are compared with (law L13)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from policyd.check import resolved as r
from policyd.check.counters import MOST, MOST_CALENDAR
from policyd.check.draft import PolicyDraft
from policyd.check.roots import expressions_of
from policyd.check.walk import children
from policyd.language import nodes as n
from policyd.language.source import Span


@dataclass
class _Use:
    """`largest`: the greatest constant of all comparisons. `needed`: the least cap that they need, and the `place` of
    the one that needs it. `free`: other uses."""

    largest: int = 0
    needed: int = 1
    place: Span | None = None
    free: list[Span] = field(default_factory=list)


def caps(policy: PolicyDraft) -> None:
    uses: dict[str, _Use] = {name: _Use() for name in policy.counters}
    for root in expressions_of(policy):
        _collect(root, uses, policy)
    written = {counter.name: counter.up_to for counter in policy.of(n.Counter)}
    for name, use in uses.items():
        counter = policy.counters[name]
        if counter.form in ("messages", "active"):
            continue
        most = _most(counter)
        cap = _cap(counter, use, written[name], policy) if name in written else min(use.largest + 1, most + 1)
        policy.counters[name] = replace(counter, cap=cap)


def _most(counter: r.Counter) -> int:
    if counter.form == "distinct":
        return MOST
    return MOST_CALENDAR if counter.per is not None or counter.form == "sum" else MOST


def _cap(counter: r.Counter, use: _Use, up_to: int | None, policy: PolicyDraft) -> int:
    """One that is written; or one above the largest constant. What counts by the calendar is told in full."""
    most, name = _most(counter), counter.name.removeprefix(f"{policy.name}.")
    if up_to is not None:
        if use.place is not None and use.needed > up_to:
            policy.report("C408", use.place, name=name, up_to=up_to, needed=use.needed)
        return min(max(up_to, 1), most)
    if use.place is not None and (use.largest if counter.per is None else use.needed) > most:
        policy.report("C406", use.place, most=most)
    if counter.per is not None:
        return most
    for place in use.free:
        policy.report("C405", place, name=name)
    return min(use.largest, most) + 1


def _collect(expr: r.Expr, uses: dict[str, _Use], policy: PolicyDraft) -> None:
    if isinstance(expr, r.CounterValue):
        name = expr.counter.removeprefix(f"{policy.name}.")
        if name in uses:
            uses[name].free.append(expr.span)
        return
    compared = _compared(expr, policy)
    if compared is not None and compared[0] in uses:
        name, largest, needed = compared
        use = uses[name]
        use.largest = max(use.largest, largest)
        if needed > use.needed:
            use.needed, use.place = needed, expr.span
        return
    for child in children(expr):
        _collect(child, uses, policy)


def _compared(expr: r.Expr, policy: PolicyDraft) -> tuple[str, int, int] | None:
    """The counter that is directly compared with constants, the greatest of them, and the cap that this needs."""
    match expr:
        case r.Compare(op, r.CounterValue(counter), right):
            values, exact = _constants(right, policy), op in ("==", "!=", ">", "<=")
        case r.Compare(op, left, r.CounterValue(counter)):
            values, exact = _constants(left, policy), op in ("==", "!=", "<", ">=")
        case r.InList(r.CounterValue(counter), items):
            values, exact = _constants(items, policy), True
        case _:
            return None
    if not values:
        return None
    largest = max(0, *(math.ceil(value) for value in values))
    return counter.removeprefix(f"{policy.name}."), largest, largest + exact


def _constants(expr: r.Expr, policy: PolicyDraft) -> list[int | float]:
    """The numbers of a constant, of a list of constants, of a setting in all groups, or of a let that is one; none for
    anything else."""
    while isinstance(expr, r.LetValue) and expr.let in policy.lets:
        expr = policy.lets[expr.let].value
    if isinstance(expr, r.SettingValue):
        setting = policy.settings.get(expr.setting.removeprefix(f"{policy.name}."))
        every = (setting.default, *setting.values.values()) if setting else ()
        return [value for value in every if isinstance(value, int | float)]
    if not isinstance(expr, r.Const):
        return []
    values = expr.value if isinstance(expr.value, tuple) else (expr.value,)
    return [value for value in values if isinstance(value, int | float)]
