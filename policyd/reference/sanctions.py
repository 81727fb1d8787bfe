"""What a human did: recorded, not decided. It adds a strike and runs no step; a pardon clears (law L9)."""

from __future__ import annotations

from dataclasses import dataclass

from policyd.check.resolved import Ladder, Policy
from policyd.model.event import Event
from policyd.model.problem import EventError, problem


class UnclearLadder(EventError):
    """A sanction names no ladder of this group, or leaves open which of several it means."""

    def __init__(self, names: str) -> None:
        detail = f"it is not clear which ladder is meant: {names}"
        super().__init__(problem("invalid_event", detail, pointer="/sanction/ladder", hint="name one ladder"))


@dataclass(frozen=True)
class Human:
    """`mute` in ms. `ends_mute`: a pardon or a release."""

    strikes: Ladder | None = None
    pardons: tuple[Ladder, ...] = ()
    mute: int = 0
    ends_mute: bool = False


def human(event: Event, policies: list[Policy]) -> Human:
    """Raises `UnclearLadder`."""
    sanction = event.sanction
    if sanction is None:
        return Human()
    meant = _meant(sanction.ladder, [ladder for policy in policies for ladder in policy.ladders])
    match sanction.action:
        case "release":
            return Human(ends_mute=True)
        case "pardon":
            return Human(pardons=meant, ends_mute=True)
    if len(meant) > 1:
        raise UnclearLadder(", ".join(ladder.name for ladder in meant))
    mute = (sanction.seconds or 0) * 1000 if sanction.action == "mute" else 0
    return Human(strikes=meant[0] if meant else None, mute=mute)


def _meant(name: str | None, ladders: list[Ladder]) -> tuple[Ladder, ...]:
    """The ladders that `name` may mean, which is plain or qualified; all where none is named."""
    if name is None:
        return tuple(ladders)
    qualified = [ladder for ladder in ladders if ladder.name == name]
    found = qualified or [ladder for ladder in ladders if ladder.name.partition(".")[2] == name]
    if len(found) != 1:
        raise UnclearLadder(name)
    return tuple(found)
