"""Windows of calendar periods, of distinct values and of sums, and what an event adds to them."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from policyd.check import resolved as r
from policyd.compile.load import CompiledProgram, compile_policies
from policyd.language.types import BOOL, INT
from policyd.model.event import Event, Group, Member
from policyd.model.state import Observed, Window, value_of
from tests.compile import trees as t

_LAST = r.CounterValue("p.flood", INT, last=True)


def _program(*counters: r.Counter, lets: tuple[r.Let, ...] = (), **policy: Any) -> CompiledProgram:
    """Each counter is read by a rule of its name, on messages, where it is above 1."""
    rules = [
        t.rule(one.name[2:], t.compare(r.CounterValue(one.name, INT), ">", 1), kinds=("message", "edit"))
        for one in counters
    ]
    return compile_policies(t.one(*rules, counters=counters, lets=lets, **policy))


def _amounts(event: Event, *counters: r.Counter, **policy: Any) -> tuple[int, ...]:
    return _program(*counters, **policy).prepare(event).amounts


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, Window("id-flood", "member", 10_000, 6, "new")),
        ({"within": 0, "per": "week"}, Window("id-flood", "member", 0, 6, "new", "week", "Asia/Shanghai")),
        ({"within": 0, "per": "day", "form": "distinct", "value": t.fact("message.text"), "keys": ("group",)},
         Window("id-flood", "group", 0, 6, "new", "day", "Asia/Shanghai", "distinct")),
        ({"form": "sum", "value": t.fact("message.images")},
         Window("id-flood", "member", 10_000, 6, "new", form="sum")),
        ({"within": 0, "per": "day", "form": "messages", "keys": ("group",), "cap": 60_000},
         Window("id-flood", "group", 0, 60_000, "never", "day", "Asia/Shanghai", "messages")),
    ],
)  # fmt: skip
def test_windows(fields: dict[str, Any], expected: Window) -> None:
    program = _program(t.counter(**fields))
    prepared = program.prepare(t.message())
    assert prepared.windows == (expected,)
    assert prepared.windows is program.prepare(t.message()).windows, "one tuple, as the store remembers how it is sent"
    assert program.prepare(replace(t.message(), kind="join")).windows == ()


def test_figures_of_the_day_are_those_of_the_group() -> None:
    """Their day is the group's own, in whatever zone the policy that reads them is."""

    def policy(name: str, zone: str, form: Any) -> r.Policy:
        counter = r.Counter(f"{name}.c", "message", ("group",), 0, None, 9, name, per="day", form=form)
        rule = r.Rule(
            f"{name}.r", "", False, ("message", "schedule p.d"), t.compare(r.CounterValue(counter.name, INT), ">", 1),
            None, t.FLAG, (), reads_state=True,
        )  # fmt: skip
        return r.Policy(name, name, r.Scope("every"), zone, "allow", counters=(counter,), rules=(rule,))

    program = compile_policies(t.policies(policy("a", "Asia/Tokyo", "active"), policy("b", "UTC", "events")))
    assert [one.zone for one in program.prepare(t.message()).windows] == ["Asia/Tokyo", "UTC"]
    program = compile_policies(t.policies(policy("a", "Asia/Tokyo", "events"), policy("b", "UTC", "messages")))
    assert [one.zone for one in program.prepare(t.message()).windows] == ["Asia/Tokyo", "Asia/Tokyo"]
    assert [one.bump for one in program.prepare(t.message()).windows] == ["new", "never"]
    assert len(program.prepare(replace(t.message(), kind="schedule p.d")).windows) == 2


def test_the_last_period_has_a_window_of_its_own() -> None:
    counter = t.counter(per="week", within=0)
    both = t.rule("both", t.every(t.compare(_LAST, ">", 1), t.compare(t.count(), "==", 0)))
    placed = t.rule("last", t.compare(_LAST, ">", 1), kinds=("tiers p.standing",))
    program = compile_policies(t.one(both, placed, counters=(counter,)))
    prepared = program.prepare(t.message())
    assert [(one.last, one.bump, one.cell) for one in prepared.windows] == [
        (True, "never", "id-flood"), (False, "new", "id-flood")
    ]  # fmt: skip
    assert prepared.counters == ("p.flood", "p.flood")
    for counts, fires in [((2, 0), True), ((0, 2), False), ((2, 1), False)]:
        assert bool(program.decide(prepared, Observed(now=1, counts=counts)).fired) is fires
    prepared = program.prepare(replace(t.message(), kind="tiers p.standing"))
    assert [(one.last, one.bump) for one in prepared.windows] == [(True, "never")]
    assert bool(program.decide(prepared, Observed(now=1, counts=(2,))).fired)


def test_only_the_last_period_is_read() -> None:
    """Messages are still counted, for the next period to come."""
    placed = t.rule("last", t.compare(_LAST, ">", 1), kinds=("tiers p.standing",))
    program = compile_policies(t.one(placed, counters=(t.counter(per="week", within=0),)))
    assert [(one.last, one.bump) for one in program.prepare(t.message()).windows] == [(False, "new")]
    assert program.prepare(replace(t.message(), kind="join")).windows == ()


_WIDE = t.counter("wide", across_groups=True, form="distinct", value=t.fact("message.text"))


def test_those_across_groups_stay_last() -> None:
    near = t.counter("x", form="sum", value=t.fact("message.images"), cap=100)
    prepared = _program(_WIDE, near).prepare(t.message("hi", images=3))
    assert prepared.counters == ("p.x", "p.wide")
    assert (prepared.wide_windows, prepared.amounts) == (1, (3, value_of("hi")))


