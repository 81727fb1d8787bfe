"""Rules that need a figure to be larger or smaller are not looked at where it is not, and fire as they would alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policyd.check import resolved as r
from policyd.compile.limits import limits, shared
from policyd.compile.load import compile_policies
from policyd.language.types import BOOL
from policyd.model.state import Observed
from tests.compile import trees as t

LENGTH, IMAGES = t.fact("message.length"), t.fact("message.images")
LONG, PICTURES = t.compare(LENGTH, ">", 300), t.compare(IMAGES, ">", 3)
MEMBER = t.compare(t.fact("member.role"), "==", t.const("member"))
LETS = {"long": LONG}


@pytest.mark.parametrize(
    ("expr", "found"),
    [
        (LONG, {(LENGTH, ">"): 300}),
        (r.Compare("<=", t.const(300), LENGTH, BOOL), {(LENGTH, ">="): 300}),
        (r.LetValue("long", BOOL), {(LENGTH, ">"): 300}),
        (t.some(LONG, PICTURES, t.compare(LENGTH, ">", 20)), {(LENGTH, ">"): 20, (IMAGES, ">"): 3}),
        (t.some(t.compare(LENGTH, "<", 2), t.compare(LENGTH, "<", 9)), {(LENGTH, "<"): 9}),
        (t.every(MEMBER, t.some(LONG, PICTURES), PICTURES), {(IMAGES, ">"): 3}),
        (t.some(LONG, MEMBER), None),
        (t.no(LONG), None),
        (t.compare(LENGTH, "==", 3), None),
        (t.compare(t.fact("message.contacts"), ">", 3), None),
        (r.LetValue("other", BOOL), None),
    ],
)
def test_what_must_be_so(expr: r.Expr, found: object) -> None:
    assert limits(expr, LETS) == found


def test_asked_first_only_where_it_spares_more_than_it_costs() -> None:
    rules = [t.rule(f"r{number}", t.some(t.compare(LENGTH, ">", number), PICTURES)) for number in range(4)]
    names, asked = shared(rules, LETS)
    assert names == {rule.name for rule in rules}
    assert asked == t.some(t.compare(LENGTH, ">", 0), PICTURES)
    assert shared(rules[:3], LETS) == (frozenset(), None)
    assert shared([t.rule(f"r{number}", MEMBER) for number in range(9)], LETS) == (frozenset(), None)


NUMBERS = st.integers(min_value=-1, max_value=4)
FIGURES = st.builds(
    t.compare, st.sampled_from([LENGTH, IMAGES, t.count()]), st.sampled_from([">", "<=", "=="]), NUMBERS
)
# Many that have one comparison in common, or there is nothing to ask first.
LENGTHS = st.lists(st.builds(t.compare, st.just(LENGTH), st.just(">"), NUMBERS), min_size=6, max_size=9)
CONDITIONS = st.recursive(
    st.one_of(FIGURES, FIGURES, FIGURES, st.just(MEMBER)),
    lambda inner: st.one_of(st.builds(t.every, inner, inner), st.builds(t.some, inner, inner), st.builds(t.no, inner)),
    max_leaves=2,
)


EVENTS = st.tuples(
    st.sampled_from([None, "", "a", "abc", "abcde"]), st.sampled_from([None, 0, 2, 5]), st.integers(0, 5)
)


@settings(max_examples=60, deadline=None)
@given(
    LENGTHS,
    st.lists(st.tuples(CONDITIONS, st.booleans()), max_size=5),
    st.lists(EVENTS, min_size=1, max_size=6),
)
def test_rules_fire_together_as_alone(
    lengths: list[r.Expr], others: list[tuple[r.Expr, bool]], events: list[tuple[str, int, int]]
) -> None:
    conditions = [*[(when, False) for when in lengths], *others]
    rules = [
        t.rule(f"r{number:02}", when, otherwise=t.DELETE if otherwise else ())
        for number, (when, otherwise) in enumerate(conditions)
    ]
    flood = (t.counter(),)
    together = compile_policies(t.one(*rules, counters=flood))
    alone = [compile_policies(t.one(rule, counters=flood)) for rule in rules]
    for text, images, count in events:
        event, observed = t.message(text, images=images), Observed(now=0, counts=(count,), strikes=(0,))
        fired = together.decide(together.prepare(event), observed).fired
        one_by_one = [one for program in alone for one in program.decide(program.prepare(event), observed).fired]
        assert [(one.rule.name, one.otherwise) for one in fired] == [
            (one.rule.name, one.otherwise) for one in one_by_one
        ]
