"""Tickets: what humans decide. How they are opened, told, settled, and what is done then (law L20)."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET
from msgspec.structs import replace

from policyd.check.resolved import PolicySet
from policyd.model.decision import TicketState
from policyd.model.event import Event
from policyd.model.records import PlannedAction, Ticket, TicketStatus, Vote
from policyd.reference.asking import Asked
from policyd.reference.evidence import missing
from policyd.reference.instants import rfc3339
from policyd.reference.state import Records

RELEASE = (PlannedAction("release"),)
DELETE = (PlannedAction("delete"),)
REFUSE = (PlannedAction("refuse"),)
KEPT = 30 * 24 * 3_600_000
"""So long a settled ticket can still be read, in ms."""


def zone_of(rules: Iterable[str], policies: PolicySet) -> str:
    """The zone of the first rule's policy."""
    zones = {policy.name: policy.zone for policy in policies.policies}
    return next((zones[name] for rule in rules if (name := rule.partition(".")[0]) in zones), "UTC")


def about(event: Event) -> str | None:
    """The message that a ticket of this event is about."""
    if event.report is not None:
        return event.report.message
    return None if event.message is None else event.message.id


def told(ticket: Ticket, policies: PolicySet, now: int) -> TicketState:
    proposes = ticket.approve[0].do if ticket.kind in ("proposal", "brake") and ticket.approve else UNSET
    until = rfc3339(ticket.deadline, zone_of(ticket.rules, policies)) if ticket.deadline else UNSET
    return TicketState(
        ticket=ticket.id,
        kind=ticket.kind,
        status=ticket.status,
        member=ticket.member,
        because=ticket.rules,
        proposes=proposes,
        message=ticket.message or UNSET,
        missing=missing(ticket.needs, ticket.evidence, now) if ticket.needs else UNSET,
        until=until,
        approved_by=tuple(vote.by for vote in ticket.votes if vote.decision == "approve"),
        needed=ticket.needed,
    )


def with_deadline(ticket: Ticket, asked: Iterable[Asked], now: int) -> Ticket:
    """`for D then X`: the shortest wait of those who asked."""
    waits = sorted((one.wait for one in asked if one.wait and one.wait.span), key=lambda wait: (wait.span, wait.rule))
    if not waits:
        return ticket
    return replace(ticket, deadline=now + waits[0].span, expire=(waits[0].expire,))


def voted(ticket: Ticket, event: Event, now: int) -> Ticket:
    """With the vote of a verdict. One refusal settles it, and so do as many approvals as are needed."""
    assert event.verdict is not None
    said = event.verdict
    votes = (*ticket.votes, Vote(said.by, said.decision, event.id, said.reason))
    approvals = sum(vote.decision == "approve" for vote in votes)
    status: TicketStatus = "open"
    if said.decision == "refuse":
        status = "refused"
    elif approvals >= ticket.needed:
        status = "approved"
    return replace(ticket, votes=votes, status=status, settled=0 if status == "open" else now)


def planned(ticket: Ticket) -> tuple[PlannedAction, ...]:
    """What is done now that the ticket is settled."""
    match ticket.status:
        case "approved":
            return ticket.approve
        case "refused":
            return ticket.refuse
        case "expired":
            return ticket.expire
    return ()


def asked_by_ticket(ticket: Ticket, policies: PolicySet) -> list[Asked]:
    """What a settled ticket asks for."""
    return [
        Asked(
            do=action.do.replace("_", " "),
            rules=ticket.rules,
            zone=zone_of(ticket.rules, policies),
            text=action.text,
            duration=action.duration,
            to=action.to,
            ticket=ticket.id,
            message=ticket.message,
        )
        for action in planned(ticket)
    ]


def forget_proposal(ticket: Ticket, records: Records) -> None:
    """The same may be proposed again once this is settled."""
    proposals = records.file(ticket.member).proposals
    for cell in [cell for cell, open_ticket in proposals.items() if open_ticket == ticket.id]:
        del proposals[cell]
