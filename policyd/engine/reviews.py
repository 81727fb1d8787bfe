"""Reviews: what waits for approval opens a ticket, evidence comes in, and an approval lets messages through (§7)."""

from __future__ import annotations

from functools import partial
from typing import Final

from msgspec.structs import replace

from policyd.check.resolved import Review
from policyd.engine.asked import CONTENT
from policyd.engine.course import Course
from policyd.engine.desk import Change, Desk, Said
from policyd.engine.review_file import content_of, missing, needed, next_id
from policyd.engine.tickets import DELETE, HELD, RELEASE, tell
from policyd.model.records import Approval, Evidence, ReviewFile, Ticket, Use
from policyd.model.wording import COMPLETE

_MOST: Final = 50
"""So many approvals, refusals and uses of one review are kept; the oldest go."""
_KEPT_USES: Final = 62 * 86_400_000


def changes(course: Course) -> list[Change]:
    """The tickets of messages that wait for approval."""
    if not course.wanted.effects:
        return []
    return [
        partial(_pend, course, course.case.program.policy_set.reviews[effect.subject], effect.rule)
        for effect in course.wanted.does("pend review")
        if _waits(course, effect.rule)
    ]


def new_ticket(desk: Desk, review: Review, member: str, name: str | None, event: str) -> Ticket:
    """The next ticket of the review for this member; it is not on the desk yet."""
    file = _review_file(desk, review.name, member)
    ticket = next_id(desk.group, review, member, file)
    file.opened += 1
    file.ticket = ticket
    return Ticket(
        id=ticket,
        kind="review",
        group=desk.group,
        member=member,
        event=event,
        opened=desk.now,
        rules=(review.name,),
        name=name,
        needed=review.by,
        review=review.name,
        needs=review.needs,
        evidence=needed(review.needs, file),
    )


def completed(desk: Desk, ticket: Ticket, review: Review | None) -> Ticket:
    """The ticket, moderators being told where all evidence is there for the first time."""
    if ticket.told_complete or missing(ticket.needs, ticket.evidence, desk.now):
        return ticket
    title = ticket.review.partition(".")[2] if review is None else review.title
    text = COMPLETE.format(title=title, name=ticket.name or ticket.member, ticket=ticket.id)
    desk.told.says.append(Said("moderators", text, ticket.rules))
    return replace(ticket, told_complete=True)


def with_evidence(desk: Desk, ticket: Ticket, evidence: dict[str, Evidence]) -> Ticket:
    """The ticket with what has been submitted, which is kept in the member's file too."""
    file = _review_file(desk, ticket.review, ticket.member)
    file.evidence |= evidence
    return replace(ticket, evidence=needed(ticket.needs, file))


def settle(desk: Desk, ticket: Ticket, review: Review | None) -> None:
    """What a human's decision, or the end of the time for it, does to the member's file."""
    file = _review_file(desk, ticket.review, ticket.member)
    if file.ticket == ticket.id:
        file.ticket = ""
    if review is None or ticket.status == "expired":
        return
    bound = ticket.fingerprint if review.approve == "content" else ""
    if ticket.status == "approved":
        file.refused = [refused for refused in file.refused if refused != bound]
        until = _valid_until(review, ticket, file, desk.now)
        file.approvals = [*file.approvals, Approval(bound, desk.now, until)][-_MOST:]
    else:
        file.refused = [*[refused for refused in file.refused if refused != bound], bound][-_MOST:]


def use(desk: Desk, review: Review, member: str, key: str) -> None:
    """Keeps that an approval let a message through."""
    file = _review_file(desk, review.name, member)
    kept = [each for each in file.uses if each.at > desk.now - _KEPT_USES]
    file.uses = [*kept, Use(key, desk.now)][-max(_MOST, review.at_most) :]


def _waits(course: Course, rule: str) -> bool:
    """Whether it is this review for which the message waits: its rule is a reason for what is done to the content, or
    nobody touches the content and the rule does not ask for it."""
    winner = course.resolved.winner
    if winner is not None and any(because.rule == rule for because in winner.because):
        return True
    then = course.case.program.policy_set.rules[rule].then
    return course.resolved.verdict in ("allow", "flag", "mask") and not any(action.do in CONTENT for action in then)


def _pend(course: Course, review: Review, rule: str, desk: Desk) -> None:
    event, held = course.case.event, any(action.do == "hold" for action in course.resolved.actions)
    file = _review_file(desk, review.name, event.member.id)
    before = desk.ticket(file.ticket) if file.ticket else None
    is_open = before is not None and before.status == "open"
    ticket = before if is_open else new_ticket(desk, review, event.member.id, event.member.name, event.id)
    assert ticket is not None
    now_about = content_of(event)
    is_other = review.approve == "content" and ticket.fingerprint != now_about
    ticket = replace(
        ticket,
        event=event.id,
        message=None if event.message is None else event.message.id,
        fingerprint=now_about,
        votes=() if is_other else ticket.votes,
        void=(*ticket.void, *(vote.event for vote in ticket.votes)) if is_other else ticket.void,
        approve=RELEASE if held else (),
        refuse=DELETE if held else (),
        evidence=needed(ticket.needs, file),
    )
    ticket = ticket if is_open else completed(desk, ticket, review)
    desk.put_ticket(ticket)
    tell(desk, ticket, course.case.zones)
    winner = course.resolved.winner
    if held and winner is not None and any(because.rule == rule for because in winner.because):
        desk.told.flags.setdefault(HELD, ticket.id)


def _review_file(desk: Desk, review: str, member: str) -> ReviewFile:
    return desk.file(member).reviews.setdefault(review, ReviewFile())


def _valid_until(review: Review, ticket: Ticket, file: ReviewFile, now: int) -> int:
    ends = [each.expires for each in needed(ticket.needs, file).values() if each.expires]
    return min([*ends, now + review.valid] if review.valid else ends, default=0)
