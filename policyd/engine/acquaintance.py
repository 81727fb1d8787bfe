"""Who is known: the groups and members that timed declarations and those of standing need, from what bots tell."""

from __future__ import annotations

from functools import partial
from typing import Final

from msgspec import Struct

from policyd.check.resolved import Policy, PolicySet
from policyd.engine import duties
from policyd.engine.case import Case
from policyd.engine.desk import Change, Desk, Unread
from policyd.model.event import NOBODY, Event, Group, Member
from policyd.model.records import STAMP, KnownGroup, KnownMember, Record, unpack

_MOST: Final = 200_000
"""So many members and groups are remembered as told; then all are asked for again."""
_FRESH: Final = 3_600_000
"""ms for which this memory counts: another worker may have filed that a member left."""


_ABSENT: Final = frozenset({"leave", "request", "verdict", "appeal", "outcome"})
"""Kinds whose member need not be in the group."""


class _Told(Struct, frozen=True, gc=False):
    """As told last; `until`: as long as that counts."""

    member: Member
    until: int


class Acquaintances:
    """What one engine has filed of members and groups lately, so that a known, unchanged member costs a look into two
    dictionaries. Safe between threads: at worst something is filed twice."""

    def __init__(self, policies: PolicySet, before: Acquaintances | None = None) -> None:
        """`before`: of the policies until now; what was filed stays filed."""
        self._keeping = frozenset(policy.name for policy in policies.policies if keeps_members(policy))
        self._policies = policies
        self._told: dict[tuple[str, str, str], _Told] = {} if before is None else before._told
        self._groups: dict[tuple[str, str], Group] = {} if before is None else before._groups

    def changes(self, case: Case) -> tuple[Change, ...]:
        """What this event tells that is not known yet. Who leaves is forgotten, and owes nothing any more. A repeat
        tells nothing: it may be older than what is known, and the next event tells it anyway. Who comes is always
        filed, so that a repeat makes known who was not, where the first sending got stuck, and else changes nothing."""
        event, observed = case.event, case.observed
        if not self._keeping or observed is None or event.due is not None:
            return ()
        if observed.replayed and event.kind not in ("join", "leave"):
            return ()
        told = self._told.get((case.ask.tenant, event.group.id, event.member.id))
        if event.kind == "join" or told is None or told.until <= observed.now or not self._is_known(case):
            return self._all(case) if self._keeps(case) else ()
        if event.kind == "leave":
            return partial(_forget, event.member), *duties.left(case)
        return () if told.member == event.member or not _is_met(event) else (partial(_meet, event.member),)

    def introduced(self, group: Group, member: Member) -> tuple[Change, ...]:
        """What makes a group and a member (or `NOBODY`) known without an event."""
        covering = [policy for policy in self._policies.policies if policy.scope.covers(group.id, group.tags)]
        if not any(policy.name in self._keeping for policy in covering):
            return ()
        met = (partial(_meet, member),) if _is_somebody(member) else ()
        return (partial(_visit, group), *met)

    def filed(self, case: Case) -> None:
        """What the event told is filed now. What a repeat tells may be older than what is known: the next event tells
        it anew."""
        event, observed = case.event, case.observed
        if not self._keeping or observed is None or event.due is not None or not self._keeps(case):
            return
        key = (case.ask.tenant, event.group.id, event.member.id)
        if observed.replayed:
            self._groups.pop(key[:2], None)
            self._told.pop(key, None)
            return
        if len(self._told) >= _MOST:
            self._told.clear()
            self._groups.clear()
        self._groups[key[:2]] = event.group
        if event.kind == "leave":
            self._told.pop(key, None)
        elif _is_met(event) or not _is_somebody(event.member):
            self._told[key] = _Told(event.member, observed.now + _FRESH)

    def _all(self, case: Case) -> tuple[Change, ...]:
        event, visit = case.event, partial(_visit, case.event.group)
        if event.kind == "leave":
            return visit, partial(_forget, event.member), *duties.left(case)
        return (visit, partial(_meet, event.member)) if _is_met(event) else (visit,)

    def _is_known(self, case: Case) -> bool:
        """Whether another member's event told the same of the group."""
        return self._groups.get((case.ask.tenant, case.event.group.id)) == case.event.group

    def _keeps(self, case: Case) -> bool:
        return any(policy.name in self._keeping for policy in case.prepared.route.policies)


def keeps_members(policy: Policy) -> bool:
    """Whether a policy needs to know who is in a group."""
    timed = policy.schedules or policy.sweeps or policy.duties
    return bool(timed or policy.tallies or policy.streaks or policy.tiers)


def _is_met(event: Event) -> bool:
    """Whether its member is in the group then: applicants are not yet, and who was removed no more."""
    put_out = event.sanction is not None and event.sanction.action in ("remove", "ban")
    return event.kind not in _ABSENT and not put_out and _is_somebody(event.member)


def _is_somebody(member: Member) -> bool:
    return member.id != NOBODY.id and member.role != "bot"


def _visit(group: Group, desk: Desk) -> None:
    before = unpack(KnownGroup, _stored(desk, Record("group", group.id)))
    known = KnownGroup(desk.now) if before is None else before
    after = KnownGroup(
        known.since,
        group.name if group.name is not None else known.name,
        group.tags or known.tags,
        group.size if group.size is not None else known.size,
        {**known.attributes, **group.attributes},
    )
    if after != before:
        desk.know("", after)


def _meet(member: Member, desk: Desk) -> None:
    before = unpack(KnownMember, _stored(desk, Record("member", desk.group, member.id)))
    known = KnownMember(desk.now) if before is None else before
    joined = member.joined if member.joined is not None else known.joined
    after = KnownMember(
        known.since if joined is None else min(known.since, joined),
        member.name if member.name is not None else known.name,
        member.role if member.role is not None else known.role,
        joined,
        {**known.attributes, **member.attributes},
    )
    if after != before:
        desk.know(member.id, after)


def _forget(member: Member, desk: Desk) -> None:
    desk.remove(Record("member", desk.group, member.id))


def _stored(desk: Desk, record: Record) -> bytes:
    if record not in desk.values:
        raise Unread(record)
    return desk.values[record][STAMP:]


def member_of(name: str, known: KnownMember | None) -> Member:
    """A member as an event shows them, of whom this is known."""
    if known is None:
        return Member(name)
    return Member(name, known.name, known.role, known.joined, dict(known.attributes))  # type: ignore[arg-type]


def group_of(name: str, known: KnownGroup | None) -> Group:
    """A group as an event shows it, of which this is known."""
    if known is None:
        return Group(name)
    return Group(name, known.name, tuple(known.tags), known.size, dict(known.attributes))  # type: ignore[arg-type]
