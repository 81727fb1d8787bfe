"""What the workflows keep between events: records of members, groups, tickets and ticks, and their names.

A store keeps a record as bytes and does not look inside. Instants and durations are ms. Every record is msgpack of one
of the structs here; fields are only ever added at the end, with a default.
"""

from __future__ import annotations

from base64 import b32encode
from hashlib import blake2b
from typing import Final, Literal, TypeVar

import msgspec
from msgspec import Struct, field

RecordKind = Literal["file", "thread", "board", "ticket", "member", "group", "parcel", "tick", "desk"]
STAMP: Final = 8
"""Bytes before every stored value that say which filing wrote it."""


class Record(Struct, frozen=True, gc=False):
    """The name of a record. `file`: a member's; `thread`: of a message that waits for a reply (`id` is the message);
    `board`: the group's own; `ticket`; `member`: who is in the group; `group`: which groups there are; `parcel`:
    actions that wait for a tick. `tick` and `desk`: of one group, or (group "") of all groups of a cell."""

    kind: RecordKind
    group: str = ""
    id: str = ""


# ---------------------------------------------------------------- a member


class OpenDuty(Struct, array_like=True):
    """A duty that someone owes: opened by `event` at `opened`, late at `due`; `reminders` are the instants still to
    come, `message` the message id of the opening event."""

    event: str
    opened: int
    due: int
    reminders: list[int] = []
    message: str | None = None


class Evidence(Struct, array_like=True):
    """`expires` 0: never."""

    ref: str
    expires: int = 0


class Approval(Struct, array_like=True):
    """`fingerprint` "" binds it to the member. `until` 0: for ever."""

    fingerprint: str
    granted: int
    until: int = 0


class Use(Struct, array_like=True):
    """An event that an approval let through."""

    event: str
    at: int


class ReviewFile(Struct, array_like=True):
    """`ticket`: the open one, "" for none; `opened`: how many there have been. `refused`: fingerprints, "" for
    everything of this member."""

    ticket: str = ""
    opened: int = 0
    evidence: dict[str, Evidence] = field(default_factory=dict)
    approvals: list[Approval] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


class Undoing(Struct, array_like=True):
    """What of a decision has been taken back: all of it (`rules` empty), or what these rules asked for."""

    at: int
    rules: list[str] = []


class Award(Struct, array_like=True):
    """What an event added that left a journal, so that it can be taken back. `rules`: who asked, with their amounts."""

    event: str
    at: int
    rules: dict[str, int]


class Account(Struct, array_like=True):
    """What a tally has for a member: `total`; by local day for 62 days, by month (12 * year + month - 1) for 25 months,
    those with something only. `awards`: those of the last 30 days that may be taken back, oldest first."""

    total: int = 0
    days: dict[int, int] = field(default_factory=dict)
    months: dict[int, int] = field(default_factory=dict)
    awards: list[Award] = field(default_factory=list)


class Run(Struct, array_like=True):
    """A member's streak: `length` until period number `last`. `repaired`: by number of the repair period, repairs used,
    the newest two. `given`: once-only steps that have run. `longest` ever."""

    length: int = 0
    last: int = 0
    longest: int = 0
    repaired: dict[int, int] = field(default_factory=dict)
    given: list[int] = field(default_factory=list)


class Placed(Struct, array_like=True):
    """`since`: the occurrence at which the member came to this tier."""

    tier: str
    since: int


class MemberFile(Struct, array_like=True):
    """By qualified names. `proposals`: by rule and place (`class_group.silent#0`), the open ticket. `submissions`: the
    events that brought evidence lately; `undone`: by event, what has been taken back."""

    duties: dict[str, list[OpenDuty]] = field(default_factory=dict)
    reviews: dict[str, ReviewFile] = field(default_factory=dict)
    proposals: dict[str, str] = field(default_factory=dict)
    submissions: list[str] = field(default_factory=list)
    undone: dict[str, Undoing] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    tiers: dict[str, Placed] = field(default_factory=dict)


