"""Which events of an array are decided at the same time: those whose order does not count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Final

from policyd.model.event import Event

MOST: Final = 64
"""So many events of an array are decided at the same time."""

Placed = tuple[int, Event]
"""An event, and its place in the array."""


def turns(events: Iterable[Placed]) -> Iterator[list[Placed]]:
    """One after the other; the events of each are of different groups, and are decided together. Ticks are among
    themselves."""
    for lanes in _stretches(events):
        for together in zip_longest(*lanes):
            came = [placed for placed in together if placed is not None]
            for kind in ([placed for placed in came if (placed[1].kind == "tick") is tick] for tick in (False, True)):
                yield from (kind[begin : begin + MOST] for begin in range(0, len(kind), MOST))


def _stretches(events: Iterable[Placed]) -> list[list[list[Placed]]]:
    """Lanes side by side, one for each group; in each, one event after the other. A tick of every group comes after all
    before it and before all behind it."""
    found: list[dict[str, list[Placed]]] = [{}]
    for placed in events:
        group = placed[1].group.id
        if group:
            found[-1].setdefault(group, []).append(placed)
        else:
            found += [{"": [placed]}, {}]
    return [list(lanes.values()) for lanes in found if lanes]
