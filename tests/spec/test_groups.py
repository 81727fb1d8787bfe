"""Settings, groups that differ, rosters, and what is counted across groups."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policyd.model.event import Event
from tests.spec.community import (
    ZONE,
    Community,
    appeals,
    brief,
    joins,
    judges,
    moderator,
    requests,
    says,
    ticket_of,
    ticks,
)

Make = Callable[..., Community]
HEADER = f'policy p {{ for every group timezone "{ZONE}" }}\n'


def test_settings(community: Make) -> None:
    room = community(
        'setting longest = 5 setting greeting = "hi" setting often = 2 '
        'group "g7", "g8" { longest = 9 often = 1 } group "g8" { greeting = "你好" }'
        'rule long { when message.length > longest then reply "{greeting} {longest}" }'
        "limit flood { at most often messages by member within 1h then delete }"
    )
    assert brief(room.does(says("u", "123456", group="g1"))) == 'reply "hi 5"'
    assert brief(room.does(says("u", "123456", group="g7"))) == "-"
    assert brief(room.does(says("u", "1", group="g8"))) == "-"
    assert brief(room.does(says("u", "1234567890", group="g8"))) == 'delete, reply "你好 9"'


@pytest.fixture(params=["g1", "g7"])
def group(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_declarations_that_a_group_is_without(community: Make, group: str) -> None:
    room = community(
        'group "g7" { without no_ads, ads, hello, flood, evening, quiet }'
        'rule no_ads { when message.text contains "ad" then flag }'
        'review ads { when message.text contains "shop" exempt no_shops }'
        'rule no_shops { when message.text contains "shop" then delete }'
        'duty hello { on join within 1h late then reply "late" }'
        "limit flood { at most 1 messages by member within 1m then mute 1m }"
        'schedule evening { every day 21:00 then reply "evening" }'
        'sweep quiet { every day 21:00 when member.silent >= 1h then reply "quiet {member.id}" }'
    )
    full = group == "g1"
    assert brief(room.does(says("u", "ad", "20:00", group=group))) == ("flag" if full else "-")
    assert brief(room.does(says("u", "x", "20:00:30", group=group))) == ("mute 1m" if full else "-")
    held = "delete"  # the review says hold, which is weaker, and what it exempts applies everywhere
    assert brief(room.does(says("v", "shop", "20:10", group=group))) == held
    room.does(joins("w", "20:00", group=group))
    said = 'reply "evening", reply "late", reply "quiet u", reply "quiet v", reply "quiet w"'
    assert sorted(brief(room.does(ticks("21:30"))).split(", ")) == sorted(said.split(", ") if full else ["-"])


ROSTER = "手机,班级,等级\n 138 ,一班,A\n139,,B\n138,二班,C\n,三班,D\n"


@pytest.mark.parametrize(
    ("phone", "condition", "holds"),
    [
        ("138", "member.phone in students", True),
        (" 139 ", "member.phone in students", True),
        ("140", "member.phone in students", False),
        ("", "member.phone in students", False),
        (None, "member.phone in students", None),
        ("140", "member.phone not in students", True),
        ("138", 'students(member.phone).班级 == "一班"', True),  # the first row counts
        ("139", 'students(member.phone).班级 == "一班"', None),  # an empty cell
        ("140", 'students(member.phone).班级 == "一班"', None),  # no row
        ("139", 'students(member.phone).等级 in ["B"]', True),
    ],
)
def test_rosters(community: Make, phone: str | None, condition: str, holds: bool | None) -> None:
    text = (
        'attribute member.phone : text roster students { file "students.csv" key 手机 } '
        f'rule yes {{ when {condition} then reply "yes" }} rule no {{ when not ({condition}) then reply "no" }} '
        f'rule unknown {{ when not known({condition}) then reply "unknown" }}'
    )
    room = community(files={"p.policy": HEADER + text, "students.csv": ROSTER})
    sent = says("u", "x", member_facts={"attributes": {} if phone is None else {"phone": phone}})
    assert brief(room.does(sent)) == f'reply "{ {True: "yes", False: "no", None: "unknown"}[holds] }"'


def test_cells_of_rosters_in_texts(community: Make) -> None:
    text = (
        'attribute member.phone : text roster students { file "students.csv" key 手机 } '
        "let class = students(member.phone).班级 "
        'rule r { on request when member.phone in students then admit, assign "{class}" otherwise refuse "no" }'
    )
    room = community(files={"p.policy": HEADER + text, "students.csv": ROSTER})

    def applies(phone: str) -> Event:
        return requests("u", member_facts={"attributes": {"phone": phone}})

    assert brief(room.does(applies("138"))) == 'admit, assign "一班"'
    assert brief(room.does(applies("140"))) == 'refuse "no"'


# ---------------------------------------------------------------- across groups


def test_counters_across_groups(community: Make) -> None:
    room = community(
        "limit here { at most 2 messages by member within 1h then flag }"
        "limit everywhere { at most 2 messages by member within 1h across groups then delete }"
    )
    groups = ["g1", "g2", "g3", "g1"]
    said = [brief(room.does(says("u", "x", f"20:0{n}", group=group))) for n, group in enumerate(groups)]
    assert said == ["-", "-", "delete", "delete"]
    assert brief(room.does(says("v", "x", "20:05", group="g1"))) == "-"
    assert brief(room.does(says("u", "x", "20:06", group="g1"))) == "delete"
    assert brief(room.does(says("u", "x", "21:30", group="g1"))) == "-"


def test_ladders_across_groups(community: Make) -> None:
    room = community(
        'ladder wide across groups { at 1 warn "1" at 2 mute 1h at 3 ban } lexicon bad { words "bad" }'
        "rule r { on message, edit when message.text matches bad then strike wide } appeal { }"
        'rule counts { when strikes(wide) >= 1 and message.text == "?" then reply "{ladder.strikes}!" }'
        "rule muted { when member.muted then flag }"
    )
    assert brief(room.does(says("u", "bad", "20:00", group="g1", message="m1"))) == 'warn "1"'
    assert brief(room.does(says("u", "bad", "20:01", group="g2", message="m1", id="e2"))) == "mute 1h"
    assert brief(room.does(says("u", "?", "20:02", group="g3"))) == 'reply "!"'
    assert brief(room.does(says("u", "x", "20:02", group="g2"))) == "flag"  # muted there, not everywhere
    assert brief(room.does(says("u", "x", "20:02", group="g1"))) == "-"
    assert room.does(says("u", "bad", "20:01", group="g2", message="m1", id="e2")).replayed
    assert room.strikes("u", "p.wide", "20:03") == 2
    opened = room.does(appeals("u", "e2", "20:10", group="g2"))
    assert brief(room.does(judges("approve", ticket_of(opened), "20:11", group="g2"))) == "unmute"
    assert room.strikes("u", "p.wide", "20:12") == 1
    room.does(moderator("pardon", "u", "20:13"))
    assert room.strikes("u", "p.wide", "20:14") == 0
