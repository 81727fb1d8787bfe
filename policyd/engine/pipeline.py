"""The path of an event: prepare, observe, decide, claim, record, resolve, file, conclude. Only the store is waited
for."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import Any, Final

from msgspec.structs import replace

from policyd.compile.program import Outcome, Prepared, Program
from policyd.engine import wide
from policyd.engine.acquaintance import Acquaintances
from policyd.engine.case import Case
from policyd.engine.claims import claim
from policyd.engine.conclude import conclude, is_nothing, nothing_to_do, resolved
from policyd.engine.counting import count, figures_of
from policyd.engine.course import Course, course_of
from policyd.engine.desk import Change
from policyd.engine.explain import explanation
from policyd.engine.figures import Figures
from policyd.engine.filing import file, meet
from policyd.engine.follows import followed
from policyd.engine.opening import Opening, Version, observed_or_refused, opened, version_of
from policyd.engine.petitions import PETITIONS, Petition, is_unheard, petition_of
from policyd.engine.reading import Reading
from policyd.engine.recording import record
from policyd.engine.settling import asked_by_ticket, told_of
from policyd.engine.summaries import with_summaries
from policyd.engine.sweeps import as_silent
from policyd.engine.telling import only_tells, told
from policyd.engine.ticking import tick
from policyd.engine.together import Tell, TenantEvent, evaluate_many
from policyd.model.decision import Decision
from policyd.model.event import Event
from policyd.model.figures import Count
from policyd.model.records import Ticket
from policyd.model.state import EventIdReused, Observe, Observed, StoreUnavailable
from policyd.state.store import Store

_KEPT_VERSIONS: Final = 4


class Engine:
    """Decides events by one program at a time on one store. Not bound to an event loop or thread. `statistics`: the
    figures of groups are counted and known. `version` decides new events."""

    def __init__(self, program: Program, store: Store, *, statistics: bool = True) -> None:
        self.store = store
        self.figures = Figures(store, on=statistics)
        self.acquaintances = Acquaintances(program.policy_set)
        self.version = version_of(program)
        self._earlier: dict[str, Version] = {}

    @property
    def program(self) -> Program:
        return self.version.program

    def swap(self, program: Program) -> None:
        """Decides new events by `program`. Earlier programs are kept for repeats of events that they decided."""
        before = self.version
        self.version = version_of(program)
        self.acquaintances = Acquaintances(program.policy_set, self.acquaintances)
        self._earlier[before.program.revision] = before
        while len(self._earlier) > _KEPT_VERSIONS:
            del self._earlier[next(iter(self._earlier))]

    def evaluate(self, event: Event, tenant: str = "", *, explain: bool = False) -> Coroutine[Any, Any, Decision]:
        """The decision on one event. Raises `EventError` where the event is refused (409, 422, 429)."""
        return tick(self, event, tenant) if event.kind == "tick" else self.carry_out(event, tenant, explain=explain)

    async def evaluate_many(self, asked: Sequence[TenantEvent], tell: Tell, *, explain: bool = False) -> None:
        """Decides what came together, each event for itself, and tells each decision or refusal by its place as soon as
        it is there. Their order does not count: what has an order is asked for one after the other."""
        await evaluate_many(self, asked, tell, explain=explain)

    async def carry_out(
        self, event: Event, tenant: str = "", *, explain: bool = False, expired: Ticket | None = None
    ) -> Decision:
        """Likewise of an event that is no tick, timed ones included. `expired`: the ticket whose time is up with it."""
        version, petition = self.version, None
        if event.kind in PETITIONS:
            petition = await petition_of(self.store, tenant, event, version.program.policy_set)
            event = petition.event
        prepared = version.program.prepare(event)
        opening = opened(version, prepared, tenant, petition, expired, statistics=self.figures.on)
        if is_unheard(petition):
            return await self.finish(opening, None, explain=explain)
        return await self.complete(opening, explain=explain)

    async def complete(self, opening: Opening, *, explain: bool = False) -> Decision:
        """Asks the store, and decides."""
        return await self.finish(opening, await self._observe(opening.ask, opening.prepared), explain=explain)

    async def finish(self, opening: Opening, observed: Observed | None, *, explain: bool = False) -> Decision:
        """The decision by what was observed; None where the store could not be asked."""
        version, prepared, replayed = opening.version, opening.prepared, observed is not None and observed.replayed
        if observed is not None and observed.revision != version.program.revision:
            version, prepared, observed = self._as_first_seen(version, prepared, observed)
        if observed is not None and self.figures.is_due(opening.ask, prepared, observed):
            observed = await self.figures.answered(opening.ask, prepared, observed)
        case = Case(opening.ask, prepared.event, version.program, prepared, observed)
        outcome = version.program.decide(prepared, observed)
        decision = self.decided_at_once(case, outcome, version.reading) if opening.is_plain else None
        if decision is None:
            case, outcome, decision = await self.carry_on(opening, case, outcome, version.reading)
        elif change := self.counts(case, decision):
            await count(self.store, change)
        if replayed and not decision.replayed:
            decision = replace(decision, replayed=True)
        return replace(decision, explain=explanation(case, outcome)) if explain else decision

    def decided_at_once(self, case: Case, outcome: Outcome, reading: Reading) -> Decision | None:
        """The decision where the store is as before with it, but for figures; else None. Only of what is plain."""
        if is_nothing(case, outcome):
            return None if self.acquaintances.changes(case) else nothing_to_do(case, reading)
        if only_tells(case, outcome, reading) and not self.acquaintances.changes(case):
            return told(case, outcome, reading)
        return None

    def counts(self, case: Case, decision: Decision, course: Course | None = None) -> Count | None:
        """What the decision counts in the figures of its group."""
        return figures_of(case, decision, course) if self.figures.on and (decision.actions or course) else None

    async def carry_on(
        self, opening: Opening, case: Case, outcome: Outcome, reading: Reading
    ) -> tuple[Case, Outcome, Decision]:
        """What is not `decided_at_once`: the decision once everything is done that it brings about, and by which case
        and outcome it is."""
        met = self.acquaintances.changes(case) if opening.is_plain else ()
        if met and only_tells(case, outcome, reading):
            return case, outcome, await self._met(case, outcome, reading, met)
        if case.event.kind.startswith("schedule "):
            case = await with_summaries(self.store, self.figures, case, outcome)
        course = course_of(case, outcome, opening.sanction, reading)
        course = await self._settle(course, opening.petition, opening.expired)
        decision = conclude(course)
        if change := self.counts(course.case, decision, course):
            await count(self.store, change)
        if course.told.follows:
            decision = await followed(self, decision, course.told.follows, case.event, opening.tenant)
        return course.case, course.outcome, decision

    async def _met(self, case: Case, outcome: Outcome, reading: Reading, met: Sequence[Change]) -> Decision:
        """Nothing comes of the event but that its group and member are known now, and that the bot is told what to
        do."""
        await meet(self.store, case, met, self.acquaintances)
        decision = told(case, outcome, reading)
        if change := self.counts(case, decision):
            await count(self.store, change)
        return decision

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
        except (EventIdReused, StoreUnavailable) as failed:
            return observed_or_refused(failed)

    def _as_first_seen(
        self, version: Version, prepared: Prepared, observed: Observed
    ) -> tuple[Version, Prepared, Observed | None]:
        """A repeat of an event that other policies decided: by those, if they are still known. If not, what was
        observed then answers other questions than are asked now, so it counts as not asked (law L15)."""
        earlier = self._earlier.get(observed.revision)
        if earlier is None:
            return version, prepared, None
        return earlier, earlier.program.prepare(prepared.event), observed