def _distinct(value: r.Expr, **fields: Any) -> r.Counter:
    return t.counter(form="distinct", value=value, **fields)


def _sum(**fields: Any) -> r.Counter:
    return t.counter(**{"form": "sum", "value": t.fact("message.images"), "cap": 100, **fields})


_IMAGES = t.fact("message.images")


@pytest.mark.parametrize(
    ("counter", "told", "amount"),
    [
        (_distinct(t.fact("message.text")), {"text": "你好"}, value_of("你好")),
        (_distinct(t.fact("message.text")), {"text": ""}, value_of("")),
        (_distinct(t.fact("message.text")), {"text": None}, 0),
        (_distinct(t.fact("message.fingerprint")), {"text": "Hello 12!"}, value_of("hello")),
        (_distinct(_IMAGES), {"images": 3}, value_of("3")),
        (_distinct(_IMAGES), {"images": 0}, value_of("0")),
        (_distinct(_IMAGES), {}, 0),
        (_distinct(t.fact("member.id")), {}, value_of("u1")),
        (_sum(), {"images": 3}, 3),
        (_sum(), {"images": 0}, 0),
        (_sum(), {"images": 101}, 100),
        (_sum(), {}, 0),
        (_sum(value=r.Arithmetic("-", _IMAGES, t.const(5), INT)), {"images": 3}, 0),
        (_sum(where=t.compare(_IMAGES, ">", 2)), {"images": 3}, 3),
        (_sum(where=t.compare(_IMAGES, ">", 2)), {"images": 2}, 0),
        (_sum(kind="join"), {"images": 3}, 0),
        (_distinct(t.fact("member.id"), kind="join"), {}, 0),
    ],
)
def test_amounts(counter: r.Counter, told: dict[str, Any], amount: int) -> None:
    event = t.message(**told)
    assert _amounts(event, counter) == (amount,)
    beside = (t.counter("a"), t.counter("z", where=t.compare(_IMAGES, ">", 9)))
    assert _amounts(event, beside[0], counter, beside[1]) == (amount,)


def test_amounts_stand_in_the_order_of_the_windows() -> None:
    keyed = _sum(keys=("group", t.fact("member.name")))
    counters = (t.counter("a"), keyed, t.counter("g", form="distinct", value=t.fact("message.text")), _WIDE)
    program = _program(*counters)
    known = program.prepare(t.message("x", images=2, member=Member("u1", "小明")))
    assert [one.form for one in known.windows] == ["events", "sum", "distinct", "distinct"]
    assert known.amounts == (2, value_of("x"), value_of("x"))
    unknown = program.prepare(t.message("x", images=2))
    assert [one.form for one in unknown.windows] == ["events", "distinct", "distinct"]
    assert unknown.amounts == (value_of("x"),) * 2
    outcome = program.decide(unknown, Observed(now=1, counts=(0, 2, 0)))
    assert [one.rule.name for one in outcome.fired] == ["p.g"]


def test_edits_weigh_as_edits() -> None:
    """The value of a counter of edits is asked for before it is known whether a message is one."""
    edited = t.let("edited", t.compare(t.fact("event.kind"), "==", "edit"))
    value = r.LetValue("p.edited", BOOL)
    counters = (_distinct(value, kind="edit"), t.counter("plain", form="distinct", value=value))
    program = _program(*counters, lets=(edited,))
    assert program.prepare(t.message()).amounts == (value_of("True"), value_of("False"))
    assert program.prepare(replace(t.message(), kind="edit")).amounts == (value_of("True"), 0)


def test_nothing_is_weighed_where_nothing_counts() -> None:
    """One tuple for all events, and the text is not looked at."""
    counter = _distinct(t.fact("message.fingerprint"))
    rules = [t.rule("a", t.compare(t.count(), ">", 1), kinds=("join",))]
    program = compile_policies(t.one(*rules, counters=(counter, _sum())[:1]))
    join = replace(t.message(), kind="join", message=None)
    assert program.prepare(join).amounts == (0,)
    assert program.prepare(join).amounts is program.prepare(join).amounts
    assert compile_policies(t.one(t.rule("a"))).prepare(t.message()).amounts == ()
    assert program.prepare(t.message("Hi 1")).amounts == (value_of("hi"),)


@pytest.mark.parametrize(
    ("named", "counted"),
    [("top.flood", True), ("top.flood.week", True), ("top.p.flood.week", True), ("top.flood.weeks", False),
     ("top.week", False), ("stats.week", False)],
)  # fmt: skip
def test_what_texts_list_members_by_is_counted(named: str, counted: bool) -> None:
    says = r.Action("reply", text=r.Text((r.TextFact(named),)))
    for action in (says, r.Action("propose", proposed=says)):
        rule = t.rule("a", then=(action,), kinds=("schedule p.a",))
        program = compile_policies(t.one(rule, counters=(t.counter(per="week", within=0),)))
        assert [one.bump for one in program.prepare(t.message()).windows] == ["new"] * counted
        assert program.prepare(replace(t.message(), kind="schedule p.a")).windows == ()


def test_counters_that_nobody_reads_are_not_weighed() -> None:
    program = compile_policies(t.one(t.rule("a"), counters=(_sum(),)))
    assert program.prepare(t.message(images=3, group=Group("g1"))).amounts == ()
