"""Compiled expressions mean what the reference says they mean: true, false or unknown."""

from __future__ import annotations

from typing import Literal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from policyd.check import resolved as r
from policyd.check.facts import FACTS
from policyd.check.functions import FUNCTIONS
from policyd.check.operators import arithmetic
from policyd.compile.load import compile_policies
from policyd.compile.program import Hits
from policyd.language.types import BOOL, DURATION, INT, NUMBER, ROLE, TEXT, TIME, WEEKDAY, Type, list_of
from policyd.model.event import Event, Group, Member, Message
from policyd.model.state import Observed
from policyd.reference.environment import Environment
from policyd.reference.expr import evaluate
from tests.compile import trees as t

_NOW = 1_774_742_400_000
"""2026-03-29 00:00 UTC: an hour before clocks in Berlin jump."""
_NIGHT = r.Hours("p.night", "Europe/Berlin", (r.HoursWindow((4, 5, 6), None, 22 * 60, 26 * 60 + 30),))
_LEXICONS = (t.lexicon("bad", "网赌", "casino"), t.lexicon("ads", "代理"))
_TEXTS = ("", "网赌", "my casino 代理", "Hello\nWORLD", "a", "https://example.com call 13812345678")

_TEXT_TESTS: tuple[Literal["contains", "starts with", "ends with"], ...] = ("contains", "starts with", "ends with")

_LEAVES: dict[Type, list[r.Expr]] = {
    kind: [t.fact(name) for name, fact in FACTS.items() if fact.type == kind and "message" in fact.kinds]
    for kind in (BOOL, INT, TEXT, TIME, DURATION, ROLE, WEEKDAY)
}
_LEAVES[BOOL] += [t.const(True), t.const(False), t.matches("bad"), t.matches("bad", "ads"), r.LetValue("p.b", BOOL)]
_LEAVES[BOOL] += [r.InHours(t.fact("now"), "p.night", negated, BOOL) for negated in (False, True)]
_LEAVES[BOOL] += [r.AttributeFact("member", "vip", BOOL), r.LetValue("p.both", BOOL)]
_LEAVES[INT] += [t.const(n) for n in (-1, 0, 3, 2**62)]
_LEAVES[INT] += [t.count("seen"), t.count("keyed"), r.Strikes("p.conduct", INT), r.LetValue("p.n", INT)]
_LEAVES[INT].append(r.AttributeFact("group", "level", INT))
_LEAVES[NUMBER] = [t.const(0.5), t.const(-1e300), r.AttributeFact("group", "score", NUMBER)]
_LEAVES[TEXT] += [t.const(text) for text in _TEXTS] + [r.AttributeFact("member", "course", TEXT)]
_LEAVES[TIME] += [r.Const(_NOW - 10**9, TIME)]
_LEAVES[DURATION] += [r.Const(60_000, DURATION)]
_LEAVES[ROLE] += [r.Const(role, ROLE) for role in ("guest", "admin")]
_LEAVES[WEEKDAY] += [r.Const("sun", WEEKDAY)]


def _leaf(kind: Type) -> st.SearchStrategy[r.Expr]:
    return st.sampled_from(_LEAVES[kind])


@st.composite
def _expr(draw: st.DrawFn, kind: Type, depth: int) -> r.Expr:
    """An expression of type `kind`, at most `depth` operators deep."""
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(_leaf(kind))
    if draw(st.integers(0, 5)) == 0:
        return r.Default(draw(_expr(kind, depth - 1)), draw(_expr(kind, depth - 1)), kind)
    if kind == BOOL:
        return draw(_logic(depth - 1))
    if kind in (INT, NUMBER, TEXT, TIME, DURATION):
        return draw(_value(kind, depth - 1))
    return draw(_leaf(kind))


