"""Values of expressions: three-valued logic, mixed arithmetic, no run-time errors."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any, Literal

import pytest

from policyd.check import resolved as r
from policyd.language.source import Source, Span
from policyd.language.types import BOOL, DURATION, INT, NUMBER, ROLE, TEXT, TIME, Type, list_of
from policyd.model.event import Due, Event, Group, Member, Message
from policyd.model.records import MemberFile, Placed
from policyd.reference.environment import Environment, Read, text_key
from policyd.reference.expr import evaluate
from policyd.reference.facts import typed

MANY = 2**62
EVENT = Event(
    "e", "message", Group("g"), Member("u", attributes={"level": 3}), message=Message(text="abc", videos=(1.5,))
)
ENV = Environment(r.PolicySet((), (), ""), "UTC", EVENT, now=1_772_452_800_000)


def unknown(kind: Type) -> r.Expr:
    return r.AttributeFact("member", "missing", kind)


def const(value: Any, kind: Type) -> r.Expr:
    return unknown(kind) if value is None else r.Const(value, kind)


def truth(value: bool | None) -> r.Expr:
    return const(value, BOOL)


KLEENE = {False: 0, None: 1, True: 2}
"""Unknown lies between false and true: `and` is the least, `or` the greatest."""


@pytest.mark.parametrize(("left", "right"), list(product(KLEENE, KLEENE)))
def test_kleene(left: bool | None, right: bool | None) -> None:
    items = (truth(left), truth(right))
    assert KLEENE[evaluate(r.And(items, BOOL), ENV)] == min(KLEENE[left], KLEENE[right])
    assert KLEENE[evaluate(r.Or(items, BOOL), ENV)] == max(KLEENE[left], KLEENE[right])
    assert KLEENE[evaluate(r.Not(items[0], BOOL), ENV)] == 2 - KLEENE[left]
    assert evaluate(r.Default(*items, BOOL), ENV) is (right if left is None else left)
    assert evaluate(r.Known(items[0], BOOL), ENV) is (left is not None)


Op = Literal["+", "-", "*", "/"]


@pytest.mark.parametrize(
    ("left", "op", "right", "kind", "value"),
    [
        ((7, INT), "/", (2, INT), NUMBER, 3.5),
        ((7, INT), "/", (0, INT), NUMBER, None),
        ((0.0, NUMBER), "/", (0.0, NUMBER), NUMBER, None),
        ((7, INT), "*", (0.5, NUMBER), NUMBER, 3.5),
        ((None, INT), "+", (1, INT), INT, None),
        ((MANY, INT), "+", (MANY, INT), INT, None),
        ((MANY, INT), "-", (MANY, INT), INT, 0),
        ((-MANY, INT), "*", (2, INT), INT, -(2**63)),
        ((1e308, NUMBER), "*", (10.0, NUMBER), NUMBER, None),
        ((1e308, NUMBER), "/", (1e-308, NUMBER), NUMBER, None),
        (("a", TEXT), "+", ("b", TEXT), TEXT, "ab"),
        ((10_000, DURATION), "/", (3, INT), DURATION, 3_333),
        ((-10_000, DURATION), "/", (3, INT), DURATION, -3_333),
        ((10_000, DURATION), "*", (0.33333, NUMBER), DURATION, 3_333),
        ((10_000, DURATION), "/", (4_000, DURATION), NUMBER, 2.5),
        ((2, INT), "*", (10_000, DURATION), DURATION, 20_000),
        ((1_000, TIME), "-", (400, TIME), DURATION, 600),
        ((1_000, TIME), "-", (400, DURATION), TIME, 600),
        ((MANY, DURATION), "*", (4.0, NUMBER), DURATION, None),
    ],
)
def test_arithmetic(left: tuple[Any, Type], op: Op, right: tuple[Any, Type], kind: Type, value: Any) -> None:
    got = evaluate(r.Arithmetic(op, const(*left), const(*right), kind), ENV)
    assert got == value
    assert type(got) is type(value)


def test_the_least_whole_number_has_no_negative() -> None:
    assert evaluate(r.Negative(const(-(2**63), INT), INT), ENV) is None
    assert evaluate(r.FunctionCall("abs", (const(-(2**63), INT),), INT), ENV) is None


@pytest.mark.parametrize(
    ("item", "items", "found"),
    [
        (1, (1, 2), True),
        (1, (None, 1), True),
        (3, (1, None), None),
        (3, (1, 2), False),
        (None, (1,), None),
        (None, (), None),
        (3, (), False),
    ],
)
def test_membership(item: int | None, items: tuple[int | None, ...], found: bool | None) -> None:
    listed = r.ListExpr(tuple(const(one, INT) for one in items), list_of(INT))
    assert evaluate(r.InList(const(item, INT), listed, False, BOOL), ENV) is found
    assert evaluate(r.InList(const(item, INT), listed, True, BOOL), ENV) is (None if found is None else not found)
    assert evaluate(r.TextTest("contains", listed, const(item, INT), BOOL), ENV) is found


@pytest.mark.parametrize(
    ("left", "op", "right", "value"),
    [
        ("guest", "<", "owner", True),
        ("admin", ">=", "moderator", True),
        ("owner", "<=", "admin", False),
        ("bot", "==", "bot", True),
        (None, "!=", "bot", None),
    ],
)
def test_roles(left: str | None, op: Literal["<", ">=", "<=", "==", "!="], right: str, value: bool | None) -> None:
    assert evaluate(r.Compare(op, const(left, ROLE), const(right, ROLE), BOOL), ENV) is value


@pytest.mark.parametrize(
    ("sent", "kind", "value"),
    [
        (3, INT, 3),
        (3.0, INT, None),
        (True, INT, None),
        (2**63, INT, None),
        (3, NUMBER, 3.0),
        (float("inf"), NUMBER, None),
        (1, BOOL, None),
        (0.5, DURATION, 500),
        ("10m", DURATION, None),
        ("1970-01-01T01:00:00+01:00", TIME, 0),
        ("1970-01-01T00:00:00", TIME, None),
        ("king", ROLE, None),
        (["a", "b"], list_of(TEXT), ("a", "b")),
        (["a", 1], list_of(TEXT), None),
        ("a", list_of(TEXT), None),
        (None, TEXT, None),
    ],
)
def test_attributes_of_another_type_are_unknown(sent: object, kind: Type, value: Any) -> None:
    assert typed(sent, kind) == value


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("message.length", INT, 3),
        ("message.lines", INT, 1),
        ("message.videos", INT, 1),
        ("message.longest_video", DURATION, 1_500),
        ("message.voices", INT, None),
        ("message.longest_voice", DURATION, None),
        ("member.age", DURATION, None),
        ("member.muted", BOOL, None),
        ("now.hour", INT, 12),
        ("now.weekday", TEXT, "mon"),
        ("event.kind", TEXT, "message"),
        ("join.inviter", TEXT, None),
    ],
)
def test_facts(name: str, kind: Type, value: Any) -> None:
    assert evaluate(r.Fact(name, kind), ENV) == value


def test_reads_are_recorded_where_they_stand() -> None:
    source = Source("a.policy", "message.length > 2 and known(member.role)")
    length = r.Fact("message.length", INT, span=Span(source, 0, 14))
    role = r.Fact("member.role", ROLE, span=Span(source, 29, 40))
    reads: list[Read] = []
    env = Environment(ENV.policies, "UTC", EVENT, reads=reads)
    expr = r.And((r.Compare(">", length, const(2, INT), BOOL), r.Known(role, BOOL)), BOOL)
    assert evaluate(expr, env) is False
    assert [(read.span.text, read.value) for read in reads] == [("message.length", 3), ("member.role", None)]


def test_text_keys_are_as_policies_write_them() -> None:
    facts = (r.Fact("message.text", TEXT), r.AttributeFact("member", "bio", TEXT), r.Answer("why", TEXT))
    assert [text_key(fact) for fact in facts] == ["message.text", "member.bio", 'request.answer("why")']


def test_what_has_come_to_a_step_and_what_figures_tell() -> None:
    figure = r.GroupFigure("active", 7, INT)
    falling = r.Falling("active", 3, NUMBER)
    step = Event("e", "streak p.s", Group("g"), Member("u"), due=Due(1, step="at7", length=7))
    env = replace(ENV, event=step, figures={figure: 12}, counters={"p.c": 3}, last={"p.c": 1})
    assert [evaluate(r.IsStep(name, BOOL), env) for name in ("at7", "every7")] == [True, False]
    assert evaluate(r.IsStep("at7", BOOL), ENV) is False
    assert (evaluate(figure, env), evaluate(falling, env), evaluate(figure, ENV)) == (12, None, None)
    assert [evaluate(r.CounterValue("p.c", INT, last), env) for last in (False, True)] == [3, 1]


def test_what_members_have_is_unknown_without_the_store() -> None:
    tiers = Type("enum", name="p.s", members=("low", "high"))
    values = (r.TallyValue("p.t", INT), r.StreakValue("p.k", INT), r.TierValue("p.s", tiers))
    assert [evaluate(value, ENV) for value in values] == [None, None, None]


@pytest.mark.parametrize(("tier", "value"), [("low", "low"), ("gone", None), (None, None)])
def test_a_tier_that_is_no_longer_declared_is_none(tier: str | None, value: str | None) -> None:
    declared = r.Tiers("p.s", "", "day", ("high", "low"))
    policies = r.PolicySet((r.Policy("p", "", r.Scope("every"), "UTC", "allow", tiers=(declared,)),), (), "")
    file = MemberFile(tiers={} if tier is None else {"p.s": Placed(tier, 0)})
    expr = r.TierValue("p.s", Type("enum", name="p.s", members=("low", "high")))
    assert evaluate(expr, replace(ENV, policies=policies, file=file)) == value
