"""What a human did: strikes, mutes and pardons that are recorded, not decided."""

from __future__ import annotations

from msgspec import Struct

from policyd.check.resolved import Ladder
from policyd.compile.program import Prepared
from policyd.engine.case import plain
from policyd.model.event import Event, Sanction
from policyd.model.problem import EventError, problem


class Human(Struct, frozen=True):
    """What a sanction records: one strike on `strike`, `pardons` cleared, a mute of so many ms, or the end of one."""

    strike: Ladder | None = None
    pardons: tuple[Ladder, ...] = ()
    mute: int = 0
    unmute: bool = False


NOBODY = Human()


def human(event: Event, prepared: Prepared) -> Human:
    """Raises `EventError` (422) where the ladder that is meant cannot be told."""
    sanction = event.sanction
    if sanction is None:
        return NOBODY
    ladders = {ladder.name: ladder for policy in prepared.route.policies for ladder in policy.ladders}
    meant = _meant(sanction, ladders)
    if sanction.action == "release":
        return Human(unmute=True)
    if sanction.action == "pardon":
        return Human(pardons=tuple(ladders.values()) if sanction.ladder is None else meant, unmute=True)
    if len(meant) > 1:
        raise _unclear("a sanction strikes one ladder, and there are several", ladders)
    mute = (sanction.seconds or 0) * 1000 if sanction.action == "mute" else 0
    return Human(strike=meant[0] if meant else None, mute=mute)


def _meant(sanction: Sanction, ladders: dict[str, Ladder]) -> tuple[Ladder, ...]:
    name = sanction.ladder
    if name is None:
        return tuple(ladders.values())
    if name in ladders:
        return (ladders[name],)
    found = tuple(ladder for ladder in ladders.values() if plain(ladder.name) == name)
    if not found:
        raise _unclear(f"there is no ladder `{name[:60]}` in this group", ladders)
    if len(found) > 1:
        raise _unclear(f"several policies have a ladder `{name}`", ladders)
    return found


def _unclear(detail: str, ladders: dict[str, Ladder]) -> EventError:
    named = ", ".join(f"`{name}`" for name in sorted(ladders)[:20])
    hint = f"name one of {named}" if named else "leave `ladder` out: no ladder applies in this group"
    return EventError(problem("invalid_event", detail, pointer="/sanction/ladder", hint=hint))
