"""The path of an event: prepare, observe, decide, commit, conclude. Only the store is waited for."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from policyd.compile.program import Outcome, Prepared, Program
from policyd.engine.asked import Wanted
from policyd.engine.case import Case
from policyd.engine.commit import Settled, commit_for, not_settled, settled
from policyd.engine.conclude import conclude, nothing_to_do
from policyd.engine.explain import explanation
from policyd.engine.observe import observe_for
from policyd.engine.reading import Reading
from policyd.engine.sanctions import NOBODY, Human, human
from policyd.engine.texts import Speaker
from policyd.engine.wanting import wanted_by
from policyd.model.decision import Decision
from policyd.model.event import Event
from policyd.model.problem import EventError, problem
from policyd.model.state import EventIdReused, Observe, Observed, StoreOverloaded, StoreUnavailable
from policyd.state.store import Store

_KEPT_VERSIONS: Final = 4


class _Version(Struct, frozen=True):
    program: Program
    reading: Reading


class Engine:
    """Decides events by one program at a time on one store. Not bound to an event loop or thread."""

    def __init__(self, program: Program, store: Store) -> None:
        self.store = store
        self._current = _version(program)
        self._earlier: dict[str, _Version] = {}

    @property
    def program(self) -> Program:
        return self._current.program

    def swap(self, program: Program) -> None:
        """Decides new events by `program`. Earlier programs are kept for repeats of events that they decided."""
        before = self._current
        self._current = _version(program)
        self._earlier[before.program.revision] = before
        while len(self._earlier) > _KEPT_VERSIONS:
            del self._earlier[next(iter(self._earlier))]

    async def evaluate(self, event: Event, tenant: str = "", *, explain: bool = False) -> Decision:
        """The decision on one event. Raises `EventError` where the event is refused (409, 422, 429)."""
        version = self._current
        prepared = version.program.prepare(event)
        sanction = human(event, prepared)
        ask = observe_for(prepared, tenant, version.program.revision)
        observed = await self._observe(ask)
        replayed = observed is not None and observed.replayed
        if observed is not None and observed.revision != version.program.revision:
            version, prepared, observed = self._as_first_seen(version, prepared, observed)
        case = Case(ask, event, version.program, prepared, observed)
        outcome = version.program.decide(prepared, observed)
        if observed is not None and sanction is NOBODY and not (outcome.fired or outcome.shadow):
            decision = nothing_to_do(case, version.reading)
        else:
            decision = await self._carry_out(case, outcome, sanction, version.reading)
        if replayed and not decision.replayed:
            decision = replace(decision, replayed=True)
        return replace(decision, explain=explanation(case, outcome)) if explain else decision

    async def _observe(self, ask: Observe) -> Observed | None:
        try:
            return await self.store.observe(ask)
        except StoreOverloaded as overloaded:
            raise EventError(problem("overloaded", str(overloaded), hint="try again in a second")) from None
        except StoreUnavailable:
            return None
        except EventIdReused as reused:
            hint = "give every event an id of its own; a repeat must be the same event"
            raise EventError(problem("event_id_reused", str(reused), pointer="/id", hint=hint)) from None

    async def _carry_out(self, case: Case, outcome: Outcome, sanction: Human, reading: Reading) -> Decision:
        speaker = Speaker(case, reading)
        wanted = wanted_by(outcome.fired, case, speaker)
        shadow = wanted_by(outcome.shadow, case, speaker)
        done = await self._commit(case, wanted, shadow, sanction)
        return conclude(case, outcome, wanted, shadow, done, speaker, reading)

    async def _commit(self, case: Case, wanted: Wanted, shadow: Wanted, sanction: Human) -> Settled:
        if case.observed is None:
            return not_settled(wanted, sanction)
        change = commit_for(case, wanted, shadow, sanction)
        if change is None:
            return Settled()
        try:
            committed = case.observed.committed or await self.store.commit(change)
        except StoreUnavailable:
            return not_settled(wanted, sanction)
        return settled(case, wanted, shadow, sanction, committed)

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
