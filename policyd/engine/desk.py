"""Working copies of the records that one event changes, and the filing that makes the changes, all or none.

A change is worked out on copies; where something else has changed a record meanwhile, it is worked out again on what
is there now. What it tells is kept with the filing, so that a repeat of the event is told the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from msgspec import Struct
from msgspec.msgpack import Decoder, Encoder

from policyd.engine.undoing import Reversal
from policyd.model.decision import TicketState, Undone
from policyd.model.records import (
    STAMP,
    Board,
    KnownGroup,
    KnownMember,
    MemberFile,
    PlannedAction,
    Record,
    Thread,
    Ticket,
    pack,
    stamp,
    unpack,
)
from policyd.model.state import Due, Filing, Put, StoreUnavailable
from policyd.state.store import Store

DAY: Final = 86_400_000
KEEP_RECORDS: Final = 400 * DAY
KEEP_SETTLED: Final = 30 * DAY
"""So long a settled ticket can still be read."""
_MOST_TRIES: Final = 50

T = TypeVar("T", bound=Struct)


class Said(Struct, array_like=True):
    """What policyd itself says to moderators, rendered; `rules` are the reason."""

    to: str
    text: str
    rules: tuple[str, ...] = ()


class Follow(Struct, array_like=True):
    """An event of policyd's own that follows from this one and is carried out right after it. `what`: `streak`
    (`detail` is the step, `at7`, and `length` how long it is) or `tier` (`detail` is the new tier, `was` the one
    before, "" for none). `name` is qualified, `at` the number of the period or the occurrence."""

    what: str
    name: str
    at: int
    member: str
    detail: str
    was: str = ""
    length: int = 0


class Told(Struct, array_like=True):
    """What a filing tells the decision. `braked`: the final member action was over a brake's number, and became this
    ticket's proposal. `flags`: whatever else a change has to tell, by a name of its own. `settled`: the ticket that
    this event settled, with what is to be done now in `asks`, and what an approved appeal takes back in `taken`, from
    the rules `overruled`. `opened`: how many tickets there were not before."""

    tickets: list[TicketState] = []
    braked: str = ""
    flags: dict[str, str] = {}
    says: list[Said] = []
    settled: Ticket | None = None
    asks: list[PlannedAction] = []
    undone: list[Undone] = []
    taken: Reversal | None = None
    follows: list[Follow] = []
    opened: int = 0
    overruled: list[str] = []


NOTHING_TOLD: Final = Told()
"""Never added to."""
_encode: Final = Encoder().encode
_decode: Final = Decoder(Told).decode


class Unread(Exception):
    """A record that must be read first."""

    def __init__(self, record: Record) -> None:
        self.record = record


class Desk:
    """`values`: stored values that were read, stamps before them, by record."""

    def __init__(self, group: str, event: str, now: int, values: dict[Record, bytes]) -> None:
        self.group = group
        self.event = event
        self.now = now
        self.told = Told()
        self.values = values
        self._open: dict[Record, Struct | None] = {}
        self._blind: dict[Record, Struct] = {}
        self._dues: dict[str, int] = {}

    def file(self, member: str) -> MemberFile:
        return self._edit(Record("file", self.group, member), MemberFile)

    def thread(self, message: str) -> Thread:
        return self._edit(Record("thread", self.group, message), Thread)

    def board(self) -> Board:
        return self._edit(Record("board", self.group), Board)

    def ticket(self, ticket: str) -> Ticket | None:
        """As it is; to change it, put another in its place."""
        record = Record("ticket", self.group, ticket)
        if record not in self._open:
            self._open[record] = unpack(Ticket, self._value(record)[STAMP:])
        found = self._open[record]
        assert found is None or isinstance(found, Ticket)
        return found

    def expect_new(self, ticket: str) -> None:
        """Spares the reading of a ticket that nobody can have opened yet. Should there be one, the filing does not go
        through at first, and is worked out again with what is there."""
        self.values.setdefault(Record("ticket", self.group, ticket), b"")

    def put_ticket(self, ticket: Ticket) -> None:
        """Also says when something is to be done about it: at its deadline, or when it is to be forgotten."""
        if self.ticket(ticket.id) is None:
            self.told.opened += 1
        self._open[Record("ticket", self.group, ticket.id)] = ticket
        self._dues[f"ticket/{ticket.id}"] = ticket.settled + KEEP_SETTLED if ticket.settled else ticket.deadline

    def remove(self, record: Record) -> None:
        self._value(record)
        self._open[record] = None

    def know(self, member: str, known: KnownMember | KnownGroup) -> None:
        """Keeps what was told of a member, or of the group (member "")."""
        kind = Record("member", self.group, member) if member else Record("group", self.group)
        self._blind[kind] = known

    def due(self, name: str, at: int) -> None:
        """`file/MEMBER`, `thread/MESSAGE`, `ticket/ID` or `digest/CELL` comes due at an instant; 0: no more."""
        self._dues[name] = at

    def puts(self) -> tuple[Put, ...]:
        changed = [
            Put(record, self.values[record][:STAMP], value, KEEP_RECORDS)
            for record, struct in self._open.items()
            if (value := _stored(struct)) != self.values[record][STAMP:]
        ]
        blind = [Put(record, None, pack(struct), KEEP_RECORDS) for record, struct in self._blind.items()]
        return (*changed, *blind)

    def dues(self) -> tuple[Due, ...]:
        """Those of tickets are set as they are put."""
        for record, struct in self._open.items():
            if isinstance(struct, Ticket) or _stored(struct) == self.values[record][STAMP:]:
                continue
            if isinstance(struct, MemberFile):
                self._dues[f"file/{record.id}"] = earliest(
                    duty for duties in struct.duties.values() for duty in _instants(duties)
                )
            elif isinstance(struct, Thread):
                self._dues[f"thread/{record.id}"] = earliest(
                    instant for _, duty in struct.duties.values() for instant in _instants([duty])
                )
            elif isinstance(struct, Board):
                for name, collected in struct.digests.items():
                    self._dues[f"digest/{name}"] = collected.due
        return tuple(Due(self.group, name, at) for name, at in self._dues.items())

    def _edit(self, record: Record, type: Callable[[], T]) -> T:
        if record not in self._open:
            value = self._value(record)
            self._open[record] = unpack(type, value[STAMP:]) or type()  # type: ignore[arg-type]
        return self._open[record]  # type: ignore[return-value]

    def _value(self, record: Record) -> bytes:
        if record not in self.values:
            raise Unread(record)
        return self.values[record]


Change = Callable[[Desk], None]
"""Works on the desk only, and may be called several times, each time with a fresh one."""


async def file_changes(
    store: Store,
    tenant: str,
    group: str,
    event: str,
    now: int,
    changes: Iterable[Change],
    seen: dict[Record, bytes],
) -> Told:
    """Carries out all changes as one filing of the event. `seen`: values that are known already. Where the event was
    filed before, what was told then is told again. Raises `StoreUnavailable`; the same again after that is safe."""
    cell, mark, work = store.cell_of(group), stamp(group, event), tuple(changes)
    values = dict(seen)
    for _ in range(_MOST_TRIES):
        desk = await _worked_out(store, tenant, Desk(group, event, now, values), work)
        answer = _encode(desk.told)
        filed = await store.file(Filing(tenant, cell, group, event, mark, desk.puts(), desk.dues(), answer))
        if filed.answer == answer:
            return desk.told
        if filed.answer is not None:
            return _decode(filed.answer)
        records = tuple(values)
        values.update(zip(records, await store.read(tenant, cell, records), strict=True))
    raise StoreUnavailable(f"the records that event `{event}` changes kept changing; send it again")


async def rehearse(store: Store, tenant: str, group: str, event: str, now: int, changes: Iterable[Change]) -> Desk:
    """Works changes out on what is there now, and files nothing. Raises what they raise."""
    return await _worked_out(store, tenant, Desk(group, event, now, {}), tuple(changes))


async def _worked_out(store: Store, tenant: str, desk: Desk, work: Iterable[Change]) -> Desk:
    """The desk with all changes made, what they need having been read: what is missing in one round is read at once,
    as a notice may concern thousands of members. Raises what a change raises for which nothing is missing."""
    while True:
        missing = _unread(desk, work)
        if not missing:
            return desk
        read = await store.read(tenant, store.cell_of(desk.group), missing)
        desk.values.update(zip(missing, read, strict=True))
        desk = Desk(desk.group, desk.event, desk.now, desk.values)


def _unread(desk: Desk, work: Iterable[Change]) -> list[Record]:
    """Makes the changes as far as that goes, and says which records they could not do without."""
    missing: dict[Record, None] = {}
    for change in work:
        try:
            change(desk)
        except Unread as unread:
            missing[unread.record] = None
        except Exception:
            if not missing:
                raise
            break
    return list(missing)


def earliest(instants: Iterable[int]) -> int:
    """0 for none."""
    return min(instants, default=0)


def _instants(duties: Iterable[object]) -> Iterable[int]:
    for duty in duties:
        yield min([duty.due, *duty.reminders])  # type: ignore[attr-defined]


def _stored(struct: Struct | None) -> bytes:
    """What is to be stored of an open record; b"" of one that is removed."""
    return b"" if struct is None else packed(struct)


def packed(struct: Struct) -> bytes:
    """b"" of a record in which nothing is left."""
    if isinstance(struct, Ticket) or any(getattr(struct, name) for name in struct.__struct_fields__):
        return pack(struct)
    return b""
