"""Awards, streaks and tiers where the store fails between any two calls and the event is sent again: everything has
happened once, and is told as it would have been."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from msgspec.structs import replace

from policyd.model.decision import Decision
from policyd.model.event import Event
from policyd.model.problem import EventError
from policyd.model.records import MemberFile
from tests.engine.standing import POLICY, Club

HISTORY: list[tuple[str, str, str | None, dict[str, Any]]] = [
    ("1T10:00", "message", "hello", {}),
    ("2T10:00", "message", "#in good", {}),
    ("2T11:00", "join", None, {"member": "u2", "join": {"inviter": "u1"}}),
    ("2T12:00", "message", "bad", {"member": "u2"}),
    ("3T10:00", "message", "#in good also", {}),
    ("3T10:01", "edit", "good again", {"id": "m5"}),
    ("3T11:00", "mark", None, {"mark": {"as": "quality", "message": "m5"}}),
    ("3T11:01", "appeal", None, {"member": "u2", "appeal": {"event": "e4"}}),
    ("4T10:00", "tick", None, {"member": None}),
    ("5T10:00", "message", "#in", {}),
    ("9T10:00", "message", "hello", {}),
    ("9T10:01", "message", "rich", {}),
]
_VERDICT = 8
"""Where the appeal is granted: its ticket is known by then."""


def play(club: Club) -> tuple[list[Event], list[Decision]]:
    events: list[Event] = []
    decisions: list[Decision] = []
    for at, kind, text, parts in HISTORY:
        if len(events) == _VERDICT:
            ticket = decisions[-1].tickets[0].ticket
            verdict = {"ticket": ticket, "by": "m", "decision": "approve"}
            events.append(club.happens("3T12:00", "verdict", verdict=verdict, event_id="v"))
            decisions.append(club.tell(events[-1]))
        events.append(club.happens(at, kind, text, event_id=f"e{len(events) + 1}", **parts))
        decisions.append(club.tell(events[-1]))
    return events, decisions


def files(club: Club) -> list[MemberFile]:
    return [club.file("u1"), club.file("u2")]


@cache
def uncut() -> tuple[list[Event], list[Decision], list[MemberFile]]:
    club = Club()
    return (*play(club), files(club))


def answered(club: Club, event: Event) -> Decision:
    return replace(club.tell(event), replayed=False)


@pytest.mark.parametrize("once", [False, True], ids=["down", "blip"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("place", range(1, len(HISTORY) + 1))
def test_a_repeat_repairs_what_was_cut_off(place: int, after: bool, once: bool) -> None:
    cuts = 0
    while _is_cut(place, cuts, after, once):
        cuts += 1
    assert cuts, "no call was cut"


def _is_cut(place: int, cut: int, after: bool, once: bool) -> bool:
    """Whether the event at `place` makes so many calls that the one at `cut` could be cut off."""
    events, decisions, standing = uncut()
    club = Club()
    for event in events[:place]:
        club.tell(event)
    store, before = club.store, len(club.store.calls)
    store.cut, store.after, store.once = cut, after, once
    try:
        lame = club.tell(events[place])
        assert lame.degraded or replace(lame, replayed=False) == decisions[place]
    except EventError as error:
        assert error.problem.code == "store_unavailable"
    calls, store.cut = store.calls[before:], None
    if len(calls) <= cut:
        return False
    where = f"event {place} ({events[place].kind}) cut at {calls[: cut + 1]}"
    for event, decision in zip(events[place:], decisions[place:], strict=True):
        assert answered(club, event) == decision, f"{where}, seen by {event.id} ({event.kind})"
    assert files(club) == standing, where
    return True


@pytest.mark.parametrize("once", [False, True])
def test_of_several_steps_each_waits_for_the_one_before(once: bool) -> None:
    """Where the first cannot be carried out, the second has not been either, and then sees what the first did."""
    policy = POLICY.replace("every 2 then add 1 to points", 'every 2 then reply "now {points}"')
    cut = 0
    while True:
        club = Club(policy)
        club.on("2T10:00", text="#in")
        event, before = club.happens("3T10:00", text="#in"), len(club.store.calls)
        club.store.cut, club.store.once = cut, once
        club.tell(event)
        calls, club.store.cut = club.store.calls[before:], None
        assert [action.text for action in club.tell(event).actions if action.do == "reply"] == ["now 20", "two 2"]
        if len(calls) <= cut:
            break
        cut += 1
    assert cut > 5


def test_a_repeat_of_each_event_is_answered_as_it_was() -> None:
    events, decisions, standing = uncut()
    club = Club()
    for event, decision in zip(events, decisions, strict=True):
        assert club.tell(event) == decision
        assert club.tell(event) == replace(decision, replayed=True), event.id
    assert files(club) == standing


def test_the_history_tells_of_everything() -> None:
    _, decisions, standing = uncut()
    whole = {action.do for decision in decisions for action in decision.actions}
    assert {"add", "reply", "notify"} <= whole and decisions[_VERDICT].undone
    assert all(getattr(standing[0], name) for name in ("accounts", "runs", "tiers"))
