"""Duties: opened once or renewed, closed by what was owed, late and reminded of exactly once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from policyd.model.event import Event, Message
from tests.spec.community import (
    Community,
    brief,
    edits,
    event,
    instant,
    joins,
    posts_notice,
    says,
    ticks,
)

Make = Callable[..., Community]
INTRODUCTION = """
lexicon bad { words "bad" }
rule bad { on message, edit  when message.text matches bad then delete }
rule doubt { when message.text contains "doubt" then hold }
duty introduction "自我介绍" {
  on join
  within 24h
  until message where message.length >= 5
  remind after 12h then reply "{member.name}: {duty.left}"
  remind after 20h then reply "{member.name}! {duty.left}"
  late then remove, notify admins "{duty.members} {duty.left}"
}
exempt staff { when member.role == admin from introduction }
"""


def at_each(room: Community, *instants: str) -> list[str]:
    """What each tick says."""
    return [brief(room.does(ticks(at))) for at in instants]


def left(kind: str, member: str, at: str) -> Event:
    return event(kind, member, at)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("between", "said"),
    [
        ([], ['reply "u: 12h"', 'reply "u! 4h"', 'remove, notify admins "u 0s"']),
        ([says("u", "hello all", "21:00")], ["-", "-", "-"]),
        ([says("u", "hi", "21:00")], ['reply "u: 12h"', 'reply "u! 4h"', 'remove, notify admins "u 0s"']),
        ([says("v", "hello all", "21:00")], ['reply "u: 12h"', 'reply "u! 4h"', 'remove, notify admins "u 0s"']),
        # what was removed earns nothing, and neither does what is held
        ([says("u", "hello, bad", "21:00")], ['reply "u: 12h"', 'reply "u! 4h"', 'remove, notify admins "u 0s"']),
        ([says("u", "hello, doubt", "21:00")], ['reply "u: 12h"', 'reply "u! 4h"', 'remove, notify admins "u 0s"']),
        ([left("leave", "u", "21:00")], ["-", "-", "-"]),
        ([says("u", "hello all", "+1d 10:00")], ['reply "u: 12h"', "-", "-"]),
        # who joins again owes it anew, from then on
        ([joins("u", "22:00")], ["-", 'reply "u: 6h"', 'reply "u! 2h"']),
        # what is edited is no message
        ([says("u", "hi", "20:10", message="m"), edits("u", "hello all", "21:00", message="m")],
         ['reply "u: 12h"', 'reply "u! 4h"', 'remove, notify admins "u 0s"']),
    ],
)  # fmt: skip
def test_late_and_reminders(community: Make, between: list[Event], said: list[str]) -> None:
    room = community(INTRODUCTION)
    room.does(joins("u", "20:00"))
    answers = []
    steps = [*between, *map(ticks, ("+1d 08:00", "+1d 16:00", "+1d 20:00"))]
    for sent in sorted(steps, key=lambda one: one.time or 0):
        decision = room.does(replace(sent, id=f"sent {sent.time} {sent.id}"))
        answers += [brief(decision)] if sent.kind == "tick" else []
    assert answers == said
    if answers[-1].startswith("remove"):
        assert at_each(room, "+1d 20:01") == ["-"]


def test_exemptions_are_kept_from_the_opening(community: Make) -> None:
    room = community(INTRODUCTION)
    room.does(joins("u", "20:00", member_facts={"role": "admin"}))
    room.does(joins("v", "20:00"))
    room.does(event("profile", "v", "20:01", member_facts={"role": "admin"}))
    assert at_each(room, "+1d 20:00") == ['remove, notify admins "v 0s"']


def test_missed_ticks_remind_once_and_are_late_once(community: Make) -> None:
    room = community(INTRODUCTION)
    room.does(joins("u", "20:00"))
    assert at_each(room, "+1d 17:00", "+1d 17:01") == ['reply "u! 3h"', "-"]
    assert at_each(room, "+9d 20:00", "+9d 20:01") == ['remove, notify admins "u 0s"', "-"]


def test_what_is_known_of_who_is_late(community: Make) -> None:
    room = community('duty d { on join within 1h late then reply "{member.id} {member.name} {member.role}" }')
    room.does(joins("u", "20:00", member_facts={"role": "guest"}))
    room.does(event("profile", "u", "20:30", member_facts={"name": "new"}))
    late = room.does(ticks("21:00"))
    assert brief(late) == 'reply "u new guest"'
    assert [action.group for action in late.actions] == ["g1"]


@pytest.mark.parametrize(
    ("clauses", "opened", "late_at"),
    [
        ("within 90s", "20:00", "20:01:30"),
        ("within 3m in peak, 15m otherwise", "20:00", "20:03"),
        ("within 3m in peak, 15m otherwise", "21:00", "21:15"),
        ("due sun 24:00", "20:00", "+7d 00:00"),
        ("due mon 20:00", "20:00", "+7d 20:00"),
        ("due day 21:00", "20:00", "21:00"),
        ("within 1h pause in peak", "18:59:30", "21:59:30"),
        ("within 1h pause in peak", "19:30", "22:00"),
        ("within 26h pause in peak", "20:00", "+2d 01:00"),
    ],
)
def test_when_it_is_late(community: Make, clauses: str, opened: str, late_at: str) -> None:
    room = community(f'hours peak {{ every day 19:00-21:00 }} duty d {{ on join {clauses} late then reply "late" }}')
    room.does(joins("u", opened))
    before = replace(ticks(late_at), id="before", time=instant(late_at) - 1)
    assert [brief(room.does(before)), *at_each(room, late_at)] == ["-", 'reply "late"']


def test_each_opening_is_owed(community: Make) -> None:
    room = community('duty d { each on message where message.images > 0 within 1h late then reply "{member.id}" }')
    for at in ("20:00", "20:30"):
        room.does(says("u", "x", at, images=1, message=at))
    late = room.does(ticks("21:00"))
    assert [(action.text, action.message) for action in late.actions] == [("u", "20:00")]
    assert at_each(room, "21:29", "21:30", "21:31") == ["-", 'reply "u"', "-"]


def test_notices_are_owed_by_those_who_must_acknowledge(community: Make) -> None:
    room = community(
        'duty ack { on notice within 24h until message where message.text == "已阅" together'
        ' remind after 12h then reply "{duty.members}: {duty.left}" late then call out "{duty.members}" }'
    )
    for member in ("a", "b", "c", "d"):
        room.does(joins(member, "19:00", member_facts={"name": member.upper()}))
    room.does(posts_notice("new rules", "c", "a", "b", at="20:00"))
    room.does(says("b", "已阅", "21:00"))
    reminded = room.does(ticks("+1d 08:00"))
    assert brief(reminded) == 'reply "A, C: 12h"'
    room.does(says("c", "已阅", "+1d 09:00"))
    assert at_each(room, "+1d 20:00", "+1d 20:01") == ['call out "A"', "-"]


def answers(member: str, at: str, **facts: object) -> Event:
    return event("message", member, at, message=Message(id=f"r{at}", text="so", reply_to="q"), member_facts=facts)


@pytest.mark.parametrize(
    ("replies", "said"),
    [
        ([], ['notify admins "unanswered"']),
        ([answers("v", "20:01")], ['notify admins "unanswered"']),
        ([answers("v", "20:01", role="member")], ['notify admins "unanswered"']),
        ([answers("v", "20:01", role="moderator")], ["-"]),
        ([answers("v", "20:01", role="owner")], ["-"]),
        ([answers("u", "20:01", role="owner")], ['notify admins "unanswered"']),  # nobody answers himself
        ([says("v", "so", "20:01", member_facts={"role": "owner"})], ['notify admins "unanswered"']),
    ],
)
def test_questions_wait_for_a_reply(community: Make, replies: list[Event], said: list[str]) -> None:
    room = community(
        'duty q { on message where message.text ends with "?" within 3m until reply by moderators'
        ' late then notify admins "unanswered" }'
    )
    room.does(says("u", "why?", "20:00", message="q"))
    room.does(says("u", "why, again?", "20:00", message="other"))
    for reply in replies:
        room.does(replace(reply, id="reply"))
    late = room.does(ticks("20:03"))
    assert sorted(str(action.message) for action in late.actions) == ["other", "q"][: 1 + (said != ["-"])]
    assert {brief(late)} <= {'notify admins "unanswered"', 'notify admins "unanswered", notify admins "unanswered"'}


def test_even_if_removed(community: Make) -> None:
    room = community(
        'rule r { then delete } duty d { on message within 1h even if removed late then reply "late" }'
        ' duty e { on message within 1h late then reply "never" }'
    )
    room.does(says("u", "x", "20:00"))
    assert at_each(room, "21:00") == ['reply "late"']


def test_a_late_duty_strikes(community: Make) -> None:
    room = community(
        'ladder conduct { at 1 warn "1" at 2 mute 1h } duty d { on join within 1h late then strike conduct }'
    )
    room.does(joins("u", "20:00"))
    assert at_each(room, "21:00") == ['warn "1"']
    assert room.strikes("u", "p.conduct", "21:01") == 1
    room.does(joins("u", "21:05"))
    assert at_each(room, "22:05") == ["mute 1h"]


def test_what_closes_and_opens_renews(community: Make) -> None:
    room = community('duty d { on message within 1h until message late then reply "silent" }')
    for at in ("20:00", "20:30"):
        room.does(says("u", "x", at))
    assert at_each(room, "21:29", "21:30", "22:30") == ["-", 'reply "silent"', "-"]


def test_the_earliest_deadline_of_those_reminded_together(community: Make) -> None:
    room = community(
        'duty d { on join within 3h together remind after 1h then reply "{duty.members} {duty.left}"'
        ' late then reply "{duty.members} late" }'
    )
    for member, at in (("b", "20:00"), ("a", "20:10")):
        room.does(joins(member, at))
    assert at_each(room, "21:30", "23:30") == ['reply "b, a 1h30m"', 'reply "b, a late"']
