"""Which events of an array are decided at the same time: those whose order does not count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Final

from policyd.model.event import Event

LANES: Final = 64
"""So many events of an array are decided at the same time."""

Placed = tuple[int, Event]
"""An event, and its place in the array."""
Stretch = list[list[Placed]]
"""Lanes side by side; in each, one event after the other."""


def turns(events: Iterable[Placed]) -> Iterator[list[Placed]]:
    """One after the other; the events of each are decided together. Ticks are among themselves."""
    for lanes in stretches(events):
        for together in zip_longest(*lanes):
            came = [placed for placed in together if placed is not None]
            ticks = [placed for placed in came if placed[1].kind == "tick"]
            others = [placed for placed in came if placed[1].kind != "tick"] if ticks else came
            yield from filter(None, (others, ticks))


def stretches(events: Iterable[Placed]) -> list[Stretch]:
    """One after the other. Events of one group stay in order; a tick of every group comes after all before it and
    before all behind it."""
    found: list[dict[int, list[Placed]]] = [{}]
    for placed in events:
        group = placed[1].group.id
        if group:
            found[-1].setdefault(hash(group) % LANES, []).append(placed)
        else:
            found += [{0: [placed]}, {}]
    return [list(lanes.values()) for lanes in found if lanes]
