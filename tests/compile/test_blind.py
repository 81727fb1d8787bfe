"""The store failed: what reads no state is decided as ever, the rest only where the state cannot matter (law L15)."""

from __future__ import annotations

from typing import Literal

import pytest

from policyd.check import resolved as r
from policyd.compile.load import compile_policies
from policyd.language.types import BOOL
from policyd.model.event import Member
from tests.compile import trees as t

_STATE = t.compare(t.count(), ">", 5)
_YES, _NO = t.const(True), t.const(False)
_UNKNOWN = t.fact("message.forwarded")
_DEEP = r.LetValue("p.deep", BOOL)
_NOW = r.InHours(t.fact("now"), "p.night", False, BOOL)

Result = Literal["then", "otherwise", "unasked", "nothing"]


def _result(rule: r.Rule, exempt: r.Expr | None) -> Result:
    policies = t.one(
        rule,
        lexicons=(t.lexicon("bad", "网赌"),),
        hours=(r.Hours("p.night", "UTC", ()),),
        counters=(t.counter(),),
        ladders=(),
        lets=(t.let("deep", t.every(_STATE, r.LetValue("p.inner", BOOL))), t.let("inner", t.no(_STATE))),
        exempts=() if exempt is None else (t.exempt("e", exempt, "a"),),
    )
    program = compile_policies(policies)
    outcome = program.decide(program.prepare(t.message("网赌", member=Member("u1", role="member"))), None)
    assert outcome.shadow == ()
    if outcome.unasked:
        assert outcome.fired == ()
        return "unasked"
    if not outcome.fired:
        return "nothing"
    return "otherwise" if outcome.fired[0].otherwise else "then"


@pytest.mark.parametrize(
    ("when", "unless", "exempt", "result"),
    [
        (None, None, None, "then"),
        (_YES, None, None, "then"),
        (_NO, None, None, "otherwise"),
        (_UNKNOWN, None, None, "nothing"),
        (t.matches("bad"), None, None, "then"),
        (_STATE, None, None, "unasked"),
        (_DEEP, None, None, "unasked"),
        (t.no(_DEEP), None, None, "unasked"),
        (_NOW, None, None, "unasked"),
        (t.compare(t.fact("now.hour"), ">", 5), None, None, "unasked"),
        (t.compare(t.fact("member.age"), ">", 5), None, None, "unasked"),
        (t.fact("member.muted"), None, None, "unasked"),
        (r.Default(t.fact("member.muted"), _YES, BOOL), None, None, "then"),
        (r.Known(t.fact("now"), BOOL), None, None, "otherwise"),
        (t.some(_STATE, _YES), None, None, "then"),
        (t.every(_STATE, _NO), None, None, "otherwise"),
        (t.every(_STATE, t.matches("bad")), None, None, "unasked"),
        (t.some(_STATE, _UNKNOWN), None, None, "unasked"),
        (_YES, _STATE, None, "unasked"),
        (_NO, _STATE, None, "unasked"),
        (_UNKNOWN, _STATE, None, "unasked"),
        (_YES, _UNKNOWN, None, "then"),
        (_STATE, _YES, None, "nothing"),
        (_STATE, _UNKNOWN, None, "unasked"),
        (t.some(_STATE, _YES), _UNKNOWN, None, "then"),
        (t.some(_STATE, _YES), None, _UNKNOWN, "then"),
        (_YES, t.some(_STATE, _YES), None, "nothing"),
        (_YES, t.every(_STATE, _NO), None, "then"),
        (_YES, None, _STATE, "unasked"),
        (_YES, None, _UNKNOWN, "then"),
        (_YES, None, _YES, "nothing"),
        (_STATE, None, _YES, "nothing"),
        (_YES, _YES, _STATE, "nothing"),
        (_YES, _STATE, _NO, "unasked"),
    ],
)
def test_what_a_rule_comes_to(
    when: r.Expr | None, unless: r.Expr | None, exempt: r.Expr | None, result: Result
) -> None:
    otherwise = () if when is None else t.FLAG
    assert _result(t.rule("a", when, unless=unless, otherwise=otherwise), exempt) == result
    without = {"otherwise": "nothing"}.get(result, result)
    if when is not _NO:
        assert _result(t.rule("a", when, unless=unless), exempt) == without
    shadow = "nothing" if result in ("unasked", "nothing") else None
    if shadow is not None:
        assert _result(t.rule("a", when, unless=unless, shadow=True), exempt) == shadow


def test_false_needs_no_state() -> None:
    """Without an `otherwise` it does not matter whether what is not true is silenced."""
    assert _result(t.rule("a", _NO, unless=_STATE), None) == "nothing"


def test_in_name_order() -> None:
    policies = t.one(*[t.rule(name, _STATE) for name in "cab"], t.rule("d"), counters=(t.counter(),))
    program = compile_policies(policies)
    outcome = program.decide(program.prepare(t.message()), None)
    assert [rule.name for rule in outcome.unasked] == ["p.a", "p.b", "p.c"]
    assert [one.rule.name for one in outcome.fired] == ["p.d"]
