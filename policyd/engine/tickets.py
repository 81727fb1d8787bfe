"""Tickets: what waits for a human's decision (law L20). Here those of held messages and requests."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from msgspec import UNSET

from policyd.engine.case import policy_of
from policyd.engine.course import Course
from policyd.engine.desk import Change, Desk
from policyd.engine.instants import rfc3339
from policyd.engine.review_file import missing
from policyd.model.decision import Action, Because, TicketState
from policyd.model.event import Event
from policyd.model.records import PlannedAction, Ticket, ticket_id

RELEASE: Final = (PlannedAction("release"),)
DELETE: Final = (PlannedAction("delete"),)
HELD: Final = "hold"
"""The flag under which the ticket of what is held is told."""


def changes(course: Course) -> list[Change]:
    """The ticket of what is held, unless a review waits for it already."""
    for action in course.resolved.actions:
        if action.do == "hold":
            is_awaited = awaits_review(course, action.because) or not course.case.prepared.route.policies
            return [] if is_awaited else [partial(_open, course, action)]
    return []


def awaits_review(course: Course, because: tuple[Because, ...]) -> bool:
    """Whether a review's pending rule is among the reasons."""
    pending = {effect.rule for effect in course.wanted.does("pend review")}
    return any(reason.rule in pending for reason in because)


def message_of(event: Event) -> str | None:
    """What content actions on this event are about."""
    if event.message is not None:
        return event.message.id
    return None if event.report is None else event.report.message


def tell(desk: Desk, ticket: Ticket, zones: Mapping[str, str]) -> None:
    desk.told.tickets.append(state_of(ticket, desk.now, zones))


def state_of(ticket: Ticket, now: int, zones: Mapping[str, str]) -> TicketState:
    """What decisions say of a ticket. `zones` by policy."""
    zone = zones.get(policy_of(ticket.rules[0]), "UTC") if ticket.rules else "UTC"
    planned = ticket.approve[0].do if ticket.kind in ("proposal", "brake") and ticket.approve else UNSET
    return TicketState(
        ticket.id,
        ticket.kind,
        ticket.status,
        ticket.member,
        ticket.rules,
        proposes=planned,
        message=UNSET if ticket.message is None else ticket.message,
        missing=missing(ticket.needs, ticket.evidence, now) if ticket.needs else UNSET,
        until=rfc3339(ticket.deadline, zone) if ticket.deadline else UNSET,
        approved_by=tuple(vote.by for vote in ticket.votes if vote.decision == "approve"),
        needed=ticket.needed,
    )


def _open(course: Course, held: Action, desk: Desk) -> None:
    event, is_request = course.case.event, course.case.event.kind == "request"
    kind: Final = "request" if is_request else "hold"
    winner = course.resolved.winner
    wait = winner.waits[0] if winner is not None and winner.do == "hold" and winner.waits else None
    ticket = Ticket(
        id=ticket_id(desk.group, kind, event.id),
        kind=kind,
        group=desk.group,
        member=event.member.id,
        event=event.id,
        opened=desk.now,
        rules=tuple([because.rule for because in held.because]),
        name=event.member.name,
        message=message_of(event),
        deadline=0 if wait is None else desk.now + wait.span,
        approve=(PlannedAction("admit"), *_assignments(course)) if is_request else RELEASE,
        refuse=(PlannedAction("refuse"),) if is_request else DELETE,
        expire=() if wait is None else (wait.expire,),
    )
    if not course.observed.replayed:
        desk.expect_new(ticket.id)
    desk.put_ticket(ticket)
    desk.told.flags[HELD] = ticket.id
    tell(desk, ticket, course.case.zones)


def _assignments(course: Course) -> list[PlannedAction]:
    """To which groups the rules that fired would assign whoever is admitted."""
    asked: dict[str | None, PlannedAction] = {}
    for each in course.wanted.asked:
        if each.do == "assign":
            asked.setdefault(each.to, PlannedAction("assign", None, None, each.to, each.because[0].rule))
    return list(asked.values())
