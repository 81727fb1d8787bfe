"""What humans decide, hand in and object to: verdicts, submissions, appeals. Checked before anything is claimed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from policyd.check.resolved import PolicySet, Review
from policyd.engine import reviews
from policyd.engine.appeals import Contested, appeal, contested, take_back
from policyd.engine.desk import Change, Desk, rehearse
from policyd.engine.settling import plan_of, settle
from policyd.engine.tickets import tell
from policyd.model.event import ROLES, Event, Submission
from policyd.model.problem import EventError, problem
from policyd.model.records import STAMP, Evidence, MemberFile, Record, Ticket, Vote, unpack
from policyd.model.state import StoreOverloaded, StoreUnavailable
from policyd.state.store import Store

PETITIONS: Final = frozenset({"verdict", "submission", "appeal"})
_LEAST_ROLE: Final = {"moderators": "moderator", "admins": "admin", "owner": "owner"}
_MOST_SUBMISSIONS: Final = 50


class Petition(Struct, frozen=True):
    """`event`, the member being filled in; `change` is what it does, None where the store could not be asked."""

    event: Event
    change: Change | None


class _Place(Struct, frozen=True):
    store: Store
    tenant: str
    policies: PolicySet

    @property
    def zones(self) -> dict[str, str]:
        return {policy.name: policy.zone for policy in self.policies.policies}

    async def read_ticket(self, group: str, ticket: str) -> Ticket | None:
        (stored,) = await self.store.read(self.tenant, self.store.cell_of(group), (Record("ticket", group, ticket),))
        return unpack(Ticket, stored[STAMP:])


async def petition_of(store: Store, tenant: str, event: Event, policies: PolicySet) -> Petition:
    """Of an event whose kind is one of `PETITIONS`. Raises `EventError` (422) where it cannot be granted."""
    place = _Place(store, tenant, policies)
    try:
        now = await store.now(store.cell_of(event.group.id), event.time)
        if event.kind == "verdict":
            petition = await _verdict(place, event)
        elif event.kind == "submission":
            petition = await _submission(place, event)
        else:
            petition = Petition(event, partial(appeal, event, await _contested(place, event, now), place.zones))
        assert petition.change is not None
        await rehearse(store, tenant, event.group.id, event.id, now, (petition.change,))
    except StoreOverloaded as overloaded:
        raise too_many(overloaded) from None
    except StoreUnavailable:
        return Petition(event, None)
    return petition


def is_unheard(petition: Petition | None) -> bool:
    """Whether the store could not be asked about it: then nothing is claimed, for whom it is about is not known."""
    return petition is not None and petition.change is None


def too_many(overloaded: StoreOverloaded) -> EventError:
    return EventError(problem("overloaded", str(overloaded), hint="try again in a second"))


def refuse(detail: str, pointer: str, hint: str | UnsetType = UNSET) -> EventError:
    return EventError(problem("invalid_event", detail, pointer=pointer, hint=hint))


async def _contested(place: _Place, event: Event, now: int) -> Contested:
    covering = tuple(
        policy for policy in place.policies.policies if policy.scope.covers(event.group.id, event.group.tags)
    )
    return await contested(place.store, place.tenant, event, covering, now)


# ---------------------------------------------------------------- verdicts


async def _verdict(place: _Place, event: Event) -> Petition:
    assert event.verdict is not None
    ticket = await place.read_ticket(event.group.id, event.verdict.ticket)
    if ticket is None:
        hint = "`policyd tickets` lists those that are open"
        raise refuse(f"there is no ticket `{event.verdict.ticket[:40]}` in this group", "/verdict/ticket", hint)
    about = _about(event, ticket)
    undoing = None
    if ticket.kind == "appeal" and event.verdict.decision == "approve":
        undoing = await take_back(place.store, place.tenant, ticket, place.policies)
    return Petition(about, partial(_vote, about, place, undoing))


def _about(event: Event, ticket: Ticket) -> Event:
    """The event, about the ticket's member unless it says another."""
    told = event.member
    if told.id not in ("", ticket.member):
        return event
    return replace(event, member=replace(told, id=ticket.member, name=ticket.name if told.name is None else told.name))


def _vote(event: Event, place: _Place, undoing: Change | None, desk: Desk) -> None:
    verdict = event.verdict
    assert verdict is not None
    ticket = desk.ticket(verdict.ticket)
    assert ticket is not None
    if event.id in (*ticket.void, *(vote.event for vote in ticket.votes)):
        return
    _check_vote(event, ticket)
    vote = Vote(verdict.by, verdict.decision, event.id, verdict.reason)
    ticket = replace(ticket, votes=(*ticket.votes, vote))
    agreed = sum(vote.decision == "approve" for vote in ticket.votes)
    if verdict.decision == "refuse" or agreed >= ticket.needed:
        ticket = settle(desk, ticket, "refused" if verdict.decision == "refuse" else "approved", place.policies)
        desk.told.settled, desk.told.asks = ticket, plan_of(ticket)
        if undoing is not None:
            undoing(desk)
    else:
        desk.put_ticket(ticket)
    tell(desk, ticket, place.zones)


