"""What happens in the simulated lives, in plain words, and as the events that a bot would send."""

from __future__ import annotations

from dataclasses import dataclass

from policyd.model.event import (
    EVERY_GROUP,
    NOBODY,
    Appeal,
    Event,
    Group,
    Join,
    Mark,
    Member,
    Message,
    Request,
    Tick,
    Verdict,
)
from policyd.model.records import ticket_id


@dataclass(frozen=True)
class Happening:
    """`at` in ms since the epoch. `ack` "-": not told.
    `about`: the event that an appeal and its verdict are about. `undo` is no event: an operator takes back what rule
    `harsh` has done in the last days."""

    id: str
    kind: str
    at: int
    group: str = ""
    member: str = ""
    role: str | None = None
    level: int | None = None
    message: str | None = None
    text: str | None = None
    images: int | None = None
    mark: str = ""
    by: str | None = None
    inviter: str | None = None
    ack: str | None = "-"
    about: str = ""
    approves: bool = True


def event_of(it: Happening) -> Event:
    member = Member(it.member, None, it.role, None, {} if it.level is None else {"level": it.level})  # type: ignore[arg-type]
    return Event(
        id=it.id,
        kind=it.kind,
        group=Group(it.group) if it.group else EVERY_GROUP,
        member=member if it.member else NOBODY,
        time=it.at,
        message=Message(it.message, it.text, it.images) if it.kind in ("message", "edit") else None,
        join=Join(None, it.inviter) if it.kind in ("join", "leave") else None,
        request=Request(it.text) if it.kind == "request" else None,
        appeal=Appeal(it.about) if it.kind == "appeal" else None,
        verdict=_verdict(it) if it.kind == "verdict" else None,
        mark=Mark(it.mark, it.by) if it.kind == "mark" else None,
        tick=Tick(it.ack) if it.kind == "tick" and it.ack != "-" else None,
    )


def _verdict(it: Happening) -> Verdict:
    return Verdict(ticket_id(it.group, "appeal", it.about), "o1", "approve" if it.approves else "refuse", "owner")
