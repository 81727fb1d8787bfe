"""Ticks: the answer carries what has come due, exactly once, however often and late a bot asks (§7, *Tick*).

On each cell: plan (take what is due and write it down, by one filing), carry out (every work is idempotent), write down
the answer. What a bot does not acknowledge is answered again.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from policyd.check.resolved import PolicySet
from policyd.engine import timetable
from policyd.engine.case import policy_of
from policyd.engine.desk import KEEP_RECORDS
from policyd.engine.instants import rfc3339
from policyd.engine.tick_plan import KEEP_PLAN, Planner, desk_record, order, tick_record
from policyd.engine.tick_works import Came, Host, all_of, carry_out, decode, encode, unavailable
from policyd.model import records as r
from policyd.model.decision import Decision, Missed
from policyd.model.event import Event, Group
from policyd.model.problem import EventError, problem
from policyd.model.records import STAMP, TickPlan, Work
from policyd.model.state import EventIdReused, Filing, Put, StoreOverloaded, StoreUnavailable
from policyd.state.store import Store

_AHEAD: Final = 300_000
"""ms that a bot's clock may be ahead of the store's."""
_MOST_TRIES: Final = 50


class _Part(Struct):
    """What one cell has to answer: earlier ticks, oldest first, and this one, each with what came of its works."""

    plan: TickPlan
    known: bool
    again: list[tuple[str, TickPlan]] = field(default_factory=list)
    came: dict[str, list[Came]] = field(default_factory=dict)


async def tick(host: Host, event: Event, tenant: str = "") -> Decision:
    """The answer to a tick, for its group or for all groups. Raises `EventError` (422, 429, 503)."""
    store = host.store
    cells = [store.cell_of(event.group.id)] if event.group.id else range(store.cells)
    try:
        parts = await all_of(store, [partial(_on_cell, host, event, tenant, cell) for cell in cells])
    except StoreOverloaded as overloaded:
        raise EventError(problem("overloaded", str(overloaded), hint="try again in a second")) from None
    except StoreUnavailable as failed:
        raise unavailable(str(failed)) from None
    except EventIdReused as reused:
        hint = "give every tick an id of its own; a repeat must be the same tick"
        raise EventError(problem("event_id_reused", str(reused), pointer="/id", hint=hint)) from None
    return _answer(host, event, parts)


async def next_instant(store: Store, policies: PolicySet, tenant: str, now: int, groups: Iterable[Group]) -> int:
    """When the next tick has something to carry out: an instant that may be past; 0 for never. `groups`: whose
    schedules and sweeps count."""
    dues = [await store.next_due(tenant, cell, None) for cell in range(store.cells)]
    places = tuple(groups)
    timed = [
        entry
        for entry in timetable.entries(policies)
        if any(entry.policy.scope.covers(group.id, group.tags) for group in places)
    ]
    coming = [*dues, timetable.following(timed, now)]
    return min((instant for instant in coming if instant), default=0)


async def _on_cell(host: Host, event: Event, tenant: str, cell: int) -> _Part:
    now = await host.store.now(cell, event.time)
    if event.time is not None and event.time > now + _AHEAD:
        detail = f"the tick says it is {(event.time - now) // 1000} s later than the store's clock shows"
        hint = "leave `time` out, or set the bot's clock"
        raise EventError(problem("invalid_event", detail, pointer="/time", hint=hint))
    plan, known = await Planner(host.store, host.program, host.figures, tenant, cell, event, now).plan()
    part = _Part(plan, known, await _earlier(host.store, event, tenant, cell, plan.again))
    for tick_id, each in [*part.again, (event.id, plan)]:
        patient = tick_id != event.id
        part.came[tick_id] = (
            decode(each.answer)
            if each.answer
            else await carry_out(host, each, tenant, event.capabilities, patient=patient)
        )
    if not plan.answer:
        await _note_done(host.store, event, tenant, cell, part)
    return part


async def _earlier(
    store: Store, event: Event, tenant: str, cell: int, ticks: list[str]
) -> list[tuple[str, TickPlan]]:  # fmt: skip
    records = [tick_record(event.group.id, each) for each in ticks]
    stored = await store.read(tenant, cell, records) if records else ()
    plans = [(each, r.unpack(TickPlan, value[STAMP:])) for each, value in zip(ticks, stored, strict=True)]
    return [(each, plan) for each, plan in plans if plan is not None]


async def _note_done(store: Store, event: Event, tenant: str, cell: int, part: _Part) -> None:
    """Writes the answers down, so that they can be given again without being worked out again."""
    group, name = event.group.id, f"tick\0{event.id}\0done"
    desk, finished = desk_record(group), [(event.id, part.plan), *part.again]
    puts = [
        Put(tick_record(group, each), None, r.pack(replace(plan, answer=encode(part.came[each]))), KEEP_PLAN)
        for each, plan in finished
        if not plan.answer
    ]
    done = {event.id, *part.plan.again}
    for _ in range(_MOST_TRIES):
        (stored,) = await store.read(tenant, cell, (desk,))
        counter = r.unpack(r.Desk, stored[STAMP:]) or r.Desk()
        ticks = [replace(each, done=each.done or each.id in done) for each in counter.ticks]
        put = Put(desk, stored[:STAMP], r.pack(replace(counter, ticks=ticks)), KEEP_RECORDS)
        filing = Filing(tenant, cell, group, name, r.stamp(group, name), (*puts, put))
        if (await store.file(filing)).answer is not None:
            return
    raise StoreUnavailable(f"that tick `{event.id}` is done could not be written down; send it again")


# ---------------------------------------------------------------- the answer


def _answer(host: Host, event: Event, parts: list[_Part]) -> Decision:
    plans = {tick_id: plan for part in parts for tick_id, plan in part.again}
    earlier = sorted(plans, key=lambda tick_id: (plans[tick_id].now, tick_id))
    came = [each for tick_id in [*earlier, event.id] for each in _in_order(tick_id, event.id, parts)]
    tickets = {ticket.ticket: ticket for each in came for ticket in each.tickets}
    told = [plan for part in parts for plan in (*(plan for _, plan in part.again), part.plan)]
    missed = sorted((work for plan in told for work in plan.missed), key=lambda work: (work.at, work.group, work.name))
    return Decision(
        event=event.id,
        policy=host.program.revision,
        verdict="allow",
        actions=tuple(action for each in came for action in each.actions),
        tickets=tuple(tickets[name] for name in sorted(tickets)),
        replayed=any(part.known for part in parts),
        missed=tuple(_missed(work, host.program.policy_set) for work in missed),
        more=any(part.plan.more for part in parts),
    )


def _in_order(tick_id: str, own: str, parts: Iterable[_Part]) -> list[Came]:
    """What came of one tick's works, of all cells."""
    works: list[tuple[Work, Came]] = []
    for part in parts:
        plan = part.plan if tick_id == own else dict(part.again).get(tick_id)
        if plan is not None:
            works += zip(plan.work, part.came[tick_id], strict=True)
    return [came for _, came in sorted(works, key=lambda both: order(both[0]))]


def _missed(work: Work, policies: PolicySet) -> Missed:
    zones = {policy.name: policy.zone for policy in policies.policies}
    return Missed(work.name, work.group, rfc3339(work.at, zones.get(policy_of(work.name), "UTC")))