@st.composite
def _logic(draw: st.DrawFn, depth: int) -> r.Expr:
    form = draw(st.sampled_from(["and", "or", "not", "known", "compare", "text", "in", "list", "like", "hours"]))
    if form in ("and", "or"):
        items = tuple(draw(st.lists(_expr(BOOL, depth), min_size=2, max_size=3)))
        return r.And(items, BOOL) if form == "and" else r.Or(items, BOOL)
    kind = draw(st.sampled_from(list(_LEAVES)))
    left = draw(_expr(kind, depth))
    match form:
        case "not":
            return r.Not(draw(_expr(BOOL, depth)), BOOL)
        case "known":
            return r.Known(left, BOOL)
        case "compare":
            ops = ["==", "!="] if kind in (BOOL, TEXT) else ["==", "!=", "<", "<=", ">", ">="]
            return t.compare(left, draw(st.sampled_from(ops)), draw(_expr(kind, depth)))
        case "text":
            op = draw(st.sampled_from(_TEXT_TESTS))
            return r.TextTest(op, draw(_expr(TEXT, depth)), draw(_expr(TEXT, depth)), BOOL)
        case "in":
            constants = [leaf.value for leaf in _LEAVES[kind] if isinstance(leaf, r.Const)]
            return r.InList(left, r.Const(tuple(constants), list_of(kind)), draw(st.booleans()), BOOL)
        case "list":
            items = tuple(draw(st.lists(_expr(TEXT, depth), min_size=1, max_size=2)))
            listed = r.ListExpr(items, list_of(TEXT))
            if draw(st.booleans()):
                return r.TextTest("contains", t.fact("group.tags"), items[0], BOOL)
            return r.InList(draw(_expr(TEXT, depth)), listed, draw(st.booleans()), BOOL)
        case "like":
            return r.Like(draw(_expr(TEXT, depth)), draw(st.sampled_from(["(?i)hello", "赌$", "^$"])), BOOL)
    return r.InHours(draw(_expr(TIME, depth)), "p.night", draw(st.booleans()), BOOL)


@st.composite
def _value(draw: st.DrawFn, kind: Type, depth: int) -> r.Expr:
    if draw(st.integers(0, 4)) == 0 and kind != TIME:
        return r.Negative(draw(_expr(kind, depth)), kind) if kind != TEXT else _call("lower", draw(_expr(TEXT, depth)))
    if kind == INT and draw(st.booleans()):
        return _call("length", draw(_expr(TEXT, depth)))
    forms = [
        (op, left, right)
        for op in "+-*/"
        for left in (INT, NUMBER, TEXT, TIME, DURATION)
        for right in (INT, NUMBER, TEXT, TIME, DURATION)
        if arithmetic(op, left, right) == kind
    ]
    op, left, right = draw(st.sampled_from(forms))
    return r.Arithmetic(op, draw(_expr(left, depth)), draw(_expr(right, depth)), kind)  # type: ignore[arg-type]


def _call(function: str, argument: r.Expr) -> r.Expr:
    result = FUNCTIONS[function].result([argument.type])
    assert result is not None
    return r.FunctionCall(function, (argument,), result)


_maybe = st.none() | st.integers(0, 4)
_events = st.builds(
    Event,
    id=st.just("e"),
    kind=st.just("message"),
    group=st.builds(
        Group,
        id=st.just("g"),
        name=st.sampled_from([None, "casino", "x"]),
        tags=st.sampled_from([(), ("a",), ("casino", "")]),
        size=_maybe,
        attributes=st.sampled_from([{}, {"level": 3, "score": 1}, {"level": True, "score": 0.25}]),
    ),
    member=st.builds(
        Member,
        id=st.just("u"),
        role=st.sampled_from([None, "guest", "member", "owner", "bot", "emperor"]),
        joined=st.sampled_from([None, _NOW - 60_000]),
        attributes=st.sampled_from([{}, {"vip": True, "course": "a"}, {"vip": 1, "course": None}]),
    ),
    message=st.builds(
        Message,
        text=st.none() | st.sampled_from(_TEXTS),
        images=_maybe,
        videos=st.sampled_from([None, (), (1.5, 75.0), (None, 2.0)]),
        forwarded=st.sampled_from([None, True, False]),
    ),
)
_observed = st.builds(
    Observed,
    now=st.sampled_from([_NOW, _NOW + 3_600_000, _NOW + 7_200_000 + 1_799_999, _NOW + 9_000_000]),
    counts=st.tuples(st.integers(0, 4), st.integers(0, 4)),
    strikes=st.tuples(st.integers(0, 4)),
    mute_until=st.sampled_from([0, _NOW + 1]),
    last_seen=st.sampled_from([0, _NOW - 60_000]),
    edit=st.booleans(),
)


