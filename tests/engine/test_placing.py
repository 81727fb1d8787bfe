"""Tiers: members are placed at the beginning of each period, and a change is an event of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import pytest
from msgspec import UNSET

from policyd.engine import timetable
from policyd.engine.embedded import finish
from policyd.engine.pipeline import Engine
from policyd.model.codec import event_from
from policyd.model.problem import EventError
from tests.engine.scene import compiled, done
from tests.engine.standing import POLICY, Club, awards, program_of
from tests.engine.test_ticking_in_cells import Cells

RISE = ["notify moderators: Ming: plain>vip", "add club.monthly"]


def placed(club: Club) -> Club:
    """u1 and u2, of whom u1 has 25 points from March 2 on; both are plain since that day began."""
    club.on("1T10:00", text="hello")
    club.on("1T10:00", text="hello", member="u2")
    assert len(club.tick("2T00:01").actions) == 4
    for _ in range(5):
        club.on("2T10:00", text="good")
    return club


def test_members_are_placed_and_the_change_is_told_by_the_tick() -> None:
    club = placed(Club())
    assert [each.tier for each in club.file().tiers.values()] == ["plain"]
    assert done(club.tick("2T23:59")) == []
    answer = club.tick("3T00:00")
    assert done(answer) == RISE and awards(answer) == ["100 monthly u1 moved"]
    assert {action.group for action in answer.actions} == {"g1"}
    assert club.file().tiers["club.standing"].since == 1_772_467_200_000
    assert club.account("monthly").total == 200
    assert done(club.on("3T10:00", text="tier")) == ["reply: vip"]
    assert "reply: vip" not in done(club.on("3T10:00", text="tier", member="u2"))
    assert done(club.tick("4T00:01")) == []


def test_where_nobody_moves_nothing_is_carried_out() -> None:
    club = placed(Club())
    club.tick("3T00:00")
    before = len(club.store.calls)
    club.tick("4T00:00")
    calls = club.store.calls[before:]
    assert "look" in calls and "observe" not in calls


def test_how_long_members_are_silent_counts_from_when_they_are_known() -> None:
    club = Club(POLICY.replace("when points >= 20", "when member.silent < 2d"))
    club.on("1T10:00", "join")
    for at, tier in (("2T00:01", "vip"), ("3T00:01", "vip"), ("4T00:01", "plain")):
        club.tick(at)
        assert club.file().tiers["club.standing"].tier == tier


@pytest.mark.parametrize(
    ("every", "zone", "after", "first"),
    [
        ("day", "Asia/Shanghai", "2026-03-04T12:00:00+08:00", "2026-03-05T00:00:00+08:00"),
        ("week", "Asia/Shanghai", "2026-03-04T12:00:00+08:00", "2026-03-09T00:00:00+08:00"),
        ("month", "Asia/Shanghai", "2026-03-04T12:00:00+08:00", "2026-04-01T00:00:00+08:00"),
        ("week", "Europe/Berlin", "2026-03-28T12:00:00+01:00", "2026-03-30T00:00:00+02:00"),
        # where clocks skip midnight, the first instant that shows the day
        ("day", "America/Sao_Paulo", "2018-11-03T12:00:00-03:00", "2018-11-04T01:00:00-02:00"),
    ],
)
def test_when_members_are_placed(every: str, zone: str, after: str, first: str) -> None:
    policy = POLICY.replace("every day\n  tier vip", f"every {every}\n  tier vip").replace("Asia/Shanghai", zone)
    (entry,) = timetable.entries(program_of(policy).policy_set)
    instant = datetime.fromisoformat(after).timestamp() * 1000
    assert entry.calendar.following(int(instant)) == datetime.fromisoformat(first).timestamp() * 1000


def test_who_falls_is_told() -> None:
    club = placed(Club())
    club.tick("3T00:01")
    for _ in range(5):
        club.on("3T10:00", text="bad")
    answer = club.tick("4T00:01")
    assert done(answer) == ["warn: down", "notify moderators: Ming: vip>plain", "add club.monthly"]
    assert answer.actions[0].member == "u1"


def test_what_a_late_tick_finds_counts_and_older_beginnings_are_missed() -> None:
    club = placed(Club())
    answer = club.tick("5T11:00")
    assert done(answer) == RISE
    assert club.file().tiers["club.standing"].since == 1_772_640_000_000
    assert answer.missed is not UNSET
    assert [(missed.rule, missed.at[:10]) for missed in answer.missed] == [
        ("club.standing", "2026-03-03"), ("club.standing", "2026-03-04")
    ]  # fmt: skip


def test_a_tick_that_is_sent_again_places_nobody_again() -> None:
    club = placed(Club())
    tick = club.happens("3T00:00", "tick", member=None)
    first = club.tell(tick)
    assert done(first) == RISE
    assert club.tell(tick).actions == first.actions
    assert club.account("monthly").total == 200


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("once", [False, True])
def test_a_tick_that_is_cut_off_is_made_good_by_the_next(after: bool, once: bool) -> None:
    cut = 0
    while True:
        club = placed(Club())
        tick, before = club.happens("3T00:00", "tick", member=None), len(club.store.calls)
        club.store.cut, club.store.after, club.store.once = cut, after, once
        try:
            club.tell(tick)
        except EventError as error:
            assert error.problem.code == "store_unavailable"
        calls, club.store.cut = club.store.calls[before:], None
        answer = club.tell(tick)
        assert done(answer) == RISE, f"cut at {calls}"
        assert club.account("monthly").total == 200
        if len(calls) <= cut:
            break
        cut += 1
    assert cut > 8


def test_groups_in_several_cells_are_placed_as_in_one() -> None:
    club = Club()
    apart = Engine(program_of(POLICY), cast(Any, Cells()))
    history = [("1T10:00", "hello"), ("2T00:01", None), *[("2T10:00", "good")] * 4, ("3T00:00", None)]
    for at, text in history:
        for group in ("g1", "g2"):
            if text is not None:
                event = club.happens(at, text=text, group={"id": group})
            elif group == "g1":
                event = club.happens(at, "tick", member=None, group=None)
            assert finish(apart.evaluate(event)) == club.tell(event)
    assert club.tell(event).replayed and len(club.tell(event).actions) == 4


def test_bots_cannot_tell_of_tiers() -> None:
    tree = {"id": "e", "kind": "tier", "group": {"id": "g"}, "member": {"id": "u"}, "tier": {"of": "s", "now": "vip"}}
    with pytest.raises(EventError) as refused:
        event_from(tree)
    assert refused.value.problem.pointer == "/kind"


def test_a_tier_that_is_declared_no_more_is_none() -> None:
    club = placed(Club())
    club.tick("3T00:00")
    other = POLICY.replace("tier vip when", "tier gold when").replace("member.tier == vip", "member.tier == gold")
    club.engine.swap(compiled(other.replace('tier.was == "vip"', 'tier.was == "gold"')))
    assert done(club.on("3T10:00", text="tier")) == []
    assert done(club.tick("4T00:01"))[0] == "notify moderators: Ming: vip>gold"