class Thread(Struct, array_like=True):
    """The duties of a message that wait for a reply: by qualified name, the member who asked and the duty."""

    duties: dict[str, tuple[str, OpenDuty]] = field(default_factory=dict)


class KnownMember(Struct, array_like=True):
    """What the bot last told of a member. `since`: when it was first heard of, or joined."""

    since: int
    name: str | None = None
    role: str | None = None
    joined: int | None = None
    attributes: dict[str, object] = field(default_factory=dict)


# ---------------------------------------------------------------- a group


class KnownGroup(Struct, array_like=True):
    """What the bot last told of a group, and when it was first heard of."""

    since: int
    name: str | None = None
    tags: tuple[str, ...] = ()
    size: int | None = None
    attributes: dict[str, object] = field(default_factory=dict)


class Collected(Struct, array_like=True):
    """Texts of one digest that wait: said at `due`."""

    due: int
    do: str
    to: str | None
    rule: str
    lines: list[str]


class SweepRun(Struct, array_like=True):
    """A sweep or placing in tiers that has not reached everybody: its occurrence, and where the listing goes on."""

    at: int
    cursor: int


class Board(Struct, array_like=True):
    """`switches`: until when each is on. `brakes`: by policy and place, when its actions were let through. `last`: how
    far the group's schedules have been carried out."""

    switches: dict[str, int] = field(default_factory=dict)
    brakes: dict[str, list[int]] = field(default_factory=dict)
    digests: dict[str, Collected] = field(default_factory=dict)
    sweeps: dict[str, SweepRun] = field(default_factory=dict)
    last: int = 0


# ---------------------------------------------------------------- tickets

TicketKind = Literal["hold", "request", "proposal", "review", "brake", "appeal"]
TicketStatus = Literal["open", "approved", "refused", "expired"]


class PlannedAction(Struct, array_like=True):
    """An action that is done later: when a ticket is approved or its time is up. Texts are rendered."""

    do: str
    text: str | None = None
    duration: int | None = None
    to: str | None = None
    rule: str = ""


class Vote(Struct, array_like=True):
    by: str
    decision: Literal["approve", "refuse"]
    event: str
    reason: str | None = None


class Ticket(Struct):
    """Something that a human decides. `rules` asked for it, in name order. `event` opened it, `message` is what it is
    about. `approve`, `refuse`: what is done then. `deadline` (0: none) and `expire`: what is done where nobody decides.
    `needed`: how many must approve. `review`: the qualified review, with the `fingerprint` of what waits. `appealed`:
    the event whose decision is appealed against. `settled`: when. `void`: events whose votes were about what no longer
    waits."""

    id: str
    kind: TicketKind
    group: str
    member: str
    event: str
    opened: int
    rules: tuple[str, ...] = ()
    name: str | None = None
    message: str | None = None
    text: str | None = None
    status: TicketStatus = "open"
    deadline: int = 0
    needed: int = 1
    decided_by: str = "moderators"
    approve: tuple[PlannedAction, ...] = ()
    refuse: tuple[PlannedAction, ...] = ()
    expire: tuple[PlannedAction, ...] = ()
    review: str = ""
    needs: tuple[str, ...] = ()
    evidence: dict[str, Evidence] = {}
    fingerprint: str = ""
    appealed: str = ""
    told_complete: bool = False
    votes: tuple[Vote, ...] = ()
    settled: int = 0
    void: tuple[str, ...] = ()


# ---------------------------------------------------------------- ticks


class Owed(Struct, array_like=True):
    """A duty that has come due: whose, opened when and by which message, when it is late, and the instant that has
    come."""

    member: str
    opened: int
    deadline: int
    at: int
    message: str | None = None


