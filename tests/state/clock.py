"""Instants of random sequences: forward at several paces, or back and forth."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Final

from .conftest import DAY, HOUR, MINUTE, SECOND, T0

ELAPSED: Final = (0, 1, 999, 1_000, MINUTE, HOUR - 1, HOUR, 13 * HOUR, 40 * DAY)

Clock = tuple[int, Iterator[int]]
"""No duration is shorter than this; the instants of the rounds."""


def clock(chance: random.Random, rounds: int) -> Clock:
    """Of sequences that run together: forward at one of three paces, or back and forth within a minute or an hour
    and then forward, or within a day and again 100 days later."""
    start = T0 + chance.randrange(45 * DAY)
    match chance.randrange(6):
        case 0 | 1:
            within = chance.choice((MINUTE, HOUR, DAY))
            return within, _swinging(chance, start, within, rounds)
        case 2:
            return 0, _forward(start, lambda: chance.choice(ELAPSED) or chance.randrange(3 * DAY), rounds)
        case 3:
            return 0, _forward(start, lambda: chance.choice((0, HOUR - 1, HOUR, chance.randrange(8 * HOUR))), rounds)
        case _:
            return 0, _forward(start, lambda: chance.choice((0, 1, 999, 1_000, 9 * SECOND, MINUTE)), rounds)


def _forward(now: int, passes: Callable[[], int], rounds: int) -> Iterator[int]:
    for _ in range(rounds):
        yield now
        now += passes()


def _swinging(chance: random.Random, start: int, within: int, rounds: int) -> Iterator[int]:
    for _ in range(rounds // 2):
        now = start + chance.randrange(within)
        yield now
    if within < DAY:
        yield from _forward(now, lambda: chance.choice((0, within // 3, within // 2)), rounds // 2)
    else:
        yield from (start + 100 * DAY + chance.randrange(within) for _ in range(rounds // 2))
