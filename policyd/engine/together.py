"""Events that came together go stage by stage: all are prepared, then observed by one call, then decided. A processor
that takes each through all stages before the next works with cold caches; and every call of the store and every task
of the event loop would be for one event."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

from policyd.compile.program import Outcome, Prepared
from policyd.engine import wide
from policyd.engine.case import Case
from policyd.engine.counting import count_many
from policyd.engine.eager import begin
from policyd.engine.figures import Figures
from policyd.engine.observe import observe_for
from policyd.engine.opening import Opening, Version, observed_or_refused, opened_plainly
from policyd.engine.petitions import PETITIONS
from policyd.engine.reading import Reading
from policyd.model.decision import Decision
from policyd.model.event import Event
from policyd.model.figures import Count
from policyd.model.problem import EventError
from policyd.model.state import EventIdReused, Observe, Observed, StoreUnavailable
from policyd.state.store import Answered, Store

TenantEvent = tuple[Event, str]
"""An event, and the tenant that it belongs to."""
Tell = Callable[[int, Decision | EventError], None]
"""Takes the decision on an event, or why it is refused, by its place."""


class Engine(Protocol):
    store: Store
    version: Version
    figures: Figures

    def evaluate(self, event: Event, tenant: str = "", *, explain: bool = False) -> Coroutine[Any, Any, Decision]: ...

    def complete(self, opening: Opening, *, explain: bool = False) -> Coroutine[Any, Any, Decision]: ...

    def finish(
        self, opening: Opening, observed: Observed | None, *, explain: bool = False
    ) -> Coroutine[Any, Any, Decision]: ...

    def decided_at_once(self, case: Case, outcome: Outcome, reading: Reading) -> Decision | None: ...

    def counts(self, case: Case, decision: Decision) -> Count | None: ...

    def carry_on(
        self, opening: Opening, case: Case, outcome: Outcome, reading: Reading
    ) -> Coroutine[Any, Any, tuple[Case, Outcome, Decision]]: ...


async def evaluate_many(engine: Engine, asked: Sequence[TenantEvent], tell: Tell, *, explain: bool = False) -> None:
    """As `Engine.evaluate_many` says. What is not foreseen is raised once all others are answered that wait."""
    turn = _Turn(engine, tell, explain)
    try:
        await turn.take(asked)
    finally:
        failed = await turn.end()
    for error in failed:
        raise error


Waiting = tuple[int, Prepared, Observe]
"""An event by its place, and what the store is asked about it."""


class _Turn:
    def __init__(self, engine: Engine, tell: Tell, explain: bool) -> None:
        self._tasks: list[asyncio.Task[None]] = []
        self._engine = engine
        self._version = engine.version
        self._tell = tell
        self._explain = explain

    async def take(self, asked: Sequence[TenantEvent]) -> None:
        engine, program = self._engine, self._version.program
        usual = []
        for place, (event, tenant) in enumerate(asked):
            if _is_usual(event):
                usual.append((place, event, tenant))
            else:
                self._alone(place, engine.evaluate(event, tenant, explain=self._explain))
        prepared = [program.prepare(event) for _, event, _ in usual]
        waiting: list[Waiting] = []
        for (place, _, tenant), each in zip(usual, prepared, strict=True):
            ask = observe_for(each, tenant, program.revision, statistics=engine.figures.on)
            if wide.is_wide(each):
                self._alone(place, engine.complete(self._opening(each, ask), explain=self._explain))
            else:
                waiting.append((place, each, ask))
        if waiting:
            async for part in engine.store.observe_many([ask for _, _, ask in waiting]):
                self._decide(waiting, part)

    async def end(self) -> list[BaseException]:
        """Waits for those that went their own way; what they raised."""
        if not self._tasks:
            return []
        return [found for found in await asyncio.gather(*self._tasks, return_exceptions=True) if found is not None]

    def _decide(self, waiting: Sequence[Waiting], part: Answered) -> None:
        engine, program, reading = self._engine, self._version.program, self._version.reading
        cases = []
        for number, observed in part:
            place, prepared, ask = waiting[number]
            if isinstance(observed, Observed) and self._is_plain(ask, prepared, observed):
                cases.append((place, Case(ask, prepared.event, program, prepared, observed)))
            else:
                self._alone(place, self._finished(self._opening(prepared, ask), observed))
        outcomes = [program.decide(case.prepared, case.observed) for _, case in cases]
        counting: list[tuple[int, Decision, Count]] = []
        for (place, case), outcome in zip(cases, outcomes, strict=True):
            decision = engine.decided_at_once(case, outcome, reading)
            if decision is None:
                self._alone(place, self._carried_on(case, outcome))
            elif change := engine.counts(case, decision):
                counting.append((place, decision, change))
            else:
                self._tell(place, decision)
        if counting:
            self._begin(self._counted(counting))

    def _is_plain(self, ask: Observe, prepared: Prepared, observed: Observed) -> bool:
        """Whether it can be decided without anything further."""
        return not (
            observed.replayed
            or self._explain
            or observed.revision != ask.revision
            or self._engine.figures.is_due(ask, prepared, observed)
        )

    def _opening(self, prepared: Prepared, ask: Observe) -> Opening:
        return opened_plainly(self._version, prepared, ask)

    async def _counted(self, counting: Sequence[tuple[int, Decision, Count]]) -> None:
        await count_many(self._engine.store, [change for _, _, change in counting])
        for place, decision, _ in counting:
            self._tell(place, decision)

    async def _finished(self, opening: Opening, observed: Observed | EventIdReused | StoreUnavailable) -> Decision:
        return await self._engine.finish(opening, observed_or_refused(observed), explain=self._explain)

    async def _carried_on(self, case: Case, outcome: Outcome) -> Decision:
        opening = self._opening(case.prepared, case.ask)
        _, _, decision = await self._engine.carry_on(opening, case, outcome, self._version.reading)
        return decision

    def _alone(self, place: int, work: Coroutine[Any, Any, Decision]) -> None:
        """An event that goes its own way from here."""
        self._begin(self._answer(place, work))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        if task := begin(work):
            self._tasks.append(task)

    async def _answer(self, place: int, work: Coroutine[Any, Any, Decision]) -> None:
        try:
            decision = await work
        except EventError as refused:
            self._tell(place, refused)
        else:
            self._tell(place, decision)


def _is_usual(event: Event) -> bool:
    """Whether what it does can be told without asking the store."""
    return event.due is None and event.sanction is None and event.kind != "tick" and event.kind not in PETITIONS
