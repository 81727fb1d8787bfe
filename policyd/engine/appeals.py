"""Appeals: a member objects to a decision, and if a human agrees, it is taken back completely (§7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from msgspec import UNSET, Struct
from msgspec.structs import replace

from policyd.check.resolved import Appeals, Policy, PolicySet
from policyd.engine import accounts
from policyd.engine.case import policy_of
from policyd.engine.course import Course
from policyd.engine.desk import Change, Desk, Said
from policyd.engine.tickets import tell
from policyd.engine.undoing import (
    Entry,
    Reversal,
    about,
    entries_of,
    is_undone,
    mark,
    mute_end,
    reversal,
    undone_rules,
)
from policyd.engine.wide import EVERYWHERE, event_everywhere
from policyd.model.decision import Undone
from policyd.model.event import Event
from policyd.model.problem import EventError, problem
from policyd.model.records import PlannedAction, Ticket, ticket_id
from policyd.model.state import NO_DIGEST, Observe, Retract
from policyd.model.wording import APPEALED
from policyd.reference.printing import show_duration
from policyd.state.store import Store

_POINTER: Final = "/appeal/event"


class Contested(Struct, frozen=True):
    """A decision that an appeal is against. None of it where there is no such decision, or nothing says how appeals
    are decided."""

    entry: Entry | None
    appeals: Appeals | None


async def contested(store: Store, tenant: str, event: Event, covering: Sequence[Policy], now: int) -> Contested:
    """What the appeal is against."""
    assert event.appeal is not None
    having = [policy for policy in covering if policy.appeals is not None]
    if not having:
        return Contested(None, None)
    longest = max(policy.appeals.within for policy in having if policy.appeals is not None)
    journal = about(event.appeal.event, await store.journal(tenant, event.group.id, now - longest))
    entry = next((each for each in entries_of(journal) if each.event == event.appeal.event), None)
    if entry is None:
        return Contested(None, having[0].appeals)
    owners = {policy_of(rule) for rule in entry.asked_by}
    appeals = next((policy.appeals for policy in having if policy.name in owners), having[0].appeals)
    assert appeals is not None
    return Contested(entry if entry.now >= now - appeals.within else None, appeals)


def appeal(event: Event, against: Contested, zones: Mapping[str, str], desk: Desk) -> None:
    """Opens the ticket."""
    assert event.appeal is not None
    ticket = ticket_id(desk.group, "appeal", event.appeal.event)
    before = desk.ticket(ticket)
    if before is not None and before.event == event.id:
        return
    entry, appeals = against.entry, against.appeals
    if appeals is None:
        raise _refused("no policy of this group takes appeals", "declare `appeal { within 3d  decided by owner }`")
    if before is not None:
        raise _refused(f"there is an appeal against this already: ticket `{ticket}`, {before.status}", None)
    if entry is None or entry.member != event.member.id:
        hint = f"name an event of the last {show_duration(appeals.within)} on which something was done to this member"
        raise _refused(f"nothing was done to `{event.member.id[:40]}` on event `{event.appeal.event[:60]}`", hint)
    if is_undone(entry, desk.file(entry.member)):
        raise _refused("the decision has been taken back already", None)
    opened = _ticket(ticket, event, entry, appeals, desk)
    desk.put_ticket(opened)
    text = APPEALED.format(name=event.member.name or event.member.id, ticket=ticket)
    desk.told.says.append(Said(appeals.decided_by, text, opened.rules))
    tell(desk, opened, zones)


def _ticket(ticket: str, event: Event, entry: Entry, appeals: Appeals, desk: Desk) -> Ticket:
    assert event.appeal is not None
    return Ticket(
        id=ticket,
        kind="appeal",
        group=desk.group,
        member=entry.member,
        event=event.id,
        opened=desk.now,
        rules=tuple(sorted(entry.asked_by)),
        name=event.member.name,
        message=entry.message,
        text=event.appeal.text,
        decided_by=appeals.decided_by,
        appealed=entry.event,
    )


async def take_back(store: Store, tenant: str, ticket: Ticket, policies: PolicySet) -> Change | None:
    """What an approval of the appeal does. None where the journal no longer knows the decision."""
    journal = about(ticket.member, await store.journal(tenant, ticket.group, 0))
    entries = [entry for entry in entries_of(journal) if entry.member == ticket.member]
    entry = next((each for each in entries if each.event == ticket.appealed), None)
    if entry is None:
        return None
    running = await running_mute(store, tenant, ticket.group, ticket.member)
    return partial(_take_back, entry, entries, policies, running)


def _take_back(entry: Entry, entries: Sequence[Entry], policies: PolicySet, running: int, desk: Desk) -> None:
    file = desk.file(entry.member)
    if is_undone(entry, file):
        return
    muting = [each for each in entries if each is entry or not _was_braked(each, policies, desk)]
    back = reversal(entry, muting, file, policies, desk.now, None)
    desk.told.overruled = sorted(entry.asked_by.keys() - undone_rules(entry, file))
    mark(file, entry, None, desk.now)
    files = {member: desk.file(member) for member in entry.awarded}
    desk.told.taken = replace(back, awards=accounts.take_back(files, entry.event, None, policies))
    unmute = back.muted == running > 0 and not back.until
    desk.told.asks = [
        *([PlannedAction("unmute")] if unmute else []),
        *([PlannedAction("unban")] if back.unban else []),
    ]


def _was_braked(entry: Entry, policies: PolicySet, desk: Desk) -> bool:
    """Whether a mute that would still run was proposed to a human instead."""
    if mute_end(entry, frozenset(), policies) <= desk.now:
        return False
    return desk.ticket(ticket_id(desk.group, "brake", entry.event)) is not None


async def changes(store: Store, course: Course) -> list[Change]:
    """Takes back what an approved appeal takes back, and has it told. A repeat that finds nothing left to take tells
    what there was: the first attempt took it."""
    back = course.claimed.taken
    if back is None:
        return []
    ask = course.case.ask
    taken = await retract(store, ask.tenant, ask.group, course.now, back)
    await end_mute(store, ask.tenant, ask.group, back.member, back.muted, back.until, course.now)
    if course.observed.replayed:
        taken = {ladder: taken.get(ladder) or weight for ladder, weight, _ in back.strikes}
    strikes = {ladder: weight for ladder, weight in sorted(taken.items()) if weight}
    return [partial(_tell_undone, Undone(back.event, back.member, strikes, back.cannot, back.awards or UNSET))]


def _tell_undone(undone: Undone, desk: Desk) -> None:
    desk.told.undone.append(undone)


async def running_mute(store: Store, tenant: str, group: str, member: str) -> int:
    """When the member's mute ends; 0 where there is none."""
    (seen,) = await store.look((Observe(tenant, group, member, "", NO_DIGEST, "", mute=True),))
    return seen.mute_until


async def retract(store: Store, tenant: str, group: str, now: int, back: Reversal) -> dict[str, int]:
    """Takes strikes back; what they still weighed, by ladder."""
    weights: dict[str, int] = {}
    for place, event, across in ((group, back.event, False), (EVERYWHERE, event_everywhere(group, back.event), True)):
        ladders = [ladder for ladder, _, is_wide in back.strikes if is_wide is across]
        if ladders:
            strikes = tuple((ladder, event) for ladder in ladders)
            done = await store.retract(Retract(tenant, place, back.member, now, strikes))
            weights |= dict(zip(ladders, done.taken, strict=True))
    return weights


async def end_mute(store: Store, tenant: str, group: str, member: str, muted: int, until: int, now: int) -> None:
    """Has the mute that ends at `muted` end at `until` (0: now). One that has been changed since stays as it is."""
    if muted and await running_mute(store, tenant, group, member) == muted:
        await store.retract(Retract(tenant, group, member, now, mute_until=until))


def _refused(detail: str, hint: str | None) -> EventError:
    return EventError(problem("invalid_event", detail, pointer=_POINTER, hint=UNSET if hint is None else hint))
