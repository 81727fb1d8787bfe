"""Reviews: what waits for a human's approval, the evidence for it, and what was approved."""

from __future__ import annotations

from msgspec.structs import replace

from policyd.check.resolved import PolicySet, Review
from policyd.model.event import Event
from policyd.model.records import Approval, Evidence, ReviewFile, Ticket, Use, ticket_id
from policyd.reference.evidence import missing
from policyd.reference.standing import content, key
from policyd.reference.state import Records
from policyd.reference.tickets import DELETE, RELEASE, about

MOST = 50
"""So many approvals, refusals and uses are remembered."""
USES = 62 * 24 * 3_600_000
"""So long uses are remembered, in ms."""


def evidence_of(review: Review | Ticket, filed: ReviewFile) -> dict[str, Evidence]:
    return {kind: filed.evidence[kind] for kind in review.needs if kind in filed.evidence}


def pend(review: Review, group: str, event: Event, records: Records, now: int, *, held: bool) -> tuple[Ticket, bool]:
    """The ticket that waits, about this event from now on; and whether it was opened by it."""
    filed = records.review(event.member.id, review.name)
    ticket = records.tickets.get(filed.ticket)
    opens = ticket is None
    if ticket is None:
        ticket = opened(review, group, event, filed, now)
    is_other = review.approve == "content" and ticket.fingerprint != content(event)
    ticket = replace(
        ticket,
        event=event.id,
        message=about(event),
        fingerprint=content(event),
        votes=() if is_other else ticket.votes,
        void=(*ticket.void, *(vote.event for vote in ticket.votes)) if is_other else ticket.void,
        approve=RELEASE if held else (),
        refuse=DELETE if held else (),
        evidence=evidence_of(review, filed),
    )
    records.tickets[ticket.id] = ticket
    return ticket, opens


def opened(review: Review, group: str, event: Event, filed: ReviewFile, now: int) -> Ticket:
    filed.opened += 1
    filed.ticket = ticket_id(group, "review", review.name, event.member.id, str(filed.opened))
    return Ticket(
        id=filed.ticket,
        kind="review",
        group=group,
        member=event.member.id,
        name=event.member.name,
        event=event.id,
        opened=now,
        rules=(review.name,),
        needed=review.by,
        review=review.name,
        needs=review.needs,
        evidence=evidence_of(review, filed),
    )


def use(review: Review, event: Event, records: Records, now: int) -> None:
    """An approval let the event through."""
    if review.at_most:
        filed = records.review(event.member.id, review.name)
        if key(event) not in [one.event for one in filed.uses]:
            filed.uses = [one for one in filed.uses if one.at > now - USES]
            filed.uses = [*filed.uses, Use(key(event), now)][-MOST:]


def submit(ticket: Ticket | None, review: str, group: str, event: Event, policies: PolicySet, records: Records,
           now: int) -> Ticket:  # fmt: skip
    """Files the evidence for the ticket; None: the refusal of the review is lifted and a new ticket opens."""
    filed = records.review(event.member.id, review)
    if ticket is None:
        filed.refused = [bound for bound in filed.refused if bound]
        ticket = opened(policies.reviews[review], group, event, filed, now)
    assert event.submission is not None
    file = records.file(event.member.id)
    file.submissions = [*file.submissions, event.id][-MOST:]
    for brought in event.submission.evidence:
        filed.evidence[brought.kind] = Evidence(brought.ref or "", brought.expires or 0)
    ticket = replace(ticket, evidence=evidence_of(ticket, filed))
    records.tickets[ticket.id] = ticket
    return ticket


def is_complete(ticket: Ticket, now: int) -> bool:
    """Whether moderators are to be told that all evidence is there; that is said once."""
    return not ticket.told_complete and not missing(ticket.needs, ticket.evidence, now)


def settle(ticket: Ticket, policies: PolicySet, records: Records, now: int) -> None:
    """What an approval or a refusal means for what the member posts from now on."""
    filed = records.review(ticket.member, ticket.review)
    filed.ticket = ""
    review = policies.reviews.get(ticket.review)
    if review is None:
        return
    bound_to = ticket.fingerprint if review.approve == "content" else ""
    filed.refused = [bound for bound in filed.refused if bound != bound_to]
    if ticket.status == "approved":
        filed.approvals = [*filed.approvals, Approval(bound_to, now, _until(review, filed, now))][-MOST:]
    else:
        filed.refused = [*filed.refused, bound_to][-MOST:]


def _until(review: Review, filed: ReviewFile, now: int) -> int:
    """The end of an approval, 0 for none: its own, or that of the first needed evidence that expires."""
    ends = [filed.evidence[kind].expires for kind in review.needs if kind in filed.evidence]
    if review.valid:
        ends.append(now + review.valid)
    return min((end for end in ends if end), default=0)
