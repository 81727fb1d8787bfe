"""Streaks: how they go on, what a gap does to them, what repairs, and what their steps do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from policyd.model.event import Event
from tests.equivalence.events import Failure
from tests.spec.community import Community, brief, edits, joins, leaves, marks, requests, says, shown

Make = Callable[..., Community]
SHOW = 'rule show { on mark when mark.as == "show" then reply "{s}" }\n'
EVERY = 'every 1 then reply "{streak.length}"'


def policy(clauses: str, zone: str = "Asia/Shanghai", more: str = SHOW) -> dict[str, str]:
    header = f'policy p {{ for every group timezone "{zone}" }}\n'
    return {"p.policy": f'{header}streak s "打卡" {{ {clauses} }}\n{more}'}


def lengths(room: Community, *instants: str) -> str:
    """How long the streak is told to be after a message at each instant; `-` where it says nothing."""
    said = [brief(room.does(says("u", "x", at))) for at in instants]
    return " ".join(one.removeprefix('reply "').rstrip('"') for one in said)


@pytest.mark.parametrize(
    ("clauses", "instants", "told"),
    [
        ("each day message", ["20:00", "+1d 20:00", "+2d 00:00", "+3d 23:59:59"], "1 2 3 4"),
        ("each day message", ["20:00", "20:01", "+1d 00:00", "+1d 23:59"], "1 - 2 -"),
        # a gap
        ("each day message", ["20:00", "+1d 20:00", "+3d 20:00", "+4d 20:00"], "1 2 1 2"),
        ("each day message", ["20:00", "+365d 20:00"], "1 1"),
        # a gap that is repaired, and repairs that are used up
        ("each day message repair 1 per week", ["20:00", "+2d 20:00", "+3d 20:00"], "1 2 3"),
        ("each day message repair 1 per week", ["20:00", "+2d 20:00", "+4d 20:00", "+5d 20:00"], "1 2 1 2"),
        ("each day message repair 2 per week", ["20:00", "+2d 20:00", "+4d 20:00", "+6d 20:00"], "1 2 3 1"),
        ("each day message repair 2 per week", ["20:00", "+3d 20:00", "+4d 20:00"], "1 2 3"),
        ("each day message repair 2 per week", ["20:00", "+4d 20:00"], "1 1"),
        ("each day message repair 2 per week", ["20:00", "+2d 20:00", "+5d 20:00"], "1 2 1"),
        # the repairs are those of the week in which the streak is taken up again (the 2nd is a Monday)
        ("each day message repair 1 per week", ["+2d 20:00", "+4d 20:00", "+7d 20:00", "+9d 20:00"], "1 2 1 2"),
        ("each day message repair 1 per week", ["+3d 20:00", "+5d 20:00", "+6d 20:00", "+8d 20:00"], "1 2 3 4"),
        ("each day message repair 1 per week", ["+5d 20:00", "+7d 20:00", "+9d 20:00"], "1 2 1"),
        ("each day message repair 3 per month", ["+27d 20:00", "+31d 20:00", "+33d 20:00"], "1 2 1"),
        ("each day message repair 3 per month", ["+25d 20:00", "+29d 20:00", "+31d 20:00", "+33d 20:00"], "1 2 3 4"),
        # weeks and months
        ("each week message", ["20:00", "+6d 23:59", "+7d 00:00", "+20d 23:59", "+28d 00:00"], "1 - 2 3 1"),
        ("each week message repair 1 per month", ["20:00", "+14d 20:00", "+21d 20:00"], "1 2 3"),
        ("each month message", ["20:00", "+29d 23:59", "+30d 00:00", "+60d 00:00", "+150d 00:00"], "1 - 2 3 1"),
        # of the clock: until 22:00, and back
        ("each day before 22:00 message", ["21:59:59.999", "+1d 22:00", "+2d 20:00"], "1 - 1"),
        ("each day before 22:00 message", ["22:00", "+1d 00:00"], "- 1"),
        ("each day message", ["20:00", "+1d 20:00", "20:01", "+1d 20:01", "+2d 20:00"], "1 2 - - 3"),
        ("each day message repair 1 per week", ["+2d 20:00", "20:00", "+4d 20:00"], "1 - 2"),
    ],
)
def test_lengths(community: Make, clauses: str, instants: list[str], told: str) -> None:
    assert lengths(community(files=policy(f"{clauses} {EVERY}")), *instants) == told


@pytest.mark.parametrize(
    ("per", "zone", "instants", "told"),
    [
        # days of 23 and 25 hours, a skipped midnight, and a date that was left out
        ("day", "Europe/Berlin",
         ["2026-03-28T23:59+01:00", "2026-03-29T01:59+01:00", "2026-03-29T03:00+02:00", "2026-03-30T00:00+02:00"],
         "1 2 - 3"),
        ("day", "Europe/Berlin",
         ["2026-10-24T23:59+02:00", "2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00", "2026-10-26T00:00+01:00"],
         "1 2 - 3"),
        ("day", "America/Santiago", ["2026-09-05T23:59-04:00", "2026-09-06T01:00-03:00", "2026-09-07T00:00-03:00"],
         "1 2 3"),
        ("day", "Pacific/Apia", ["2011-12-29T20:00-10:00", "2011-12-31T00:00+14:00"], "1 1"),
        ("day before 2:00", "Europe/Berlin",
         ["2026-03-29T01:59+01:00", "2026-03-30T01:59+02:00", "2026-03-31T02:00+02:00"], "1 2 -"),
        ("week", "America/New_York", ["2025-12-28T23:59-05:00", "2025-12-29T00:00-05:00", "2026-01-05T00:00-05:00"],
         "1 2 3"),
        ("month", "America/New_York", ["2025-12-31T23:59-05:00", "2026-01-01T00:00-05:00", "2026-02-28T23:59-05:00"],
         "1 2 3"),
    ],
)  # fmt: skip
def test_days_of_a_zone(community: Make, per: str, zone: str, instants: list[str], told: str) -> None:
    assert lengths(community(files=policy(f"each {per} message {EVERY}", zone)), *instants) == told


@pytest.mark.parametrize(
    ("clauses", "instants", "asked"),
    [
        ("each day message", ["20:00", "+1d 20:00"],
         {"+1d 23:59": "2", "+2d 00:00": "2", "+2d 23:59": "2", "+3d 00:00": "0", "+9d 00:00": "0"}),
        ("each day message repair 1 per week", ["20:00", "+1d 20:00"],
         {"+3d 00:00": "2", "+3d 23:59": "2", "+4d 00:00": "0"}),
        # repairs that come with the next week
        ("each day message repair 1 per week", ["+3d 20:00", "+5d 20:00"],
         {"+6d 23:59": "2", "+7d 00:00": "2", "+8d 00:00": "0"}),
        ("each day message repair 1 per week", ["+2d 20:00", "+4d 20:00"],
         {"+5d 20:00": "2", "+6d 20:00": "0", "+7d 00:00": "0"}),
        ("each week message", ["20:00"], {"+6d 23:59": "1", "+13d 23:59": "1", "+14d 00:00": "0"}),
        ("each month message", ["20:00"], {"+30d 00:00": "1", "+59d 23:59": "1", "+60d 00:00": "0"}),
        ("each day message", [], {"20:00": "0"}),
    ],
)  # fmt: skip
def test_values(community: Make, clauses: str, instants: list[str], asked: dict[str, str]) -> None:
    room = community(files=policy(clauses))
    lengths(room, *instants)
    assert {at: shown(room, "u", at) for at in asked} == asked
    assert shown(room, "v", "+9d 20:00") == "0"


STEPS = 'at 3 then reply "three" at 2 then reply "two" every 2 then reply "twos" every 3 then reply "threes"'


def test_steps(community: Make) -> None:
    room = community(files=policy(f"each day message {STEPS}"))
    days = [f"+{day}d 20:00" for day in (0, 1, 2, 3, 4, 5, 7, 8, 9)]
    assert [brief(room.does(says("u", "x", at))) for at in days] == [
        "-", 'reply "two", reply "twos"', 'reply "three", reply "threes"', 'reply "twos"', "-",
        'reply "threes", reply "twos"', "-", 'reply "twos"', 'reply "threes"',
    ]  # fmt: skip
    # another member has steps of their own
    assert [brief(room.does(says("v", "x", at))) for at in days[:2]] == ["-", 'reply "two", reply "twos"']


def test_what_steps_do(community: Make) -> None:
    room = community(
        files=policy(
            "each day message at 1 then add 5 to points, set open, "
            'notify owner "{member.name} {streak.length} {s} {points}" '
            "every 2 then add 1 to points, add 2 to points",
            more=SHOW + "tally points by member switch open { off after 1h }\n"
            'rule r { when open then flag } rule p { on mark when mark.as == "p" then reply "{points}" }',
        )
    )
    first = room.does(says("u", "x", "20:00", id="e1"))
    assert brief(first) == 'notify owner "u 1 1 0", add 5 to points of u'
    assert [because.rule for action in first.actions for because in action.because] == ["p.s.at1", "p.s.at1"]
    assert brief(room.does(says("u", "x", "20:30"))) == "flag"
    assert brief(room.does(marks("u", "p", "20:31"))) == 'reply "5"'
    assert brief(room.does(says("u", "x", "+1d 20:00"))) == "add 3 to points of u"
    again = room.does(says("u", "x", "20:00", id="e1"))
    assert (brief(again), again.replayed) == (brief(first), True)
    assert brief(room.does(marks("u", "p", "+1d 20:31"))) == 'reply "8"'


def test_order_of_steps(community: Make) -> None:
    """By number, and what comes once before what comes again."""
    steps = (
        'at 4 then notify owner "{points}" every 2 then add 1 to points at 2 then notify owner "{points}!" '
        "every 1 then add 10 to points"
    )
    room = community(files=policy(f"each day message {steps}", more=SHOW + "tally points by member"))
    told = [brief(room.does(says("u", "x", f"+{day}d 20:00"))) for day in range(4)]
    assert [one.partition(",")[0] for one in told[1::2]] == ['notify owner "20!"', 'notify owner "42"']


def test_awards_of_steps_stay_apart(community: Make) -> None:
    room = community(
        files=policy(
            "each day message at 1 then add 5 to points every 1 then add 5 to points",
            more=SHOW + "tally points by member rule a { then add 5 to points } rule z { then add 1 to points }",
        )
    )
    decision = room.does(says("u", "x"))
    assert [(action.amount, [because.rule for because in action.because]) for action in decision.actions] == [
        (5, ["p.a"]), (5, ["p.s.at1"]), (5, ["p.s.every1"]), (1, ["p.z"])
    ]  # fmt: skip


def test_what_is_said_alike_is_said_once(community: Make) -> None:
    room = community(files=policy('each day message at 1 then reply "x"', more='rule r { then reply "x" }'))
    [action] = room.does(says("u", "x")).actions
    assert [because.rule for because in action.because] == ["p.r", "p.s.at1"]


@pytest.mark.parametrize(
    ("clauses", "sent", "told"),
    [
        # which events fit
        ('each day message where message.text == "#"', [says("u", "x"), says("u", None), says("u", "#")], "--1"),
        ("each day edit", [says("u", "x", message="m"), edits("u", "y", message="m")], "-1"),
        ("each day message", [says("u", "x", message="m"), edits("u", "y", "+1d 19:00", message="m")], "1-"),
        ("each day message", [says("u", "x", message="m"), says("u", "y", "+1d 19:00", message="m")], "1-"),
        ("each day join", [says("u", "x"), joins("u")], "-1"),
        ('each day mark where mark.as == "good"', [marks("u", "bad"), marks("u", "good"), marks("u", "good")], "-1-"),
        # what is removed, or waits, does not fit
        ("each day message", [says("u", "bad"), says("u", "wait"), says("u", "x")], "xx1"),
        ("each day message even if removed", [says("u", "bad"), says("u", "x")], "1-"),
        ("each day request", [requests("u")], "x"),
        ("each day request even if removed", [requests("u")], "1"),
        # bots have none, and who leaves may come back
        ("each day message", [says("u", "x", member_facts={"role": "bot"})], "-"),
        ("each day message", [says("u", "x"), leaves("u"), joins("u"), says("u", "x", "+1d 20:00")], "1--2"),
    ],
)  # fmt: skip
def test_what_fits(community: Make, clauses: str, sent: list[Event], told: str) -> None:
    more = 'rule r { when message.text == "bad" then delete } rule w { when message.text == "wait" then hold }'
    room = community(files=policy(f"{clauses} {EVERY}", more=more))
    said = [brief(room.does(one)) for one in sent]
    short = [
        one.rpartition('reply "')[2].strip('"') if "reply" in one else "x" if len(one) > 1 else one for one in said
    ]
    assert "".join(short) == told


def test_groups_and_policies_apart(community: Make) -> None:
    text = 'streak s {{ each day message every 1 then reply "{0} {{streak.length}}" }}'
    files = {
        f"{name}.policy": f'policy {name} {{ for every group timezone "{zone}" }}\n' + text.format(name)
        for name, zone in (("p", "Asia/Shanghai"), ("q", "UTC"))
    }
    room = community(files=files)
    assert brief(room.does(says("u", "x", "20:00"))) == 'reply "p 1", reply "q 1"'
    assert brief(room.does(says("u", "x", "+1d 07:00"))) == 'reply "p 2"'
    assert brief(room.does(says("u", "x", "+1d 08:00"))) == 'reply "q 2"'
    assert brief(room.does(says("u", "x", "+1d 08:00", group="g2"))) == 'reply "p 1", reply "q 1"'


@pytest.mark.parametrize("fails", ["observe", "file"])
def test_where_the_store_fails(community: Make, fails: Failure) -> None:
    room = community(files=policy(f"each day message {EVERY}"))
    sent = says("u", "x", "20:00", id="e1")
    failed = room.does(sent, fails)
    assert (brief(failed), failed.degraded, failed.unasked) == ("-", True, ("p.s",))
    done = room.does(sent)
    assert (brief(done), done.degraded) == ('reply "1"', False)
    again = room.does(replace(sent, time=(sent.time or 0) + 60_000))
    assert (brief(again), again.replayed) == ('reply "1"', True)
    assert brief(room.does(sent, "file")) == "-"


def test_steps_wait_for_those_before_them(community: Make) -> None:
    room = community(
        files=policy(
            'each day message at 1 then reply "{points}" once in 1h, add 2 to points '
            'every 1 then notify owner "{points}"',
            more=SHOW + "tally points by member",
        )
    )
    sent = says("u", "x", "20:00", id="e1")
    failed = room.does(sent, "commit")
    assert (brief(failed), failed.degraded, failed.unasked) == ("-", True, ("p.points", "p.s"))
    done = room.does(sent)
    assert (brief(done), done.degraded) == ('reply "0", notify owner "2", add 2 to points of u', False)
    assert brief(room.does(sent)) == brief(done)


def test_exempt_and_without(community: Make) -> None:
    header = 'policy p { for every group timezone "Asia/Shanghai" }\n'
    text = f'streak s {{ each day message {EVERY} }} exempt guests {{ when member.name == "v" from s }}\n'
    room = community(files={"p.policy": header + text + 'group "g2" { without s }'})
    assert brief(room.does(says("u", "x"))) == 'reply "1"'
    assert brief(room.does(says("v", "x"))) == "-"
    assert brief(room.does(says("u", "x", group="g2"))) == "-"
