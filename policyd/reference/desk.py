"""What ticks keep: what has come due, and the answers that are not acknowledged."""

from __future__ import annotations

from dataclasses import dataclass, field

from policyd.model.decision import Action, Decision, Missed, TicketState
from policyd.model.event import Event


@dataclass(frozen=True)
class Work:
    """One thing that has come due. `what`, `group`, `name`, `who` and `at` say in which order it is carried out; the
    event is decided like any other, a ticket's time is up, a digest is said."""

    at: int
    group: str
    what: str
    name: str
    who: tuple[str, ...] = ()
    event: Event | None = None
    ticket: str = ""
    action: Action | None = None


@dataclass
class Answered:
    """A tick that was carried out, what it did itself, what it had missed, and the tickets of what it did."""

    id: str
    group: str
    at: int
    content: object
    own: list[Action]
    missed: list[Missed]
    tickets: dict[str, TicketState]
    decision: Decision


@dataclass
class Desk:
    """`open`: the ticks of each group, and of all groups under "", that are not acknowledged, the oldest first.
    `answered` by group and id. `last`: up to when the schedules of a group are carried out. `waiting`: planned and
    left for the next tick."""

    open: dict[str, list[Answered]] = field(default_factory=dict)
    answered: dict[tuple[str, str], Answered] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    waiting: list[Work] = field(default_factory=list)
