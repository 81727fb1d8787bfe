"""Events of policyd's own that follow from one at once, and how what they ask for joins its decision."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET
from msgspec.structs import replace

from policyd.model.decision import Action, Because, Decision
from policyd.model.event import Due, Event, TierChange
from policyd.model.records import timed_id
from policyd.reference.resolving import in_order
from policyd.reference.state import Follow


def step_reached(outer: Event, streak: str, step: str, period: int, length: int) -> Follow:
    """The outer event's member has come to a step (`at7`) of a streak."""
    id = timed_id("streak", f"{streak}.{step}", period, outer.member.id)
    return Follow(streak, _following(outer, id, f"streak {streak}", Due(period, step=step, length=length)))


def tier_changed(outer: Event, tiers: str, at: int, was: str | None, now: str) -> Follow:
    """The outer event's member was placed elsewhere. `at`: the occurrence."""
    id = timed_id("tier", tiers, at, outer.member.id)
    return Follow(tiers, _following(outer, id, "tier", Due(at), TierChange(tiers.partition(".")[2], was, now)))


def _following(outer: Event, id: str, kind: str, due: Due, tier: TierChange | None = None) -> Event:
    return Event(
        id=id,
        kind=kind,
        group=outer.group,
        member=outer.member,
        time=outer.time,
        capabilities=outer.capabilities,
        due=due,
        tier=tier,
    )


def merged(outer: Decision, follow: Decision, *, is_request: bool) -> Decision:
    """The outer decision, with what the event that follows asks for."""
    lost = {name for one in (outer, follow) if one.unasked is not UNSET for name in one.unasked}
    degraded = outer.degraded or follow.degraded
    return replace(
        outer,
        actions=tuple(
            in_order(
                united([*outer.actions, *follow.actions]),
                is_request=is_request,
            )
        ),
        tickets=tuple(sorted([*outer.tickets, *follow.tickets], key=lambda one: one.ticket)),
        ladders=dict(sorted((outer.ladders | follow.ladders).items())),
        overridden=tuple(
            sorted([*outer.overridden, *follow.overridden], key=lambda one: (one.do, one.because[0].rule))
        ),
        shadow=tuple(sorted([*outer.shadow, *follow.shadow], key=lambda one: one.rule)),
        degraded=degraded,
        unasked=tuple(sorted(lost)) if degraded else UNSET,
    )


def left_undone(outer: Decision, follows: Iterable[Follow]) -> Decision:
    """The store failed before these: they are carried out when the event is sent again."""
    lost = {*(outer.unasked or ()), *(follow.of for follow in follows)}
    return replace(outer, unasked=tuple(sorted(lost)))


def united(actions: list[Action]) -> list[Action]:
    """Actions that are the same become one, with the reasons of all in the order of their names. What is added twice
    stays two awards."""
    same: dict[Action, list[Because]] = {}
    for action in actions:
        same.setdefault(action if action.do == "add" else replace(action, because=()), []).extend(action.because)
    return [
        replace(action, because=tuple(sorted(dict.fromkeys(reasons), key=lambda one: one.rule)))
        for action, reasons in same.items()
    ]
