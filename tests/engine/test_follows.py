"""Decisions of events that follow from another are told with that one's."""

from __future__ import annotations

from typing import Literal

import pytest
from msgspec import UNSET

from policyd.engine.desk import Follow
from policyd.engine.embedded import finish
from policyd.engine.follows import event_of, followed, together
from policyd.model.decision import Action, Because, Decision, LadderState, Overridden, Shadow, TicketState
from policyd.model.event import Due, Event, Group, Member, Message, TierChange
from policyd.model.problem import EventError, problem


def decision(*actions: Action, **fields: object) -> Decision:
    return Decision("e", "sha256:0", "allow", actions, **fields)  # type: ignore[arg-type]


def reply(text: str, *rules: str) -> Action:
    return Action("reply", tuple(map(Because, rules)), text=text)


def add(tally: str, member: str, rule: str) -> Action:
    return Action("add", (Because(rule),), member=member, to=tally, amount=1)


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        ((reply("a", "p.x"),), (), (reply("a", "p.x"),)),
        ((reply("b", "p.x"),), (reply("a", "p.y"),), (reply("a", "p.y"), reply("b", "p.x"))),
        ((reply("a", "p.y"),), (reply("a", "p.x"),), (reply("a", "p.x", "p.y"),)),
        ((Action("hold", ()),), (reply("a", "p.y"),), (Action("hold", ()), reply("a", "p.y"))),
        ((add("p.t", "u2", "p.a"), add("p.t", "u2", "p.c")), (add("p.s", "u3", "p.z"), add("p.t", "u1", "p.z")),
         (add("p.s", "u3", "p.z"), add("p.t", "u1", "p.z"), add("p.t", "u2", "p.a"), add("p.t", "u2", "p.c"))),
        ((add("p.t", "u1", "p.a"),), (reply("z", "p.z"),), (reply("z", "p.z"), add("p.t", "u1", "p.a"))),
    ],
)  # fmt: skip
def test_actions_are_united(first: tuple[Action, ...], second: tuple[Action, ...], whole: tuple[Action, ...]) -> None:
    assert together(decision(*first), decision(*second), False).actions == whole


def test_everything_else_is_put_together() -> None:
    stand = LadderState(1, 1, None, None)
    first = decision(
        ladders={"p.a": stand},
        overridden=(Overridden("mask", "delete", (Because("p.b"),)),),
        shadow=(Shadow("p.z", ("flag",)),),
        tickets=(TicketState("t2", "hold", "open", "u1"),),
        replayed=True,
    )
    also = decision(
        ladders={"p.b": stand},
        overridden=(Overridden("mask", "delete", (Because("p.a"),)),),
        shadow=(Shadow("p.a", ("flag",)),),
        tickets=(TicketState("t1", "hold", "open", "u1"),),
        degraded=True,
        unasked=("p.x",),
    )
    whole = together(first, also, False)
    assert sorted(whole.ladders) == ["p.a", "p.b"]
    assert [each.because[0].rule for each in whole.overridden] == ["p.a", "p.b"]
    assert [each.rule for each in whole.shadow] == ["p.a", "p.z"]
    assert [each.ticket for each in whole.tickets] == ["t1", "t2"]
    assert (whole.degraded, whole.unasked, whole.replayed) == (True, ("p.x",), True)
    assert together(first, first, False).unasked is UNSET
    assert together(also, decision(degraded=True, unasked=("p.a", "p.x")), False).unasked == ("p.a", "p.x")


class Failing:
    """An engine whose store fails."""

    async def carry_out(self, event: Event, tenant: str = "") -> Decision:
        return decision(degraded=True, unasked=("p.t",))


def test_what_follows_later_waits_for_the_repeat() -> None:
    follows = [Follow("streak", name, 20, "u", "at2", length=2) for name in ("p.a", "p.b", "p.c")]
    whole = finish(followed(Failing(), decision(), follows, Event("e1", "message", Group("g"), Member("u")), ""))
    assert (whole.degraded, whole.unasked) == (True, ("p.b", "p.c", "p.t"))


class Refusing:
    """An engine that refuses what follows."""

    def __init__(self, code: Literal["overloaded", "event_id_reused"]) -> None:
        self.code = code

    async def carry_out(self, event: Event, tenant: str = "") -> Decision:
        raise EventError(problem(self.code, f"`{event.id}` is refused"))


def test_what_is_known_by_another_content_is_passed_over_and_all_else_is_said() -> None:
    follows, event = [Follow("tier", "p.s", 20, "u", "vip")], Event("e1", "message", Group("g"), Member("u"))
    first = decision(reply("a", "p.x"))
    assert finish(followed(Refusing("event_id_reused"), first, follows, event, "")) == first
    with pytest.raises(EventError):
        finish(followed(Refusing("overloaded"), first, follows, event, ""))


def test_the_events_that_follow() -> None:
    outer = Event(
        "e1", "message", Group("g"), Member("u", "Ming"), 7, message=Message("m", "x"), capabilities=("reply",)
    )  # fmt: skip
    step = event_of(Follow("streak", "p.in", 20, "u", "at7", length=7), outer)
    assert (step.id, step.kind, step.due) == ("~streak p.in.at7 20 u", "streak p.in", Due(20, step="at7", length=7))
    assert (step.group, step.member, step.time, step.capabilities) == (outer.group, outer.member, 7, ("reply",))
    assert step.message is None and step.tier is None
    change = event_of(Follow("tier", "p.s", 20, "u", "vip"), outer)
    assert (change.id, change.kind, change.due) == ("~tier p.s 20 u", "tier", Due(20))
    assert change.tier == TierChange("s", None, "vip")
    assert event_of(Follow("tier", "p.s", 20, "u", "vip", "plain"), outer).tier == TierChange("s", "plain", "vip")
