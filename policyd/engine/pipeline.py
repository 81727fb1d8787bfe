"""The path of an event: prepare, observe, decide, claim, record, resolve, file, conclude. Only the store is waited
for."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from policyd.compile.program import Prepared, Program
from policyd.engine import wide
from policyd.engine.acquaintance import Acquaintances
from policyd.engine.case import Case
from policyd.engine.claims import claim
from policyd.engine.conclude import conclude, is_nothing, nothing_to_do, resolved
from policyd.engine.counting import count
from policyd.engine.course import Course, course_of
from policyd.engine.explain import explanation
from policyd.engine.figures import Figures
from policyd.engine.filing import file, meet
from policyd.engine.follows import followed
from policyd.engine.observe import observe_for
from policyd.engine.petitions import PETITIONS, Petition, is_unheard, petition_of, too_many
from policyd.engine.reading import Reading
from policyd.engine.recording import record
from policyd.engine.sanctions import NOBODY, human
from policyd.engine.settling import asked_by_ticket, told_of
from policyd.engine.summaries import with_summaries
from policyd.engine.sweeps import as_silent
from policyd.engine.ticking import tick
from policyd.model.decision import Decision
from policyd.model.event import Event
from policyd.model.problem import EventError, problem
from policyd.model.records import Ticket
from policyd.model.state import EventIdReused, Observe, Observed, StoreOverloaded, StoreUnavailable
from policyd.state.store import Store

_KEPT_VERSIONS: Final = 4


class _Version(Struct, frozen=True):
    program: Program
    reading: Reading


class Engine:
    """Decides events by one program at a time on one store. Not bound to an event loop or thread. `statistics`: the
    figures of groups are counted and known."""

    def __init__(self, program: Program, store: Store, *, statistics: bool = True) -> None:
        self.store = store
        self.figures = Figures(store, on=statistics)
        self.acquaintances = Acquaintances(program.policy_set)
        self._current = _version(program)
        self._earlier: dict[str, _Version] = {}

    @property
    def program(self) -> Program:
        return self._current.program

    def swap(self, program: Program) -> None:
        """Decides new events by `program`. Earlier programs are kept for repeats of events that they decided."""
        before = self._current
        self._current = _version(program)
        self.acquaintances = Acquaintances(program.policy_set, self.acquaintances)
        self._earlier[before.program.revision] = before
        while len(self._earlier) > _KEPT_VERSIONS:
            del self._earlier[next(iter(self._earlier))]

    def evaluate(self, event: Event, tenant: str = "", *, explain: bool = False) -> Coroutine[Any, Any, Decision]:
        """The decision on one event. Raises `EventError` where the event is refused (409, 422, 429)."""
        return tick(self, event, tenant) if event.kind == "tick" else self.carry_out(event, tenant, explain=explain)

    async def carry_out(
        self, event: Event, tenant: str = "", *, explain: bool = False, expired: Ticket | None = None
    ) -> Decision:
        """Likewise of an event that is no tick, timed ones included. `expired`: the ticket whose time is up with it."""
        version = self._current
        petition = None
        if event.kind in PETITIONS:
            petition = await petition_of(self.store, tenant, event, version.program.policy_set)
            event = petition.event
        prepared = version.program.prepare(event)
        sanction = human(event, prepared)
        ask = observe_for(prepared, tenant, version.program.revision, statistics=self.figures.on)
        observed = None if is_unheard(petition) else await self._observe(ask, prepared)
        replayed = observed is not None and observed.replayed
        if observed is not None and observed.revision != version.program.revision:
            version, prepared, observed = self._as_first_seen(version, prepared, observed)
        if observed is not None and self.figures.is_due(ask, prepared, observed):
            observed = await self.figures.answered(ask, prepared, observed)
        case = Case(ask, event, version.program, prepared, observed)
        outcome = version.program.decide(prepared, observed)
        if is_nothing(case, outcome) and sanction is NOBODY and expired is None:
            if met := self.acquaintances.changes(case):
                await meet(self.store, case, met, self.acquaintances)
            decision = nothing_to_do(case, version.reading)
            if decision.actions and self.figures.on:
                await count(self.store, case, decision)
        else:
            if event.kind.startswith("schedule "):
                case = await with_summaries(self.store, self.figures, case, outcome)
            course = await self._settle(course_of(case, outcome, sanction, version.reading), petition, expired)
            case, outcome, decision = course.case, course.outcome, conclude(course)
            if self.figures.on:
                await count(self.store, case, decision, course)
            decision = await followed(self, decision, course.told.follows, case.event, tenant)
        if replayed and not decision.replayed:
            decision = replace(decision, replayed=True)
        return replace(decision, explain=explanation(case, outcome)) if explain else decision

    async def _settle(self, course: Course, petition: Petition | None, expired: Ticket | None) -> Course:
        """Claims, records, resolves, files."""
        course = await claim(self.store, course, petition)
        if expired is not None:
            course.claimed = told_of(expired, course.case)
        planned = asked_by_ticket(course.claimed)
        course.settled = await record(self.store, course, planned)
        course.resolved = resolved(course, planned)
        await file(self.store, course, self.acquaintances)
        return course

    async def _observe(self, ask: Observe, prepared: Prepared) -> Observed | None:
        try:
            if not wide.is_wide(prepared) and prepared.event.due is None:
                return await self.store.observe(ask)
            return as_silent(prepared.event, await wide.observe(self.store, ask, prepared))
        except StoreOverloaded as overloaded:
            raise too_many(overloaded) from None
        except StoreUnavailable:
            return None
        except EventIdReused as reused:
            hint = "give every event an id of its own; a repeat must be the same event"
            raise EventError(problem("event_id_reused", str(reused), pointer="/id", hint=hint)) from None

    def _as_first_seen(
        self, version: _Version, prepared: Prepared, observed: Observed
    ) -> tuple[_Version, Prepared, Observed | None]:
        """A repeat of an event that other policies decided: by those, if they are still known. If not, what was
        observed then answers other questions than are asked now, so it counts as not asked (law L15)."""
        earlier = self._earlier.get(observed.revision)
        if earlier is None:
            return version, prepared, None
        return earlier, earlier.program.prepare(prepared.event), observed


def _version(program: Program) -> _Version:
    return _Version(program, Reading(program.policy_set))
