"""The end of a ticket: a human's decision, or the end of the time for one."""

from __future__ import annotations

from typing import Final, Literal

from msgspec.structs import replace

from policyd.check.resolved import PolicySet
from policyd.engine import reviews
from policyd.engine.asked import Asked
from policyd.engine.case import Case
from policyd.engine.desk import Desk, Told
from policyd.engine.tickets import state_of
from policyd.model.decision import Because
from policyd.model.records import PlannedAction, Ticket

_PLANS: Final = {"approved": "approve", "refused": "refuse", "expired": "expire"}


def settle(
    desk: Desk, ticket: Ticket, status: Literal["approved", "refused", "expired"], policies: PolicySet
) -> Ticket:
    """The ticket as it is then; what hangs on it in the member's file is changed too."""
    ticket = replace(ticket, status=status, settled=desk.now)
    desk.put_ticket(ticket)
    if ticket.kind == "proposal":
        proposals = desk.file(ticket.member).proposals
        for cell in [cell for cell, open_one in proposals.items() if open_one == ticket.id]:
            del proposals[cell]
    elif ticket.kind == "review":
        reviews.settle(desk, ticket, policies.reviews.get(ticket.review))
    return ticket


def plan_of(ticket: Ticket) -> list[PlannedAction]:
    """What is done now that it is settled."""
    return list(getattr(ticket, _PLANS[ticket.status])) if ticket.status in _PLANS else []


def asked_by_ticket(told: Told) -> list[Asked]:
    """What the ticket that this event settled asks for."""
    ticket = told.settled
    if ticket is None:
        return []
    because = tuple(Because(rule) for rule in ticket.rules)
    return [
        Asked(each.do, because, each.text, each.duration, each.to, ticket=ticket.id, message=ticket.message)  # type: ignore[arg-type]
        for each in told.asks
    ]


def told_of(ticket: Ticket, case: Case) -> Told:
    """As if this event had settled the ticket: that of a time that is over."""
    zones = {policy.name: policy.zone for policy in case.program.policy_set.policies}
    states = [] if case.now is None else [state_of(ticket, case.now, zones)]
    return Told(states, settled=ticket, asks=plan_of(ticket))
