"""Stored records from within, as commands must change them: without a member, or several cells' as one.

A stored value: 6 bytes until, 8 stamp, and the msgpack of a struct of `policyd/model/records.py`. What cannot be read
is left as it is.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from policyd.model.records import STAMP, Desk, JournalEntry, Parcel, Thread, Ticket, TickPlan, Work, pack, unpack
from policyd.state.census_layout import Kind

_UNTIL: Final = 6
_HEAD: Final = _UNTIL + STAMP
_JOURNAL_HEAD: Final = 12
NOBODY: Final = ""
"""Who has voted where it is no longer known."""

T = TypeVar("T", bound=Struct)


def without(kind: Kind, stored: bytes, member: str) -> bytes:
    """The value without all that is about the member: the same where nothing is, empty where nothing is left. It has a
    new stamp, so that what was worked out from the old one is not filed."""
    if kind not in _WITHOUT or (kind != "parcels" and member.encode() not in stored):
        return stored
    of, cut = _WITHOUT[kind]
    record = _read(of, stored[_HEAD:])
    if record is None:
        return stored
    left = cut(record, member)
    if left is record:
        return stored
    return b"" if left is None else stored[:_UNTIL] + secrets.token_bytes(STAMP) + pack(left)


def entry_without(entry: bytes, member: str) -> bytes:
    """An entry of a journal, as it is stored: the same where it does not name the member, empty where it is about the
    member."""
    begin = _JOURNAL_HEAD + 2
    begin += int.from_bytes(entry[_JOURNAL_HEAD:begin])
    read = _read(JournalEntry, entry[begin:])
    if read is None:
        return entry
    if read.member == member:
        return b""
    left = [each for each in read.awarded if each != member]
    return entry if left == read.awarded else entry[:begin] + pack(replace(read, awarded=left))


def united_desks(stored: Sequence[bytes]) -> bytes:
    """Of several cells: nothing is taken as carried out that one of them has not carried out."""
    desks = [desk for each in stored if (desk := _read(Desk, each[_HEAD:])) is not None]
    if len(desks) < 2:
        return stored[0]
    ticks = {tick.id: tick for desk in desks for tick in desk.ticks}
    for tick in [tick for desk in desks for tick in desk.ticks]:
        known = ticks[tick.id]
        ticks[tick.id] = replace(known, started=min(known.started, tick.started), done=known.done and tick.done)
    return stored[0][:_HEAD] + pack(Desk(min(desk.last for desk in desks), list(ticks.values())))


def united_plans(stored: Sequence[bytes]) -> bytes:
    """Of one tick in several cells."""
    plans = [plan for each in stored if (plan := _read(TickPlan, each[_HEAD:])) is not None]
    if len(plans) < 2:
        return stored[0]
    united = TickPlan(
        min(plan.now for plan in plans),
        [work for plan in plans for work in plan.work],
        [work for plan in plans for work in plan.missed],
        any(plan.more for plan in plans),
    )
    return stored[0][:_HEAD] + pack(united)


def _read(of: type[T], packed: bytes) -> T | None:
    try:
        return unpack(of, packed)
    except msgspec.DecodeError:
        return None


def _of_thread(thread: Thread, member: str) -> Thread | None:
    left = {name: (who, duty) for name, (who, duty) in thread.duties.items() if who != member}
    if len(left) == len(thread.duties):
        return thread
    return Thread(left) if left else None


def _of_ticket(ticket: Ticket, member: str) -> Ticket | None:
    if ticket.member == member:
        return None
    if all(vote.by != member for vote in ticket.votes):
        return ticket
    votes = [replace(vote, by=NOBODY) if vote.by == member else vote for vote in ticket.votes]
    return replace(ticket, votes=tuple(votes))


def _of_parcel(parcel: Parcel, member: str) -> Parcel | None:
    try:
        actions = msgspec.json.decode(parcel.actions)
    except msgspec.DecodeError:
        return parcel
    if not isinstance(actions, list):
        return None if _names(actions, member) else parcel
    left = [action for action in actions if not _names(action, member)]
    if len(left) == len(actions):
        return parcel
    return Parcel(msgspec.json.encode(left)) if left else None


def _names(value: Any, member: str) -> bool:
    if isinstance(value, dict):
        return any(_names(each, member) for each in value.values())
    return any(_names(each, member) for each in value) if isinstance(value, list) else value == member


def _of_plan(plan: TickPlan, member: str) -> TickPlan:
    work, missed = _of_works(plan.work, member), _of_works(plan.missed, member)
    return plan if (work, missed) == (plan.work, plan.missed) else replace(plan, work=work, missed=missed)


def _of_works(works: list[Work], member: str) -> list[Work]:
    left = []
    for work in works:
        who = tuple(each for each in work.who if each != member)
        if who or not work.who:
            left.append(work if who == work.who else replace(work, who=who))
    return left


_WITHOUT: Final[dict[Kind, tuple[type[Any], Callable[[Any, str], Any]]]] = {
    "threads": (Thread, _of_thread),
    "tickets": (Ticket, _of_ticket),
    "parcels": (Parcel, _of_parcel),
    "ticks": (TickPlan, _of_plan),
}
