"""Runs the `test` declarations of a policy set: each one on the whole set, on an empty store of its own (§8).

What an event of a test was answered is kept together with what the program found, so that a failure can say why.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NoReturn

from policyd.check.resolved import Ladder, PolicySet
from policyd.compile.program import Fired, Outcome, Prepared, Program
from policyd.engine.case import Case
from policyd.engine.embedded import finish
from policyd.engine.explain import Explanation, explanation
from policyd.engine.observe import observe_for
from policyd.engine.pipeline import Engine
from policyd.engine.scenario_coverage import Branch, branches
from policyd.engine.scenario_events import Events
from policyd.engine.scenario_expect import compare
from policyd.engine.scenario_names import find
from policyd.engine.scenario_values import Misstated
from policyd.engine.scenario_world import World
from policyd.language.diagnostics import Phrase
from policyd.language.nodes import Clock, Does, Each, Expect, Given, Has, Name, RawEvent, Test, TestStep
from policyd.language.source import Span
from policyd.model.decision import Decision
from policyd.model.event import Event
from policyd.model.problem import EventError
from policyd.model.state import LadderRead, Observe, Observed
from policyd.state.memory import MemoryStore


@dataclass(frozen=True)
class Answer:
    """One event of a test, the step that made it, the decision on it, and what the program knew and found (None where
    the event was not looked at)."""

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


def run_tests(
    program: Program,
    tests: Iterable[Test] | None = None,
    *,
    on_result: Callable[[Result], None] | None = None,
    stop_at_failure: bool = False,
) -> Report:
    """Run `tests` (all of the set by default) in order. A test stops at its first failure, the others go on unless
    `stop_at_failure`."""
    report = Report(all=branches(program.policy_set))
    for test in program.policy_set.tests if tests is None else tests:
        result = _Run(program, test, report.fired).run()
        report.results.append(result)
        if on_result:
            on_result(result)
        if stop_at_failure and result.failure:
            break
    return report


class _Recording:
    """A program that remembers what it found for the last event, and otherwise is the one that it wraps."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self.last: tuple[Case, Outcome] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._program, name)

    def forget(self) -> None:
        self.last = None

    def decide(self, prepared: Prepared, observed: Observed | None) -> Outcome:
        outcome = self._program.decide(prepared, observed)
        ask = observe_for(prepared, "", self._program.revision)
        self.last = Case(ask, prepared.event, self._program, prepared, observed), outcome
        return outcome


class _Stop(Exception):
    """The test ends here, with this failure."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure


class _Run:
    def __init__(self, program: Program, test: Test, fired: set[Branch]) -> None:
        self.policies: PolicySet = program.policy_set
        self.test = test
        self.fired = fired
        self.program = _Recording(program)
        self.store = MemoryStore(virtual=True)
        self.world = World(self.policies, test.span.source)
        self.events = Events(self.world)
        self.answer: Answer | None = None
        self.probes = 0

    def run(self) -> Result:
        try:
            for step in self.test.steps:
                self._carefully(step)
        except _Stop as stop:
            return Result(self.test, stop.failure)
        return Result(self.test, None)

    def _carefully(self, step: TestStep) -> None:
        """Carries out a step; one that cannot be is a failure of the test."""
        try:
            self._step(step)
        except EventError as error:
            self._fail(step.span, Phrase(f"the event was refused: {error}", f"事件被拒绝:{error}"))
        except Misstated as error:
            self._fail(step.span, error.about)
        except (OverflowError, ValueError):
            self._fail(step.span, _OUT_OF_TIME)

    def _step(self, step: TestStep) -> None:
        match step:
            case Given():
                self.world.given(step)
            case Clock():
                if not self.world.set_clock(step):
                    self._fail(step.span, _BACKWARDS)
            case Does():
                self.answer = self._evaluate(self._event(step), step.span, self.store)
            case RawEvent():
                self.answer = self._evaluate(self._event(step), step.span, self.store)
            case Expect():
                self._expect(step, step.span, self.answer)
            case Each():
                self._each(step)
            case Has():
                self._has(step)

    def _event(self, step: Does | RawEvent) -> Event:
        return self.events.of(step) if isinstance(step, Does) else self.events.raw(step)

    def _evaluate(self, event: Event, span: Span, store: MemoryStore) -> Answer:
        self.program.forget()
        decision = finish(Engine(self.program, store).evaluate(event))
        answer = Answer(span, event, decision, *(self.program.last or ()))
        if answer.outcome:
            self.fired.update(_fired(answer.outcome.fired), _fired(answer.outcome.shadow))
        self.fired.update(Branch(name, str(state.step)) for name, state in decision.ladders.items() if state.step)
        return answer

    def _expect(self, expect: Expect, span: Span, answer: Answer | None) -> None:
        if answer is None:
            self._fail(span, _NO_EVENT)
        elif mismatch := compare(expect, answer.decision, self.policies, self.test.span.source):
            self._fail(span, mismatch.summary, answer, expect.because)

    def _each(self, step: Each) -> None:
        for number, text in enumerate(step.texts, 1):
            event = self.events.fresh(f"each{number}", text)
            answer = self._evaluate(event, step.span, copy.deepcopy(self.store))
            mismatch = compare(step.expect, answer.decision, self.policies, self.test.span.source)
            if mismatch:
                summary = Phrase(f'"{text}": {mismatch.summary.en}', f"“{text}”:{mismatch.summary.zh}")
                self._fail(step.expect.span, summary, answer, step.expect.because)

    def _has(self, step: Has) -> None:
        ladder = self._ladder(step.ladder)
        strikes = self._strikes(step.member, ladder)
        if strikes != step.strikes:
            summary = Phrase(
                f"expected {step.strikes} of `{ladder.name}` for {step.member}, but there are {strikes}",
                f"{step.member} 在 `{ladder.name}` 应有 {step.strikes} 次,实际 {strikes} 次",
            )
            self._fail(step.span, summary, self.answer)

    def _ladder(self, name: Name) -> Ladder:
        found = find(name.text, self.policies.ladders, self.policies, self.test.span.source)
        if found is None:
            self._fail(name.span, Phrase(f"there is no ladder `{name.text}`", f"没有名为 `{name.text}` 的阶梯"))
        return self.policies.ladders[found]

    def _strikes(self, member: str, ladder: Ladder) -> int:
        """Asks the store as an event would, under an id that no event of the test has."""
        self.probes += 1
        ask = Observe(
            tenant="",
            group=self.world.place,
            member=member,
            event=f"?{self.probes}",
            digest=bytes(8),
            revision="",
            at=self.world.now,
            ladders=(LadderRead(ladder.name, ladder.forget),),
        )
        return finish(self.store.observe(ask)).strikes[0]

    def _fail(
        self, span: Span, summary: Phrase, answer: Answer | None = None, because: tuple[Name, ...] = ()
    ) -> NoReturn:
        names = (find(name.text, self.policies.rules, self.policies, self.test.span.source) for name in because)
        raise _Stop(Failure(span, summary, answer, tuple(name for name in names if name is not None)))


_BACKWARDS = Phrase("the clock of a test cannot go back", "测试里的时间不能倒退")
_OUT_OF_TIME = Phrase("a time in this step is outside the years 1 to 9999", "这一步里的时间不在公元 1 到 9999 年之间")
_NO_EVENT = Phrase("no event stands before this `expect`", "这个 `expect` 前面没有事件")


def _fired(fired: Iterable[Fired]) -> set[Branch]:
    return {Branch(f.rule.name, "otherwise" if f.otherwise else "then") for f in fired}
