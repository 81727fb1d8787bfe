"""Ticks: schedules, sweeps, switches and digests; what is answered once, again, and not at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policyd.model.event import Event
from tests.spec.community import Community, brief, edits, event, joins, says, ticks

Make = Callable[..., Community]


def all_said(room: Community, *instants: str) -> list[str]:
    return [brief(room.does(ticks(at))) for at in instants]


@pytest.mark.parametrize(
    ("timing", "instants", "said"),
    [
        ("every day 21:00", ["20:59", "21:00", "21:01", "+1d 20:59", "+1d 21:30"], "-x--x"),
        ("every tue, thu 21:00", ["21:00", "+1d 21:00", "+2d 21:00", "+3d 21:00"], "-x-x"),
        ("every day 24:00", ["23:59", "+1d 00:00", "+2d 00:00"], "-xx"),
        ("first thu of month 21:00", ["+2d 21:00", "+3d 21:00", "+10d 21:00", "+31d 21:00"], "-x-x"),
        ("last day of month 21:00", ["+28d 21:00", "+29d 21:00", "+30d 21:00"], "-x-"),
        ("every month on 4 21:00", ["21:00", "+2d 21:00", "+3d 21:00"], "-x-"),
        ("on 2026-03-03 21:00", ["21:00", "+1d 21:00", "+2d 21:00"], "-x-"),
        ("when peak opens", ["21:59", "22:00", "22:30", "+1d 00:00", "+1d 01:00", "+1d 22:00"], "-x---x"),
        ("when peak closes", ["22:30", "+1d 00:00", "+1d 00:59", "+1d 01:00", "+1d 01:01"], "---x-"),
    ],
)
def test_when_schedules_come(community: Make, timing: str, instants: list[str], said: str) -> None:
    room = community(
        "hours peak { every day 22:00-24:00, 0:00-1:00 } "
        f'schedule s {{ {timing} then reply "x" }} schedule other {{ every day 20:00 when false then lock }}'
    )
    room.does(says("u", "hello", "20:00"))
    assert all_said(room, *instants) == ["-" if one == "-" else 'reply "x"' for one in said]


def test_schedules_that_were_missed(community: Make) -> None:
    room = community('schedule s { every day 21:00, 22:00 then reply "x" } schedule t { every mon 9:00 then lock }')
    room.does(says("u", "hello", "20:00"))
    late = room.does(ticks("+2d 20:00"))
    assert brief(late) == 'reply "x"'  # once, for 22:00 of the day before
    assert isinstance(late.missed, tuple)
    assert [(one.rule, one.group, one.at) for one in late.missed] == [
        ("p.s", "g1", "2026-03-02T21:00:00+08:00"), ("p.s", "g1", "2026-03-02T22:00:00+08:00"),
        ("p.s", "g1", "2026-03-03T21:00:00+08:00"),
    ][:2]  # fmt: skip
    assert room.does(ticks("+2d 20:01")).missed == ()


def test_conditions_of_schedules(community: Make) -> None:
    room = community(
        "counter talk counts message by group within 1h up to 9 "
        'schedule busy { every day 21:00 when talk >= 2 then reply "{talk} in {group.name}", lock, slow 30s }'
        "schedule calm { every day 21:00 when talk < 2 then unlock }"
    )
    for at in ("20:30", "20:31"):
        room.does(says("u", "x", at, group_facts={"name": "班"}))
    assert all_said(room, "21:00", "+1d 21:00") == ['reply "2 in 班", lock, slow 30s', "unlock"]


def test_groups_of_a_tick(community: Make) -> None:
    room = community('schedule s { every day 21:00 then reply "{group.id}" }')
    for group in ("g1", "g2", "g3"):
        room.does(says("u", "x", "20:00", group=group))
    assert brief(room.does(ticks("21:00", group="g2"))) == 'reply "g2"'
    assert brief(room.does(ticks("21:00"))) == 'reply "g1", reply "g3"'
    assert brief(room.does(ticks("21:01", group="g1"))) == "-"
    assert brief(room.does(ticks("21:01", group="unheard of"))) == "-"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        # members are known from what they do, and no more once they left; bots are no members
        ([says("u", "x", "20:00")], 'reply "u", propose remove'),
        ([joins("u", "20:00"), event("leave", "u", "20:01")], "-"),
        ([joins("u", "20:00", member_facts={"role": "bot"})], "-"),
        ([event("request", "u", "20:00")], "-"),
        ([joins("u", "20:00", member_facts={"role": "admin"})], "-"),
        # what was told last counts, and what is not told again stays
        ([joins("u", "20:00", member_facts={"role": "admin"}),
          says("u", "x", "20:01", member_facts={"role": "member"})], 'reply "u", propose remove'),
        ([joins("u", "20:00", member_facts={"role": "admin"}), says("u", "x", "20:01")], "-"),
    ],
)  # fmt: skip
def test_sweeps_reach_members(community: Make, sent: list[Event], said: str) -> None:
    room = community(
        "sweep s { every day 9:00 when member.silent >= 3d unless member.role == admin"
        ' then propose remove, reply "{member.name}" }'
    )
    for one in sent:
        room.does(one)
    assert all_said(room, "+1d 09:00", "+3d 09:00", "+4d 09:00") == ["-", "-", said]


def test_silence_ends_with_a_message(community: Make) -> None:
    room = community('sweep s { every day 9:00 when member.silent >= 3d then reply "{member.id} {member.silent}" }')
    room.does(joins("u", "09:00"))
    room.does(joins("v", "09:00"))
    room.does(says("u", "x", "+1d 09:00"))
    assert all_said(room, "+3d 09:00", "+4d 09:00") == ['reply "v 3d"', 'reply "u 3d", reply "v 4d"']


def test_switches(community: Make) -> None:
    room = community(
        "switch lockdown { off after 1h } limit raid { at most 1 joins by group within 1m then set lockdown }"
        'rule closed { on message when lockdown then delete } rule longer { when message.text == "longer"'
        ' then set lockdown for 2h } rule off { when message.text == "off" then set lockdown for 0s }'
    )

    def closed(at: str) -> bool:
        return brief(room.does(says("v", "x", at))) == "delete"

    room.does(joins("a", "20:00"))
    assert not closed("20:00:01")
    room.does(joins("b", "20:00:02"))
    assert closed("20:00:03") and closed("21:00:01.999") and not closed("21:00:02")
    room.does(says("u", "longer", "21:10"))
    for at in ("21:11", "21:11:01"):
        room.does(joins("c", at))  # for an hour: that is shorter than what runs
    assert closed("23:09:59") and not closed("23:10")
    room.does(says("u", "longer", "23:11"))
    room.does(says("u", "off", "23:12"))
    assert not closed("23:13")


def test_digests_are_collected(community: Make) -> None:
    room = community(
        'rule r { on message, edit when message.text contains "ad" then notify moderators "{message.text}" digest 1h }'
    )
    assert brief(room.does(says("u", "ad 1", "20:00", message="m1"))) == "-"
    assert brief(room.does(says("v", "ad 2", "20:30"))) == "-"
    assert brief(room.does(edits("u", "ad 1b", "20:40", message="m1"))) == "-"  # said once for a message
    said = room.does(ticks("21:00"))
    assert brief(said) == 'notify moderators "ad 1\nad 2"'
    assert [(action.group, action.because[0].rule) for action in said.actions] == [("g1", "p.r")]
    assert all_said(room, "21:01", "22:30") == ["-", "-"]
    room.does(says("u", "ad 3", "22:40"))
    assert all_said(room, "23:39", "23:40") == ["-", 'notify moderators "ad 3"']


def test_a_digest_has_an_end(community: Make) -> None:
    room = community('rule r { then notify moderators "{message.text}" digest 1h }')
    for number in range(103):
        room.does(says("u", str(number), "20:00"))
    [said] = room.does(ticks("21:00")).actions
    assert str(said.text).split("\n") == [str(number) for number in range(100)]


# ---------------------------------------------------------------- exactly once


SAYS = 'schedule s { every day 21:00, 22:00, 23:00 then reply "{now.hour}" }'


def test_a_repeated_tick_is_answered_the_same(community: Make) -> None:
    room = community(SAYS)
    room.does(says("u", "x", "20:00"))
    first = room.does(ticks("21:00", "t1"))
    assert brief(first) == 'reply "21"'
    again = room.does(ticks("21:30", "t1"))
    assert again.replayed and again.actions == first.actions
    assert brief(room.does(ticks("21:40", "t2"))) == "-"


def test_what_is_not_acknowledged_is_answered_again(community: Make) -> None:
    room = community(SAYS)
    room.does(says("u", "x", "20:00"))
    assert brief(room.does(ticks("21:00", "t1", ack=None))) == 'reply "21"'
    assert brief(room.does(ticks("22:00", "t2", ack=None))) == 'reply "21", reply "22"'
    assert brief(room.does(ticks("22:01", "t3", ack="t1"))) == 'reply "22"'
    assert brief(room.does(ticks("22:02", "t4", ack="t3"))) == "-"
    assert brief(room.does(ticks("22:03", "t5", ack="t1"))) == "-"  # long since done
    assert brief(room.does(ticks("23:00", "t6", ack="unheard of"))) == 'reply "23"'
    assert brief(room.does(ticks("23:01", "t7"))) == "-"  # coming without a word acknowledges


def test_strikes_of_what_is_answered_again_count_once(community: Make) -> None:
    room = community(
        'ladder conduct { at 1 warn "1" at 2 warn "2" } sweep s { every day 21:00 when true then strike conduct }'
    )
    room.does(says("u", "x", "20:00"))
    first = room.does(ticks("21:00", "t1", ack=None))
    assert brief(first) == 'warn "1"'
    assert room.does(ticks("21:01", "t2", ack=None)).actions == first.actions
    assert room.strikes("u", "p.conduct", "21:02") == 1


def test_the_order_of_what_is_due(community: Make) -> None:
    room = community(
        'duty d { on join within 90m late then reply "late" } schedule s { every day 21:00 then reply "schedule" }'
        'rule r { then hold for 75m then reply "ticket" }'
    )
    room.does(joins("u", "20:00"))
    room.does(says("u", "x", "20:00"))
    assert brief(room.does(ticks("22:00"))) == 'reply "schedule", reply "ticket", reply "late"'
