"""Carries out the works of a plan: each is an event of its own, or texts that were collected."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import Final, Protocol, TypeVar

import msgspec
from msgspec import UNSET, Struct
from msgspec.structs import replace

from policyd.compile.program import Program
from policyd.engine.figures import Figures
from policyd.engine.sweeps import may_wait
from policyd.engine.timed_events import event_of
from policyd.model.decision import Action, Because, Decision, TicketState
from policyd.model.event import Event
from policyd.model.problem import EventError, problem
from policyd.model.records import Collected, Parcel, Ticket, TickPlan, Work, unpack
from policyd.state.store import Store

_AT_ONCE: Final = 25
_SPEAKS: Final = frozenset({"reply", "notify", "call_out"})
"""Actions that say which message they are about, where a duty was opened by one."""
_log = logging.getLogger("policyd")

T = TypeVar("T")


class Host(Protocol):
    """What carries out an event; the engine."""

    @property
    def store(self) -> Store: ...

    @property
    def program(self) -> Program: ...

    @property
    def figures(self) -> Figures: ...

    async def carry_out(
        self, event: Event, tenant: str = "", *, explain: bool = False, expired: Ticket | None = None
    ) -> Decision:
        """The decision on something that has come due; of an `expired` ticket, what it planned for that."""
        ...


class Came(Struct, frozen=True):
    """What came of one work."""

    actions: tuple[Action, ...] = ()
    tickets: tuple[TicketState, ...] = ()


async def carry_out(
    host: Host, plan: TickPlan, tenant: str, capabilities: tuple[str, ...] | None, *, patient: bool
) -> list[Came]:
    """In the order of the works. `patient`: what cannot be decided for a mistake of policyd is left out, so that one
    such thing does not hold up all others for ever. Raises `EventError` where the store fails."""
    came: list[Came] = []
    for batch in batches(plan.work):
        works = [partial(_carry_out, host, work, plan, tenant, capabilities, patient) for work in batch]
        came += await all_of(host.store, works)
    return came


async def all_of(store: Store, works: Sequence[Callable[[], Awaitable[T]]]) -> list[T]:
    """The results of all, at the same time where a loop runs. Raises the first error, when all are done."""
    if len(works) < 2 or not may_wait(store):
        return [await work() for work in works]
    results = await asyncio.gather(*[work() for work in works], return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results  # type: ignore[return-value]


def batches(works: Sequence[Work]) -> Iterator[list[Work]]:
    """Works that may be carried out at the same time, in order: what is about one member, or about a whole group, is
    done one after the other."""
    batch: list[Work] = []
    busy: dict[str, set[str]] = {}
    for work in works:
        about = "" if work.together or not work.who else work.owed[0].member if work.owed else work.who[0]
        others = busy.get(work.group, set())
        if len(batch) >= _AT_ONCE or about in others or "" in others or (not about and others):
            yield batch
            batch, busy = [], {}
        batch.append(work)
        busy.setdefault(work.group, set()).add(about)
    if batch:
        yield batch


def encode(came: Sequence[Came]) -> bytes:
    return msgspec.json.encode(came)


def decode(answer: bytes) -> list[Came]:
    return msgspec.json.decode(answer, type=list[Came])


async def _carry_out(
    host: Host, work: Work, plan: TickPlan, tenant: str, capabilities: tuple[str, ...] | None, patient: bool
) -> Came:
    if work.what == "digest":
        return Came((_collected(work),))
    if work.what == "parcel":
        return Came(tuple(replace(action, group=work.group) for action in _parcel(work)))
    event = event_of(work, plan, capabilities)
    ticket = unpack(Ticket, work.body) if work.what == "ticket" else None
    try:
        decision = await host.carry_out(event, tenant, expired=ticket)
    except EventError as refused:
        if refused.problem.code == "event_id_reused":
            return Came()
        raise
    except Exception:
        if not patient:
            raise
        _log.exception("`%s` could not be carried out; this is a mistake of policyd", event.id)
        return Came()
    if decision.degraded:
        raise unavailable("the store failed while what is due was carried out")
    return Came(tuple(_told(action, work, event) for action in decision.actions), decision.tickets)


def unavailable(detail: str) -> EventError:
    """A tick is not answered in half: what is due stays due."""
    return EventError(problem("store_unavailable", detail, hint="send the tick again, with the same id"))


def _told(action: Action, work: Work, event: Event) -> Action:
    """With its group, and with whom and what it is about, where the action does not say that yet."""
    told = replace(action, group=work.group)
    if work.what == "ticket" or event.due is None:
        return told
    if event.due.message is not None and action.do in _SPEAKS and action.message is UNSET:
        told = replace(told, message=event.due.message)
    to_member = action.do in ("assign", "move") or (action.do == "notify" and action.to == "member")
    if to_member and event.member.id and action.member is UNSET:
        told = replace(told, member=event.member.id)
    return told


def _collected(work: Work) -> Action:
    collected = unpack(Collected, work.body)
    assert collected is not None
    text = "\n".join(collected.lines)
    because = (Because(collected.rule, text),)
    return Action(collected.do, because, to=collected.to or UNSET, text=text, group=work.group)  # type: ignore[arg-type]


def _parcel(work: Work) -> list[Action]:
    parcel = unpack(Parcel, work.body)
    assert parcel is not None
    return msgspec.json.decode(parcel.actions, type=list[Action])
