"""What is proposed to a human instead of being done: one open ticket for each place in a rule and member."""

from __future__ import annotations

from functools import partial

from msgspec import UNSET

from policyd.engine.asked import Asked
from policyd.engine.course import Course
from policyd.engine.desk import Change, Desk
from policyd.engine.instants import seconds_until
from policyd.engine.tickets import message_of, tell
from policyd.model.decision import Action
from policyd.model.records import Ticket, ticket_id


def changes(course: Course) -> list[Change]:
    return [partial(_open, course, asked) for asked in course.resolved.proposals]


def flag(cell: str) -> str:
    """The flag under which the ticket that a proposal opened is told."""
    return f"propose {cell}"


def opened(course: Course) -> list[Action]:
    """The proposals of this event that are new to the moderators."""
    found = []
    for asked in course.resolved.proposals:
        assert asked.proposal is not None
        ticket = course.told.flags.get(flag(asked.proposal.cell))
        if ticket is not None:
            found.append(proposed(asked, course.case.event.member.id, ticket))
    return found


def proposed(asked: Asked, member: str, ticket: str) -> Action:
    assert asked.proposal is not None
    return Action(
        "propose",
        asked.because,
        member=member or UNSET,
        to=UNSET if asked.to is None else asked.to,
        text=UNSET if asked.text is None else asked.text,
        seconds=UNSET if asked.duration is None else seconds_until(asked.duration, 0),
        ticket=ticket,
        proposes=asked.proposal.approve.do,
    )


def _open(course: Course, asked: Asked, desk: Desk) -> None:
    assert asked.proposal is not None
    event, proposal = course.case.event, asked.proposal
    proposals = desk.file(event.member.id).proposals
    before = desk.ticket(proposals[proposal.cell]) if proposal.cell in proposals else None
    if before is not None and before.status == "open":
        tell(desk, before, course.case.zones)
        return
    wait = proposal.wait
    ticket = Ticket(
        id=ticket_id(desk.group, "proposal", proposal.cell, event.id),
        kind="proposal",
        group=desk.group,
        member=event.member.id,
        event=event.id,
        opened=desk.now,
        rules=tuple(because.rule for because in asked.because),
        name=event.member.name,
        message=message_of(event),
        text=asked.text,
        deadline=0 if wait is None else desk.now + wait.span,
        needed=proposal.needed,
        approve=(proposal.approve,),
        expire=() if wait is None else (wait.expire,),
    )
    proposals[proposal.cell] = ticket.id
    desk.put_ticket(ticket)
    desk.told.flags[flag(proposal.cell)] = ticket.id
    tell(desk, ticket, course.case.zones)
