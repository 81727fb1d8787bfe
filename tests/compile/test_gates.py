"""Rules that a clean event cannot fire are not visited."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from policyd.check import resolved as r
from policyd.compile.gates import RECORD, Gate, Gates
from policyd.compile.load import CompiledProgram, compile_policies
from policyd.language.types import BOOL, INT
from policyd.model.event import Event, Member
from policyd.model.state import Observed
from tests.compile import trees as t

_OBSERVED = Observed(now=1_772_452_800_000, counts=(1,), strikes=(0,))
_BAD, _ADS = t.matches("bad"), t.matches("ads")
_TIER = t.tier(t.tiers())
_LONG = t.compare(t.fact("message.length"), ">", 300)

TEXT = "message.text"
_BAD_GATE = frozenset({(TEXT, "p.bad")})
_BOTH_GATE = frozenset({(TEXT, "p.bad"), (TEXT, "p.ads")})


def _filed(*kinds: str) -> Gate:
    return frozenset((RECORD, kind) for kind in kinds)


@pytest.mark.parametrize(
    ("expr", "gate"),
    [
        (_BAD, _BAD_GATE),
        (t.matches("bad", "ads"), _BOTH_GATE),
        (t.matches("bad", of="member.name"), frozenset({("member.name", "p.bad")})),
        (t.every(_LONG, _BAD), _BAD_GATE),
        (t.every(t.matches("bad", "ads"), _BAD), _BAD_GATE),
        (t.some(_ADS, _BAD), _BOTH_GATE),
        (t.some(_LONG, _BAD), None),
        (t.no(_BAD), None),
        (t.no(t.no(_BAD)), _BAD_GATE),
        (t.no(t.some(_LONG, t.no(_BAD))), _BAD_GATE),
        (t.no(t.every(_LONG, t.no(_BAD))), None),
        (t.no(t.every(t.no(_ADS), t.no(_BAD))), _BOTH_GATE),
        (r.Default(_BAD, _ADS, BOOL), _BOTH_GATE),
        (r.Default(_BAD, t.const(True), BOOL), None),
        (r.Default(_BAD, t.const(False), BOOL), _BAD_GATE),
        (r.LetValue("p.words", BOOL), _BAD_GATE),
        (t.no(r.LetValue("p.words", BOOL)), None),
        (r.Known(_BAD, BOOL), None),
        (t.compare(_BAD, "==", t.const(False)), None),
        (t.compare(t.points(), ">=", 100), _filed("file")),
        (t.compare(t.points(), "<", 100), None),
        (t.no(t.compare(t.points(), "<", 100)), _filed("file")),
        (t.compare(t.points(), "==", 0), None),
        (t.compare(r.StreakValue("p.checkin", INT), ">", 0), _filed("file")),
        (t.compare(t.points(), ">", r.SettingValue("p.least", INT)), None),
        (t.compare(_TIER, "==", "core"), _filed("file")),
        (t.no(t.compare(_TIER, "==", "core")), _filed("file")),
        (r.Known(_TIER, BOOL), _filed("file")),
        (t.no(r.Known(_TIER, BOOL)), None),
        (t.compare(r.Default(_TIER, t.const("core"), _TIER.type), "==", "core"), None),
        (t.const(False), frozenset()),
        (t.const(True), None),
        (t.on("lockdown"), _filed("board")),
        (t.no(t.on("lockdown")), None),
        (t.owes(), _filed("file")),
        (t.owes("answer"), _filed("thread")),
        (t.is_("ad", "allowed"), _filed("file")),
        (t.is_("ad", "refused"), _filed("file")),
        (t.is_("ad", "pending"), None),
        (t.no(t.is_("ad", "pending")), _filed("file")),
        (t.no(t.is_("ad", "allowed")), None),
        (t.every(_LONG, t.owes()), _filed("file")),
        (t.every(_BAD, t.owes()), _filed("file")),
        (t.some(t.on("lockdown"), t.owes()), _filed("board", "file")),
        (t.some(t.on("lockdown"), _BAD), None),
    ],
)  # fmt: skip
def test_gate(expr: r.Expr, gate: frozenset[tuple[str, str]] | None) -> None:
    lets = {"p.words": t.let("words", t.every(_LONG, _BAD))}
    duties = {duty.name: duty for duty in (t.duty(), t.duty("answer", reply=True))}
    assert Gates(lets, duties).of(expr) == gate


def _called(program: CompiledProgram, event: Event) -> tuple[list[str], list[str]]:
    """Names of generated functions that a decision calls, and of rules that fire."""
    prepared = program.prepare(event)
    generated = {function.__code__ for function in program._code.functions.values()}
    called: list[str] = []

    def profile(frame: Any, what: str, _: Any) -> None:
        if what == "call" and frame.f_code in generated:
            called.append(frame.f_code.co_name)

    before: Callable[..., Any] | None = sys.getprofile()
    sys.setprofile(profile)
    try:
        outcome = program.decide(prepared, _OBSERVED)
    finally:
        sys.setprofile(before)
    return called, [one.rule.name for one in outcome.fired]


def _thousand() -> r.PolicySet:
    words = [f"word{number:04}" for number in range(1000)]
    rules = [t.rule(word, t.matches(word)) for word in words]
    rules.append(t.rule("words", t.matches("word0001", "word0002")))
    return t.one(*rules, t.rule("long", _LONG), lexicons=tuple(t.lexicon(word, f"坏{word}") for word in words))


def test_a_thousand_rules_on_words() -> None:
    program = compile_policies(_thousand())
    called, fired = _called(program, t.message("大家好"))
    assert (len(called), fired) == (1, [])
    called, fired = _called(program, t.message("坏word0001 和 坏word0002"))
    assert (len(called), fired) == (4, ["p.word0001", "p.word0002", "p.words"])


def test_each_text_opens_its_own_rules() -> None:
    policies = t.one(
        t.rule("name", t.matches("bad", of="member.name")),
        t.rule("text", t.matches("bad")),
        lexicons=(t.lexicon("bad", "网赌"),),
    )
    program = compile_policies(policies)
    assert _called(program, t.message("网赌"))[1] == ["p.text"]
    assert _called(program, t.message("大家好", member=Member("u1", "网赌")))[1] == ["p.name"]
    assert _called(program, t.message(None))[0] == []


def test_otherwise_is_always_visited() -> None:
    clean = t.rule("clean", _BAD, otherwise=t.FLAG)
    program = compile_policies(t.one(clean, lexicons=(t.lexicon("bad", "网赌"),)))
    prepared = program.prepare(t.message("大家好"))
    assert [one.otherwise for one in program.decide(prepared, _OBSERVED).fired] == [True]
    assert program.decide(program.prepare(t.message(None)), _OBSERVED).fired == ()
