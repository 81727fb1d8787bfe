"""Which groups there are and who is in them, as far as events have told."""

from __future__ import annotations

from policyd.check.resolved import Policy
from policyd.model.event import Event, Group, Member
from policyd.model.records import KnownGroup, KnownMember
from policyd.reference.state import Records

SAY_NOTHING = ("leave", "request", "verdict", "appeal", "outcome")
"""Kinds whose member need not be in the group."""


def acquaint(policies: list[Policy], event: Event, records: Records, now: int) -> None:
    """Remembers what the event tells, where a policy that covers the group has timed declarations, or any
    of standing."""
    timed = any(policy.schedules or policy.sweeps or policy.duties for policy in policies)
    of_members = any(policy.tallies or policy.streaks or policy.tiers for policy in policies)
    if event.due is not None or not (timed or of_members):
        return
    meet_group(event.group, records, now)
    if event.kind == "leave":
        records.members.pop(event.member.id, None)
    elif event.kind not in SAY_NOTHING and not _was_put_out(event):
        meet_member(event.member, records, now)


def _was_put_out(event: Event) -> bool:
    return event.sanction is not None and event.sanction.action in ("remove", "ban")


def meet_group(group: Group, records: Records, now: int) -> None:
    """What is not told stays as it was told before."""
    known = records.known or KnownGroup(now)
    records.known = KnownGroup(
        known.since,
        known.name if group.name is None else group.name,
        group.tags or known.tags,
        known.size if group.size is None else group.size,
        known.attributes | group.attributes,
    )


def meet_member(member: Member, records: Records, now: int) -> None:
    if not member.id or member.role == "bot":
        return
    known = records.members.get(member.id) or KnownMember(now)
    joined = known.joined if member.joined is None else member.joined
    records.members[member.id] = KnownMember(
        known.since if joined is None else min(known.since, joined),
        known.name if member.name is None else member.name,
        member.role or known.role,
        joined,
        known.attributes | member.attributes,
    )


def group_as_known(name: str, records: Records) -> Group:
    known = records.known
    if known is None:
        return Group(name)
    return Group(name, known.name, known.tags, known.size, dict(known.attributes))  # type: ignore[arg-type]


def member_as_known(name: str, records: Records) -> Member:
    known = records.members.get(name)
    if known is None:
        return Member(name)
    attributes = dict(known.attributes)
    return Member(name, known.name, known.role, known.joined, attributes)  # type: ignore[arg-type]
