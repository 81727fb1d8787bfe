"""L20: every hold and proposal waits for a human; a verdict settles it, or time does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from policyd.model.event import Event
from tests.spec.community import Community, brief, event, judges, requests, says, ticket_of, ticks, told

Make = Callable[..., Community]
HELD = 'rule long { when message.text contains "long" then hold }'


@pytest.mark.parametrize(
    ("rules", "sent", "opened", "approved", "refused"),
    [
        (HELD, says("u", "long", message="m1"), "hold", "hold", "release / delete"),
        ("rule r { on request then hold }", requests("u"), "hold", "request", "admit / refuse"),
        ('rule r { on request then hold, assign "a" }', requests("u"), "hold", "request",
         'admit, assign "a" / refuse'),
        ("", requests("u"), "hold", "request", "admit / refuse"),
        ('rule r { then propose remove saying "go" }', says("u", "x"), 'propose remove "go"', "proposal",
         'remove "go" / -'),
        ("rule r { then propose mute 1h }", says("u", "x"), "propose mute 1h", "proposal", "mute 1h / -"),
        ("rule r { then propose delete }", says("u", "x", message="m1"), "propose delete", "proposal", "delete / -"),
    ],
)  # fmt: skip
def test_what_waits_and_what_a_verdict_does(
    community: Make, rules: str, sent: Event, opened: str, approved: str, refused: str
) -> None:
    kind, (on_approval, on_refusal) = approved, refused.split(" / ")
    for decision, status, expected in (("approve", "approved", on_approval), ("refuse", "refused", on_refusal)):
        room = community(rules)
        first = room.does(sent)
        assert (brief(first), told(first)) == (opened, f"{kind} open")
        assert first.actions[-1].ticket == ticket_of(first)
        settled = room.does(judges(decision, ticket_of(first), "20:05"))
        assert (brief(settled), told(settled)) == (expected, f"{kind} {status}")
        assert all(action.ticket == ticket_of(first) for action in settled.actions)
        assert settled.verdict == "allow"


@pytest.mark.parametrize(
    ("action", "kind", "at_deadline"),
    [
        ("hold for 10m then delete", "message", "delete"),
        ("hold for 10m then release", "message", "release"),
        ("hold for 10m then mute 1h", "message", "mute 1h"),
        ('hold for 10m then reply "late"', "message", 'reply "late"'),
        ("hold for 10m then admit", "request", "admit"),
        ('hold for 10m then refuse "no"', "request", 'refuse "no"'),
        ("propose ban for 10m then mute 24h", "message", "mute 24h"),
    ],
)
def test_nobody_decides_in_time(community: Make, action: str, kind: str, at_deadline: str) -> None:
    room = community(f"rule r {{ on {kind} then {action} }}")
    first = room.does(says("u", "x", message="m1") if kind == "message" else requests("u"))
    assert first.tickets[0].until == "2026-03-02T20:10:00+08:00"
    assert brief(room.does(ticks("20:09:59.999"))) == "-"
    late = room.does(ticks("20:10"))
    assert (brief(late), told(late)) == (at_deadline, f"{first.tickets[0].kind} expired")
    assert [(done.group, done.member, done.ticket) for done in late.actions] == [("g1", "u", ticket_of(first))]
    assert brief(room.does(ticks("20:11"))) == "-"
    assert room.complains(judges("approve", ticket_of(first), "20:12")) == "invalid_event /verdict/ticket"


def test_the_shortest_wait_counts(community: Make) -> None:
    room = community(
        "rule a { then hold for 30m then delete } rule b { then hold for 10m then release } rule c { then hold }"
    )
    assert room.does(says("u", "x", message="m")).tickets[0].because == ("p.a", "p.b", "p.c")
    assert brief(room.does(ticks("20:10"))) == "release"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (judges("approve", "nothing"), "invalid_event /verdict/ticket"),
        (judges("approve", "TICKET", group="g2"), "invalid_event /verdict/ticket"),
        (event("verdict", "v", "20:01", verdict=judges("approve", "TICKET").verdict), "invalid_event /member/id"),
        (judges("approve", "TICKET", role="member"), "invalid_event /verdict/role"),
        (judges("approve", "TICKET", role="moderator"), None),
        (judges("approve", "TICKET", role="owner"), None),
    ],
)
def test_verdicts_that_cannot_be_meant(community: Make, sent: Event, expected: str | None) -> None:
    room = community(HELD)
    ticket = ticket_of(room.does(says("u", "long", message="m")))
    assert sent.verdict is not None
    said = sent.verdict.ticket.replace("TICKET", ticket)
    meant = replace(sent, verdict=replace(sent.verdict, ticket=said))
    if expected is None:
        assert brief(room.does(meant)) == "release"
        assert room.complains(judges("approve", ticket, "20:02", by="other")) == "invalid_event /verdict/ticket"
        assert room.does(meant).replayed
    else:
        assert room.complains(meant) == expected
        assert brief(room.does(judges("approve", ticket, "20:02"))) == "release"  # nothing had changed


def test_several_must_agree(community: Make) -> None:
    room = community("rule r { then propose remove by 2 moderators }")
    ticket = ticket_of(room.does(says("u", "x")))
    first = room.does(judges("approve", ticket, by="a"))
    assert (brief(first), told(first)) == ("-", "proposal open")
    assert (first.tickets[0].approved_by, first.tickets[0].needed) == (("a",), 2)
    assert room.complains(judges("approve", ticket, by="a")) == "invalid_event /verdict/by"
    assert room.does(judges("approve", ticket, by="b")).actions[0].do == "remove"
    again = ticket_of(room.does(says("u", "x", "20:30")))
    assert again != ticket
    room.does(judges("approve", again, by="a"))
    assert told(room.does(judges("refuse", again, by="b"))) == "proposal refused"  # one refusal settles


def test_one_proposal_at_a_time(community: Make) -> None:
    room = community("rule r { then propose remove }")
    first = room.does(says("u", "x"))
    again = room.does(says("u", "y", "20:01"))
    assert (brief(again), again.tickets) == ("-", first.tickets)
    assert brief(room.does(says("v", "y", "20:01"))) == "propose remove"  # of another member
    room.does(judges("refuse", ticket_of(first), "20:02"))
    assert brief(room.does(says("u", "z", "20:03"))) == "propose remove"


def test_a_mute_that_was_proposed_runs_from_the_verdict(community: Make) -> None:
    room = community("rule r { when not member.muted then propose mute 1h } rule m { when member.muted then flag }")
    ticket = ticket_of(room.does(says("u", "x")))
    done = room.does(judges("approve", ticket, "20:30"))
    assert done.actions[0].until == "2026-03-02T21:30:00+08:00"
    assert brief(room.does(says("u", "y", "21:29"))) == "flag"
    assert brief(room.does(says("u", "y", "21:30"))) == "propose mute 1h"


def test_rules_on_verdicts_act_beside_the_ticket(community: Make) -> None:
    room = community(HELD + ' rule v { on verdict when verdict.decision == "refuse" then reply "no, {member.name}" }')
    ticket = ticket_of(room.does(says("u", "long", message="m")))
    assert brief(room.does(judges("refuse", ticket))) == 'delete, reply "no, u"'


def test_stronger_actions_leave_no_ticket(community: Make) -> None:
    room = community(f'{HELD} rule bad {{ when message.text contains "bad" then delete }}')
    decision = room.does(says("u", "long and bad"))
    assert (brief(decision), told(decision)) == ("delete", "-")


def test_a_settled_ticket_is_forgotten_after_a_month(community: Make) -> None:
    room = community(HELD)
    ticket = ticket_of(room.does(says("u", "long", message="m")))
    room.does(judges("approve", ticket))
    for at in ("+29d 20:00", "+31d 20:00"):
        assert brief(room.does(ticks(at))) == "-"
        assert room.complains(judges("refuse", ticket, at)) == "invalid_event /verdict/ticket"


def test_tickets_without_a_policy(community: Make) -> None:
    room = community(files={"p.policy": 'policy p { for groups "g9" } rule r { then hold }'})
    assert told(room.does(requests("u"))) == "-"
