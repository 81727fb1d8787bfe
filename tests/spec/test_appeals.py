"""Appeals, and what an approved one takes back; what the platform did; marks and notices."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec import UNSET

from policyd.model.event import Event
from tests.spec.community import (
    Community,
    appeals,
    brief,
    event,
    judges,
    marks,
    moderator,
    posts_notice,
    reports_outcome,
    says,
    ticket_of,
    told,
)

Make = Callable[..., Community]
RULES = """
appeal { within 2d decided by admins }
lexicon bad { words "bad" }
ladder conduct { at 1 warn "1" at 2 mute 24h at 3 ban }
rule bad { when message.text matches bad then delete, strike conduct }
rule shout { when message.text == "SHOUT" then mute 1h }
rule muted { when member.muted then flag }
"""


def undone(room: Community, against: str, at: str = "22:00", member: str = "u") -> tuple[str, str]:
    """What the bot does after an approved appeal, and what is told of it."""
    opened = room.does(appeals(member, against, at))
    settled = room.does(judges("approve", ticket_of(opened), at))
    assert isinstance(settled.undone, tuple)
    [one] = settled.undone
    assert (one.event, one.member) == (against, member)
    strikes = ", ".join(f"{ladder} {weight}" for ladder, weight in one.strikes.items())
    return brief(settled), f"{strikes or '-'}; {', '.join(one.cannot) or '-'}"


def test_everything_of_the_decision_comes_back(community: Make) -> None:
    room = community(RULES)
    for number, at in enumerate(("20:00", "20:01"), 1):
        room.does(says("u", "bad", at, id=f"e{number}", message=f"m{number}"))
    assert room.strikes("u", "p.conduct", "20:02") == 2
    assert undone(room, "e2") == ("unmute", "p.conduct 1; delete")
    assert room.strikes("u", "p.conduct", "22:01") == 1
    assert brief(room.does(says("u", "x", "22:02"))) == "-"  # not muted any more
    assert undone(room, "e1", "22:03") == ("-", "p.conduct 1; delete, warn")
    assert brief(room.does(says("u", "bad", "22:04", message="m3"))) == 'delete, warn "1"'


def test_bans_and_what_others_asked_for(community: Make) -> None:
    room = community(RULES)
    for number in (1, 2, 3):
        room.does(says("u", "bad", f"20:0{number}", id=f"e{number}", message=f"m{number}"))
    assert undone(room, "e3") == ("unban", "p.conduct 1; delete")


def test_a_mute_that_another_decision_gave_runs_on(community: Make) -> None:
    room = community(RULES)
    room.does(says("u", "bad", "20:00", id="e1", message="m1"))
    room.does(says("u", "SHOUT", "20:10", id="e2"))  # until 21:10
    room.does(says("u", "bad", "20:20", id="e3", message="m3"))  # until 20:20 of the next day
    assert undone(room, "e3", "20:30") == ("-", "p.conduct 1; delete")
    assert brief(room.does(says("u", "x", "21:09"))) == "flag"
    assert brief(room.does(says("u", "x", "21:10"))) == "-"


def test_a_longer_mute_by_a_human_runs_on(community: Make) -> None:
    room = community(RULES)
    room.does(says("u", "SHOUT", "20:00", id="e1"))
    room.does(moderator("mute", "u", "20:01", seconds=7200))
    assert undone(room, "e1", "20:02") == ("-", "-; -")
    assert brief(room.does(says("u", "x", "22:00"))) == "flag"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (appeals("u", "e1", "+2d 20:00"), None),
        (appeals("u", "e1", "+2d 20:00:01"), "/appeal/event"),
        (appeals("u", "unheard of", "20:01"), "/appeal/event"),
        (appeals("v", "e1", "20:01"), "/appeal/event"),
        (appeals("u", "clean", "20:01"), "/appeal/event"),
        (appeals("u", "e1", "20:01", group="g2"), "/appeal/event"),
    ],
)
def test_against_what_one_can_appeal(community: Make, sent: Event, expected: str | None) -> None:
    room = community(RULES)
    room.does(says("u", "bad", "20:00", id="e1", message="m1"))
    room.does(says("u", "good", "20:00", id="clean", message="m2"))
    if expected is not None:
        assert room.complains(sent) == f"invalid_event {expected}"
        return
    opened = room.does(sent)
    ticket = ticket_of(opened)
    assert (brief(opened), told(opened)) == (f'notify admins "申诉待处理 / appeal: u · {ticket}"', "appeal open")
    assert opened.tickets[0].because == ("p.bad",)
    assert room.complains(appeals("u", "e1", "+2d 20:00")) == "invalid_event /appeal/event"  # once
    assert room.does(sent).replayed
    assert room.complains(judges("approve", ticket, "+2d 20:01", role="moderator")) == "invalid_event /verdict/role"
    refused = room.does(judges("refuse", ticket, "+2d 20:01", role="admin"))
    assert (brief(refused), refused.undone) == ("-", UNSET)
    assert room.strikes("u", "p.conduct", "+2d 20:02") == 1


def test_without_appeal_in_the_policies(community: Make) -> None:
    room = community(RULES.replace("appeal { within 2d decided by admins }", ""))
    room.does(says("u", "bad", "20:00", id="e1"))
    assert room.complains(appeals("u", "e1", "20:01")) == "invalid_event /appeal/event"


# ---------------------------------------------------------------- what else humans and platforms tell


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (reports_outcome("delete", None), 'reply "delete true "'),
        (reports_outcome("call_out", "gone"),
         'reply "call_out false gone", notify moderators "平台未能执行 / the platform did not do it: call out · gone"'),
        (marks("u", "quality"), 'reply "quality by m for u"'),
        (marks("u", "other"), "-"),
        (posts_notice("rules", "a"), 'reply "n1 m rules "'),
        (event("profile", "u", "20:00"), 'reply "renamed u"'),
    ],
)  # fmt: skip
def test_facts_of_events(community: Make, sent: Event, expected: str) -> None:
    room = community(
        'rule o { on outcome then reply "{outcome.action} {outcome.ok} {outcome.error}" }'
        'rule k { on mark when mark.as == "quality" then reply "{mark.as} by {mark.by} for {member.name}" }'
        'rule n { on notice then reply "{notice.id} {notice.by} {notice.text} {member.id}" }'
        'rule f { on profile then reply "renamed {member.name}" }'
    )
    assert brief(room.does(sent)) == expected
