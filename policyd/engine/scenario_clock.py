"""The clock of a test: where it moves on, what comes due on the way is carried out by ticks at its own instants."""

from __future__ import annotations

from collections.abc import Iterator

from policyd.engine.acquaintance import Acquaintances
from policyd.engine.desk import file_changes
from policyd.engine.embedded import finish
from policyd.engine.pipeline import Engine
from policyd.engine.scenario_world import World
from policyd.engine.ticking import next_instant
from policyd.model.decision import Action, Decision, TicketState
from policyd.model.event import EVERY_GROUP, NOBODY, Event
from policyd.state.memory import MemoryStore

_MOST_TICKS = 100_000


def ticks(engine: Engine, store: MemoryStore, world: World, start: int, end: int) -> Iterator[Event]:
    """A tick for each instant from `start` to `end` at which something comes due. Each is asked for when the one before
    has been carried out."""
    clock = start
    for number in range(_MOST_TICKS):
        instant = finish(next_instant(store, engine.program.policy_set, "", clock, world.places()))
        if not instant or instant > end:
            return
        clock = max(clock, instant)
        yield Event(f"tick at {clock} #{number}", "tick", EVERY_GROUP, NOBODY, clock)


def united(decisions: list[Decision], event: Event, revision: str) -> Decision:
    """All that came due on the way, as one answer."""
    actions: list[Action] = [action for decision in decisions for action in decision.actions]
    tickets: dict[str, TicketState] = {each.ticket: each for decision in decisions for each in decision.tickets}
    return Decision(event.id, revision, "allow", tuple(actions), tickets=tuple(tickets.values()))


def introduce(engine: Engine, store: MemoryStore, world: World, since: int) -> None:
    """Makes known who was given to the test, where policies need to know who there is."""
    acquaintances = Acquaintances(engine.program.policy_set)
    for number, (place, member) in enumerate(world.take_given()):
        group = world.group_at(place)
        met = acquaintances.introduced(group, world.member(member) if member else NOBODY)
        if met:
            event = f"given at {since} #{number} {place} {member}"
            finish(file_changes(store, "", place, event, since, met, {}))
