"""The figures of a group: what its days count, and what conditions can ask about them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from msgspec.structs import replace

from policyd.model.event import Event
from policyd.model.figures import DayFigures
from tests.equivalence.events import Failure
from tests.spec.community import (
    Community,
    appeals,
    brief,
    edits,
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
EPOCH = date(1970, 1, 1)


def policy(value: str, zone: str = "Asia/Shanghai", more: str = "") -> dict[str, str]:
    header = f'policy p {{ for every group timezone "{zone}" }}\n'
    return {"p.policy": f'{header}let f = {value}\nrule show {{ on mark then reply "{{f}}" }}\n{more}'}


def happens(room: Community, days: dict[int, str]) -> None:
    """By day, words: `u` writes, `+u` joins, `-u` leaves, `?u` asks to join, at noon and later."""
    for day, words in days.items():
        for minute, word in enumerate(words.split()):
            room.does(_meant(word, f"+{day}d 12:{minute:02}"))


def _meant(word: str, at: str) -> Event:
    match word[0]:
        case "+":
            return joins(word[1:], at)
        case "-":
            return leaves(word[1:], at)
        case "?":
            return requests(word[1:], at=at)
    return says(word, "x", at)


@pytest.mark.parametrize(
    ("value", "days", "day", "told"),
    [
        # sums over so many complete days; before the first figures nothing is known
        ("group.messages(1d)", {0: "u v u"}, 1, "3"),
        ("group.messages(1d)", {0: "u v u"}, 0, ""),
        ("group.messages(1d)", {}, 5, ""),
        ("group.messages(3d)", {0: "u", 1: "u u", 2: "u u u", 3: "u"}, 3, "6"),
        ("group.messages(2d)", {0: "u", 1: "u u", 2: "u u u", 3: "u"}, 3, "5"),
        ("group.messages(90d)", {0: "u", 80: "u u"}, 90, "3"),
        ("group.messages(90d)", {0: "u", 80: "u u"}, 91, "2"),
        ("group.messages(30d)", {0: "u"}, 200, "0"),
        ("group.joins(7d)", {0: "+u +v -v +v", 2: "+w"}, 3, "4"),
        ("group.leaves(7d)", {0: "+u -u", 2: "-w"}, 7, "2"),
        ("group.leaves(7d)", {0: "+u -u", 2: "-w"}, 8, "1"),
        ("group.requests(2d)", {0: "?u ?u", 1: "?v"}, 2, "3"),
        # members who wrote, each once
        ("group.active(1d)", {0: "u v u"}, 1, "2"),
        ("group.active(7d)", {0: "u v u", 3: "u w"}, 4, "3"),
        ("group.active(7d)", {0: "u v u", 3: "u w"}, 7, "3"),
        ("group.active(7d)", {0: "u v u", 3: "u w"}, 8, "2"),
        ("group.active(7d)", {0: "u v u", 3: "u w"}, 10, "2"),
        ("group.active(7d)", {0: "u v u", 3: "u w"}, 11, "0"),
        ("group.active(30d)", {0: "u v", 20: "u", 29: "w"}, 30, "3"),
        ("group.active(30d)", {0: "u v", 20: "u", 29: "w"}, 31, "2"),
        ("group.active(30d)", {0: "u v", 20: "u", 29: "w"}, 400, "0"),
        # who came back: on the day after, on days 4 to 7 after joining
        ("group.retention(1d)", {0: "+u +v", 1: "u"}, 2, "0.5"),
        ("group.retention(1d)", {0: "+u +v u v"}, 2, "0"),
        ("group.retention(1d)", {0: "+u +v", 2: "u v"}, 2, "0"),
        ("group.retention(1d)", {0: "u", 1: "u"}, 2, ""),
        ("group.retention(1d)", {0: "+u", 1: "u +v"}, 2, "1"),
        ("group.retention(3d)", {0: "+u +v", 1: "-u", 2: "u v"}, 5, "0.5"),
        ("group.retention(3d)", {0: "+u +v", 1: "u", 2: "v", 3: "v"}, 5, "0.5"),
        ("group.retention(3d)", {0: "+u", 1: "+v", 2: "+w x", 4: "w v"}, 6, "0.67"),
        ("group.retention(7d)", {0: "+u +v +w", 3: "u", 4: "v", 7: "w", 8: "u"}, 9, "0.67"),
        ("group.retention(7d)", {0: "+u", 1: "-u", 2: "+u", 6: "u"}, 14, "0.5"),
        ("group.retention(30d)", {0: "+u +v", 7: "u", 8: "v", 30: "v", 31: "u"}, 40, "0.5"),
        # how far it fell
        ("falling(group.messages, 1d)", {0: "u u u u", 1: "u"}, 2, "0.75"),
        ("falling(group.messages, 1d)", {0: "u", 1: "u u"}, 2, "0"),
        ("falling(group.messages, 1d)", {1: "u"}, 2, ""),
        ("falling(group.messages, 2d)", {0: "u u", 1: "u u", 2: "u", 3: "u u"}, 4, "0.25"),
        ("falling(group.messages, 2d)", {0: "u u", 1: "u u", 2: "u", 3: "u u"}, 3, ""),
        ("falling(group.active, 2d)", {0: "u v", 1: "u v u", 2: "u u", 3: ""}, 4, "0.75"),
        ("falling(group.joins, 1d)", {0: "+u +v", 1: "+w"}, 2, "0.5"),
        ("falling(group.leaves, 1d)", {0: "-u", 1: "+w"}, 2, "1"),
        ("falling(group.requests, 1d)", {0: "u", 1: "?w"}, 2, ""),
        # the running day
        ("group.messages_today", {0: "u", 1: "u v +w ?x"}, 1, "2"),
        ("group.active_today", {0: "u", 1: "u v u"}, 1, "2"),
        ("group.active_today", {0: "u"}, 1, "0"),
    ],
)
def test_facts(community: Make, value: str, days: dict[int, str], day: int, told: str) -> None:
    room = community(files=policy(value))
    happens(room, days)
    assert shown(room, "m", f"+{day}d 20:00") == told


@pytest.mark.parametrize(
    ("value", "size", "told"),
    [
        ("group.speakers(1d)", 4, "0.5"),
        ("group.speakers(7d)", 4, "0.75"),
        ("group.speakers(30d)", 2, "1"),
        ("group.speakers(1d)", None, ""),
        ("group.speakers(1d)", 0, ""),
    ],
)
def test_speakers(community: Make, value: str, size: int | None, told: str) -> None:
    room = community(files=policy(value))
    happens(room, {0: "u v w", 1: "u v u"})
    assert shown(room, "m", "+2d 20:00", group_facts={"size": size}) == told


@pytest.mark.parametrize(
    ("zone", "instants", "asked"),
    [
        # days of 23 and 25 hours, a skipped midnight
        ("Europe/Berlin", ["2026-03-28T23:59+01:00", "2026-03-29T00:00+01:00", "2026-03-29T23:59+02:00"],
         {"2026-03-29T12:00+02:00": "1", "2026-03-30T00:00+02:00": "2", "2026-03-31T00:00+02:00": "0"}),
        ("Europe/Berlin", ["2026-10-25T00:00+02:00", "2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00",
                           "2026-10-25T23:59+01:00"], {"2026-10-26T00:00+01:00": "4"}),
        ("America/Santiago", ["2026-09-05T23:59-04:00", "2026-09-06T01:00-03:00"],
         {"2026-09-06T12:00-03:00": "1", "2026-09-07T00:00-03:00": "1"}),
        ("Pacific/Apia", ["2011-12-29T23:59-10:00"], {"2011-12-31T12:00+14:00": "0", "2012-01-01T12:00+14:00": "0"}),
    ],
)  # fmt: skip
def test_days_of_a_zone(community: Make, zone: str, instants: list[str], asked: dict[str, str]) -> None:
    room = community(files=policy("group.messages(1d)", zone))
    for at in instants:
        room.does(says("u", "x", at))
    assert {at: shown(room, "u", at) for at in asked} == asked


def test_whose_day_it_is(community: Make) -> None:
    """The zone of the first policy by name that covers the group."""
    files = {
        f"{name}.policy": f'policy {name} {{ for groups tagged "{tag}" timezone "{zone}" }}\n'
        'let f = group.messages_today\nrule show { on mark then reply "{f}" }'
        for name, tag, zone in (("a", "x", "UTC"), ("b", "y", "Asia/Shanghai"))
    }
    room = community(files=files)
    for at in ("+1d 07:59", "+1d 08:00"):
        for group, tags in (("g1", ("y",)), ("g2", ("x", "y"))):
            room.does(says("u", "x", at, group=group, tags=tags))
    assert [action.text for action in room.does(marks("u", "show", "+1d 08:01", tags=("y",))).actions] == ["2"]
    both = room.does(marks("u", "show", "+1d 08:01", group="g2", tags=("x", "y"))).actions
    assert [action.text for action in both] == ["1"]


@pytest.mark.parametrize(
    ("sent", "messages"),
    [
        ([says("u", "x", message="m"), edits("u", "y", message="m"), says("u", "z", message="m")], 1),
        ([says("u", "x", id="e1"), says("u", "x", id="e1")], 1),
        ([says("u", "bad"), says("u", "x", member_facts={"role": "bot"})], 2),
        ([marks("u", "x"), requests("u"), joins("u"), leaves("u")], 0),
    ],
)
def test_what_is_a_message(community: Make, sent: list[Event], messages: int) -> None:
    room = community(files=policy("group.messages_today", more='rule r { when message.text == "bad" then delete }'))
    for one in sent:
        room.does(one)
    assert shown(room, "u", "20:05") == str(messages)


def test_where_the_clock_goes_back(community: Make) -> None:
    """A message counts on the day shown; who wrote on a later day does not count again."""
    room = community(files=policy("group.messages_today"))
    for day in (0, 2, 1, 2):
        room.does(says("u", "x", f"+{day}d 12:00"))
    room.does(says("v", "x", "+1d 12:00"))
    days = room.figures("+3d 12:00", days=9)
    assert [(one.values, one.rolling) for one in days] == [
        ({"m12": 1, "a": 1}, (1, 1)), ({"m12": 2, "a": 1}, (2, 2)), ({"m12": 2, "a": 1}, (2, 2)), ({}, (2, 2)),
    ]  # fmt: skip


def test_all_of_a_day(community: Make) -> None:
    room = community(files=policy("group.messages_today"))
    happens(room, {0: "+u u u v", 1: "u ?w", 2: "+v v", 3: "u -u u", 10: "v -v"})
    days = {one.day: one for one in room.figures("+11d 12:00", days=60)}
    first = (date(2026, 3, 2) - EPOCH).days
    assert {day - first: one.values for day, one in days.items() if one.values} == {
        0: {"m12": 3, "a": 2, "j": 1, "r1": 1, "r3": 1, "g3": 1},
        1: {"m12": 1, "a": 1, "q": 1, "d:hold": 1, "t:opened": 1},
        2: {"m12": 1, "a": 1, "j": 1, "r30": 1, "g30": 1},
        3: {"m12": 2, "a": 1, "l": 1},
        10: {"m12": 1, "a": 1, "l": 1},
    }
    assert [one.rolling for one in days.values()] == [(2, 2)] * 9 + [(1, 2), (1, 2), (1, 2)]


def test_hours_of_long_ago(community: Make) -> None:
    room = community(files=policy("group.messages_today"))
    room.does(says("u", "x", "20:00"))
    room.does(says("u", "x", "21:00"))
    room.does(says("u", "x", "+1d 20:00"))
    days = room.figures("+63d 12:00", days=90)
    assert [one.values for one in days[:2]] == [{"m": 2, "a": 1}, {"m20": 1, "a": 1}]


# ---------------------------------------------------------------- conditions


def test_in_schedules_sweeps_and_tiers(community: Make) -> None:
    more = (
        'schedule calm { every day 21:00 when falling(group.active, 1d) >= 50% then notify moderators "{f}" }\n'
        'sweep each { every day 22:00 when group.messages(1d) >= 2 then notify member "{member.name} {f}" }\n'
        "tiers s by member { every day tier busy when group.active(1d) >= 2 tier calm otherwise }\n"
        'rule t { on tier then reply "{tier.now} {f}" }'
    )
    room = community(files=policy("group.active(1d)", more=more))
    happens(room, {0: "u v"})
    assert brief(room.does(ticks("21:00"))) == "-"
    happens(room, {1: "u u"})
    day = 'notify member "u {0}", notify member "v {0}", reply "{1} {0}", reply "{1} {0}"'
    assert brief(room.does(ticks("+1d 13:00"))) == day.format(2, "busy")
    assert brief(room.does(ticks("+2d 21:00"))) == day.format(1, "calm") + ', notify moderators "1"'
    assert brief(room.does(ticks("+2d 22:00"))) == 'notify member "u 1", notify member "v 1"'


def test_unknown_where_the_store_fails(community: Make) -> None:
    room = community(files=policy("group.messages(1d)", more="rule r { when group.messages(1d) < 5 then flag }"))
    happens(room, {0: "u"})
    failed = room.does(says("u", "x", "+1d 20:00"), "observe")
    assert (brief(failed), failed.degraded, failed.unasked) == ("-", True, ("p.r",))
    assert brief(room.does(says("u", "x", "+1d 20:01"))) == "flag"


# ---------------------------------------------------------------- consequences


def today(room: Community, at: str) -> dict[str, int]:
    """What is counted of decisions on the day."""
    [day] = room.figures(at)
    return {name: number for name, number in sorted(day.values.items()) if ":" in name or name.startswith("w")}


@pytest.mark.parametrize(
    ("rules", "sent", "counted"),
    [
        ("rule r { then delete, mute 1h }", [says("u", "x")], {"d:delete": 1, "d:mute": 1, "v:p.r": 1}),
        ("rule r { then delete } rule s { then delete, flag }", [says("u", "x"), says("v", "x")],
         {"d:delete": 2, "v:p.r": 2, "v:p.s": 2}),
        ('rule r { then flag, reply "x", notify owner "y" }', [says("u", "x")],
         {"d:flag": 1, "d:notify": 1, "d:reply": 1}),
        ("tally points by member rule r { then add 1 to points }", [says("u", "x")], {"d:add": 1}),
        ("rule r { then hold }", [says("u", "x")], {"d:hold": 1, "t:opened": 1, "v:p.r": 1}),
        ("rule r { on request then admit }", [requests("u")], {"d:admit": 1}),
        ("rule r { then flag }", [requests("u")], {"d:hold": 1, "t:opened": 1}),
        ('ladder l { at 1 warn "w" } rule r { then strike l }', [says("u", "x")], {"d:warn": 1, "v:p.r": 1}),
        ("shadow rule r { then delete }", [says("u", "x")], {}),
        ("rule r { then propose remove }", [says("u", "x"), says("u", "x")], {"d:propose": 1, "t:opened": 1}),
        # law L10
        ("rule r { on message, edit then mute 1h }", [says("u", "x", message="m"), edits("u", "y", message="m")],
         {"d:mute": 1, "v:p.r": 1}),
        ("rule r { on message, edit then delete, mute 1h }",
         [says("u", "x", message="m"), edits("u", "y", message="m")], {"d:delete": 2, "d:mute": 1, "v:p.r": 2}),
        # repeats
        ("rule r { then delete }", [says("u", "x", id="e1"), says("u", "x", id="e1")], {"d:delete": 1, "v:p.r": 1}),
        # what follows from an event
        ('streak s { each day message at 1 then reply "x" every 1 then reply "y" } rule r { then reply "x" }',
         [says("u", "x")], {"d:reply": 3}),
    ],
)  # fmt: skip
def test_what_decisions_count(community: Make, rules: str, sent: list[Event], counted: dict[str, int]) -> None:
    room = community(rules)
    for one in sent:
        room.does(one)
    assert today(room, "20:05") == counted


@pytest.mark.parametrize(
    ("rules", "opens", "verdict", "after", "counted"),
    [
        ("rule r { then hold }", says("u", "x"), "approve", "20:01",
         {"d:release": 1, "o:p.r": 1, "t:approved": 1, "w": 60_000, "w0": 1}),
        ("rule r { then hold }", says("u", "x"), "refuse", "20:01:00.001",
         {"d:delete": 1, "t:refused": 1, "w": 60_001, "w1": 1}),
        ("rule r { then flag }", requests("u"), "approve", "21:00",
         {"d:admit": 1, "t:approved": 1, "w": 3_600_000, "w3": 1}),
        ("rule r { on request then hold }", requests("u"), "approve", "22:00",
         {"d:admit": 1, "o:p.r": 1, "t:approved": 1, "w": 7_200_000, "w4": 1}),
        ("rule r { then propose remove }", says("u", "x"), "refuse", "20:00", {"o:p.r": 1, "t:refused": 1, "w0": 1}),
        ("rule r { then propose remove }", says("u", "x"), "approve", "20:00",
         {"d:remove": 1, "t:approved": 1, "w0": 1}),
    ],
)  # fmt: skip
def test_what_humans_settle(
    community: Make, rules: str, opens: Event, verdict: str, after: str, counted: dict[str, int]
) -> None:
    room = community(rules)
    ticket = ticket_of(room.does(opens))
    before = today(room, "20:00")
    room.does(judges(verdict, ticket, after))
    found = today(room, after)
    assert {
        name: number - before.get(name, 0) for name, number in found.items() if number != before.get(name)
    } == counted


def test_votes_that_settle_nothing(community: Make) -> None:
    room = community("rule r { then propose remove by 2 moderators }")
    ticket = ticket_of(room.does(says("u", "x")))
    before = today(room, "20:00")
    room.does(judges("approve", ticket, "20:01", by="m1"))
    assert today(room, "20:01") == before


def test_tickets_that_expire(community: Make) -> None:
    room = community("rule r { then hold for 1h then delete }")
    room.does(says("u", "x", message="m"))
    room.does(ticks("21:00"))
    assert today(room, "21:01") == {"d:delete": 1, "d:hold": 1, "t:expired": 1, "t:opened": 1, "v:p.r": 1}


def test_what_ticks_carry_out(community: Make) -> None:
    room = community(
        'schedule s { every day 21:00 then reply "x", lock } sweep w { every day 21:00 then notify member "y" }\n'
        'tiers t by member { every day tier all otherwise } rule r { on tier then warn "z" }'
    )
    for name in ("u", "v"):
        room.does(says(name, "x"))
    room.does(ticks("21:00"))
    assert today(room, "21:01") == {"d:lock": 1, "d:notify": 2, "d:reply": 1}
    room.does(ticks("21:02"))
    assert today(room, "21:02") == {"d:lock": 1, "d:notify": 2, "d:reply": 1}
    room.does(ticks("+1d 00:00"))
    assert today(room, "+1d 00:01") == {"d:warn": 2, "v:p.r": 2}


def test_an_approved_appeal_overrules(community: Make) -> None:
    room = community("appeal { within 9d decided by moderators } rule r { then delete } rule s { then flag, mute 1h }")
    room.does(says("u", "x", id="e1"))
    ticket = ticket_of(room.does(appeals("u", "e1", "+1d 20:00")))
    room.does(judges("approve", ticket, "+1d 20:01"))
    assert today(room, "+1d 20:02") == {
        "d:notify": 1, "o:p.r": 1, "o:p.s": 1, "t:approved": 1, "t:opened": 1, "w": 60_000, "w0": 1
    }  # fmt: skip


def test_undoing_a_rule_overrules_it(community: Make) -> None:
    room = community("rule r { then delete } rule s { then mute 1h }")
    for name in ("u", "v"):
        room.does(says(name, "x"))
    before = today(room, "20:05")
    for _ in range(2):
        room.undo("r", "19:00")
        assert today(room, "20:06") == before | {"o:p.r": 2}


@pytest.mark.parametrize(
    ("rules", "fails", "counted"),
    [
        ("rule r { then delete, mute 1h }", "observe", {"d:delete": 1, "d:mute": 1, "v:p.r": 1}),
        ("rule r { then delete, mute 1h }", "commit", {"d:delete": 1, "d:mute": 1}),
        ("rule r { then delete, hold }", "file", {"d:delete": 1, "v:p.r": 1}),
        ("tally points by member rule r { then add -1 to points, delete }", "file", {"d:delete": 1, "v:p.r": 1}),
    ],
)
def test_where_the_store_fails(community: Make, rules: str, fails: Failure, counted: dict[str, int]) -> None:
    """What is told where state cannot be written counts, once; a repeat adds nothing."""
    room = community(rules)
    sent = says("u", "x", "20:00", id="e1")
    room.does(sent, fails)
    room.does(replace(sent, time=(sent.time or 0) + 60_000))
    assert today(room, "20:05") == counted


def test_groups_apart(community: Make) -> None:
    room = community("rule r { then delete }")
    room.does(says("u", "x", group="g2"))
    assert [one for one in room.figures("20:05") if one.values] == []
    assert isinstance(room.figures("20:05")[0], DayFigures)
