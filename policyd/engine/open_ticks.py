"""Which ticks' answers a bot has carried out, and which are to be given again (STATE.md, ticks)."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from policyd.model.event import Tick
from policyd.model.records import OpenTick

_PATIENCE: Final = 30_000
"""ms after which a tick that has no answer yet is carried out by another."""
_MOST: Final = 100
_MOST_EMPTY: Final = 20
"""So many ticks stay open, with and without anything to carry out; the oldest are dropped."""


def acknowledge(ticks: list[OpenTick], part: Tick | None, now: int) -> tuple[list[OpenTick], list[str]]:
    """The ticks that stay open, and those of them whose answers are given again. A tick without a part acknowledges by
    coming all those that were answered; one with a part those up to the one named."""
    if part is None:
        left = [tick for tick in ticks if not tick.done]
        again = [tick.id for tick in left if now - tick.started > _PATIENCE]
    else:
        named = next((place for place, tick in enumerate(ticks) if tick.id == part.ack), -1)
        left = ticks[named + 1 :]
        again = [tick.id for tick in left]
    return [replace(tick, started=now) if tick.id in again else tick for tick in left], again


def opened(ticks: list[OpenTick], tick: OpenTick) -> list[OpenTick]:
    """With one more."""
    empty = [each.id for each in ticks if each.empty]
    dropped = set(empty[: max(0, len(empty) - _MOST_EMPTY)])
    return [*[each for each in ticks if each.id not in dropped], tick][-_MOST:]
