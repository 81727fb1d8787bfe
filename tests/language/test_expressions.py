"""Every form of expression, its binding and its span."""

from __future__ import annotations

from datetime import date

import pytest

from policyd.language.nodes import (
    And,
    Binary,
    Call,
    Compare,
    Constant,
    Expr,
    In,
    Like,
    ListOf,
    Matches,
    Name,
    Or,
    Unary,
)
from tests.language.reading import expression, found

A, B, C, D = (Name((name,)) for name in "abcd")
ONE, TWO = Constant("int", 1), Constant("int", 2)


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        ("a.b.c", Name(("a", "b", "c"))),
        ("a or b or c", Or((A, B, C))),
        ("a and b and c", And((A, B, C))),
        ("a or b and c or d", Or((A, And((B, C)), D))),
        ("(a or b) and c", And((Or((A, B)), C))),
        ("a or (b or c)", Or((A, Or((B, C))))),
        ("not a and b", And((Unary("not", A), B))),
        ("not not a", Unary("not", Unary("not", A))),
        ("not a == b", Unary("not", Compare("==", A, B))),
        ("a == b", Compare("==", A, B)),
        ("a != b", Compare("!=", A, B)),
        ("a < b", Compare("<", A, B)),
        ("a <= b", Compare("<=", A, B)),
        ("a > b", Compare(">", A, B)),
        ("a >= b", Compare(">=", A, B)),
        ("a contains b", Compare("contains", A, B)),
        ("a starts  with b", Compare("starts with", A, B)),
        ("a ends\nwith b", Compare("ends with", A, B)),
        ("(a == b) == c", Compare("==", Compare("==", A, B), C)),
        ("a in b", In(A, B, False)),
        ("a not in [b, c]", In(A, ListOf((B, C)), True)),
        ("not a in b", Unary("not", In(A, B, False))),
        ("a matches b", Matches(A, (B,))),
        ("a matches [b, c.d,]", Matches(A, (B, Name(("c", "d"))))),
        (r"a like /^\d+\/x$/", Like(A, r"^\d+/x$")),
        ("a - b - c", Binary("-", Binary("-", A, B), C)),
        ("a + b * c", Binary("+", A, Binary("*", B, C))),
        ("a * b / c", Binary("/", Binary("*", A, B), C)),
        ("-a * b", Binary("*", Unary("-", A), B)),
        ("- -1", Unary("-", Unary("-", ONE))),
        ("a default b + 1", Binary("+", Binary("default", A, B), ONE)),
        ("-a default b", Unary("-", Binary("default", A, B))),
        ("a default b default c", Binary("default", Binary("default", A, B), C)),
        ("a default -1 > 2", Compare(">", Binary("default", A, Unary("-", ONE)), TWO)),
        ("a + b > c - d", Compare(">", Binary("+", A, B), Binary("-", C, D))),
        ("a()", Call(A, ())),
        ("a(b, c == d)", Call(A, (B, Compare("==", C, D)))),
        ('request.answer("课程")', Call(Name(("request", "answer")), (Constant("text", "课程"),))),
        ("group.messages(7d)", Call(Name(("group", "messages")), (Constant("duration", 604_800_000),))),
        ("[]", ListOf(())),
        ("[1, 2,]", ListOf((ONE, TWO))),
        ("[a, [b]]", ListOf((A, ListOf((B,))))),
        ("now > 2026-10-01", Compare(">", Name(("now",)), Constant("date", date(2026, 10, 1)))),
    ],
)
def test_trees(written: str, tree: Expr) -> None:
    assert expression(written) == tree
    assert expression(f"(({written}))") == tree


@pytest.mark.parametrize(
    ("written", "span"),
    [("(a or b)", "a or b"), ("a  +  b", "a  +  b"), ("not a", "not a"), ("[a , b]", "[a , b]"), ("f( a )", "f( a )")],
)
def test_spans(written: str, span: str) -> None:
    assert expression(written).span.text == span


def test_inner_spans() -> None:
    like = expression("a like /x/ # y")
    assert isinstance(like, Like)
    assert (like.span.text, like.pattern_span.text) == ("a like /x/", "/x/")
    binary = expression("a default -1")
    assert isinstance(binary, Binary)
    assert binary.right.span.text == "-1"


@pytest.mark.parametrize(
    ("written", "code", "underlined"),
    [
        ("a < b < c", "P143", "<"),
        ("a == b contains c", "P143", "contains"),
        ("a = b", "P137", "="),
        ("a is b", "P141", "is"),
        ("a and", "P133", "and"),
        ("(a", "P133", "a"),
        ("a)", "P149", ")"),
        ("[a b]", "P156", "b"),
        ('a matches "b"', "P145", '"b"'),
        ('a like "b"', "P146", '"b"'),
        ("1,000 > a", "P119", "1,000"),
        ("a b", "P133", "b"),
    ],
)
def test_mistakes(written: str, code: str, underlined: str) -> None:
    assert found(f"let x = {written}") == [(code, underlined)]


@pytest.mark.parametrize(
    "deep",
    [
        "(" * 65 + "a" + ")" * 65,
        "[" * 65 + "]" * 65,
        "f(" * 65 + "a" + ")" * 65,
        "not " * 3000 + "a",
        "- " * 3000 + "a",
        "a" + " + a" * 3000,
        "a" + " default a" * 3000,
        "(" * 100_000,
    ],
)
def test_depth_is_bounded(deep: str) -> None:
    assert [code for code, _ in found(f"let x = {deep}")] == ["P139"]


def test_breadth_is_not() -> None:
    assert expression(" or ".join("a" * 3000)) == Or((A,) * 3000)
    assert expression("(" * 64 + "a" + ")" * 64) == A
    assert isinstance(expression("a" + " + a" * 60), Binary)
