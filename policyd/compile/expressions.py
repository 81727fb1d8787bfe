"""Three-valued expressions as two-valued Python.

Each expression has up to three forms: one that is true exactly where the expression is true, one that is true exactly
where it is false, and its value, with None for the unknown. A rule needs the first alone, which short-circuits like
plain Python; the value form names each operand once, so that code stays linear in the size of the policy.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Final

from policyd.check import resolved as r
from policyd.check.functions import FUNCTIONS
from policyd.compile.arithmetic import among, negative, operation
from policyd.compile.frame import NOW, Frame
from policyd.compile.reads import children
from policyd.compile.text_facts import DERIVED

_OPPOSITE: Final = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_UNKNOWN_LEAVES = r.Fact | r.AttributeFact | r.Answer | r.CounterValue | r.Strikes

Make = Callable[..., ast.expr]


class Expressions:
    """Compiles expressions into the function that `frame` stands for."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._emit = frame.emit

    # ------------------------------------------------------------ the three forms

    def true(self, expr: r.Expr) -> ast.expr:
        """Truthy where `expr` is true."""
        with self._emit.at(expr.span):
            return self._true(expr)

    def false(self, expr: r.Expr) -> ast.expr:
        """Truthy where `expr` is false."""
        with self._emit.at(expr.span):
            return self._false(expr)

    def value(self, expr: r.Expr) -> ast.expr:
        """The value of `expr`; None where it is unknown."""
        with self._emit.at(expr.span):
            return self._value(expr)

    def _true(self, expr: r.Expr) -> ast.expr:
        match expr:
            case r.Not(operand):
                return self.false(operand)
            case r.And(items):
                return self._emit.both([self.true(item) for item in _cheap_first(items)])
            case r.Or(items):
                return self._emit.either([self.true(item) for item in _cheap_first(items)])
            case r.LetValue(let) if let in self._frame.around.inlined:
                return self.true(self._frame.around.lets[let].value)
            case r.Matches():
                hits, again = self._named(self._frame.leaf(expr))
                known = self._emit.compare(hits, "is not", self._emit.literal(None))
                return self._emit.both([known, self._found(again(), expr.lexicons)])
            case r.InHours(negated=True):
                return self._emit.compare(self._inside(expr), "is", self._emit.literal(False))
            case r.InList(negated=True) if not isinstance(expr.items, r.Const):
                return self._emit.compare(self._among(expr.item, expr.items), "is", self._emit.literal(False))
        strict = self._strict(expr)
        if strict is None:
            return self.value(expr)
        operands, make, _ = strict
        if isinstance(expr, r.Compare) and expr.op == "==" and any(map(self._certain, operands)):
            return make(*map(self.value, operands))
        return self._guarded(operands, make)

    def _false(self, expr: r.Expr) -> ast.expr:
        emit = self._emit
        match expr:
            case r.Not(operand):
                return self.true(operand)
            case r.And(items):
                return emit.either([self.false(item) for item in _cheap_first(items)])
            case r.Or(items):
                return emit.both([self.false(item) for item in _cheap_first(items)])
            case r.LetValue(let) if let in self._frame.around.inlined:
                return self.false(self._frame.around.lets[let].value)
            case r.Known(operand):
                return emit.compare(self.value(operand), "is", emit.literal(None))
            case r.Matches():
                hits, again = self._named(self._frame.leaf(expr))
                known = emit.compare(hits, "is not", emit.literal(None))
                return emit.both([known, emit.no(self._found(again(), expr.lexicons))])
            case r.InHours(negated=True):
                return self._inside(expr)
            case r.InList(negated=True) if not isinstance(expr.items, r.Const):
                return self._among(expr.item, expr.items)
        strict = self._strict(expr)
        if strict is None:
            return emit.compare(self.value(expr), "is", emit.literal(False))
        return self._guarded(strict[0], strict[2])

    def _value(self, expr: r.Expr) -> ast.expr:
        emit = self._emit
        match expr:
            case r.Const(value):
                return emit.constant(value)
            case r.Fact() | r.AttributeFact() | r.Answer() | r.CounterValue() | r.Strikes():
                return self._frame.leaf(expr)
            case r.TallyValue() | r.StreakValue() | r.TierValue():
                return self._frame.leaf(expr)
            case r.LetValue(let):
                inlined = let in self._frame.around.inlined
                return self.value(self._frame.around.lets[let].value) if inlined else self._frame.let(let)
            case r.ListExpr(items):
                return emit.row([self.value(item) for item in items])
            case r.Negative(operand):
                return emit.call(emit.the(negative), [self.value(operand)])
            case r.Arithmetic():
                apply = self._frame.around.once((expr.op, expr.type.kind), lambda: operation(expr.op, expr.type.kind))
                return emit.call(emit.the(apply), [self.value(expr.left), self.value(expr.right)])
            case r.Default():
                left, again = self._named(self.value(expr.left))
                known = emit.compare(left, "is not", emit.literal(None))
                return emit.choose(known, again(), self.value(expr.right))
            case r.Known(operand):
                return emit.compare(self.value(operand), "is not", emit.literal(None))
            case _:
                return self._kept(expr)

    def _kept(self, expr: r.Expr) -> ast.expr:
        """What the community keeps: its settings, rosters, figures, and what workflows know."""
        match expr:
            case r.SettingValue(setting):
                return self._frame.setting(setting)
            case r.RosterField(item, roster, column):
                cells = self._frame.around.once(("cells", roster, column), lambda: self._cells(roster, column))
                find = lambda a: self._emit.call(self._emit.the(cells), [self._stripped(a)])  # noqa: E731
                return self._unless_unknown([item], find)
            case r.SwitchOn(switch):
                return self._frame.switch(switch)
            case r.DutyOpen(duty):
                return self._frame.duty(duty)
            case r.ReviewIs(review, standing):
                return self._frame.review(review, standing)
            case r.IsStep(step):
                return self._frame.is_step(step)
            case r.GroupFigure() | r.Falling():
                return self._frame.figure(expr)
        return self._logic(expr)

    # ------------------------------------------------------------ values of logic

    def _logic(self, expr: r.Expr) -> ast.expr:
        emit = self._emit
        match expr:
            case r.Not(operand):
                return self._negation(self.value(operand))
            case r.And(items):
                return self._junction(items, False)
            case r.Or(items):
                return self._junction(items, True)
            case r.Matches():
                hits, again = self._named(self._frame.leaf(expr))
                found = emit.choose(self._found(again(), expr.lexicons), emit.literal(True), emit.literal(False))
                return emit.choose(emit.compare(hits, "is", emit.literal(None)), emit.literal(None), found)
            case r.InHours():
                inside = self._inside(expr)
                return self._negation(inside) if expr.negated else inside
            case r.InList() if not isinstance(expr.items, r.Const):
                found = self._among(expr.item, expr.items)
                return self._negation(found) if expr.negated else found
            case r.TextTest() if expr.left.type.kind == "list":
                return self._among(expr.right, expr.left)
        strict = self._strict(expr)
        assert strict is not None, f"no way to compile {type(expr).__name__}"
        return self._unless_unknown(strict[0], strict[1])

    def _negation(self, value: ast.expr) -> ast.expr:
        emit = self._emit
        first, again = self._named(value)
        return emit.choose(emit.compare(first, "is", emit.literal(None)), emit.literal(None), emit.no(again()))

    def _junction(self, items: Sequence[r.Expr], decisive: bool) -> ast.expr:
        """`and` (decided by false) and `or` (by true): decided if any item is, else unknown if any is."""
        emit = self._emit
        named = [self._named(self.value(item)) for item in _cheap_first(items)]
        decided = emit.either([emit.compare(first, "is", emit.literal(decisive)) for first, _ in named])
        unknown = emit.either([emit.compare(again(), "is", emit.literal(None)) for _, again in named])
        undecided = emit.choose(unknown, emit.literal(None), emit.literal(not decisive))
        return emit.choose(decided, emit.literal(decisive), undecided)

    def _found(self, hits: ast.expr, lexicons: tuple[str, ...]) -> ast.expr:
        """Truthy where one of the lexicons has a hit."""
        numbers = self._frame.around.lexicons
        mask = sum({1 << numbers[name] for name in lexicons})
        return self._emit.common(self._emit.attribute(hits, "bits"), self._emit.constant(mask))

    def _inside(self, expr: r.InHours) -> ast.expr:
        """Whether the time lies in the hours, negation aside."""
        if isinstance(expr.item, r.Fact) and expr.item.name == NOW:
            return self._frame.leaf(expr)
        hours = self._frame.around.hours[expr.hours]
        hold = self._frame.around.once(("hours", expr.hours), lambda: hours.hold)
        return self._unless_unknown([expr.item], lambda item: self._emit.call(self._emit.the(hold), [item]))

    def _among(self, item: r.Expr, items: r.Expr) -> ast.expr:
        return self._emit.call(self._emit.the(among), [self.value(item), self.value(items)])

    # ------------------------------------------------------------ operators that are unknown where an operand is

    def _strict(self, expr: r.Expr) -> tuple[Sequence[r.Expr], Make, Make] | None:
        """Operands, and how to make the expression and its opposite of their known values; None for others."""
        emit = self._emit
        match expr:
            case r.Compare():
                ranks = _ranks(expr)
                if ranks is not None:
                    return self._ordered(expr, ranks)
                make: Make = lambda a, b: emit.compare(a, expr.op, b)  # noqa: E731
                return (expr.left, expr.right), make, lambda a, b: emit.compare(a, _OPPOSITE[expr.op], b)
            case r.TextTest() if expr.left.type.kind != "list":
                make = self._text_test(expr.op)
                return (expr.left, expr.right), make, lambda a, b: emit.no(make(a, b))
            case r.InList(item, r.Const(items)):
                assert isinstance(items, tuple)
                ops = ("not in", "in") if expr.negated else ("in", "not in")
                within = frozenset(items)
                return (
                    (item,),
                    lambda a: emit.compare(a, ops[0], emit.constant(within)),
                    lambda a: emit.compare(a, ops[1], emit.constant(within)),
                )
            case r.InRoster(item, roster, negated):
                rows = emit.the(self._frame.around.rosters[roster].rows)
                ops = ("not in", "in") if negated else ("in", "not in")
                return (
                    (item,),
                    lambda a: emit.compare(self._stripped(a), ops[0], rows),
                    lambda a: emit.compare(self._stripped(a), ops[1], rows),
                )
            case r.Like(subject, pattern):
                found = self._frame.around.pattern(pattern)
                make = lambda a: emit.call(emit.the(found), [a])  # noqa: E731
                return (subject,), make, lambda a: emit.no(make(a))
            case r.FunctionCall(function, arguments):
                apply = FUNCTIONS[function].apply
                make = lambda *a: emit.call(emit.the(apply), a)  # noqa: E731
                return arguments, make, lambda *a: emit.compare(make(*a), "is", emit.literal(False))
        return None

    def _ordered(self, expr: r.Compare, ranks: dict[str, int]) -> tuple[Sequence[r.Expr], Make, Make]:
        emit = self._emit

        def make(op: str) -> Make:
            table = self._frame.around.once(("ranks", *ranks), lambda: ranks)
            return lambda a, b: emit.compare(emit.item(emit.the(table), a), op, emit.item(emit.the(table), b))

        return (expr.left, expr.right), make(expr.op), make(_OPPOSITE[expr.op])

    def _text_test(self, op: str) -> Make:
        emit = self._emit
        if op == "contains":
            return lambda text, part: emit.compare(part, "in", text)
        method = "startswith" if op == "starts with" else "endswith"
        return lambda text, part: emit.call(emit.attribute(text, method), [part])

    def _stripped(self, text: ast.expr) -> ast.expr:
        """As keys of rosters are compared."""
        return self._emit.call(self._emit.attribute(text, "strip"), [])

    def _cells(self, roster: str, column: str) -> Callable[[str], str | None]:
        """From a key of the roster to what stands in the column; None where nothing does."""
        rows = self._frame.around.rosters[roster].rows
        return {key: row[column] for key, row in rows.items() if row.get(column)}.get

    def _certain(self, expr: r.Expr) -> bool:
        """Whether `expr` is never unknown."""
        match expr:
            case r.Const() | r.Known() | r.ListExpr() | r.SettingValue() | r.IsStep():
                return True
            case r.SwitchOn() | r.DutyOpen() | r.ReviewIs():
                return not self._frame.blind
            case r.Fact() | r.CounterValue() | r.Strikes():
                return self._frame.certain(expr)
            case r.Default():
                return self._certain(expr.right)
        return False

    def _guarded(self, operands: Sequence[r.Expr], make: Make) -> ast.expr:
        """All operands are known, and `make` of them holds."""
        guards, values = self._operands(operands, "is not")
        return self._emit.both([*guards, make(*values)])

    def _unless_unknown(self, operands: Sequence[r.Expr], make: Make) -> ast.expr:
        """`make` of the operands, None where one is unknown."""
        guards, values = self._operands(operands, "is")
        made = make(*values)
        return self._emit.choose(self._emit.either(guards), self._emit.literal(None), made) if guards else made

    def _operands(self, operands: Sequence[r.Expr], test: str) -> tuple[list[ast.expr], list[ast.expr]]:
        guards, values = [], []
        for operand in operands:
            value = self.value(operand)
            if not self._certain(operand):
                first, again = self._named(value)
                guards.append(self._emit.compare(first, test, self._emit.literal(None)))
                value = again()
            values.append(value)
        return guards, values

    def _named(self, value: ast.expr) -> tuple[ast.expr, Callable[[], ast.expr]]:
        """The value, and what names it afterwards."""
        if isinstance(value, ast.Name):
            return value, lambda: self._emit.name(value.id)
        name = self._frame.temporary()
        return self._emit.keep(name, value), lambda: self._emit.name(name)


def _ranks(expr: r.Compare) -> dict[str, int] | None:
    """The order of an enumeration, where `<` and its kin compare two of its members."""
    kind = expr.left.type
    if kind.kind != "enum" or expr.op in ("==", "!="):
        return None
    return {member: rank for rank, member in enumerate(kind.members)}


def _cheap_first(items: Sequence[r.Expr]) -> list[r.Expr]:
    """Order never matters to the result; what reads the whole text comes last."""
    return sorted(items, key=_is_costly)


def _is_costly(expr: r.Expr) -> bool:
    stack = [expr]
    while stack:
        expr = stack.pop()
        match expr:
            case r.Like() | r.FunctionCall() | r.ReviewIs():
                return True
            case r.Fact(name) if name.removeprefix("message.") in DERIVED:
                return True
        stack.extend(children(expr))
    return False
