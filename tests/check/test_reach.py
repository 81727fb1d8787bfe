"""Conditions that can never be true, or never be false."""

from __future__ import annotations

import operator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policyd.check import resolved as r
from policyd.check.reach import Reach
from policyd.language.types import BOOL, INT, NUMBER
from tests.check.reading import condition

BOTH, NEVER, ALWAYS = (True, True), (False, True), (True, False)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("true", ALWAYS),
        ("not true", NEVER),
        ("message.links > 0", BOTH),
        ("message.links >= 0", ALWAYS),
        ("message.links < 0", NEVER),
        ("0 > message.links", NEVER),
        ("now.hour > 23", NEVER),
        ("now.hour <= 23", ALWAYS),
        ("now.hour > 22 and now.hour < 8", NEVER),
        ("now.hour > 22 or now.hour < 8", BOTH),
        ("now.hour > 8 or now.hour < 20", ALWAYS),
        ("message.length > 10 and message.length < 12", BOTH),
        ("message.length > 10 and message.length < 11", NEVER),
        ("capitals(message.text) > 10% and capitals(message.text) < 11%", BOTH),
        ("capitals(message.text) > 100%", NEVER),
        ("capitals(message.text) >= 100%", BOTH),
        ("member.role == owner and member.role == admin", NEVER),
        ("member.role != owner or member.role != admin", ALWAYS),
        ("member.role == owner or member.role == admin", BOTH),
        ("member.role == owner and message.links > 0 and member.role != owner", NEVER),
        ('message.text == "a" and message.text == "b"', NEVER),
        ("member.muted == true and member.muted == false", NEVER),
        ("member.muted != true and member.muted != false", NEVER),
        ("strikes(l) < 0", NEVER),
        ("member.age < 0s", BOTH),
        ("message.longest_video < 0s", NEVER),
        ("few and many", NEVER),
        ("not (few and many)", ALWAYS),
        ("not few or not many", ALWAYS),
        ("member.role < guest and message.links > 0", BOTH),
    ],
)
def test_table(written: str, expected: tuple[bool, bool]) -> None:
    lets = "let few = message.emoji < 3\nlet many = message.emoji > 3"
    expr = condition(written, lets)
    values = {f"p.{name}": r.Let(f"p.{name}", condition(name_of)) for name, name_of in
              (("few", "message.emoji < 3"), ("many", "message.emoji > 3"))}  # fmt: skip
    reach = Reach(values)
    assert (reach.can_be_true(expr), reach.can_be_false(expr)) == expected


OPS = {"==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
facts = st.sampled_from(["message.links", "now.hour"])
comparisons = st.tuples(facts, st.sampled_from(sorted(OPS)), st.integers(-2, 26))
conditions = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner), st.tuples(st.sampled_from(["and", "or"]), inner, inner)
    ),
    max_leaves=5,
)  # fmt: skip


def build(tree: Any) -> r.Expr:
    match tree:
        case ("not", inner):
            return r.Not(build(inner), BOOL)
        case ("and" | "or" as word, left, right):
            return (r.And if word == "and" else r.Or)((build(left), build(right)), BOOL)
        case (fact, op, value):
            return r.Compare(op, r.Fact(fact, INT), r.Const(value, NUMBER), BOOL)
    raise AssertionError(tree)


def value(tree: Any, facts: dict[str, int]) -> bool:
    match tree:
        case ("not", inner):
            return not value(inner, facts)
        case ("and", left, right):
            return value(left, facts) and value(right, facts)
        case ("or", left, right):
            return value(left, facts) or value(right, facts)
        case (fact, op, constant):
            return bool(OPS[op](facts[fact], constant))
    raise AssertionError(tree)


@settings(max_examples=300, deadline=None)
@given(conditions, st.integers(0, 30), st.integers(0, 23))
def test_what_happens_was_said_to_be_possible(tree: Any, links: int, hour: int) -> None:
    came = value(tree, {"message.links": links, "now.hour": hour})
    reach = Reach({})
    assert (reach.can_be_true if came else reach.can_be_false)(build(tree))