class Work(Struct, array_like=True):
    """One thing that a tick carries out. `what`: `remind` (`remind2` …), `late`, `schedule`, `sweep`, `tiers`,
    `ticket`, `digest` or `parcel`; `name`: the declaration, ticket, digest or parcel; `at`: when it was due; `who`:
    members, messages or nothing. `owed`: the duties, `together` told as one; `body`: the ticket, what was collected, or
    the parcel, packed."""

    what: str
    group: str
    name: str
    at: int
    who: tuple[str, ...] = ()
    owed: tuple[Owed, ...] = ()
    body: bytes = b""
    together: bool = False


class TickPlan(Struct, array_like=True):
    """`now`: the instant of the first sight of the tick's id. `missed`: too late to be carried out. `again`: earlier
    ticks whose answers this one gives too. `groups` and `members` (by group, then member) are known so when the works
    are carried out, however late. `answer`: what came of each work, packed, once all are done.
    `content`: what a repeat of the tick has in common with it."""

    now: int
    work: list[Work]
    missed: list[Work] = field(default_factory=list)
    more: bool = False
    again: list[str] = field(default_factory=list)
    groups: dict[str, KnownGroup] = field(default_factory=dict)
    members: dict[str, dict[str, KnownMember]] = field(default_factory=dict)
    answer: bytes = b""
    content: bytes = b""


class OpenTick(Struct, array_like=True):
    """`done`: its answer was complete once. `empty`: it had nothing to carry out."""

    id: str
    started: int
    done: bool = False
    empty: bool = False


class Desk(Struct, array_like=True):
    """A cell's ticks that are not acknowledged, and how far the schedules of all its groups have been carried out."""

    last: int = 0
    ticks: list[OpenTick] = field(default_factory=list)


class Parcel(Struct, array_like=True):
    """Actions for the next tick's answer, as JSON of the endpoint."""

    actions: bytes


# ---------------------------------------------------------------- the journal


class JournalEntry(Struct, array_like=True):
    """What a decision did that may be taken back. `asked_by`: the rules, each with the actions it asked for as the
    endpoint spells them, lengths in ms behind (`delete`, `mute 3600000`); `strikes`: the ladders of the group, in the
    order of the commit's steps, with the rules that struck; `wide`: those across groups, with the step that ran and
    what the strike weighed. `mute`: ms of the longest mute asked for beside ladders, -1 where removal replaced it.
    `awarded`: members to whose tallies this event may have added."""

    event: str
    member: str
    message: str | None
    asked_by: dict[str, list[str]]
    strikes: dict[str, tuple[str, ...]]
    mute: int = 0
    undone: list[str] = []
    times: dict[str, int] = {}
    wide: dict[str, WideStrike] = {}
    awarded: list[str] = []


class WideStrike(Struct, array_like=True):
    """A strike on a ladder across groups."""

    rules: tuple[str, ...]
    step: int
    weight: int


T = TypeVar("T")


def pack(record: Struct) -> bytes:
    return _encode(record)


def unpack(type: type[T], value: bytes) -> T | None:
    """None where there is no record."""
    return msgspec.msgpack.decode(value, type=type) if value else None


def ticket_id(group: str, *parts: str) -> str:
    """`k7m2q9xa4b`: the same for the same thing, so that whatever is done twice opens one ticket."""
    digest = blake2b("\0".join((group, *parts)).encode(), digest_size=16).digest()
    return b32encode(digest[:10])[:10].decode().lower()


def stamp(group: str, event: str) -> bytes:
    """Which filing wrote a record."""
    return blake2b(f"{group}\0{event}".encode(), digest_size=STAMP).digest()


def timed_id(what: str, name: str, at: int, who: str = "") -> str:
    """The id of the event that a thing come due is: the same whichever tick carries it out."""
    plain = f"~{what} {name} {at} {who}"
    return plain if len(plain) <= 100 else f"~{what} {blake2b(plain.encode(), digest_size=16).hexdigest()}"


_encode: Final = msgspec.msgpack.Encoder().encode
