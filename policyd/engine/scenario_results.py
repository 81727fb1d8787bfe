"""What came of tests."""

from __future__ import annotations

from dataclasses import dataclass, field

from policyd.compile.program import Outcome
from policyd.engine.case import Case
from policyd.engine.explain import Explanation, explanation
from policyd.engine.scenario_coverage import Branch
from policyd.language.diagnostics import Phrase
from policyd.language.nodes import Test
from policyd.language.source import Span
from policyd.model.decision import Decision
from policyd.model.event import Event


@dataclass(frozen=True)
class Answer:
    """One event of a test, the step that made it, the decision on it, and what the program knew and found (None where
    the event was not looked at). For a step of the clock: all that came due on the way, with the last that fired."""

    span: Span
    event: Event
    decision: Decision
    case: Case | None = None
    outcome: Outcome | None = None

    def explain(self) -> Explanation | None:
        """What every rule read for this event."""
        return None if self.case is None or self.outcome is None else explanation(self.case, self.outcome)


@dataclass(frozen=True)
class Failure:
    """Where a test went wrong. `answer` is missing where no event was answered; `rules` are those that the step names
    after `because`."""

    span: Span
    summary: Phrase
    answer: Answer | None = None
    rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    test: Test
    failure: Failure | None


@dataclass
class Report:
    """`fired` are the branches that some test fired, `all` those that there are."""

    results: list[Result] = field(default_factory=list)
    fired: set[Branch] = field(default_factory=set)
    all: tuple[Branch, ...] = ()

    @property
    def failures(self) -> list[Result]:
        return [result for result in self.results if result.failure]

    @property
    def missed(self) -> list[Branch]:
        return [branch for branch in self.all if branch not in self.fired]