def _set_of(expr: r.Expr) -> r.PolicySet:
    """Rules that tell what `expr` comes to: `yes` and `no` where it is true and false, `value` by its value."""
    kinds = ("message", "edit")
    return t.one(
        t.rule("yes", expr, kinds=kinds),
        t.rule("no", t.no(expr), kinds=kinds),
        t.rule("value", expr, kinds=kinds, otherwise=t.FLAG),
        zone="Europe/Berlin",
        lexicons=_LEXICONS,
        hours=(_NIGHT,),
        counters=(t.counter("keyed", keys=(t.fact("group.name"),)), t.counter("seen")),
        ladders=(r.Ladder("p.conduct", (), 0, 0),),
        lets=(
            t.let("b", t.compare(t.fact("message.images"), ">", t.count("seen"))),
            t.let("both", t.every(r.LetValue("p.b", BOOL), t.compare(r.LetValue("p.n", INT), ">", 1))),
            t.let("n", r.Arithmetic("+", t.fact("message.length"), t.fact("group.size"), INT)),
        ),
    )


def _expected(
    expr: r.Expr, policies: r.PolicySet, event: Event, observed: Observed, hits: dict[str, Hits]
) -> bool | None:
    keyed = {"p.keyed": observed.counts[0]} if event.group.name is not None else {}
    environment = Environment(
        policies=policies,
        zone="Europe/Berlin",
        event=event,
        hits=hits,
        counters={"p.seen": observed.counts[1], **keyed},
        strikes={"p.conduct": observed.strikes[0]},
        now=observed.now,
        edit=observed.edit,
        mute_until=observed.mute_until,
        last_seen=observed.last_seen,
    )
    value: bool | None = evaluate(expr, environment)
    return value


_FIRED: dict[bool | None, set[tuple[str, bool]]] = {
    True: {("p.yes", False), ("p.value", False)},
    False: {("p.no", False), ("p.value", True)},
    None: set(),
}
_QUIET = Observed(now=_NOW, counts=(1, 1), strikes=(0,))


@settings(max_examples=300, deadline=None)
@given(_expr(BOOL, 4), st.lists(st.tuples(_events, _observed), min_size=1, max_size=4))
@example(t.compare(t.count("keyed"), "<", 9), [(t.message(), _QUIET)])
@example(t.compare(r.Default(t.fact("message.images"), t.fact("group.size"), INT), "<", 9), [(t.message(), _QUIET)])
@example(t.compare(r.Arithmetic("*", t.const(1e300), t.const(-1e300), NUMBER), "<", 9), [(t.message(), _QUIET)])
@example(r.LetValue("p.both", BOOL), [(t.message(images=4), _QUIET)])
def test_same_as_the_reference(expr: r.Expr, cases: list[tuple[Event, Observed]]) -> None:
    policies = _set_of(expr)
    program = compile_policies(policies)
    for event, observed in cases:
        prepared = program.prepare(event)
        counts = {"p.keyed": observed.counts[0], "p.seen": observed.counts[1]}
        asked = Observed(
            now=observed.now,
            counts=tuple(counts[name] for name in prepared.counters),
            strikes=observed.strikes[: len(prepared.route.ladders)],
            mute_until=observed.mute_until,
            last_seen=observed.last_seen,
            edit=observed.edit,
        )
        outcome = program.decide(prepared, asked)
        fired = {(one.rule.name, one.otherwise) for one in outcome.fired}
        expected = _expected(expr, policies, event, observed, dict(prepared.hits))
        assert fired == _FIRED[expected]


def test_operators_stay_linear() -> None:
    """A value form names each operand once: nesting does not double the code."""
    expr: r.Expr = t.fact("message.forwarded")
    for _ in range(60):
        expr = r.Default(t.compare(expr, "==", t.const(True)), t.const(False), BOOL)
    program = compile_policies(t.one(t.rule("deep", expr)))
    outcome = program.decide(program.prepare(t.message(forwarded=True)), Observed(now=_NOW))
    assert [one.rule.name for one in outcome.fired] == ["p.deep"]
