"""What is observed for an event: only what the rules on it read, and the counters in which it counts."""

from __future__ import annotations

from hashlib import blake2b

import msgspec
import pytest

from policyd.check import resolved as r
from policyd.compile.load import compile_policies
from policyd.language.types import BOOL, INT, TEXT
from policyd.model.event import Event, EventKind, Group, Member
from policyd.model.state import Observed
from tests.compile import trees as t

_ALL = ("message", "edit", "join")
_WARN = (r.Action("warn", text=r.Text((r.CounterValue("p.printed", INT),))),)
_STRIKE = (r.Action("strike", ladder="p.conduct"),)
_CONDUCT = r.Ladder("p.conduct", (r.Step(1, _WARN),), forget=7, together=0)


def _event(kind: EventKind, **fields: object) -> Event:
    return msgspec.structs.replace(t.message(), kind=kind, **fields)


def _reads(rule: r.Rule, kind: EventKind = "message", **fields: object) -> tuple[object, ...]:
    counters = tuple(t.counter(name) for name in ("exempted", "let", "other", "printed", "when"))
    lets = (t.let("n", t.compare(t.count("let"), ">", 1)),)
    policies = t.one(rule, counters=counters, ladders=(_CONDUCT,), lets=lets, **fields)
    prepared = compile_policies(policies).prepare(_event(kind))
    assert len(prepared.windows) == len(prepared.counters)
    names = tuple(name.removeprefix("p.") for name in prepared.counters)
    return names, prepared.route.ladder_names, prepared.route.mute, prepared.route.silence


@pytest.mark.parametrize(
    ("rule", "reads"),
    [
        (t.rule("a"), ((), (), False, False)),
        (t.rule("a", t.compare(t.count("when"), ">", 5)), (("when",), (), False, False)),
        (t.rule("a", unless=r.LetValue("p.n", BOOL)), (("let",), (), False, False)),
        (t.rule("a", then=_WARN), (("printed",), (), False, False)),
        (t.rule("a", t.const(True), otherwise=_STRIKE), (("printed",), (), False, False)),
        (t.rule("a", t.compare(r.Strikes("p.conduct", INT), ">", 1)), ((), ("p.conduct",), False, False)),
        (t.rule("a", t.fact("member.muted")), ((), (), True, False)),
        (t.rule("a", t.compare(t.fact("member.silent"), ">", 5)), ((), (), False, True)),
        (t.rule("exempted"), (("exempted",), (), False, False)),
    ],
)
def test_only_what_rules_read(rule: r.Rule, reads: tuple[object, ...]) -> None:
    exempts = (t.exempt("e", t.compare(t.count("exempted"), ">", 1), "exempted"),)
    assert _reads(rule, exempts=exempts) == reads


def test_rules_on_other_events_do_not_matter() -> None:
    assert _reads(t.rule("a", t.fact("member.muted"), kinds=("join",))) == ((), (), False, False)
    assert _reads(t.rule("a", t.fact("member.muted"), kinds=("join",)), "join")[2]
    assert _reads(t.rule("a", t.fact("member.muted"), kinds=("edit",)))[2], "a message may come out as an edit"


@pytest.mark.parametrize(
    ("counted", "kind", "bump"),
    [
        ("message", "message", "new"),
        ("message", "edit", "never"),
        ("message", "join", "never"),
        ("edit", "message", "edit"),
        ("edit", "edit", "always"),
        ("edit", "join", "never"),
        ("join", "message", "never"),
        ("join", "edit", "never"),
        ("join", "join", "always"),
    ],
)
def test_when_an_event_counts(counted: str, kind: EventKind, bump: str) -> None:
    rule = t.rule("a", t.compare(t.count(), ">", 5), kinds=_ALL)
    program = compile_policies(t.one(rule, counters=(t.counter(kind=counted),)))
    assert [window.bump for window in program.prepare(_event(kind)).windows] == [bump]


def test_counts_events_that_its_own_rules_do_not_look_at() -> None:
    rule = t.rule("a", t.compare(t.count(), ">", 5), kinds=("join",))
    program = compile_policies(t.one(rule, counters=(t.counter(),)))
    assert program.prepare(t.message()).counters == ("p.flood",)
    assert program.prepare(_event("profile")).counters == ()


_NAMED = t.counter("named", keys=("group", t.fact("member.name")), cap=9, within=5)
_CUBED = t.counter("cubed", where=t.compare(t.fact("message.images"), "==", 3))


@pytest.mark.parametrize(
    ("images", "name", "cells"),
    [
        (3, "小明", [("id-cubed", "member", "new"), ("id-named:小明", "group", "new")]),
        (4, "小红", [("id-cubed", "member", "never"), ("id-named:小红", "group", "new")]),
        (None, "", [("id-cubed", "member", "never"), ("id-named:", "group", "new")]),
        (3, None, [("id-cubed", "member", "new")]),
    ],
)
def test_windows_of_an_event(images: int | None, name: str | None, cells: list[tuple[str, str, str]]) -> None:
    rules = [t.rule(one, t.compare(t.count(one), ">", 1)) for one in ("cubed", "named")]
    program = compile_policies(t.one(*rules, counters=(_CUBED, _NAMED)))
    prepared = program.prepare(t.message(images=images, member=Member("u1", name)))
    expected = []
    for cell, scope, bump in cells:
        identity, colon, key = cell.partition(":")
        digest = blake2b(key.encode(), digest_size=8).hexdigest() if colon else ""
        expected.append((f"{identity}{colon}{digest}", scope, bump))
    assert [(window.cell, window.scope, window.bump) for window in prepared.windows] == expected
    outcome = program.decide(prepared, Observed(now=1, counts=(0, 2)[-len(cells) :] if len(cells) == 2 else (0,)))
    assert [one.rule.name for one in outcome.fired] == (["p.named"] if len(cells) == 2 else [])


