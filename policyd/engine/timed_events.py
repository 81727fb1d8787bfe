"""The events that come due. Their ids depend on nothing but what has come due, so that whichever tick carries it out,
it happens once (law L11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from policyd.engine.acquaintance import group_of, member_of
from policyd.model.event import NOBODY, Due, Event, Member
from policyd.model.records import KnownGroup, KnownMember, Ticket, TickPlan, Work, timed_id, unpack

EXPIRE: Final = "expire"
"""The kind of event that a ticket's time is up."""
_Known = Mapping[str, KnownMember]


def event_of(work: Work, plan: TickPlan, capabilities: tuple[str, ...] | None = None) -> Event:
    """The event of a work of a plan that is more than texts."""
    return timed_event(
        work, plan.groups.get(work.group), plan.members.get(work.group, {}), plan.now, capabilities
    )  # fmt: skip


def timed_event(
    work: Work, group: KnownGroup | None, members: _Known, now: int, capabilities: tuple[str, ...] | None = None
) -> Event:
    """`now`: its instant where the events' own clock counts."""
    kind = EXPIRE if work.what == "ticket" else f"{work.what} {work.name}"
    member, who, due = _about(work, members)
    return Event(
        id=timed_id(work.what, work.name, work.at, who),
        kind=kind,
        group=group_of(work.group, group),
        member=member,
        time=now,
        capabilities=capabilities,
        due=due,
    )


def _about(work: Work, members: _Known) -> tuple[Member, str, Due]:
    """Whom it is about, who is in its id, and what has come due."""
    if work.what == "ticket":
        return _expired(work)
    if work.what in ("sweep", "tiers"):
        (name,) = work.who
        known = members.get(name)
        return member_of(name, known), name, Due(work.at, opened=0 if known is None else known.since)
    if not work.owed:
        return NOBODY, "", Due(work.at)
    deadline = min(owed.deadline for owed in work.owed)
    if work.together:
        names = [member_of(owed.member, members.get(owed.member)) for owed in work.owed]
        return NOBODY, ",".join(work.who), Due(deadline, tuple(member.name or member.id for member in names))
    (owed,) = work.owed
    about = member_of(owed.member, members.get(owed.member))
    return about, work.who[0], Due(deadline, (), owed.message, owed.opened)


def _expired(work: Work) -> tuple[Member, str, Due]:
    ticket = unpack(Ticket, work.body)
    assert ticket is not None
    return Member(ticket.member, ticket.name), "", Due(work.at, (), ticket.message)
