"""What is remembered between events, kept as it happened: lists of what was seen, nothing summed up.

All state is per group, and within it per member, or kept across groups as if in one more; names of counters, ladders
and rules carry their policy (law L14).
Instants and durations are ms.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from policyd.check.resolved import Ladder
from policyd.model.decision import Decision
from policyd.model.event import Event
from policyd.model.records import Board, KnownGroup, KnownMember, MemberFile, ReviewFile, Thread, Ticket
from policyd.reference.counting import Happened
from policyd.reference.desk import Desk
from policyd.reference.environment import Environment, Value
from policyd.reference.figures import Log

if TYPE_CHECKING:
    from policyd.reference.recording import Recorded

HOUR = 3_600_000
RECEIPTS = 24 * HOUR
"""So long a repeated event or message id is known (law L11)."""
GIVEN = 30 * 24 * HOUR
"""So long its edits know what was given for a message (law L10)."""


@dataclass(frozen=True)
class Receipt:
    """An event that was seen. `content` tells it from another event of the same id. `recorded`: what came of its
    strikes and mutes, once they are told; `decision` is None until all of it could be. A repeat goes on from there, on
    what was seen the first time. `filed`: something of it is in the records of workflows. `follows`: events of
    policyd's own that came of it. `counted`: in the figures."""

    instant: int
    content: Value
    seen: Seen
    recorded: Recorded | None = None
    decision: Decision | None = None
    filed: bool = False
    follows: tuple[Follow, ...] = ()
    counted: bool = False


@dataclass(frozen=True)
class Follow:
    """An event of policyd's own. `of`: the qualified streak or tiers that it is of."""

    of: str
    event: Event


@dataclass(frozen=True)
class Seen:
    """What the state was when the event came. `environments` by policy name, for the policies that cover the group."""

    environments: dict[str, Environment]
    edit: bool
    given: frozenset[str]
    now: int | None


@dataclass(frozen=True)
class Strike:
    """One event's strike. `step`: the number that ran, 0 for none. `weight` 0 where it fell into a running incident."""

    instant: int
    weight: int
    step: int
    event: str


@dataclass
class Entry:
    """What rules asked for on an event and what came of it, so that it can be taken back. `asked`: by live rule, the
    actions as the endpoint spells them; `steps`: by ladder, the one that ran, 0 for none; `mute_until`: the end of the
    mute it gave, 0 for none. `taken`: rules whose part `policyd undo` has taken back."""

    event: str
    at: int
    member: str
    message: str | None
    asked: dict[str, tuple[str, ...]]
    steps: dict[str, int]
    mute_until: int
    undone: bool = False
    taken: frozenset[str] = frozenset()


@dataclass
class Member:
    """`strikes` by ladder, the newest last. `spoken`: when a throttled text was last said."""

    strikes: dict[str, list[Strike]] = field(default_factory=dict)
    spoken: dict[str, int] = field(default_factory=dict)
    muted_until: int = 0
    last_message: int = 0


@dataclass
class Records:
    """What workflows keep of a group, by the names of members, messages and tickets. `known`: what was told of the
    group; `members`: of those who are in it."""

    files: dict[str, MemberFile] = field(default_factory=dict)
    threads: dict[str, Thread] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    board: Board = field(default_factory=Board)
    known: KnownGroup | None = None
    members: dict[str, KnownMember] = field(default_factory=dict)

    def file(self, member: str) -> MemberFile:
        return self.files.setdefault(member, MemberFile())

    def thread(self, message: str) -> Thread:
        return self.threads.setdefault(message, Thread())

    def review(self, member: str, review: str) -> ReviewFile:
        return self.file(member).reviews.setdefault(review, ReviewFile())


@dataclass
class Group:
    """`messages`: when a message id was first seen. `given`: which rules gave something for a message id, and when the
    last did. `counted`: by counter and key, what has happened. `log`: of the figures. `desk`: only of what is kept
    across groups."""

    receipts: dict[str, Receipt] = field(default_factory=dict)
    messages: dict[str, int] = field(default_factory=dict)
    given: dict[str, tuple[int, frozenset[str]]] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    counted: dict[tuple[str, tuple[Value, ...]], list[Happened]] = field(default_factory=dict)
    journal: list[Entry] = field(default_factory=list)
    records: Records = field(default_factory=Records)
    log: Log = field(default_factory=Log)
    desk: Desk = field(default_factory=Desk)

    def member(self, name: str) -> Member:
        return self.members.setdefault(name, Member())


@dataclass(frozen=True)
class Place:
    """A group by its id, and what is kept across groups."""

    name: str
    group: Group
    wide: Group

    def climber(self, ladder: Ladder, member: str) -> Member:
        """Who climbs the ladder."""
        return (self.wide if ladder.across_groups else self.group).member(member)


def unforgotten(strikes: list[Strike], ladder: Ladder, now: int) -> list[Strike]:
    """Law L9: strikes as old as `forget after` no longer count; without it all do."""
    return [strike for strike in strikes if not ladder.forget or strike.instant > now - ladder.forget]


def message_id(event: Event) -> str | None:
    """The id of the message that was written or edited, if the platform tells it."""
    return None if event.message is None else event.message.id


def given_before(group: Group, event: Event, now: int) -> frozenset[str]:
    """The rules that struck, acted on the member or spoke for this message before (law L10)."""
    when, rules = group.given.get(message_id(event) or "", (0, frozenset[str]()))
    return rules if when > now - GIVEN else frozenset()