def test_counter_of_edits_sees_an_edit() -> None:
    """`where` is asked before it is known whether a message is an edit."""
    where = r.LetValue("p.edited", BOOL)
    edited = t.let("edited", t.compare(t.fact("event.kind"), "==", "edit"))
    counters = (t.counter("edits", kind="edit", where=where), t.counter("messages", where=where))
    rules = [t.rule(one, t.compare(t.count(one), ">", 1)) for one in ("edits", "messages")]
    program = compile_policies(t.one(*rules, counters=counters, lets=(edited,)))
    assert [window.bump for window in program.prepare(t.message()).windows] == ["edit", "never"]


def test_policies_by_scope() -> None:
    """Each group has the rules, counters and ladders of the policies that cover it, each with its own values."""

    def policy(name: str, scope: r.Scope) -> r.Policy:
        one = r.Rule(
            f"{name}.r", "", False, ("message",), t.compare(r.CounterValue(f"{name}.c", INT), ">", 5),
            None, t.FLAG, (), True,
        )  # fmt: skip
        counter = r.Counter(f"{name}.c", "message", ("member",), 1000, None, 6, name)
        return r.Policy(name, name, scope, "UTC", "allow", counters=(counter,), rules=(one,))

    program = compile_policies(
        t.policies(
            policy("all", r.Scope("every")), policy("g1", r.Scope("id", ("g1",))), policy("t", r.Scope("tag", ("x",)))
        )
    )
    for group, names in [
        (Group("g1"), ["all", "g1"]),
        (Group("g1", tags=("y", "x")), ["all", "g1", "t"]),
        (Group("g2", tags=("x",)), ["all", "t"]),
        (Group("g2"), ["all"]),
        (Group("g1"), ["all", "g1"]),
    ]:
        prepared = program.prepare(t.message(group=group))
        assert [one.name for one in prepared.route.policies] == names
        assert [window.cell for window in prepared.windows] == names
        for place, name in enumerate(names):
            counts = tuple(6 if other == place else 5 for other in range(len(names)))
            outcome = program.decide(prepared, Observed(now=1, counts=counts))
            assert [one.rule.name for one in outcome.fired] == [f"{name}.r"]


def test_matches_only_the_texts_that_rules_read() -> None:
    words = (t.lexicon("bad", "网赌"),)
    rules = (
        t.rule("text", t.matches("bad")),
        t.rule("answer", r.Matches(r.Answer("q", TEXT), ("p.bad",), BOOL), kinds=("request",)),
        t.rule("name", r.Matches(r.AttributeFact("member", "bio", TEXT), ("p.bad",), BOOL), kinds=("join",)),
    )
    program = compile_policies(t.one(*rules, lexicons=words))
    vain = Member("u1", "网赌", attributes={"bio": "网赌"})
    assert set(program.prepare(t.message("网赌", member=vain)).hits) == {"message.text"}
    assert program.prepare(t.message(None, member=vain)).hits == {}
    assert set(program.prepare(_event("join", member=vain)).hits) == {"member.bio"}
    assert program.prepare(_event("request")).hits == {}


def test_matches_what_counters_read() -> None:
    where = t.every(t.matches("bad"), t.compare(t.fact("message.links"), "==", 0))
    rule = t.rule("a", t.compare(t.count(), ">", 1))
    program = compile_policies(t.one(rule, counters=(t.counter(where=where),), lexicons=(t.lexicon("bad", "网赌"),)))
    assert [window.bump for window in program.prepare(t.message("网赌")).windows] == ["new"]
    assert [window.bump for window in program.prepare(t.message("网赌 https://example.com")).windows] == ["never"]


def test_each_ladder_has_its_own_strikes() -> None:
    names = ("a", "b", "c")
    rules = [t.rule(name, t.compare(r.Strikes(f"p.{name}", INT), ">", 1)) for name in names]
    program = compile_policies(t.one(*rules, ladders=tuple(r.Ladder(f"p.{name}", (), 5, 0) for name in names)))
    prepared = program.prepare(t.message())
    assert [read.ladder for read in prepared.route.ladders] == ["p.a", "p.b", "p.c"]
    assert [read.forget for read in prepared.route.ladders] == [5, 5, 5]
    for place, name in enumerate(names):
        strikes = tuple(2 if other == place else 1 for other in range(3))
        outcome = program.decide(prepared, Observed(now=1, strikes=strikes))
        assert [one.rule.name for one in outcome.fired] == [f"p.{name}"]


def test_edits_have_their_own_rules() -> None:
    rules = (t.rule("both", kinds=("message", "edit")), t.rule("edit", kinds=("edit",)), t.rule("message"))
    program = compile_policies(t.one(*rules))
    for kind, edit, names in [
        ("message", False, ["both", "message"]),
        ("message", True, ["both", "edit"]),
        ("edit", True, ["both", "edit"]),
        ("join", False, []),
    ]:
        outcome = program.decide(program.prepare(_event(kind)), Observed(now=1, edit=edit))  # type: ignore[arg-type]
        assert [one.rule.name.removeprefix("p.") for one in outcome.fired] == names


def test_shadow_rules_are_kept_apart() -> None:
    program = compile_policies(t.one(t.rule("b"), t.rule("a", shadow=True), t.rule("c")))
    outcome = program.decide(program.prepare(t.message()), Observed(now=1))
    assert [one.rule.name for one in outcome.fired] == ["p.b", "p.c"]
    assert [one.rule.name for one in outcome.shadow] == ["p.a"]
