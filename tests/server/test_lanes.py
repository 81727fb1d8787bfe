"""The order in which the events of an array are decided."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from policyd.model.event import EVERY_GROUP, NOBODY, Event, Group, Member
from policyd.server.lanes import LANES, stretches, turns


def placed(groups: list[str]) -> list[tuple[int, Event]]:
    """A message of each group; a tick of every group for ""."""
    return [
        (place, Event(str(place), "message", Group(group), Member("u")))
        if group
        else (place, Event(str(place), "tick", EVERY_GROUP, NOBODY))
        for place, group in enumerate(groups)
    ]


@given(st.lists(st.sampled_from(["", "a", "b", "c", "d"]), max_size=30))
def test_order_is_kept_where_it_counts_and_nothing_is_lost(groups: list[str]) -> None:
    found = stretches(placed(groups))
    done = [place for stretch in found for lane in stretch for place, _ in lane]
    assert sorted(done) == list(range(len(groups)))
    for stretch in found:
        assert 0 < len(stretch) <= LANES
        assert len(stretch) == 1 or "" not in {event.group.id for lane in stretch for _, event in lane}
    rank = {place: (number, at) for number, stretch in enumerate(found) for at, (place, _) in in_order(stretch)}
    for earlier in range(len(groups)):
        for later in range(earlier + 1, len(groups)):
            if groups[earlier] == groups[later] or "" in (groups[earlier], groups[later]):
                assert rank[earlier] < rank[later]


@given(st.lists(st.sampled_from(["", "a", "b", "c", "a tick"]), max_size=30))
def test_what_is_decided_together_has_no_order(groups: list[str]) -> None:
    events = [
        (place, replace(event, kind="tick") if groups[place] == "a tick" else event)
        for place, event in placed([group.removesuffix(" tick") for group in groups])
    ]
    found = list(turns(events))
    assert sorted(place for turn in found for place, _ in turn) == list(range(len(groups)))
    for turn in found:
        assert 0 < len(turn) <= LANES
        assert len({event.kind == "tick" for _, event in turn}) == 1
        assert len({event.group.id for _, event in turn}) == len(turn)
    when = {place: number for number, turn in enumerate(found) for place, _ in turn}
    for earlier, (_, first) in enumerate(events):
        for later, (_, second) in list(enumerate(events))[earlier + 1 :]:
            if first.group.id == second.group.id or "" in (first.group.id, second.group.id):
                assert when[earlier] < when[later]


def in_order(stretch: list[list[tuple[int, Event]]]) -> list[tuple[int, tuple[int, Event]]]:
    return [(at, each) for lane in stretch for at, each in enumerate(lane)]


def test_events_of_different_groups_stand_side_by_side() -> None:
    groups = [f"g{number}" for number in range(200)]
    (stretch,) = stretches(placed(groups))
    assert len(stretch) > LANES // 2
