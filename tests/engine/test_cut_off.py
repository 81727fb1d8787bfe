"""A store that fails between any two calls, and a bot that sends the event again: the answer is what it would have been
and everything has happened once."""

from __future__ import annotations

from functools import cache

import pytest
from msgspec.structs import replace

from policyd.model.decision import Decision
from policyd.model.event import Event
from policyd.model.problem import EventError
from tests.engine.community import HISTORY, POLICY, play
from tests.engine.scene import Scene, compiled


@cache
def uncut() -> tuple[list[Event], list[Decision]]:
    return play(Scene(POLICY))


def answered(scene: Scene, event: Event) -> Decision:
    return replace(scene.tell(event), replayed=False)


@pytest.mark.parametrize("once", [False, True], ids=["down", "blip"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("place", range(len(HISTORY)))
def test_a_repeat_repairs_what_was_cut_off(place: int, after: bool, once: bool) -> None:
    events, decisions = uncut()
    cuts = 0
    while _is_cut(events, decisions, place, cuts, after, once):
        cuts += 1
    assert cuts, "no call was cut"


def _is_cut(events: list[Event], decisions: list[Decision], place: int, cut: int, after: bool, once: bool) -> bool:
    """Whether the event at `place` makes so many calls that the one at `cut` could be cut off."""
    scene = Scene(POLICY)
    for event in events[:place]:
        scene.tell(event)
    store, before = scene.store, len(scene.store.calls)
    store.cut, store.after, store.once = cut, after, once
    lame = scene.tell(events[place])
    calls = store.calls[before:]
    store.cut = None
    if len(calls) <= cut:
        return False
    where = f"event {place} ({events[place].kind}) cut at {calls[: cut + 1]}"
    assert lame.degraded or replace(lame, replayed=False) == decisions[place], where
    assert answered(scene, events[place]) == decisions[place], where
    for event, decision in zip(events[place + 1 :], decisions[place + 1 :], strict=True):
        assert answered(scene, event) == decision, f"{where}, seen by {event.id} ({event.kind})"
    return True


def test_a_repeat_of_each_event_at_the_end_is_answered_as_it_was() -> None:
    scene = Scene(POLICY)
    events, decisions = play(scene)
    for event, decision in zip(events, decisions, strict=True):
        assert scene.tell(event) == replace(decision, replayed=True), event.id


def test_every_kind_of_call_is_cut() -> None:
    scene = Scene(POLICY)
    play(scene)
    assert {"observe", "commit", "read", "file", "look", "retract", "journal", "now"} <= set(scene.store.calls)


def test_a_verdict_that_cannot_be_checked_decides_nothing() -> None:
    scene = Scene(POLICY)
    ticket = scene.says("x" * 30).tickets[0].ticket
    verdict = scene.event("verdict", verdict={"ticket": ticket, "by": "mod", "decision": "approve"})
    scene.store.fails = {"read"}
    lame = scene.tell(verdict)
    assert (lame.degraded, lame.unasked, lame.actions, lame.tickets) == (True, ("verdict",), (), ())
    scene.store.fails = set()
    assert [action.do for action in scene.tell(verdict).actions] == ["release"]
    with pytest.raises(EventError):
        scene.tell(replace(verdict, id="another"))


def test_repeats_are_answered_by_the_policies_that_decided_them() -> None:
    """Other policies read other records along: what was read then is not taken for those."""
    review = (
        'review ads { when message.text contains "advert"  approve member at most 2 per week  pending then hold }\n'
    )
    switch = "switch quiet { off after 1h }\nrule psst { when quiet  then flag }\n"
    set_it = 'rule set_it { when message.text contains "calm"  then set quiet }\n'
    header = 'policy club { for every group  timezone "Asia/Shanghai"  brake at most 1 mute within 1h }\n'
    review += 'rule silence { when message.text contains "silence"  then mute 1h }\n'
    scene = Scene(header + review)
    ticket = scene.says("advert").tickets[0].ticket
    scene.tell(scene.event("verdict", verdict={"ticket": ticket, "by": "mod", "decision": "approve"}))
    events = [scene.event("message", text) for text in ("advert silence", "advert silence", "advert", "hello")]
    decisions = [scene.tell(event) for event in events]
    assert [decision.verdict for decision in decisions] == ["allow", "allow", "delete", "allow"]
    scene.engine.swap(compiled(header + review + switch + set_it))
    scene.says("calm")
    for event, decision in zip(events, decisions, strict=True):
        assert answered(scene, event) == decision
    assert scene.says("advert").verdict == "delete"


def test_who_came_while_the_store_was_cut_off_is_known_by_the_repeat() -> None:
    """Also one who never says anything, whom no later event tells of."""
    scene = Scene(
        'policy p { for every group  timezone "UTC" }  sweep s { every day 06:00 then notify member "{member.name}" }'
    )
    scene.says("the group is known")
    scene.store.cut = 1
    came = scene.event("join", member="u9")
    scene.tell(came)
    scene.store.cut = None
    assert answered(scene, came).actions == ()
    tick = scene.tell(scene.event("tick", at=180, member=None))
    assert [action.text for action in tick.actions if action.member == "u9"] == ["Ming"]
