"""The plain store drops what no longer matters a part at a time, so that no event waits for all of it."""

from __future__ import annotations

from itertools import pairwise

from policyd.engine.embedded import finish
from policyd.model.state import Observe, Window
from policyd.state.memory import MemoryStore
from policyd.state.memory_groups import Group
from policyd.state.retention import DAY, RECEIPTS, oldest_period

T0 = 1_800_000_000_000
MESSAGES = 1_000
WINDOW = Window("p.flood#1", "member", 10_000, 6, "new")


def ask(number: int, now: int) -> Observe:
    """Of another member each."""
    name = f"{number}"
    return Observe("", "g", name, name, b"8 bytes.", "r", now, message=name, windows=(WINDOW,), presence="message")


def test_a_sweep_goes_a_part_at_a_time() -> None:
    group = Group()
    for number in range(MESSAGES):
        group.member(str(number)).last_seen = T0
        group.messages[str(number)] = oldest_period(T0, RECEIPTS) + 2
    later = T0 + 500 * DAY
    kept = [len(group.messages) + len(group.members)]
    for _ in group.sweep(oldest_period(later, RECEIPTS), later):
        kept.append(len(group.messages) + len(group.members))
    assert kept[0] == 2 * MESSAGES and kept[-1] == 0 and not group.any
    assert max(before - after for before, after in pairwise(kept)) <= MESSAGES // 5


def test_events_meanwhile_are_observed_as_ever() -> None:
    """Whatever of the sweep is done by then."""
    now = T0
    store = MemoryStore(lambda: now)
    for number in range(MESSAGES):
        finish(store.observe(ask(number, 0)))
    now += 4 * DAY
    for number in range(MESSAGES):
        observed = finish(store.observe(ask(number, 0)))
        assert (observed.replayed, observed.edit, observed.counts) == (False, False, (1,))
        assert finish(store.observe(ask(number, 0))).replayed
