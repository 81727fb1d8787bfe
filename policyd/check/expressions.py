"""An expression as written becomes a resolved one: names looked up, types checked, constant lists folded."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Final, Literal, assert_never
from zoneinfo import ZoneInfo

from policyd.check import operators
from policyd.check import resolved as r
from policyd.check.calls import call
from policyd.check.draft import PolicyDraft
from policyd.check.facts import FACTS, TIER
from policyd.check.mismatch import why_not_a_text, why_not_comparable
from policyd.check.patterns import pattern_problem
from policyd.check.references import reference
from policyd.check.rows import in_roster, is_roster
from policyd.check.tier_words import is_tier, is_word, names_tiers, tier_word
from policyd.check.values import unquoted, value_of
from policyd.check.wording import called
from policyd.language import nodes as n
from policyd.language.diagnostics import FieldValue
from policyd.language.source import Span
from policyd.language.types import BOOL, DURATION, INT, NOTHING, NUMBER, TEXT, TIME, Type, list_of

_EPOCH: Final = datetime(1970, 1, 1)
_UNITS: Final = {"bool": BOOL, "int": INT, "number": NUMBER, "text": TEXT, "duration": DURATION, "date": TIME}
Matched = r.Fact | r.AttributeFact | r.Answer


def failed(span: Span) -> r.Expr:
    """Stands where a mistake has been said."""
    return r.Const(False, NOTHING, span=span)


def first_instant(day: date, zone: str) -> int:
    """Ms since the epoch at which the day begins in the zone."""
    local = datetime.combine(day, time(), ZoneInfo(zone))
    offset = local.utcoffset() or UTC.utcoffset(None)
    return int((local.replace(tzinfo=None) - _EPOCH - offset).total_seconds()) * 1000


class Expressions:
    """Resolves the expressions of one policy, whose lets must have been resolved as far as they are read."""

    def __init__(self, policy: PolicyDraft) -> None:
        self.policy = policy

    def condition(self, node: n.Expr, clause: str) -> r.Expr:
        """`clause` is the word that asks for a condition: `when`."""
        expr = self.resolve(node)
        if operators.condition(expr.type):
            return expr
        return self._fail("C201", node.span, clause=clause, type=called(expr.type))

    def resolve(self, node: n.Expr) -> r.Expr:
        match node:
            case n.Name():
                return value_of(node, self.policy)
            case n.Call():
                return call(node, self.policy, self.resolve)
            case n.Constant():
                return self._constant(node)
            case n.ListOf():
                return self._list(node)
            case n.Unary():
                return self._unary(node)
            case n.Binary():
                return self._binary(node)
            case n.And() | n.Or():
                return self._logic(node)
            case _:
                return self._test(node)

    def _test(self, node: n.Compare | n.In | n.Matches | n.Like) -> r.Expr:
        match node:
            case n.Compare():
                return self._compare(node)
            case n.In():
                return self._in(node)
            case n.Matches():
                return self._matches(node)
            case n.Like():
                return self._like(node)
            case _:
                assert_never(node)

    def _constant(self, node: n.Constant) -> r.Expr:
        value = node.value
        if isinstance(value, date):
            return r.Const(first_instant(value, self.policy.zone), TIME, span=node.span)
        return r.Const(value, _UNITS[node.unit], span=node.span)

    def _list(self, node: n.ListOf) -> r.Expr:
        items = tuple(self.resolve(item) for item in node.items)
        element = NOTHING
        for item in items:
            mixed = operators.unify(element, item.type)
            if mixed is None or item.type.kind == "list":
                return self._fail("C208", item.span, first=called(items[0].type), type=called(item.type))
            element = mixed
        if all(isinstance(item, r.Const) for item in items) and element != NOTHING:
            values = tuple(item.value for item in items if isinstance(item, r.Const))
            return r.Const(values, list_of(element), span=node.span)
        return r.ListExpr(items, list_of(element), span=node.span)

    def _unary(self, node: n.Unary) -> r.Expr:
        operand = self.resolve(node.operand)
        if node.op == "not":
            if not operators.condition(operand.type):
                return self._fail("C201", node.operand.span, clause="not", type=called(operand.type))
            return r.Not(operand, BOOL, span=node.span)
        if not operators.negatable(operand.type):
            return self._fail("C206", node.span, op="-", type=called(operand.type))
        if isinstance(operand, r.Const) and isinstance(operand.value, int | float):
            return r.Const(-operand.value, operand.type, span=node.span)
        return r.Negative(operand, operand.type, span=node.span)

    def _binary(self, node: n.Binary) -> r.Expr:
        left, right = self._sides(node.left, node.right)
        if node.op == "default":
            both = operators.unify(left.type, right.type)
            if both is None:
                return self._fail("C209", node.span, left=called(left.type), right=called(right.type))
            return r.Default(left, right, both, span=node.span)
        result = operators.arithmetic(node.op, left.type, right.type)
        if result is None:
            return self._fail("C205", node.span, op=node.op, left=called(left.type), right=called(right.type))
        return r.Arithmetic(node.op, left, right, result, span=node.span)

    def _sides(self, left: n.Expr, right: n.Expr) -> tuple[r.Expr, r.Expr]:
        """Two values that are compared: a word beside a tier is one of its tiers."""
        if is_word(left) and (not is_word(right) or names_tiers(right, self.policy)):
            second = self.resolve(right)
            return self._beside(left, second.type), second
        first = self.resolve(left)
        if first.type == NOTHING and isinstance(left, n.Name) and left.text == TIER and is_word(right):
            return first, failed(right.span)  # a tier of what is wrong itself is not called unknown besides
        return first, self._beside(right, first.type)

    def _beside(self, node: n.Expr, type: Type) -> r.Expr:
        word = tier_word(node, type, self.policy) if is_tier(type) and is_word(node) else None
        if type == TEXT and isinstance(node, n.Name) and unquoted(node, self.policy):
            return failed(node.span)
        return self.resolve(node) if word is None else word

    def _logic(self, node: n.And | n.Or) -> r.Expr:
        word = "and" if isinstance(node, n.And) else "or"
        items = tuple(self.condition(item, word) for item in node.items)
        return (r.And if isinstance(node, n.And) else r.Or)(items, BOOL, span=node.span)

    def _compare(self, node: n.Compare) -> r.Expr:
        op, (left, right) = node.op, self._sides(node.left, node.right)
        if op == "contains" or op == "starts with" or op == "ends with":
            return self._text_test(op, left, right, node.span)
        both = operators.unify(left.type, right.type)
        if both is None or not operators.equatable(both):
            return self._fail("C202", node.span, left=called(left.type), right=called(right.type),
                              hint=why_not_comparable(left, right))  # fmt: skip
        if op not in ("==", "!=") and not operators.ordered(both):
            return self._fail("C203", node.span, op=op, type=called(both))
        return r.Compare(op, left, right, BOOL, span=node.span)

    def _text_test(
        self, op: Literal["contains", "starts with", "ends with"], left: r.Expr, right: r.Expr, span: Span
    ) -> r.Expr:
        if op == "contains" and left.type.kind == "list":
            fits = operators.unify(left.type.element or NOTHING, right.type) is not None
        else:
            fits = {left.type, right.type} <= {TEXT, NOTHING}
        if not fits:
            return self._fail("C204", span, op=op, left=called(left.type), right=called(right.type),
                              hint=why_not_a_text(left, right))  # fmt: skip
        return r.TextTest(op, left, right, BOOL, span=span)

    def _in(self, node: n.In) -> r.Expr:
        item = self.resolve(node.item)
        if isinstance(node.container, n.Name) and node.container.text in self.policy.names["hours"]:
            if item.type not in (TIME, NOTHING):
                return self._fail("C207", node.item.span, name=node.container.text, type=called(item.type))
            self.policy.find("hours", node.container.text)
            hours = self.policy.qualified(node.container.text)
            return r.InHours(item, hours, node.negated, BOOL, span=node.span)
        if is_roster(node.container, item, self.policy):
            return in_roster(node, item, self.policy)
        if self._hours_missing(node, item):
            return failed(node.span)
        items = self._beside(node.container, item.type)
        if items.type == NOTHING:
            return failed(node.span)
        if items.type.kind != "list" or operators.unify(item.type, items.type.element or NOTHING) is None:
            return self._fail("C220", node.span, item=called(item.type), container=called(items.type),
                              hint=why_not_comparable(item, items))  # fmt: skip
        return r.InList(item, items, node.negated, BOOL, span=node.span)

    def _hours_missing(self, node: n.In, item: r.Expr) -> bool:
        """A time in something undeclared with a plain name: hours were meant."""
        container = node.container
        if item.type != TIME or not isinstance(container, n.Name) or len(container.parts) > 1:
            return False
        return container.text not in self.policy.names["value"] and reference(container, n.Hours, self.policy) is None

    def _matches(self, node: n.Matches) -> r.Expr:
        subject = self._source(self.resolve(node.subject))
        found = [reference(name, n.Lexicon, self.policy) for name in node.lexicons]
        names = tuple(dict.fromkeys(self.policy.qualified(lexicon.name) for lexicon in found if lexicon))
        if subject.type == NOTHING or not names:
            return failed(node.span)
        carried = not isinstance(subject, r.Fact) or FACTS[subject.name].source == "event"
        if subject.type != TEXT or not isinstance(subject, r.Fact | r.AttributeFact | r.Answer) or not carried:
            return self._fail("C214", node.subject.span)
        return r.Matches(subject, names, BOOL, span=node.span)

    def _source(self, expr: r.Expr) -> r.Expr:
        """What a let that only renames a fact reads."""
        while isinstance(expr, r.LetValue):
            let = self.policy.lets.get(expr.let)
            if let is None:
                return failed(expr.span)
            expr = let.value
        return expr

    def _like(self, node: n.Like) -> r.Expr:
        subject = self.resolve(node.subject)
        if subject.type not in (TEXT, NOTHING):
            return self._fail("C206", node.subject.span, op="like", type=called(subject.type))
        problem = pattern_problem(node.pattern)
        if problem:
            return self._fail("C213", node.pattern_span, cause=problem[0], hint=problem[1])
        return r.Like(subject, node.pattern, BOOL, span=node.span)

    def _fail(self, code: str, span: Span, **fields: FieldValue) -> r.Expr:
        self.policy.report(code, span, **fields)
        return failed(span)
