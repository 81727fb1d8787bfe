"""What the model remembers of a group and its members."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.simulation.answers import TicketFacts
from tests.simulation.hours import DAY, HOUR


@dataclass(frozen=True)
class Ladder:
    """`steps`: what runs at so many strikes: the action, its text and its length in ms."""

    forget: int
    steps: dict[int, tuple[str, str | None, int | None]]
    wide: bool = False
    together: int = HOUR // 6


LADDERS = {
    "class.conduct": Ladder(
        10 * DAY,
        {
            1: ("warn", "first", None), 2: ("call_out", "second", None), 3: ("mute", None, DAY),
            4: ("remove", None, None),
        },
    ),
    "adverts.honesty": Ladder(
        20 * DAY, {1: ("warn", "not approved", None), 2: ("mute", None, DAY), 3: ("remove", None, None)}
    ),
    "network.reputation": Ladder(
        20 * DAY, {1: ("warn", "first anywhere", None), 2: ("mute", None, 3 * DAY), 3: ("ban", None, 30 * DAY)}, True
    ),
}
BRAKES = {"class": ("remove", 2), "adverts": ("remove", 2), "network": ("ban", 1)}
"""So many of an action in a day."""


@dataclass
class Strike:
    event: str
    at: int
    weight: int
    step: int = 0


class Climb:
    """The strikes of a member on a ladder."""

    def __init__(self, ladder: Ladder) -> None:
        self.ladder = ladder
        self.strikes: list[Strike] = []

    def forget(self, now: int) -> None:
        self.strikes = [each for each in self.strikes if each.at > now - self.ladder.forget]

    def count(self, now: int) -> int:
        self.forget(now)
        return sum(each.weight for each in self.strikes)

    def strike(self, event: str, now: int) -> int:
        """The step that runs, 0 for none."""
        before = self.count(now)
        if any(each.step and now - each.at < self.ladder.together for each in self.strikes):
            self.strikes.append(Strike(event, now, 0))
            return 0
        last = max(self.ladder.steps)
        step = before + 1 if before + 1 in self.ladder.steps else last if before + 1 > last else 0
        self.strikes.append(Strike(event, now, 1, step))
        return step

    def forgive(self, now: int) -> None:
        """The newest."""
        self.forget(now)
        for each in reversed(self.strikes):
            if each.weight:
                self.strikes.remove(each)
                return

    def take_back(self, event: str, now: int) -> int:
        taken = [each for each in self.strikes if each.event == event]
        self.strikes = [each for each in self.strikes if each.event != event]
        return sum(each.weight for each in taken if each.at > now - self.ladder.forget)


@dataclass
class Plan:
    """What is done when a ticket is settled."""

    do: str
    text: str | None = None
    length: int | None = None
    to: str | None = None


@dataclass
class Ticket:
    """Its name is the model's own; `cell` of a proposal, `review` of a review."""

    name: str
    kind: str
    member: str
    who: str
    rules: tuple[str, ...]
    status: str = "open"
    message: str | None = None
    deadline: int = 0
    needed: int = 1
    by: str = "moderators"
    approve: list[Plan] = field(default_factory=list)
    refuse: list[Plan] = field(default_factory=list)
    expire: list[Plan] = field(default_factory=list)
    cell: str = ""
    review: str = ""
    content: str = ""
    appealed: str = ""
    missing: tuple[str, ...] | None = None
    told_complete: bool = False
    voters: list[str] = field(default_factory=list)
    opened: int = 0
    settled: int = 0

    def facts(self) -> TicketFacts:
        proposes = self.approve[0].do if self.kind in ("proposal", "brake") else None
        return TicketFacts(
            self.kind, self.status, self.member, self.rules, proposes, self.message, self.missing,
            self.deadline or None, tuple(self.voters), self.needed,
        )  # fmt: skip


@dataclass
class Owed:
    opened: int
    due: int
    reminder: int = 0
    message: str | None = None


@dataclass
class Review:
    """Of one member: `approved` and `refused` by content, "" for all of it."""

    ticket: str = ""
    opened: int = 0
    evidence: dict[str, int] = field(default_factory=dict)
    approved: list[tuple[str, int]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    uses: dict[str, int] = field(default_factory=dict)


@dataclass
class Known:
    since: int
    name: str | None = None
    role: str | None = None


@dataclass
class Entry:
    """Of a decision that may be taken back. `words`: what was asked for; `end` of the mute that it gave."""

    event: str
    member: str
    at: int
    message: str | None
    rules: tuple[str, ...]
    words: set[str]
    ladders: list[str]
    end: int
    undone: bool = False


@dataclass
class Place:
    """A group."""

    id: str
    tags: tuple[str, ...]
    since: int = 0
    looked: int = 0
    known: dict[str, Known] = field(default_factory=dict)
    spoke: dict[str, int] = field(default_factory=dict)
    muted: dict[str, int] = field(default_factory=dict)
    ladders: dict[tuple[str, str], Climb] = field(default_factory=dict)
    said: dict[tuple[str, str], int] = field(default_factory=dict)
    given: dict[str, set[str]] = field(default_factory=dict)
    joins: list[int] = field(default_factory=list)
    messages: dict[str, list[int]] = field(default_factory=dict)
    lockdown: int = 0
    braked: dict[str, list[int]] = field(default_factory=dict)
    duties: dict[tuple[str, str], list[Owed]] = field(default_factory=dict)
    threads: dict[str, tuple[str, Owed]] = field(default_factory=dict)
    reviews: dict[tuple[str, str], Review] = field(default_factory=dict)
    proposals: dict[tuple[str, str], str] = field(default_factory=dict)
    digest: tuple[int, list[str]] | None = None
    tickets: dict[str, Ticket] = field(default_factory=dict)
    journal: list[Entry] = field(default_factory=list)

    def review(self, name: str, member: str) -> Review:
        return self.reviews.setdefault((name, member), Review())

    def open_tickets(self) -> list[Ticket]:
        return [each for each in self.tickets.values() if each.status == "open"]


Event = dict[str, Any]
