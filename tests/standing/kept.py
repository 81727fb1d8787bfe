"""What the plain model keeps: lists of what has happened, by group."""

from __future__ import annotations

from collections import Counter as Tallied
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from tests.standing import clocks
from tests.standing.plans import Streak

Add = tuple[str, str, str, int]
"""Tally, member, rule, amount."""
Said = tuple[str, str]
"""Rule and text."""
TakenBack = tuple[str, str, str, int]
"""Event, tally, member, amount."""
Missed = tuple[str, str, int]
"""Declaration, group, instant."""


@dataclass
class Answer:
    """In the answer to a tick, groups stand before tallies and texts."""

    verdict: str = "allow"
    adds: list[Add] = field(default_factory=list)
    replies: list[Said] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)
    undone: list[TakenBack] = field(default_factory=list)
    replayed: bool = False
    refused: bool = False

    def with_(self, other: Answer) -> Answer:
        adds, replies = self.adds + other.adds, self.replies + other.replies
        return Answer(self.verdict, adds, replies, self.missed + other.missed)


@dataclass
class Counted:
    """An event that a counter has counted. `period`: the newest there was by then."""

    at: int
    period: int
    value: str | int


Cells = defaultdict[tuple[str, str], list[Counted]]
"""By counter and key."""


@dataclass
class Award:
    """What a rule added on an event."""

    day: date
    amount: int
    event: str
    rule: str


@dataclass
class Entry:
    """A decision that may be taken back. `asked`: the rules that punished, as long as that stands."""

    at: int
    member: str
    asked: set[str]
    appealed: str = ""


@dataclass
class Life:
    """One group. `checked`: by streak and member, the local dates of fitting events, as they came."""

    counted: Cells = field(default_factory=lambda: defaultdict(list))
    awards: defaultdict[tuple[str, str], list[Award]] = field(default_factory=lambda: defaultdict(list))
    checked: defaultdict[tuple[str, str], list[date]] = field(default_factory=lambda: defaultdict(list))
    journal: dict[str, Entry] = field(default_factory=dict)
    placed: dict[tuple[str, str], str] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    given: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    members: dict[str, int | None] = field(default_factory=dict)
    since: int | None = None


@dataclass
class Ran:
    """A streak as its dates tell it. `reached`: the steps that the last of them came to."""

    length: int = 0
    last: int | None = None
    repaired: Tallied[int] = field(default_factory=Tallied)
    reached: list[tuple[int, bool, int]] = field(default_factory=list)


def run_of(streak: Streak, dates: list[date]) -> Ran:
    ran = Ran()
    given: set[int] = set()
    for day in dates:
        number = clocks.period(streak.per, day)
        ran.reached = []
        if ran.last is not None and number <= ran.last:
            continue
        missing = 0 if ran.last is None else number - ran.last - 1
        window = clocks.period(streak.repair_per, day)
        if missing <= streak.repairs - ran.repaired[window]:
            ran.repaired[window] += missing
            ran.length += 1
        elif missing:
            ran.length = 1
        else:
            ran.length += 1
        ran.last = number
        for at, again, add in sorted(streak.steps):
            if again and ran.length % at == 0:
                ran.reached.append((at, again, add))
            if not again and ran.length == at and at not in given:
                given.add(at)
                ran.reached.append((at, again, add))
    return ran