def _check_vote(event: Event, ticket: Ticket) -> None:
    verdict = event.verdict
    assert verdict is not None
    if ticket.status != "open":
        raise refuse(f"ticket `{ticket.id}` is settled: {ticket.status}", "/verdict/ticket", "vote on an open ticket")
    if any(vote.by == verdict.by for vote in ticket.votes):
        hint = f"{ticket.needed} different people must agree"
        raise refuse(f"`{verdict.by[:40]}` has voted on ticket `{ticket.id}` already", "/verdict/by", hint)
    least = _LEAST_ROLE[ticket.decided_by]
    if verdict.role is not None and ROLES.index(verdict.role) < ROLES.index(least):
        detail = f"ticket `{ticket.id}` is decided by {ticket.decided_by}, and this is by a {verdict.role}"
        raise refuse(detail, "/verdict/role", f"someone whose role is at least {least} must decide")
    if event.member.id != ticket.member:
        raise refuse(f"ticket `{ticket.id}` is about another member", "/member/id", "leave `member` out")


# ---------------------------------------------------------------- submissions


async def _submission(place: _Place, event: Event) -> Petition:
    assert event.submission is not None
    submission, named = event.submission, event.submission.ticket
    ticket = None if named is None else await place.read_ticket(event.group.id, named)
    if ticket is not None:
        event = _about(event, ticket)
    return Petition(event, partial(_submit, event, submission, place))


def _submit(event: Event, submission: Submission, place: _Place, desk: Desk) -> None:
    file = desk.file(event.member.id)
    if event.id in file.submissions:
        return
    if event.member.id == "":
        raise refuse("no member is named", "/submission/ticket", "name an open ticket, or the member")
    covering = _reviews(place.policies, event)
    ticket = _ticket_for(desk, event, submission, file, covering)
    _check_kinds(submission, ticket)
    file.submissions = [*file.submissions, event.id][-_MOST_SUBMISSIONS:]
    brought = {each.kind: Evidence(each.ref or "", each.expires or 0) for each in submission.evidence}
    review = place.policies.reviews.get(ticket.review)
    ticket = reviews.completed(desk, reviews.with_evidence(desk, ticket, brought), review)
    desk.put_ticket(ticket)
    tell(desk, ticket, place.zones)


def _ticket_for(
    desk: Desk, event: Event, submission: Submission, file: MemberFile, covering: Mapping[str, Review]
) -> Ticket:
    """The open ticket that is meant. Where none is open, a refusal that this evidence answers is lifted."""
    open_ones = [
        ticket
        for one in file.reviews.values()
        if one.ticket and (ticket := desk.ticket(one.ticket)) is not None and ticket.status == "open"
    ]
    if submission.ticket is not None:
        for ticket in open_ones:
            if ticket.id == submission.ticket:
                return ticket
        raise _no_ticket(f"`{submission.ticket[:40]}` is no open review ticket of this member", open_ones)
    if len(open_ones) == 1:
        return open_ones[0]
    if open_ones:
        raise _no_ticket("several reviews of this member wait for evidence", open_ones)
    kinds = {each.kind for each in submission.evidence}
    refused = [
        review
        for name, review in covering.items()
        if name in file.reviews and "" in file.reviews[name].refused and kinds <= set(review.needs)
    ]
    if len(refused) != 1:
        raise _no_ticket("no review of this member waits for evidence", open_ones)
    one = file.reviews[refused[0].name]
    one.refused = [each for each in one.refused if each != ""]
    return reviews.new_ticket(desk, refused[0], event.member.id, event.member.name, event.id)


def _no_ticket(detail: str, open_ones: list[Ticket]) -> EventError:
    named = ", ".join(f"`{ticket.id}` (needs {', '.join(ticket.needs)})" for ticket in open_ones[:20])
    return refuse(detail, "/submission/ticket", f"open: {named}" if named else "no review ticket is open")


def _check_kinds(submission: Submission, ticket: Ticket) -> None:
    for place, each in enumerate(submission.evidence):
        if each.kind not in ticket.needs:
            hint = f"it needs {', '.join(ticket.needs)}" if ticket.needs else "it needs no evidence"
            detail = f"ticket `{ticket.id}` does not need evidence of the kind `{each.kind[:40]}`"
            raise refuse(detail, f"/submission/evidence/{place}/kind", hint)


def _reviews(policies: PolicySet, event: Event) -> dict[str, Review]:
    """The reviews that apply in the event's group, by name."""
    return {
        review.name: review
        for policy in policies.policies
        if policy.scope.covers(event.group.id, event.group.tags)
        for review in policy.reviews
    }
