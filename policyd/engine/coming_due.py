"""From what has come due in a group to the works of a tick. What is taken is gone from the records."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field
from msgspec.structs import replace

from policyd.check.resolved import PolicySet
from policyd.engine.desk import KEEP_SETTLED, Desk
from policyd.engine.duties import Come, take_from_file, take_from_thread
from policyd.model.records import STAMP, Owed, Parcel, Record, RecordKind, Thread, Ticket, Work, pack, unpack
from policyd.model.state import Due

_READ: dict[str, tuple[RecordKind, ...]] = {
    "file": ("file", "member"),
    "thread": ("thread",),
    "ticket": ("ticket",),
    "digest": ("board",),
    "sweep": ("board",),
    "parcel": ("parcel",),
}
_OF_GROUP = ("board",)


class Taken(Struct):
    """What has been taken so far: duties, and works that need nothing more."""

    came: list[tuple[str, Come]] = field(default_factory=list)
    works: list[Work] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.came) + len(self.works)


def records_of(dues: Iterable[Due]) -> list[Record]:
    """What must be read to see what is to be done."""
    found: dict[Record, None] = {}
    for due in dues:
        what, _, name = due.name.partition("/")
        found[Record("group", due.group)] = None
        for kind in _READ.get(what, ()):
            found[Record(kind, due.group, "" if kind in _OF_GROUP else name)] = None
    return list(found)


def also_needed(values: dict[Record, bytes]) -> list[Record]:
    """What must be read beside records that were read: who waits for a reply, and whose proposals tickets are."""
    found: dict[Record, None] = {}
    for record, value in values.items():
        if record.kind == "thread" and (thread := unpack(Thread, value[STAMP:])):
            for member, _ in thread.duties.values():
                found[Record("member", record.group, member)] = None
        elif record.kind == "ticket" and (ticket := unpack(Ticket, value[STAMP:])) and ticket.kind == "proposal":
            found[Record("file", record.group, ticket.member)] = None
    return [record for record in found if record not in values]


def take(desk: Desk, due: Due, policies: PolicySet, taken: Taken) -> None:
    """Takes what a due name stands for."""
    what, _, name = due.name.partition("/")
    match what:
        case "file":
            taken.came += [(desk.group, come) for come in take_from_file(desk.file(name), name, desk.now, policies)]
        case "thread":
            taken.came += [(desk.group, come) for come in take_from_thread(desk.thread(name), desk.now, policies)]
        case "ticket":
            _ticket(desk, due.name, name, taken)
        case "digest":
            _digest(desk, due.name, name, taken)
        case "parcel":
            _parcel(desk, due, name, taken)
        case "sweep":
            pass
        case _:
            desk.due(due.name, 0)


def duty_works(came: Iterable[tuple[str, Come]]) -> list[Work]:
    """One work for each duty; one for all of a duty whose members are told together."""
    found: dict[tuple[object, ...], Work] = {}
    together: dict[tuple[str, str, str], list[tuple[str, Owed]]] = {}
    for group, come in came:
        owed = Owed(come.member, come.opened, come.deadline, come.at, come.message)
        who = come.message or "" if come.duty.reply else come.member
        if come.duty.together:
            together.setdefault((group, come.what, come.duty.name), []).append((who, owed))
            continue
        work = Work(come.what, group, come.duty.name, come.at, (who,), (owed,))
        found.setdefault((work.what, group, work.name, work.at, who), work)
    for (group, what, name), owing in together.items():
        owing.sort(key=lambda both: (both[1].at, both[0]))
        first = {who: owed for who, owed in reversed(owing)}
        once = tuple(owed for who, owed in owing if first[who] is owed)
        found[what, group, name] = Work(
            what, group, name, owing[-1][1].at, tuple(sorted(first)), once, together=True
        )  # fmt: skip
    return list(found.values())


def _ticket(desk: Desk, due: str, name: str, taken: Taken) -> None:
    """Expires one whose time is up, and forgets one that was settled long ago."""
    ticket = desk.ticket(name)
    if ticket is None:
        desk.due(due, 0)
    elif ticket.status == "open" and 0 < ticket.deadline <= desk.now:
        expired = replace(ticket, status="expired", settled=desk.now)
        desk.put_ticket(expired)
        if ticket.kind == "proposal":
            proposals = desk.file(ticket.member).proposals
            for cell in [cell for cell, open_one in proposals.items() if open_one == name]:
                del proposals[cell]
        taken.works.append(Work("ticket", desk.group, name, ticket.deadline, (ticket.member,), (), pack(expired)))
    elif ticket.settled and ticket.settled + KEEP_SETTLED <= desk.now:
        desk.remove(Record("ticket", desk.group, name))
        desk.due(due, 0)
    else:
        desk.put_ticket(ticket)


def _digest(desk: Desk, due: str, name: str, taken: Taken) -> None:
    digests = desk.board().digests
    collected = digests.get(name)
    if collected is None:
        desk.due(due, 0)
    elif collected.due <= desk.now:
        del digests[name]
        desk.due(due, 0)
        taken.works.append(Work("digest", desk.group, name, collected.due, (), (), pack(collected)))


def _parcel(desk: Desk, due: Due, name: str, taken: Taken) -> None:
    record = Record("parcel", desk.group, name)
    parcel = unpack(Parcel, desk.values[record][STAMP:])
    desk.due(due.name, 0)
    if parcel is not None:
        desk.remove(record)
        taken.works.append(Work("parcel", desk.group, name, due.at, (), (), pack(parcel)))
