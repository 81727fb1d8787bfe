"""Tallies: what rules add, to whom, once; and what is taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from policyd.model.event import Event
from tests.equivalence.events import Failure
from tests.spec.community import (
    Community,
    appeals,
    brief,
    edits,
    event,
    joins,
    judges,
    leaves,
    marks,
    requests,
    says,
    shown,
    ticket_of,
    ticks,
)

Make = Callable[..., Community]
TALLY = 'tally points "积分" by member\nrule show { on mark when mark.as == "show" then reply "{points}" }\n'


@pytest.mark.parametrize(
    ("rule", "sent", "told", "points"),
    [
        ("then add 5 to points", says("u", "x"), "add 5 to points of u", "5"),
        ("then add -5 to points", says("u", "x"), "add -5 to points of u", "-5"),
        ("then add 5 to points, add 3 to points", says("u", "x"), "add 8 to points of u", "8"),
        ("then add 5 to points, add -5 to points", says("u", "x"), "-", "0"),
        # `otherwise`, and an amount that is a setting
        ("when message.text == \"y\" then flag otherwise add 2 to points", says("u", "x"), "add 2 to points of u", "2"),
        ("then add worth to points", says("u", "x"), "add 7 to points of u", "7"),
        ("then add worth to points", says("u", "x", group="g2"), "-", "0"),
        # of whom
        ("on join then add 5 to points of join.inviter", joins("v", inviter="u"), "add 5 to points of u", "5"),
        ("on join then add 5 to points of join.inviter", joins("v"), "-", "0"),
        ("on join then add 5 to points of join.inviter", joins("v", inviter=""), "-", "0"),
        ("on join then add 5 to points of join.inviter, add 1 to points", joins("u", inviter="v"),
         "add 1 to points of u, add 5 to points of v", "1"),
        ("on join then add 5 to points of join.inviter, add 1 to points", joins("u", inviter="u"),
         "add 6 to points of u", "6"),
        ('on mark when mark.as == "good" then add 3 to points', marks("u", "good"), "add 3 to points of u", "3"),
        ("on leave then add -1 to points", leaves("u"), "add -1 to points of u", "-1"),
        # bots earn nothing for themselves
        ("then add 5 to points", says("u", "x", member_facts={"role": "bot"}), "-", "0"),
        ("on join then add 5 to points of join.inviter", joins("v", inviter="u", member_facts={"role": "bot"}),
         "add 5 to points of u", "5"),
        # what was removed, or waits, earns nothing; it may cost something
        ("then add 5 to points, add -1 to points, delete", says("u", "x"), "delete, add -1 to points of u", "-1"),
        ("then add 5 to points, hold", says("u", "x"), "hold", "0"),
        ("then add 5 to points, flag", says("u", "x"), "flag, add 5 to points of u", "5"),
        ("then add 5 to points, mute 1h", says("u", "x"), "mute 1h, add 5 to points of u", "5"),
        ("on request then add 5 to points", requests("u"), "hold", "0"),
        ('on request then add -5 to points, refuse "no"', requests("u"), 'refuse "no", add -5 to points of u', "-5"),
        ("on request then add 5 to points, admit", requests("u"), "admit, add 5 to points of u", "5"),
    ],
)  # fmt: skip
def test_what_is_added(community: Make, rule: str, sent: Event, told: str, points: str) -> None:
    room = community(f'{TALLY} setting worth = 7\ngroup "g2" {{ worth = 0 }}\nrule r {{ {rule} }}')
    assert brief(room.does(sent)) == told
    assert shown(room, "u", "20:05", group=sent.group.id) == points
    again = room.does(replace(sent, time=(sent.time or 0) + 1000))
    assert (brief(again), again.replayed) == (told, True)
    assert shown(room, "u", "20:05", group=sent.group.id) == points


def test_even_if_removed(community: Make) -> None:
    room = community(
        "tally points by member even if removed\ntally other by member\n"
        'rule show { on mark then reply "{points} {other}" } rule r { then add 5 to points, add 5 to other, delete }'
    )
    assert brief(room.does(says("u", "x"))) == "delete, add 5 to points of u"
    assert shown(room, "u", "20:05") == "5 0"


def test_order_and_reasons(community: Make) -> None:
    room = community(
        "tally b by member tally a by member\n"
        'rule show { on mark then reply "{a} {b}" }\n'
        "rule s { on join then add 1 to b, add 2 to a of join.inviter, add 3 to a }\n"
        'rule r { on join then add 4 to b, reply "x" }'
    )
    decision = room.does(joins("u", inviter="v"))
    assert brief(decision) == ('reply "x", add 3 to a of u, add 2 to a of v, add 4 to b of u, add 1 to b of u')
    assert [because.rule for action in decision.actions for because in action.because] == [
        "p.r", "p.s", "p.s", "p.r", "p.s"
    ]  # fmt: skip
    assert (shown(room, "u", "20:05"), shown(room, "v", "20:05")) == ("3 5", "2 0")


@pytest.mark.parametrize(
    ("sent", "told", "points"),
    [
        # once for a message; a rule that has not added yet may, and what was removed counts as given
        ([says("u", "good", message="m"), edits("u", "good", message="m")], ["add 5", "-"], "5"),
        ([says("u", "good", message="m"), says("u", "good", message="m")], ["add 5", "-"], "5"),
        ([says("u", "x", message="m"), edits("u", "good", message="m")], ["-", "add 5"], "5"),
        ([says("u", "good", message="m"), says("u", "good", message="n")], ["add 5", "add 5"], "10"),
        ([says("u", "good"), says("u", "good")], ["add 5", "add 5"], "10"),
        ([says("u", "good", message="m"), edits("u", "good great", message="m")], ["add 5", "add 1"], "6"),
        ([says("u", "good bad", message="m"), edits("u", "good", message="m")], ["delete", "-"], "0"),
    ],
)
def test_once_for_a_message(community: Make, sent: list[Event], told: list[str], points: str) -> None:
    room = community(
        TALLY + 'rule r { on message, edit when message.text contains "good" then add 5 to points }\n'
        'rule s { on message, edit when message.text contains "great" then add 1 to points }\n'
        'rule t { on message, edit when message.text contains "bad" then delete }'
    )
    said = [brief(room.does(one)).partition(" to")[0] for one in sent]
    assert (said, shown(room, "u", "20:05")) == (told, points)


@pytest.mark.parametrize(
    ("per", "zone", "added", "asked"),
    [
        ("", "Asia/Shanghai", ["2026-03-02T20:00+08:00", "2027-03-02T20:00+08:00"], {"2027-12-02T20:00+08:00": "2"}),
        ("per day", "Europe/Berlin", ["2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00"],
         {"2026-10-25T23:59+01:00": "2", "2026-10-26T00:00+01:00": "0"}),
        ("per day", "Europe/Berlin", ["2026-03-29T00:00+01:00", "2026-03-29T23:59+02:00", "2026-03-30T00:00+02:00"],
         {"2026-03-30T23:59+02:00": "1"}),
        ("per week", "Asia/Shanghai", ["2026-03-02T00:00+08:00", "2026-03-08T23:59+08:00"],
         {"2026-03-08T23:59:59+08:00": "2", "2026-03-09T00:00+08:00": "0"}),
        ("per month", "America/New_York", ["2026-02-28T23:59-05:00", "2026-03-01T00:00-05:00",
                                           "2026-03-08T03:00-04:00"],
         {"2026-03-31T23:59-04:00": "2", "2026-04-01T00:00-04:00": "0"}),
        # the clock goes back: what was added later is not of this day
        ("per day", "Asia/Shanghai", ["2026-03-03T20:00+08:00", "2026-03-02T20:00+08:00"],
         {"2026-03-02T20:01+08:00": "1", "2026-03-03T20:01+08:00": "1"}),
    ],
)  # fmt: skip
def test_periods(community: Make, per: str, zone: str, added: list[str], asked: dict[str, str]) -> None:
    text = f'policy p {{ for every group timezone "{zone}" }}\ntally points by member {per}\n'
    room = community(
        files={"p.policy": text + 'rule r { then add 1 to points } rule s { on mark then reply "{points}" }'}
    )
    for at in added:
        room.does(says("u", "x", at))
    assert {at: shown(room, "u", at) for at in asked} == asked


def test_conditions_see_what_was_before(community: Make) -> None:
    room = community(TALLY + 'rule r { then add 5 to points } rule s { when points >= 5 then reply "{points}" }')
    assert [brief(room.does(says("u", "x"))) for _ in range(3)] == [
        "add 5 to points of u", 'reply "5", add 5 to points of u', 'reply "10", add 5 to points of u'
    ]  # fmt: skip


def test_who_leaves_and_comes_back(community: Make) -> None:
    room = community(TALLY + "rule r { then add 5 to points }")
    for one in (says("u", "x", "20:00"), leaves("u", "20:01"), joins("u", "20:02"), says("u", "x", "20:03")):
        room.does(one)
    assert shown(room, "u", "20:05") == "10"
    assert shown(room, "u", "20:05", group="g2") == "0"


def test_what_comes_due_adds_too(community: Make) -> None:
    room = community(
        TALLY + "duty d { on join within 1h until message where message.length > 3 late then add -5 to points }\n"
        "sweep w { every day 22:00 when points < 0 then add 1 to points }\n"
        'rule r { on message, edit when message.text == "#" then add 1 to points }\n'
        "tiers t by member { every day tier low when points < 0 tier high otherwise }\n"
        'rule s { on tier when tier.now == "low" then add 2 to points, add 1 to points }'
    )
    for name in ("u", "v"):
        room.does(joins(name, "20:00"))
    room.does(says("v", "hello", "20:01"))
    assert brief(room.does(ticks("21:00"))) == "add -5 to points of u"
    assert brief(room.does(ticks("22:00"))) == "add 1 to points of u"
    told = room.does(ticks("+1d 00:00"))
    assert brief(told) == "add 3 to points of u"
    assert {action.group for action in told.actions} == {"g1"}
    assert (shown(room, "u", "+1d 00:05"), shown(room, "v", "+1d 00:05")) == ("-1", "0")
    room.does(ticks("+1d 00:06"))
    assert shown(room, "u", "+1d 00:07") == "-1"


def test_shadow_rules(community: Make) -> None:
    room = community(
        TALLY + "setting worth = 7\nshadow rule r { then add 5 to points } \nshadow rule s { then add worth to points }"
    )
    decision = room.does(says("u", "x"))
    assert brief(decision) == "-"
    assert [(one.rule, one.would) for one in decision.shadow] == [
        ("p.r", ("add 5 points",)),
        ("p.s", ("add 7 points",)),
    ]
    assert shown(room, "u", "20:05") == "0"


@pytest.mark.parametrize("fails", ["observe", "file"])
def test_where_the_store_fails(community: Make, fails: Failure) -> None:
    room = community(TALLY + "rule r { then add 5 to points } rule s { on join then add 5 to points of join.inviter }")
    sent = says("u", "x", id="e1", message="m")
    failed = room.does(sent, fails)
    assert (brief(failed), failed.degraded, failed.unasked) == ("-", True, ("p.points",))
    assert shown(room, "u", "20:01") == "0"
    assert brief(room.does(sent)) == "add 5 to points of u"
    assert shown(room, "u", "20:05") == "5"
    nothing = room.does(joins("v"), fails)  # nobody earns
    assert nothing.unasked == (() if fails == "observe" else nothing.unasked)


def test_what_is_kept(community: Make) -> None:
    """Awards are named only where the decision is written down."""
    room = community(TALLY + 'rule r { then add 5 to points } rule s { when message.text == "bad" then warn "w" }')
    for text, at in (("x", "20:00"), ("bad", "20:01"), ("bad", "+30d 20:00")):
        room.does(says("u", text, at, id=f"{text} {at}"))
    kept = room.account("u", "p.points", "+30d 20:05")
    days = [number for number, _ in sorted(kept.days.items())]
    assert (kept.total, days[1] - days[0], list(kept.days.values()), list(kept.months.values())) == (
        15,
        30,
        [10, 5],
        [10, 5],
    )
    assert [(one.event, one.rules) for one in kept.awards] == [
        ("bad 20:01", {"p.r": 5}), ("bad +30d 20:00", {"p.r": 5})
    ]  # fmt: skip


# ---------------------------------------------------------------- taken back

BACK = TALLY + (
    "tally weekly by member per week even if removed\n"
    "appeal { within 20d decided by moderators }\n"
    'rule r { when message.text contains "bad" then add -5 to points, add -2 to weekly, delete }\n'
    'rule s { when message.text contains "worse" then add -1 to points, mute 1h }\n'
    'rule fine { when message.text == "fine" then add 3 to points }\n'
    'rule both { on mark when mark.as == "both" then reply "{points} {weekly}" }'
)


def both(room: Community, at: str) -> str:
    return str(room.does(marks("u", "both", at)).actions[0].text)


def test_an_approved_appeal_gives_back(community: Make) -> None:
    room = community(BACK)
    for number, (text, at) in enumerate([("bad worse", "20:00"), ("fine", "20:01"), ("worse", "20:02")], 1):
        room.does(says("u", text, at, id=f"e{number}"))
    assert both(room, "20:05") == "-4 -2"
    settled = room.does(judges("approve", ticket_of(room.does(appeals("u", "e1", "21:00"))), "21:01"))
    assert isinstance(settled.undone, tuple)
    assert [one.awards for one in settled.undone] == [{"p.points": {"u": -6}, "p.weekly": {"u": -2}}]
    assert both(room, "21:05") == "2 0"
    refused = room.does(judges("refuse", ticket_of(room.does(appeals("u", "e3", "21:10"))), "21:11"))
    assert refused.undone is not settled.undone
    assert both(room, "21:15") == "2 0"


def test_it_is_taken_from_the_day_on_which_it_was_added(community: Make) -> None:
    room = community(BACK)
    room.does(says("u", "bad", "20:00", id="e1"))
    room.does(says("u", "bad", "+7d 20:00", id="e2"))
    assert both(room, "+7d 20:05") == "-10 -2"
    room.does(judges("approve", ticket_of(room.does(appeals("u", "e1", "+7d 21:00"))), "+7d 21:01"))
    assert both(room, "+7d 21:05") == "-5 -2"
    room.does(judges("approve", ticket_of(room.does(appeals("u", "e2", "+7d 22:00"))), "+7d 22:01"))
    assert both(room, "+7d 22:05") == "0 0"


@pytest.mark.parametrize(
    ("rule", "since", "awards", "left"),
    [
        ("r", "19:00", {"e1": {"p.points": {"u": -5}, "p.weekly": {"u": -2}}, "e3": {"p.points": {"u": -5},
                        "p.weekly": {"u": -2}}}, "1 0"),
        ("p.s", "19:00", {"e1": {"p.points": {"u": -1}}, "e4": {"p.points": {"u": -1}}}, "-7 -4"),
        ("s", "20:03", {"e4": {"p.points": {"u": -1}}}, "-8 -4"),
        # what was only added is not written down
        ("fine", "19:00", {}, "-9 -4"),
    ],
)  # fmt: skip
def test_undoing_a_rule(
    community: Make, rule: str, since: str, awards: dict[str, dict[str, dict[str, int]]], left: str
) -> None:
    room = community(BACK)
    sent = [("bad worse", "20:00"), ("fine", "20:01"), ("bad", "20:02"), ("worse", "20:03")]
    for number, (text, at) in enumerate(sent, 1):
        room.does(says("u", text, at, id=f"e{number}"))
    assert both(room, "20:05") == "-9 -4"
    assert room.undo(rule, since) == awards
    assert both(room, "20:06") == left
    assert room.undo(rule, since) == {}
    assert both(room, "20:07") == left


def test_undone_twice_over(community: Make) -> None:
    room = community(BACK)
    room.does(says("u", "bad worse", "20:00", id="e1"))
    assert room.undo("s", "19:00") == {"e1": {"p.points": {"u": -1}}}
    settled = room.does(judges("approve", ticket_of(room.does(appeals("u", "e1", "21:00"))), "21:01"))
    assert isinstance(settled.undone, tuple)
    assert [one.awards for one in settled.undone] == [{"p.points": {"u": -5}, "p.weekly": {"u": -2}}]
    assert both(room, "21:05") == "0 0"


def test_awards_to_others_are_taken_back_there(community: Make) -> None:
    room = community(
        TALLY + "appeal { within 20d decided by moderators }\n"
        "rule r { on join then add 5 to points of join.inviter, add -1 to points, mute 1h }"
    )
    room.does(event("join", "v", "20:00", id="e1", join=joins("v", inviter="u").join))
    assert (shown(room, "u", "20:05"), shown(room, "v", "20:05")) == ("5", "-1")
    settled = room.does(judges("approve", ticket_of(room.does(appeals("v", "e1", "21:00"))), "21:01"))
    assert isinstance(settled.undone, tuple)
    assert [one.awards for one in settled.undone] == [{"p.points": {"u": 5, "v": -1}}]
    assert (shown(room, "u", "21:05"), shown(room, "v", "21:05")) == ("0", "0")
