"""Tiers: who is placed when, by what, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policyd.model.event import Event
from tests.equivalence.events import Failure
from tests.spec.community import Community, brief, joins, leaves, marks, moderator, reports, says, shown, ticks

Make = Callable[..., Community]
SHOW = 'rule show { on mark when mark.as == "show" then reply "{s} {member.tier}" }\n'
TELL = 'rule tell { on tier then reply "{member.name}: {tier.of} {tier.was} > {tier.now}" }\n'
POINTS = 'tally points by member rule good { on mark when mark.as == "good" then add 10 to points }\n'
BY_POINTS = "tier core when points >= 20 tier active when points >= 10 tier plain otherwise"


def policy(clauses: str, more: str = POINTS + SHOW + TELL, zone: str = "Asia/Shanghai") -> dict[str, str]:
    return {"p.policy": f'policy p {{ for every group timezone "{zone}" }}\ntiers s by member {{ {clauses} }}\n{more}'}


def all_said(room: Community, *instants: str) -> list[str]:
    return [brief(room.does(ticks(at))).removeprefix('reply "').rstrip('"') for at in instants]


@pytest.mark.parametrize(
    ("every", "zone", "instants", "placed"),
    [
        ("day", "Asia/Shanghai", ["+0d 23:59:59.999", "+1d 00:00", "+1d 00:01"], "-x-"),
        ("week", "Asia/Shanghai", ["+1d 00:00", "+6d 23:59", "+7d 00:00", "+7d 12:00"], "--x-"),
        ("month", "Asia/Shanghai", ["+7d 00:00", "+29d 23:59", "+30d 00:00", "+30d 23:59"], "--x-"),
        # where clocks change, and where midnight is skipped
        ("day", "Europe/Berlin", ["2026-03-28T23:59+01:00", "2026-03-29T00:00+01:00", "2026-03-29T23:59+02:00"], "-x-"),
        ("day", "America/Santiago", ["2026-09-05T23:59-04:00", "2026-09-06T01:00-03:00"], "-x"),
        ("week", "America/New_York", ["2026-11-01T23:59-05:00", "2026-11-02T00:00-05:00"], "-x"),
    ],
)
def test_when(community: Make, every: str, zone: str, instants: list[str], placed: str) -> None:
    room = community(files=policy(f"every {every} {BY_POINTS}", zone=zone))
    before = instants[0].replace("23:59", "20:00")
    room.does(says("u", "x", before if "T" in before else "20:00"))
    assert all_said(room, *instants) == ["u: s  > plain" if one == "x" else "-" for one in placed]


def test_changes(community: Make) -> None:
    room = community(files=policy(f"every day {BY_POINTS}"))
    for name in ("v", "u"):
        room.does(joins(name, "20:00"))
    assert shown(room, "u", "20:01") == " "
    room.does(marks("u", "good", "20:02"))
    assert brief(room.does(ticks("+1d 00:00"))) == 'reply "u: s  > active", reply "v: s  > plain"'
    assert shown(room, "u", "+1d 00:01") == "active active"
    assert shown(room, "w", "+1d 00:01") == " "
    assert all_said(room, "+2d 00:00", "+3d 00:00") == ["u: s  > plain".replace("u", "w"), "-"]
    room.does(marks("u", "good", "+3d 00:02"))
    assert shown(room, "u", "+3d 00:03") == "active active"
    assert all_said(room, "+4d 00:00") == ["u: s active > core"]


def test_where_and_what_a_tick_tells(community: Make) -> None:
    more = POINTS + (
        'ladder l { at 1 warn "w" }\n'
        'rule tell { on tier when tier.now == "plain" then notify member "you are {tier.now}", mute 1h, strike l }\n'
        'rule give { on tier when tier.was == "plain" then add 1 to points, notify moderators "{points}" }'
    )
    room = community(files=policy(f"every day {BY_POINTS}", more))
    room.does(joins("u", "20:00"))
    first = room.does(ticks("+1d 00:00"))
    assert brief(first) == 'mute 1h, notify member "you are plain"'
    assert {(action.group, action.member) for action in first.actions} == {("g1", "u")}
    assert room.strikes("u", "p.l", "+1d 00:01") == 1
    room.does(marks("u", "good", "+1d 00:02"))
    second = room.does(ticks("+2d 00:00"))
    assert brief(second) == 'notify moderators "10", add 1 to points of u'
    assert [(action.group, action.to) for action in second.actions] == [("g1", "moderators"), ("g1", "p.points")]


@pytest.mark.parametrize(
    ("tiers", "told"),
    [
        # all conditions are asked in written order, and what is unknown places nobody
        ("tier core when member.vip tier plain otherwise", {"u": "core", "v": "plain", "w": ""}),
        ("tier plain when points < 10 tier core when member.vip", {"u": "plain", "v": "plain", "w": "plain"}),
        ("tier core when member.vip and points >= 10 tier plain otherwise", {"u": "plain", "v": "plain", "w": "plain"}),
        ("tier core when points >= 10 tier active when member.vip", {"u": "active", "v": "", "w": ""}),
        ("tier core when member.level >= 3 tier plain otherwise", {"u": "core", "v": "", "w": ""}),
        # scores
        ("score scale(member.level, 0, 5) tier core >= 60 tier plain otherwise", {"u": "core", "v": "", "w": ""}),
        ("score 50% * scale(points, 0, 1) + 50% * scale(member.level, 0, 3) tier core >= 50 tier plain >= 40",
         {"u": "core", "v": "", "w": ""}),
        ("score scale(member.level default 0, 0, 5) tier core >= 60 tier plain otherwise",
         {"u": "core", "v": "plain", "w": "plain"}),
    ],
)  # fmt: skip
def test_conditions(community: Make, tiers: str, told: dict[str, str]) -> None:
    header = 'policy p { for every group timezone "Asia/Shanghai" }\n'
    header += "attribute member.vip : bool attribute member.level : int\n"
    text = f'tiers s by member {{ every day {tiers} }}\n{POINTS}{TELL}rule show {{ on mark then reply "{{s}}" }}'
    room = community(files={"p.policy": header + text})
    facts = {"u": {"vip": True, "level": 3}, "v": {"vip": False}, "w": {}}
    for name, known in facts.items():
        room.does(joins(name, "20:00", member_facts={"attributes": known}))
    room.does(ticks("+1d 00:00"))
    assert {name: shown(room, name, "+1d 00:01") for name in facts} == told


def test_order_of_tiers(community: Make) -> None:
    more = POINTS + (
        'rule high { on mark when mark.as == "?" and s >= active then reply "high" }\n'
        'rule low { on mark when mark.as == "?" and s < active then reply "low" }\n'
        'rule core { on mark when mark.as == "?" and member.tier == core then notify owner "core" }\n'
        'rule none { on mark when mark.as == "?" and not known(s) then reply "none" }'
    )
    room = community(files=policy(f"every day {BY_POINTS}", more))
    for name, times in (("a", 0), ("b", 1), ("c", 2)):
        room.does(joins(name, "20:00"))
        for _ in range(times):
            room.does(marks(name, "good", "20:01"))
    assert brief(room.does(marks("c", "?", "20:02"))) == 'reply "none"'
    room.does(ticks("+1d 00:00"))
    assert [brief(room.does(marks(name, "?", "+1d 00:01"))) for name in "abc"] == [
        'reply "low"', 'reply "high"', 'reply "high", notify owner "core"'
    ]  # fmt: skip


LAST = (
    "counter posts counts message by member per week up to 99\n"
    "counter pictures counts sums message.images of message by member per day up to 99\n"
    "counter words counts distinct message.text of message by member per month up to 99\n"
    "counter lately counts message by member within 7d up to 99\n"
    "tally weekly by member per week tally all by member\n"
    'rule good { on mark when mark.as == "good" then add 10 to weekly, add 10 to all }\n'
    'rule show { on mark when mark.as == "show" then reply "{s} {posts}" }\n'
)


@pytest.mark.parametrize(
    ("value", "sent", "tick", "tier"),
    [
        # the last complete period, of whichever length, from where the tick is carried out
        ("posts", {"20:00": 0, "+6d 23:59": 0}, "+7d 00:00", "2"),
        ("posts", {"20:00": 0, "+6d 23:59": 0, "+7d 00:00": 0}, "+7d 00:01", "2"),
        ("posts", {"20:00": 0}, "+14d 00:00", "0"),
        ("pictures", {"+5d 20:00": 5, "+6d 20:00": 3, "+6d 21:00": 4, "+7d 00:00": 9}, "+7d 20:00", "7"),
        ("words", {"20:00": 0, "+29d 20:00": 0, "+30d 00:00": 0}, "+35d 00:00", "1"),
        ("words", {"20:00": 0}, "+28d 00:00", "0"),
        # what has no period is as it is now
        ("lately", {"20:00": 0, "+1d 20:00": 0, "+7d 10:00": 0}, "+7d 20:00", "2"),
        ("weekly", {"20:00": -1, "+6d 20:00": -1, "+7d 00:00": -1}, "+7d 00:01", "20"),
        ("all", {"20:00": -1, "+6d 20:00": -1, "+7d 00:00": -1}, "+7d 00:01", "30"),
    ],
)
def test_last_values(community: Make, value: str, sent: dict[str, int], tick: str, tier: str) -> None:
    """The tier is the number of tiers `t1`, `t2` … that the value is not below."""
    steps = (30, 20, 7, 2, 1)
    tiers = " ".join(f"tier t{step} when number >= {step}" for step in steps)
    let = f"let number = {value}\n"
    room = community(files=policy(f"every week {tiers} tier t0 otherwise", LAST + let))
    for at, what in sent.items():
        room.does(marks("u", "good", at) if what < 0 else says("u", "x", at, images=what))
    room.does(ticks(tick))
    assert shown(room, "u", tick).split()[0] == f"t{tier}"


def test_the_running_value_is_for_rules(community: Make) -> None:
    room = community(files=policy("every week tier some when posts >= 1 tier none otherwise", LAST))
    room.does(says("u", "x", "20:00"))
    room.does(says("u", "x", "+7d 20:00"))
    room.does(says("u", "y", "+7d 20:00"))
    room.does(ticks("+7d 20:01"))
    assert shown(room, "u", "+7d 20:02") == "some 2"


@pytest.mark.parametrize(
    ("instants", "told", "missed"),
    [
        # late, missed, and both
        (["+1d 23:59"], ["u: s  > plain"], []),
        (["+2d 00:00"], ["u: s  > plain"], []),
        (["+3d 12:00"], ["u: s  > plain"], ["03-03", "03-04"]),
        (["+1d 00:00", "+4d 12:00"], ["u: s  > plain", "-"], ["03-04", "03-05"]),
    ],
)
def test_ticks_that_come_late(community: Make, instants: list[str], told: list[str], missed: list[str]) -> None:
    room = community(files=policy(f"every day {BY_POINTS}"))
    room.does(joins("u", "20:00"))
    decisions = [room.does(ticks(at)) for at in instants]
    assert [brief(one).removeprefix('reply "').rstrip('"') for one in decisions] == told
    found = decisions[-1].missed
    assert isinstance(found, tuple)
    assert [(one.rule, one.group, one.at) for one in found] == [
        ("p.s", "g1", f"2026-{day}T00:00:00+08:00") for day in missed
    ]


def test_ticks_that_are_sent_again(community: Make) -> None:
    room = community(files=policy(f"every day {BY_POINTS}"))
    room.does(joins("u", "20:00"))
    first = room.does(ticks("+1d 00:00", id="t1"))
    again = room.does(ticks("+1d 00:01", id="t1"))
    assert (again.actions, again.replayed) == (first.actions, True)
    # not acknowledged: the next gives it once more, and is not carried out anew
    assert brief(room.does(ticks("+1d 00:02", id="t2", ack=None))) == brief(first)
    assert brief(room.does(ticks("+1d 00:03", id="t3", ack="t2"))) == "-"
    assert shown(room, "u", "+1d 00:04") == "plain plain"


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ([says("u", "x")], "plain"),
        ([joins("u")], "plain"),
        ([reports("u", "x")], "plain"),
        ([moderator("warn", "u")], "plain"),
        ([joins("u"), leaves("u")], ""),
        ([says("u", "x"), leaves("u"), joins("u")], "plain"),
        ([moderator("remove", "u")], ""),
        ([joins("u", member_facts={"role": "bot"})], ""),
    ],
)
def test_who_is_placed(community: Make, sent: list[Event], told: str) -> None:
    room = community(files=policy(f"every day {BY_POINTS}"))
    for one in sent:
        room.does(one)
    room.does(ticks("+1d 00:00"))
    assert shown(room, "u", "+1d 00:01").split(" ")[0] == told


def test_who_leaves_keeps_the_tier(community: Make) -> None:
    room = community(files=policy(f"every day {BY_POINTS}"))
    room.does(joins("u", "20:00"))
    assert all_said(room, "+1d 00:00") == ["u: s  > plain"]
    room.does(leaves("u", "+1d 20:00"))
    assert all_said(room, "+2d 00:00") == ["-"]
    room.does(joins("u", "+2d 20:00"))
    assert shown(room, "u", "+2d 20:01") == "plain plain"
    assert all_said(room, "+3d 00:00") == ["-"]


def test_silent_members(community: Make) -> None:
    room = community(files=policy("every day tier silent when member.silent >= 2d tier here otherwise"))
    room.does(joins("u", "20:00"))
    room.does(says("v", "x", "20:00"))
    room.does(says("v", "x", "+2d 01:00"))
    assert all_said(room, "+1d 00:00") == ['u: s  > here", reply "v: s  > here']
    assert all_said(room, "+2d 00:00", "+3d 00:00") == ["-", "u: s here > silent"]


def test_several_tiers(community: Make) -> None:
    more = POINTS + "tiers t by member { every day tier high when points >= 30 tier low otherwise }\n" + TELL
    room = community(files=policy(f"every day {BY_POINTS}", more))
    room.does(marks("u", "good", "20:00"))
    assert all_said(room, "+1d 00:00") == ['u: s  > active", reply "u: t  > low']


def test_groups_apart(community: Make) -> None:
    room = community(files=policy(f"every day {BY_POINTS}"))
    for group in ("g1", "g2"):
        room.does(joins("u", "20:00", group=group))
    room.does(marks("u", "good", "20:01", group="g2"))
    assert brief(room.does(ticks("+1d 00:00", group="g2"))) == 'reply "u: s  > active"'
    assert brief(room.does(ticks("+1d 00:00"))) == 'reply "u: s  > plain"'


def test_exempt(community: Make) -> None:
    room = community(
        files=policy(f"every day {BY_POINTS}", POINTS + TELL + 'exempt e { when member.name == "v" from s }')
    )
    for name in ("u", "v"):
        room.does(joins(name, "20:00"))
    assert all_said(room, "+1d 00:00") == ["u: s  > plain"]


@pytest.mark.parametrize("fails", ["observe", "file"])
def test_where_the_store_fails(community: Make, fails: Failure) -> None:
    room = community(files=policy(f"every day {BY_POINTS}"))
    room.does(joins("u", "20:00"))
    assert room.complains(ticks("+1d 00:00", id="t1"), fails).startswith("store_unavailable")
    assert all_said(room, "+1d 00:00") == ["u: s  > plain"]
    assert brief(room.does(marks("u", "good", "+1d 00:01"), fails)) == "-"


def test_a_restart_forgets_nothing(community: Make) -> None:
    more = POINTS + TELL + 'rule f { on mark when mark.as == "f" then reply "{yesterday} {s} {points}" }\n'
    room = community(files=policy(f"every day {BY_POINTS}", more + "let yesterday = group.messages(1d)"))
    room.does(says("u", "x", "20:00"))
    room.does(marks("u", "good", "20:01"))
    room.restart()
    first = room.does(ticks("+1d 00:00", id="t1"))
    assert brief(first) == 'reply "u: s  > active"'
    room.restart()
    assert room.does(ticks("+1d 00:01", id="t1")).actions == first.actions
    room.restart()
    assert room.does(ticks("+1d 00:02", id="t2", ack=None)).actions == first.actions  # nobody acknowledged it
    assert brief(room.does(ticks("+1d 00:03", id="t3", ack="t2"))) == "-"
    room.restart()
    assert brief(room.does(marks("u", "f", "+1d 12:00"))) == 'reply "1 active 10"'
    assert brief(room.does(ticks("+2d 00:00", id="t4", ack="t3"))) == "-"
