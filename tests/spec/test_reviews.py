"""Reviews: what waits for evidence and approval, to what an approval is bound, and how long it lasts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from policyd.model.event import Event
from tests.spec.community import Community, brief, edits, judges, nobody, says, submits, ticket_of, ticks, told

Make = Callable[..., Community]
ADS = """
rule no_contacts { on message, edit  when message.text contains "call" then delete }
review ads "三证" {
  when message.text contains "ad" or message.text contains "call"
  unless member.role == owner
  WHAT
  exempt no_contacts
  pending then hold, warn "bring {ticket.missing} for {ticket.id}"
  refused then delete, warn "no"
}
rule told { on message, edit  when message.approved then notify owner "approved" }
"""


def ads(clauses: str) -> str:
    return ADS.replace("WHAT", clauses)


def test_from_pending_to_allowed(community: Make) -> None:
    room = community(ads("needs licence, photos approve member"))
    first = room.does(says("u", "ad one", message="m1"))
    ticket = ticket_of(first)
    assert brief(first) == f'hold, warn "bring licence, photos for {ticket}"'
    assert (first.actions[0].ticket, first.tickets[0].missing) == (ticket, ("licence", "photos"))
    again = room.does(says("u", "ad two", "20:01", message="m2"))
    assert (ticket_of(again), again.tickets[0].message) == (ticket, "m2")
    half = room.does(submits("u", "licence", at="20:02"))
    assert (brief(half), half.tickets[0].missing) == ("-", ("photos",))
    assert brief(room.does(says("u", "ad three", "20:03", message="m3"))) == f'hold, warn "bring photos for {ticket}"'
    whole = room.does(submits("u", "photos", at="20:04", ticket=ticket))
    assert brief(whole) == f'notify moderators "材料已齐,请审核 / ready for review: 三证 · u · {ticket}"'
    assert brief(room.does(submits("u", "photos", at="20:05"))) == "-"  # said once
    done = room.does(judges("approve", ticket, "20:06"))
    assert (brief(done), told(done), done.actions[0].message) == ("release", "review approved", "m3")
    assert brief(room.does(says("u", "ad four, call", "20:07", message="m4"))) == 'notify owner "approved"'
    assert brief(room.does(says("v", "ad", "20:08", message="m5"))).startswith("hold")  # of this member only


def test_refused(community: Make) -> None:
    room = community(ads("needs licence approve member"))
    ticket = ticket_of(room.does(says("u", "ad", message="m1")))
    assert brief(room.does(judges("refuse", ticket, "20:01"))) == "delete"
    assert brief(room.does(says("u", "ad", "20:02", message="m2"))) == 'delete, warn "no"'
    again = room.does(submits("u", "licence", at="20:03"))  # new evidence opens it again
    assert told(again) == "review open" and ticket_of(again) != ticket
    assert brief(room.does(judges("approve", ticket_of(again), "20:04"))) == "-"
    assert brief(room.does(says("u", "ad", "20:05", message="m3"))) == 'notify owner "approved"'


@pytest.mark.parametrize(
    ("clauses", "instants", "expected"),
    [
        ("approve member", ["20:10", "+300d 20:00"], ["allowed", "allowed"]),
        ("approve member valid 24h", ["20:10", "+1d 20:00:59", "+1d 20:01"], ["allowed", "allowed", "pending"]),
        ("approve member at most 2 per day", ["20:10", "20:11", "20:12", "+1d 00:00"],
         ["allowed", "allowed", "refused", "allowed"]),
        ("approve member at most 1 per week", ["20:10", "+6d 23:59", "+7d 00:00"], ["allowed", "refused", "allowed"]),
        ("approve member at most 1 per month", ["20:10", "+29d 23:59", "+30d 00:00"],
         ["allowed", "refused", "allowed"]),
    ],
)  # fmt: skip
def test_how_long_and_how_often(community: Make, clauses: str, instants: list[str], expected: list[str]) -> None:
    room = community(ads(clauses))
    room.does(judges("approve", ticket_of(room.does(says("u", "ad", "20:00"))), "20:01"))
    answers = [brief(room.does(says("u", "ad", at, message=at))) for at in instants]
    means = {'notify owner "approved"': "allowed", 'delete, warn "no"': "refused"}
    assert [means.get(answer, "pending") for answer in answers] == expected


def test_approval_of_content(community: Make) -> None:
    room = community(ads("approve content at most 1 per day"))
    room.does(judges("approve", ticket_of(room.does(says("u", "ad: buy now 1", message="m1"))), "20:01"))
    copy = "ad: buy now 22"  # digits do not tell copies apart
    assert brief(room.does(says("u", copy, "20:02", message="m2"))) == 'notify owner "approved"'
    assert brief(room.does(edits("u", copy, "20:03", message="m2"))) == "-"  # the same message uses nothing more
    assert brief(room.does(says("u", copy, "20:04", message="m3"))) == 'delete, warn "no"'
    other = room.does(says("u", "ad: something else", "20:05", message="m4"))
    assert brief(other).startswith("hold")
    assert brief(room.does(judges("refuse", ticket_of(other), "20:06"))) == "delete"
    assert brief(room.does(says("u", "ad: something else!", "20:07", message="m5"))) == 'delete, warn "no"'
    assert brief(room.does(says("u", "ad, unlike these", "20:08", message="m6"))).startswith("hold")


def test_an_edit_is_no_second_use_in_the_next_period_either(community: Make) -> None:
    room = community(ads("approve member at most 1 per day"))
    room.does(judges("approve", ticket_of(room.does(says("u", "ad", "20:00", message="m1"))), "20:01"))
    room.does(says("u", "ad", "20:02", message="m2"))
    assert brief(room.does(edits("u", "ad, mended", "+1d 09:00", message="m2"))) == "-"
    assert brief(room.does(says("u", "ad", "+1d 09:01", message="m3"))) == 'notify owner "approved"'


def test_a_repeat_files_what_is_there_by_then(community: Make) -> None:
    """What the first sending saw may be old when only the second gets through."""
    room = community(ads("needs licence approve content"))
    room.does(says("u", "ad: apples", message="m1"))
    late = says("u", "ad: pears", "20:01", message="m2")
    assert room.does(late, fails="commit").degraded
    room.does(submits("u", "licence", at="20:02"))
    assert room.does(late).tickets[0].missing == ()


def test_nobody_agrees_to_what_they_have_not_seen(community: Make) -> None:
    """A vote for one content is none for the next that comes to the same ticket; a vote for the member stays."""
    room = community(ads("approve content by 2 moderators"))
    ticket = ticket_of(room.does(says("u", "ad: apples", message="m1")))
    room.does(judges("approve", ticket, "20:01", by="m1"))
    assert ticket_of(room.does(says("u", "ad: pears", "20:02", message="m2"))) == ticket
    assert told(room.does(judges("approve", ticket, "20:03", by="m2"))) == "review open"
    assert told(room.does(judges("approve", ticket, "20:04", by="m1"))) == "review approved"

    room = community(ads("approve member by 2 moderators"))
    ticket = ticket_of(room.does(says("u", "ad: apples", message="m1")))
    room.does(judges("approve", ticket, "20:01", by="m1"))
    room.does(says("u", "ad: pears", "20:02", message="m2"))
    assert told(room.does(judges("approve", ticket, "20:03", by="m2"))) == "review approved"


def test_pictures_are_approved_one_by_one(community: Make) -> None:
    room = community("review r { when message.images > 0 approve content }")
    first = room.does(says("u", None, message="m1", images=1))
    room.does(judges("approve", ticket_of(first), "20:01"))
    assert brief(room.does(edits("u", None, "20:02", message="m1", images=1))) == "-"
    assert brief(room.does(says("u", None, "20:02", message="m2", images=1))).startswith("hold")


def test_evidence_expires(community: Make) -> None:
    room = community(ads("needs licence approve member"))
    room.does(submits_after(room, "u", expires="21:00"))
    ticket = ticket_of(room.does(says("u", "ad", "20:05", message="m2")))
    room.does(judges("approve", ticket, "20:10"))
    assert brief(room.does(says("u", "ad", "20:59", message="m3"))) == 'notify owner "approved"'
    assert brief(room.does(says("u", "ad", "21:00", message="m4"))).startswith('hold, warn "bring licence')


def submits_after(room: Community, member: str, *, expires: str) -> Event:
    """Brings the licence once a message waits for it."""
    room.does(says(member, "ad", "20:00", message="m1"))
    return submits(member, "licence", at="20:01", expires=expires)


def test_a_stronger_action_opens_nothing_and_uses_nothing(community: Make) -> None:
    room = community(
        ads("approve member at most 1 per day") + 'rule bad { when message.text contains "bad" then delete }'
    )
    assert told(room.does(says("u", "bad ad", message="m1"))) == "-"
    room.does(judges("approve", ticket_of(room.does(says("u", "ad", "20:01", message="m2"))), "20:02"))
    assert brief(room.does(says("u", "bad ad", "20:03", message="m3"))) == 'delete, notify owner "approved"'
    assert brief(room.does(says("u", "ad", "20:04", message="m4"))) == 'notify owner "approved"'
    assert brief(room.does(says("u", "ad", "20:05", message="m5"))) == 'delete, warn "no"'


def test_unless_and_several_moderators(community: Make) -> None:
    room = community(ads("by 2 moderators"))
    assert brief(room.does(says("u", "ad", member_facts={"role": "owner"}))) == "-"
    opened = room.does(says("u", "ad", message="m1"))
    assert brief(opened).endswith(
        f'notify moderators "材料已齐,请审核 / ready for review: 三证 · u · {ticket_of(opened)}"'
    )
    assert told(room.does(judges("approve", ticket_of(opened), by="a"))) == "review open"
    assert brief(room.does(judges("approve", ticket_of(opened), by="b"))) == "release"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (submits("u", "licence", ticket="nothing"), "invalid_event /submission/ticket"),
        (submits("v", "licence"), "invalid_event /submission/ticket"),
        (submits("u", "licence", "passport"), "invalid_event /submission/evidence/1/kind"),
        (
            nobody("submission", "20:01", submission=submits("u", "licence").submission),
            "invalid_event /submission/ticket",
        ),
    ],
)
def test_submissions_that_cannot_be_meant(community: Make, sent: Event, expected: str) -> None:
    room = community(ads("needs licence"))
    room.does(says("u", "ad", message="m1"))
    assert room.complains(sent) == expected
    assert room.does(says("u", "ad", "20:02", message="m2")).tickets[0].missing == ("licence",)


def test_reviews_have_no_deadline(community: Make) -> None:
    room = community(ads("needs licence"))
    ticket = ticket_of(room.does(says("u", "ad", message="m1")))
    assert brief(room.does(ticks("+20d 20:00"))) == "-"
    assert brief(room.does(judges("approve", ticket, "+20d 20:01"))) == "release"


def test_a_vote_that_counts_no_longer_is_still_known(community: Make) -> None:
    room = community(ads("approve content by 2 moderators"))
    ticket = ticket_of(room.does(says("u", "ad one", "20:00", message="m1")))
    vote = judges("approve", ticket, "20:01", by="a", id="v1")
    first = room.does(vote)
    room.does(says("u", "ad two", "20:02", message="m2"))
    room.does(judges("approve", ticket, "20:03", by="a"))
    assert room.does(vote) == replace(first, replayed=True)
