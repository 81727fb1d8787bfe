"""Going through expressions: written ones for their names, resolved ones for what they read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, assert_never

from policyd.check import resolved as r
from policyd.check.facts import FACTS
from policyd.language import nodes as n

_READS: Final = (
    r.Fact, r.AttributeFact, r.Answer, r.CounterValue, r.Strikes, r.Matches, r.Like, r.SettingValue, r.SwitchOn,
    r.ReviewIs, r.DutyOpen, r.TallyValue, r.StreakValue, r.TierValue, r.GroupFigure, r.Falling,
)  # fmt: skip
_LEAVES: Final = (
    r.Const, r.Fact, r.AttributeFact, r.Answer, r.CounterValue, r.Strikes, r.LetValue, r.SettingValue, r.SwitchOn,
    r.ReviewIs, r.DutyOpen, r.TallyValue, r.StreakValue, r.TierValue, r.IsStep, r.GroupFigure, r.Falling,
)  # fmt: skip
STATE: Final = (
    r.CounterValue, r.Strikes, r.SwitchOn, r.ReviewIs, r.DutyOpen, r.TallyValue, r.StreakValue, r.TierValue,
    r.GroupFigure, r.Falling,
)  # fmt: skip
"""What is always read from the store."""
LetReads = Mapping[str, tuple[r.Expr, ...]]
"""What each let reads, by its qualified name."""


def names_in(expr: n.Expr) -> Iterator[n.Name]:
    """Names that stand for values (or might)."""
    match expr:
        case n.Name():
            yield expr
        case n.Constant():
            pass
        case n.ListOf(items) | n.And(items) | n.Or(items):
            for item in items:
                yield from names_in(item)
        case n.Call():
            for argument in expr.arguments:
                yield from names_in(argument)
        case n.Unary():
            yield from names_in(expr.operand)
        case n.Binary() | n.Compare():
            yield from names_in(expr.left)
            yield from names_in(expr.right)
        case n.In():
            yield from names_in(expr.item)
            yield from names_in(expr.container)
        case n.Matches() | n.Like():
            yield from names_in(expr.subject)
        case _:
            assert_never(expr)


def children(expr: r.Expr) -> tuple[r.Expr, ...]:
    """The parts of an expression; a let has none here."""
    if isinstance(expr, _LEAVES):
        return ()
    match expr:
        case r.ListExpr(items) | r.And(items) | r.Or(items):
            return items
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
        case _:
            assert_never(expr)


def walk(expr: r.Expr) -> Iterator[r.Expr]:
    """The expression and all its parts; a let is not entered."""
    yield expr
    for child in children(expr):
        yield from walk(child)


def walk_through(expr: r.Expr, let_reads: LetReads) -> Iterator[tuple[r.Expr, r.Expr]]:
    """Every part, and what the lets among them read, with the place where it stands in `expr`: the part itself, or the
    let through which it is read."""
    for part in walk(expr):
        yield part, part
        if isinstance(part, r.LetValue):
            for read in let_reads.get(part.let, ()):
                yield read, part


def reads(expr: r.Expr, let_reads: LetReads) -> tuple[r.Expr, ...]:
    """What an expression reads, each once: facts, counters, strikes, and how texts are searched."""
    found: dict[r.Expr, None] = {}
    for part, _ in walk_through(expr, let_reads):
        if isinstance(part, _READS):
            found.setdefault(part)
    return tuple(found)


def reads_state(expr: r.Expr | None, let_reads: LetReads) -> bool:
    """Whether the value depends on the store: counters, strikes, mutes, switches, reviews, duties, standing, figures
    and the instant `now` (law L15)."""
    return expr is not None and any(_stateful(part) for part, _ in walk_through(expr, let_reads))


def _stateful(part: r.Expr) -> bool:
    if isinstance(part, STATE):
        return True
    return isinstance(part, r.Fact) and FACTS[part.name].source in ("state", "clock")


def with_parts(actions: Iterable[r.Action]) -> Iterator[r.Action]:
    """The actions, what they propose to a human, and what they do where nobody decides."""
    for action in actions:
        yield action
        yield from with_parts(part for part in (action.proposed, action.expire) if part is not None)
