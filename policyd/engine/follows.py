"""Events that follow from another: a step of a streak, a change of tier. Each is decided right after the event it
follows from, and its decision is told with that one's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import UNSET
from msgspec.structs import replace

from policyd.engine.case import plain
from policyd.engine.desk import Follow
from policyd.engine.resolve import arranged
from policyd.model.decision import Action, Because, Decision
from policyd.model.event import Due, Event, TierChange
from policyd.model.problem import EventError
from policyd.model.records import timed_id


class Host(Protocol):
    """What carries out an event; the engine."""

    async def carry_out(self, event: Event, tenant: str = "") -> Decision: ...


async def followed(host: Host, decision: Decision, follows: Sequence[Follow], event: Event, tenant: str) -> Decision:
    """The decision together with those on what follows from `event`, one after the other: each sees what the one before
    did. Where the store fails the others wait for the repeat. Raises what carrying out an event raises."""
    for place, follow in enumerate(follows):
        if decision.degraded:
            left = {*(decision.unasked or ()), *(each.name for each in follows[place:])}
            return replace(decision, unasked=tuple(sorted(left)))
        try:
            also = await host.carry_out(event_of(follow, event), tenant)
        except EventError as refused:
            if refused.problem.code != "event_id_reused":
                raise
            continue
        decision = together(decision, also, event.kind == "request")
    return decision


def event_of(follow: Follow, event: Event) -> Event:
    """The event that follows from `event`."""
    change = None
    if follow.what == "tier":
        kind, name, due = "tier", follow.name, Due(follow.at)
        change = TierChange(plain(follow.name), follow.was or None, follow.detail)
    else:
        kind, name = f"streak {follow.name}", f"{follow.name}.{follow.detail}"
        due = Due(follow.at, step=follow.detail, length=follow.length)
    return Event(
        id=timed_id(follow.what, name, follow.at, follow.member),
        kind=kind,
        group=event.group,
        member=event.member,
        time=event.time,
        capabilities=event.capabilities,
        due=due,
        tier=change,
    )


def together(decision: Decision, also: Decision, is_request: bool) -> Decision:
    """One decision of two; the verdict is the first one's."""
    unasked = {*(decision.unasked or ()), *(also.unasked or ())}
    tickets = {each.ticket: each for each in (*decision.tickets, *also.tickets)}
    overridden = (*decision.overridden, *also.overridden)
    return replace(
        decision,
        actions=arranged(_united((*decision.actions, *also.actions)), is_request),
        ladders=decision.ladders | also.ladders,
        overridden=tuple(sorted(overridden, key=lambda each: (each.do, each.because[0].rule if each.because else ""))),
        shadow=tuple(sorted((*decision.shadow, *also.shadow), key=lambda each: each.rule)),
        tickets=tuple(tickets[name] for name in sorted(tickets)),
        degraded=decision.degraded or also.degraded,
        unasked=tuple(sorted(unasked)) if decision.degraded or also.degraded else UNSET,
    )


def _united(actions: Sequence[Action]) -> list[Action]:
    """Equal ones once, with all their reasons; but what rules add is told of each."""
    added = [action for action in actions if action.do == "add"]
    found: dict[Action, list[Because]] = {}
    for action in actions:
        if action.do != "add":
            found.setdefault(replace(action, because=()), []).extend(action.because)
    return [*(replace(action, because=_sorted(because)) for action, because in found.items()), *added]


def _sorted(because: list[Because]) -> tuple[Because, ...]:
    return tuple(sorted(dict.fromkeys(because), key=lambda each: each.rule))
