"""From forms to the tree: names, constants and expressions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final, Literal

from policyd.language import numbers
from policyd.language.findings import Findings
from policyd.language.forms import Form, Leaf
from policyd.language.names import plain_name
from policyd.language.nodes import (
    And,
    Binary,
    Call,
    Compare,
    CompareOp,
    Constant,
    Expr,
    In,
    Like,
    ListOf,
    Matches,
    Name,
    Or,
    Unary,
    Word,
)
from policyd.language.numbers import full_width_to_plain
from policyd.language.source import Span
from policyd.language.text_template import plain_text

BinaryOp = Literal["+", "-", "*", "/", "default"]

_COMPARISONS: Final[dict[str, CompareOp]] = {
    "EQ": "==", "NE": "!=", "LT": "<", "LE": "<=", "GT": ">", "GE": ">=", "CONTAINS": "contains",
    "STARTS_WITH": "starts with", "ENDS_WITH": "ends with",
}  # fmt: skip
_OPERATIONS: Final[dict[str, BinaryOp]] = {"PLUS": "+", "DASH": "-", "STAR": "*", "SLASH": "/", "DEFAULT": "default"}


class ExpressionBuilder:
    """Builds expressions and what they are made of; whatever is wrong with a value goes to `findings`, and a value of
    the right type stands in for it."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings

    # ------------------------------------------------------------ names and values

    def dotted(self, form: Form) -> Name:
        return Name(tuple(plain_name(leaf.text) for leaf in form.leaves("NAME", "FIELD")), span=form.span)

    def declared(self, form: Form) -> tuple[str, Span]:
        """The name that a declaration gives, and its place."""
        name = form.get("name")
        return plain_name(name.word.text), name.span

    def string(self, form: Form) -> str:
        return plain_text(form.span, self.findings)

    def words(self, form: Form) -> tuple[Word, ...]:
        """The texts of a form over a `strings`."""
        return tuple(Word(self.string(one), span=one.span) for one in form.get("strings").all("string"))

    def title(self, form: Form) -> str | None:
        title = form.find("text_string")
        return None if title is None else self.string(title)

    def whole(self, leaf: Leaf) -> int:
        value = numbers.number(leaf.text)
        if value is None:
            self.findings.add("P113", leaf.span, got=leaf.text, largest=numbers.LARGEST)
        elif isinstance(value, float):
            self.findings.add("P114", leaf.span, got=leaf.text, want=str(int(value)))
        return 1 if value is None else int(value)

    def number(self, leaf: Leaf) -> int | float:
        value = numbers.percent(leaf.text) if leaf.kind == "PERCENT" else numbers.number(leaf.text)
        if value is None:
            self.findings.add("P113", leaf.span, got=leaf.text, largest=numbers.LARGEST)
        return value or 0

    def duration(self, leaf: Leaf) -> int:
        value = numbers.duration(leaf.text)
        if value is None:
            self.findings.add("P113", leaf.span, got=leaf.text, largest=numbers.in_units(numbers.LONGEST))
        return value or 0

    def day(self, leaf: Leaf) -> date:
        value = numbers.day(leaf.text)
        if value is None:
            self.findings.add("P111", leaf.span, got=leaf.text)
        return value or date.min

    def minute(self, leaf: Leaf) -> int:
        value = numbers.minute_of_day(leaf.text)
        if value is None:
            self.findings.add("P112", leaf.span, got=leaf.text)
        return value or 0

    def constant(self, leaf: Leaf) -> Constant:
        match leaf.kind:
            case "NUMBER" | "PERCENT":
                number = self.number(leaf)
                whole = leaf.kind == "NUMBER" and isinstance(number, int)
                return Constant("int" if whole else "number", number, span=leaf.span)
            case "DURATION":
                return Constant("duration", self.duration(leaf), span=leaf.span)
            case "DATE":
                return Constant("date", self.day(leaf), span=leaf.span)
            case "TRUE" | "FALSE":
                return Constant("bool", leaf.kind == "TRUE", span=leaf.span)
        return Constant("text", plain_text(leaf.span, self.findings), span=leaf.span)

    # ------------------------------------------------------------ expressions

    def expression(self, form: Form) -> Expr:
        return _BUILDERS[form.kind](self, form)

    def _items(self, form: Form) -> tuple[Expr, ...]:
        return tuple(self.expression(part) for part in form.forms)

    def _parenthesis(self, form: Form) -> Expr:
        return self.expression(form.forms[0])

    def _constant(self, form: Form) -> Expr:
        return self.constant(form.word)

    def _list(self, form: Form) -> Expr:
        return ListOf(self._items(form), span=form.span)

    def _call(self, form: Form) -> Expr:
        function, *arguments = (part for part in form.forms if part.kind != "column")
        column = form.find("column")
        return Call(
            self.dotted(function),
            tuple(map(self.expression, arguments)),
            None if column is None else Name((plain_name(column.leaf("FIELD").text),), span=column.leaf("FIELD").span),
            span=form.span,
        )

    def _or(self, form: Form) -> Expr:
        return Or(self._items(form), span=form.span)

    def _and(self, form: Form) -> Expr:
        return And(self._items(form), span=form.span)

    def _not(self, form: Form) -> Expr:
        return Unary("not", self.expression(form.forms[0]), span=form.span)

    def _minus(self, form: Form) -> Expr:
        return Unary("-", self.expression(form.forms[0]), span=form.span)

    def _binary(self, form: Form) -> Expr:
        left, right = self._items(form)
        return Binary(_OPERATIONS[_sign(form)], left, right, span=form.span)

    def _default_minus(self, form: Form) -> Expr:
        left, right = self._items(form)
        dash = form.leaf("DASH")
        return Binary("default", left, Unary("-", right, span=dash.span.to(right.span)), span=form.span)

    def _compare(self, form: Form) -> Expr:
        left, right = self._items(form)
        return Compare(_COMPARISONS[_sign(form)], left, right, span=form.span)

    def _in(self, form: Form) -> Expr:
        item, container = self._items(form)
        return In(item, container, _sign(form) == "NOT_IN", span=form.span)

    def _matches(self, form: Form) -> Expr:
        subject, lexicons = form.forms
        named = lexicons.forms if lexicons.kind == "lexicon_list" else (lexicons,)
        return Matches(self.expression(subject), tuple(map(self.dotted, named)), span=form.span)

    def _like(self, form: Form) -> Expr:
        leaf = form.leaf("REGEX")
        pattern = leaf.text[1:-1].replace("\\/", "/")
        return Like(self.expression(form.forms[0]), pattern, pattern_span=leaf.span, span=form.span)


def _sign(form: Form) -> str:
    return next(part.kind for part in form.parts if isinstance(part, Leaf))


_BUILDERS: Final[dict[str, Callable[[ExpressionBuilder, Form], Expr]]] = {
    "dotted": ExpressionBuilder.dotted,
    "constant": ExpressionBuilder._constant,
    "parenthesis": ExpressionBuilder._parenthesis,
    "list": ExpressionBuilder._list,
    "call": ExpressionBuilder._call,
    "or": ExpressionBuilder._or,
    "and": ExpressionBuilder._and,
    "not": ExpressionBuilder._not,
    "minus": ExpressionBuilder._minus,
    "binary": ExpressionBuilder._binary,
    "default_minus": ExpressionBuilder._default_minus,
    "compare": ExpressionBuilder._compare,
    "in": ExpressionBuilder._in,
    "matches": ExpressionBuilder._matches,
    "like": ExpressionBuilder._like,
}


def plain_word(leaf: Leaf) -> str:
    """A keyword as the tree names it, with single spaces."""
    return " ".join(full_width_to_plain(leaf.text).split())
