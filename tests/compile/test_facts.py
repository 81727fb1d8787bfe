"""Attributes have the declared type or are unknown, whatever a bot sends."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyd.check import resolved as r
from policyd.check.facts import FACTS, KINDS
from policyd.compile.facts import text_key, typed
from policyd.compile.load import compile_policies
from policyd.language.types import BOOL, DURATION, INT, NUMBER, ROLE, TEXT, TIME, Type, list_of
from policyd.model.event import (
    Appeal,
    Event,
    Group,
    Mark,
    Member,
    Notice,
    OutcomeReport,
    Sanction,
    Verdict,
)
from policyd.model.state import Observed
from policyd.reference.facts import typed as plainly_typed
from tests.compile import trees as t

_TYPES = (BOOL, INT, NUMBER, TEXT, TIME, DURATION, ROLE, list_of(TEXT), list_of(INT))
_SENT = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15)
    | st.sampled_from(["", "admin", "king", "2026-03-02T20:00:00+08:00", "2026-03-02T20:00:00", "2026-03-02"]),
    lambda items: st.lists(items, max_size=3),
    max_leaves=4,
)


@given(_SENT, st.sampled_from(_TYPES))
def test_same_as_the_reference(sent: object, kind: Type) -> None:
    found, expected = typed(sent, kind), plainly_typed(sent, kind)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("sent", "kind"), [(10**400, NUMBER), (10**400, INT), (10**400, DURATION), (1e308, DURATION), (2**63, INT)]
)
def test_past_every_bound(sent: Any, kind: Type) -> None:
    assert typed(sent, kind) is None


def test_keys_are_written_as_in_policies() -> None:
    facts = (t.fact("message.text"), r.AttributeFact("group", "topic", TEXT), r.Answer("你从哪里来", TEXT))
    assert [text_key(fact) for fact in facts] == ["message.text", "group.topic", 'request.answer("你从哪里来")']


@pytest.mark.parametrize("name", sorted(FACTS))
def test_every_fact_can_be_read(name: str) -> None:
    """On every event, also one that lacks the part: unknown, and no fault."""
    fact = t.fact(name)
    program = compile_policies(t.one(t.rule("a", r.Known(fact, BOOL), kinds=KINDS, otherwise=t.FLAG)))
    for kind in KINDS:
        event = t.message()
        changed = type(event)(id="e", kind=kind, group=event.group, member=event.member)
        outcome = program.decide(program.prepare(changed), Observed(now=1_772_452_800_000))
        assert len(outcome.fired) == 1
        assert program.decide(program.prepare(changed), None) is not None


_PARTS: dict[str, Any] = {
    "notice": Notice("u7", "n1", "停课"), "verdict": Verdict("t1", "u7", "refuse"), "appeal": Appeal("e0", "为什么"),
    "mark": Mark("quality", "u7", "m1"), "outcome": OutcomeReport("e0", "mute", False, "denied"),
    "sanction": Sanction("u7", "ban"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("notice.by", "u7"), ("notice.id", "n1"), ("notice.text", "停课"), ("verdict.by", "u7"),
        ("verdict.decision", "refuse"), ("appeal.text", "为什么"), ("mark.as", "quality"), ("mark.by", "u7"),
        ("mark.message", "m1"), ("outcome.ok", False), ("outcome.action", "mute"), ("outcome.error", "denied"),
        ("sanction.by", "u7"), ("sanction.action", "ban"),
    ],
)  # fmt: skip
def test_what_humans_and_platforms_say(name: str, value: str | bool) -> None:
    part = name.partition(".")[0]
    rule = t.rule("a", t.compare(t.fact(name), "==", value), kinds=(part,))
    known = t.rule("b", r.Known(t.fact(name), BOOL), kinds=(part,), otherwise=t.FLAG)
    program = compile_policies(t.one(rule, known))
    for told, fires in ({part: _PARTS[part]}, True), ({}, False):
        event = Event("e", part, Group("g1"), Member("u1"), **told)
        outcome = program.decide(program.prepare(event), Observed(now=1_772_452_800_000))
        assert [one.otherwise for one in outcome.fired] == ([False, False] if fires else [True])
