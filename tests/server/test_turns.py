"""The order in which the events of an array are decided."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from policyd.model.event import EVERY_GROUP, NOBODY, Event, Group, Member
from policyd.server.turns import MOST, turns


def placed(groups: list[str]) -> list[tuple[int, Event]]:
    """A message of each group; a tick of every group for ""."""
    return [
        (place, Event(str(place), "message", Group(group), Member("u")))
        if group
        else (place, Event(str(place), "tick", EVERY_GROUP, NOBODY))
        for place, group in enumerate(groups)
    ]


@given(st.lists(st.sampled_from(["", "a", "b", "c", "a tick"]), max_size=30))
def test_what_is_decided_together_has_no_order(groups: list[str]) -> None:
    events = [
        (place, replace(event, kind="tick") if groups[place] == "a tick" else event)
        for place, event in placed([group.removesuffix(" tick") for group in groups])
    ]
    found = list(turns(events))
    assert sorted(place for turn in found for place, _ in turn) == list(range(len(groups)))
    for turn in found:
        assert 0 < len(turn) <= MOST
        assert len({event.kind == "tick" for _, event in turn}) == 1
        assert len({event.group.id for _, event in turn}) == len(turn)
    when = {place: number for number, turn in enumerate(found) for place, _ in turn}
    for earlier, (_, first) in enumerate(events):
        for later, (_, second) in list(enumerate(events))[earlier + 1 :]:
            if first.group.id == second.group.id or "" in (first.group.id, second.group.id):
                assert when[earlier] < when[later]


def test_events_of_different_groups_are_decided_together() -> None:
    groups = [f"g{number % 100}" for number in range(250)]
    assert [len(turn) for turn in turns(placed(groups))] == [MOST, 100 - MOST, MOST, 100 - MOST, 50]
