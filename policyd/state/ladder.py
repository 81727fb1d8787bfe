"""Laws of a ladder (L9) over its entries, oldest first. The Lua scripts do the same on packed entries."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from policyd.model.state import Forgive, LadderStep, Strike

MOST_ENTRIES: Final = 1000
"""A ladder remembers this many events of a member; past it the oldest go, forgotten or not."""


class Entry(Struct, gc=False):
    """One event's strike. `weight` 0 where it fell into a running incident; `step` is the number that ran, 0: none."""

    event: str
    instant: int
    weight: int
    step: int
    together: bool


def count(entries: list[Entry], forget: int, now: int) -> int:
    """Strikes that are not forgotten at `now`."""
    return sum(entry.weight for entry in entries if not _forgotten(entry, forget, now))


def strike(entries: list[Entry], ask: Strike, event: str, now: int) -> LadderStep:
    """Adds the event's strike, or finds that it is there already; drops what is forgotten."""
    if entries:
        entries[:] = [entry for entry in entries if not _forgotten(entry, ask.forget, now)]
    for known in entries:
        if known.event == event:
            return _state(entries, known.step, known.together)
    entry = _new_entry(entries, ask, event, now)
    place = len(entries)
    while place and entries[place - 1].instant > now:
        place -= 1
    entries.insert(place, entry)
    del entries[:-MOST_ENTRIES]
    return _state(entries, entry.step, entry.together)


def forgive(entries: list[Entry], ask: Forgive, now: int) -> LadderStep:
    """Takes strikes back, the newest first, and drops what is forgotten. An event all of whose strikes are taken back
    leaves no trace; with `times` 0 nothing stays at all."""
    left = ask.times
    kept: list[Entry] = []
    for entry in reversed(entries):
        taken = min(left, entry.weight)
        left -= taken
        if not ask.times or _forgotten(entry, ask.forget, now) or (taken and taken == entry.weight):
            continue
        entry.weight -= taken
        kept.append(entry)
    entries[:] = reversed(kept)
    return _state(entries, 0, False)


def take_back(entries: list[Entry], event: str, forget: int, now: int) -> int:
    """Removes the event's strike; its weight, 0 if it was not there or is forgotten."""
    entry = next((entry for entry in entries if entry.event == event), None)
    if entry is None:
        return 0
    entries.remove(entry)
    return 0 if _forgotten(entry, forget, now) else entry.weight


def not_after(entries: list[Entry], clock: int) -> None:
    """The clock went back: nothing lies in the future."""
    for entry in entries:
        entry.instant = min(entry.instant, clock)


def _new_entry(entries: list[Entry], ask: Strike, event: str, now: int) -> Entry:
    if ask.human:
        return Entry(event, now, ask.times, 0, False)
    before, ran = 0, None
    for entry in entries:
        before += entry.weight
        if entry.step and (ran is None or entry.instant > ran):
            ran = entry.instant
    if ask.together and ran is not None and now - ran < ask.together:
        return Entry(event, now, 0, 0, True)
    return Entry(event, now, ask.times, _step(ask.steps, before, before + ask.times), False)


def _step(steps: tuple[tuple[int, int], ...], before: int, after: int) -> int:
    """The last step that is passed on the way; past all of them, the last one again. 0 for none."""
    passed = 0
    for at, _ in steps:
        if before < at <= after:
            passed = at
    if passed or not steps:
        return passed
    last = steps[-1][0]
    return last if after > last else 0


def _forgotten(entry: Entry, forget: int, now: int) -> bool:
    return bool(forget) and entry.instant <= now - forget


def _state(entries: list[Entry], step: int, together: bool) -> LadderStep:
    strikes = newest = 0
    for entry in entries:
        if entry.weight:
            strikes += entry.weight
            newest = max(newest, entry.instant)
    return LadderStep(strikes, step, together, newest)
