"""An event on its way before the store has answered."""

from __future__ import annotations

from msgspec import Struct

from policyd.compile.program import Prepared, Program
from policyd.engine.observe import observe_for
from policyd.engine.petitions import Petition
from policyd.engine.reading import Reading
from policyd.engine.sanctions import NOBODY, Human, human
from policyd.model.problem import EventError, problem
from policyd.model.records import Ticket
from policyd.model.state import EventIdReused, Observe, Observed, StoreOverloaded, StoreUnavailable


class Version(Struct, frozen=True):
    """The policies that decide an event."""

    program: Program
    reading: Reading


class Opening(Struct, frozen=True, gc=False):
    """`ask` is what the store is asked; `sanction` what a human did; `expired` the ticket whose time is up."""

    version: Version
    tenant: str
    prepared: Prepared
    ask: Observe
    sanction: Human
    petition: Petition | None
    expired: Ticket | None

    @property
    def is_plain(self) -> bool:
        """Whether rules alone say what is done."""
        return self.sanction is NOBODY and self.expired is None


def opened(
    version: Version,
    prepared: Prepared,
    tenant: str,
    petition: Petition | None = None,
    expired: Ticket | None = None,
    *,
    statistics: bool,
) -> Opening:
    """`statistics`: the event counts in the figures of its group. Raises `EventError` (422) where it is a sanction that
    is not clear."""
    ask = observe_for(prepared, tenant, version.program.revision, statistics=statistics)
    return Opening(version, tenant, prepared, ask, human(prepared.event, prepared), petition, expired)


def opened_plainly(version: Version, prepared: Prepared, ask: Observe) -> Opening:
    """Likewise, of an event that brings nothing but itself and about which it is known what the store is asked."""
    return Opening(version, ask.tenant, prepared, ask, NOBODY, None, None)


def version_of(program: Program) -> Version:
    return Version(program, Reading(program.policy_set))


def observed_or_refused(answer: Observed | EventIdReused | StoreUnavailable) -> Observed | None:
    """None where the store failed. Raises `EventError` (409, 429) where the event is to be refused."""
    if isinstance(answer, Observed):
        return answer
    if isinstance(answer, StoreOverloaded):
        raise EventError(problem("overloaded", str(answer), hint="try again in a second")) from None
    if isinstance(answer, EventIdReused):
        hint = "give every event an id of its own; a repeat must be the same event"
        raise EventError(problem("event_id_reused", str(answer), pointer="/id", hint=hint)) from None
    return None
