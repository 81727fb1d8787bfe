"""What humans say about tickets and decisions: whether it can be meant, before anything changes."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from policyd.check.resolved import Appeals, Policy
from policyd.language.types import ROLE
from policyd.model.event import Event, Member
from policyd.model.problem import EventError, problem
from policyd.model.records import ReviewFile, Ticket, ticket_id
from policyd.reference.state import Entry, Group, Place

JOURNAL = 30 * 24 * 3_600_000
"""So long what was decided can be taken back, in ms."""
LEAST = {"moderators": "moderator", "admins": "admin", "owner": "owner"}


@dataclass(frozen=True)
class Heard:
    """`ticket`: that a verdict or a submission is about; of a submission without one, `review` opens it. `entry` and
    `appeals`: what an appeal is against, and by whose terms."""

    ticket: Ticket | None = None
    review: str = ""
    entry: Entry | None = None
    appeals: Appeals | None = None


NOTHING = Heard()


def about_whom(event: Event, group: Group) -> Event:
    """A verdict or submission that does not tell its member is about its ticket's."""
    part = event.verdict or event.submission
    ticket = None if part is None or part.ticket is None else group.records.tickets.get(part.ticket)
    if ticket is None or event.member.id not in ("", ticket.member):
        return event
    if not event.member.id:
        return replace(event, member=Member(ticket.member, ticket.name))
    if event.member.name is None:
        return replace(event, member=replace(event.member, name=ticket.name))
    return event


def hear(event: Event, place: Place, policies: list[Policy], now: int) -> Heard:
    """Raises `EventError` (422)."""
    if _was_heard(event, place):
        return NOTHING
    if event.verdict is not None:
        return Heard(ticket=_verdict(event, place.group))
    if event.submission is not None:
        return _submission(event, place, policies)
    if event.appeal is not None:
        return _appeal(event, place, policies, now)
    return NOTHING


def _was_heard(event: Event, place: Place) -> bool:
    """Whether an event of this id said it before."""
    records = place.group.records
    if event.verdict is not None:
        ticket = records.tickets.get(event.verdict.ticket)
        return ticket is not None and event.id in (*ticket.void, *(vote.event for vote in ticket.votes))
    if event.appeal is not None:
        ticket = records.tickets.get(ticket_id(place.name, "appeal", event.appeal.event))
        return ticket is not None and ticket.event == event.id
    file = records.files.get(event.member.id)
    return event.submission is not None and file is not None and event.id in file.submissions


def _refused(pointer: str, detail: str, hint: str) -> EventError:
    return EventError(problem("invalid_event", detail, pointer=pointer, hint=hint))


def _verdict(event: Event, group: Group) -> Ticket:
    said = event.verdict
    assert said is not None
    ticket = group.records.tickets.get(said.ticket)
    if ticket is None:
        raise _refused("/verdict/ticket", f"there is no ticket `{said.ticket}` in this group", "name an open ticket")
    if ticket.status != "open":
        raise _refused("/verdict/ticket", f"ticket `{ticket.id}` is settled: {ticket.status}", "name an open ticket")
    if any(vote.by == said.by for vote in ticket.votes):
        raise _refused("/verdict/by", f"`{said.by}` has decided on `{ticket.id}`", "another moderator has to decide")
    if said.role is not None and _rank(said.role) < _rank(LEAST[ticket.decided_by]):
        raise _refused("/verdict/role", f"ticket `{ticket.id}` is for {ticket.decided_by}", "let one of them decide")
    if event.member.id not in ("", ticket.member):
        detail = f"ticket `{ticket.id}` is about `{ticket.member}`"
        raise _refused("/member/id", detail, "leave the member out, or name this one")
    return ticket


def _rank(role: str) -> int:
    return ROLE.members.index(role)


def _submission(event: Event, place: Place, policies: list[Policy]) -> Heard:
    said = event.submission
    assert said is not None
    tickets = [one for one in place.group.records.tickets.values() if one.kind == "review" and one.status == "open"]
    mine = [one for one in tickets if event.member.id in ("", one.member)]
    named = [one for one in mine if one.id == said.ticket] if said.ticket is not None else mine
    if len(named) == 1 and (said.ticket is not None or event.member.id):
        heard = Heard(ticket=named[0])
        needs = named[0].needs
    else:
        again = (
            [] if said.ticket is not None or named or not event.member.id else _refused_reviews(event, place, policies)
        )
        if len(again) != 1:
            raise _refused("/submission/ticket", "no open review of this member is meant", "name the ticket")
        heard = Heard(review=again[0])
        needs = next(one.needs for policy in policies for one in policy.reviews if one.name == again[0])
    for number, brought in enumerate(said.evidence):
        if brought.kind not in needs:
            hint = "it needs " + ", ".join(needs)
            raise _refused(f"/submission/evidence/{number}/kind", f"`{brought.kind}` is not needed", hint)
    return heard


def _refused_reviews(event: Event, place: Place, policies: list[Policy]) -> list[str]:
    """Reviews that were refused to the member altogether, and need what is brought now."""
    assert event.submission is not None
    file = place.group.records.files.get(event.member.id)
    reviews = {} if file is None else file.reviews
    return [
        review.name
        for policy in policies
        for review in policy.reviews
        if "" in reviews.get(review.name, ReviewFile()).refused
        and all(brought.kind in review.needs for brought in event.submission.evidence)
    ]


def _appeal(event: Event, place: Place, policies: list[Policy], now: int) -> Heard:
    said = event.appeal
    assert said is not None
    open_to = [policy for policy in policies if policy.appeals is not None]
    if not open_to:
        raise _refused("/appeal/event", "no policy of this group has `appeal`", "nothing can be appealed against")
    known = [one for one in place.group.journal if one.event == said.event and one.at > now - JOURNAL]
    mine = [one for one in known if one.member == event.member.id and not one.undone]
    if not mine:
        raise _refused("/appeal/event", f"no decision on `{said.event}` can be taken back", "name the event decided on")
    entry = mine[-1]
    asking = {rule.partition(".")[0] for rule in entry.asked}
    terms = next((policy.appeals for policy in open_to if policy.name in asking), open_to[0].appeals)
    assert terms is not None
    if entry.at < now - terms.within:
        raise _refused("/appeal/event", f"the decision on `{said.event}` is too old", "appeals must come earlier")
    if ticket_id(place.name, "appeal", said.event) in place.group.records.tickets:
        raise _refused("/appeal/event", f"`{said.event}` was appealed against already", "wait for the decision")
    return Heard(entry=entry, appeals=terms)
