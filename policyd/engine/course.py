"""One event on its way from what is asked for to the decision, and what has come of it so far."""

from __future__ import annotations

from msgspec import Struct

from policyd.compile.program import Outcome
from policyd.engine.asked import Wanted
from policyd.engine.case import Case
from policyd.engine.commit import Settled
from policyd.engine.desk import NOTHING_TOLD, Told
from policyd.engine.reading import Reading
from policyd.engine.resolve import Clock, Resolved
from policyd.engine.sanctions import Human
from policyd.engine.texts import Speaker
from policyd.engine.wanting import wanted_by
from policyd.model.state import Observed

_UNSETTLED = Settled()
_UNRESOLVED = Resolved("allow", (), ())


class Course(Struct, gc=False):
    """`claimed`: what was filed before the commit (votes, evidence, appeals, uses of approvals); `told`: what after it;
    `unfiled`: it could not be (law L15)."""

    case: Case
    outcome: Outcome
    wanted: Wanted
    shadow: Wanted
    human: Human
    speaker: Speaker
    reading: Reading
    claimed: Told
    told: Told
    settled: Settled = _UNSETTLED
    resolved: Resolved = _UNRESOLVED
    unfiled: bool = False

    @property
    def observed(self) -> Observed:
        """Where changes are worked out the store has answered."""
        assert self.case.observed is not None
        return self.case.observed

    @property
    def now(self) -> int:
        return self.observed.now

    @property
    def clock(self) -> Clock:
        return Clock(self.case.now, self.settled.mute_until, self.reading.zones)

    @property
    def degraded(self) -> bool:
        """The store could not be asked or told."""
        return self.settled.failed or self.unfiled


def course_of(case: Case, outcome: Outcome, human: Human, reading: Reading) -> Course:
    """The beginning: what the fired rules ask for."""
    speaker = Speaker(case, reading)
    wanted, shadow = wanted_by(outcome.fired, case, speaker), wanted_by(outcome.shadow, case, speaker)
    return Course(case, outcome, wanted, shadow, human, speaker, reading, NOTHING_TOLD, NOTHING_TOLD)
