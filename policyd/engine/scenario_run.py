"""One test: its steps, one after the other, on an empty store of its own.

What an event was answered is kept together with what the program found, so that a failure can say why.
"""

from __future__ import annotations

import copy
from typing import Any, NoReturn

from policyd.check.resolved import PolicySet
from policyd.compile.program import Outcome, Prepared, Program
from policyd.engine.acquaintance import keeps_members
from policyd.engine.case import Case
from policyd.engine.embedded import finish
from policyd.engine.observe import observe_for
from policyd.engine.pipeline import Engine
from policyd.engine.scenario_clock import introduce, ticks, united
from policyd.engine.scenario_coverage import Branch, fired, stepped
from policyd.engine.scenario_events import Events
from policyd.engine.scenario_expect import compare
from policyd.engine.scenario_names import find, of_workflows
from policyd.engine.scenario_past import Past
from policyd.engine.scenario_results import Answer, Failure, Result
from policyd.engine.scenario_standing import declared, standing
from policyd.engine.scenario_values import Misstated
from policyd.engine.scenario_world import World
from policyd.language.diagnostics import Phrase
from policyd.language.nodes import Clock, Does, Each, Expect, Given, Has, Name, RawEvent, Test, TestStep
from policyd.language.source import Span
from policyd.model.event import EVERY_GROUP, NOBODY, Event
from policyd.model.problem import EventError
from policyd.model.state import Observed
from policyd.state.memory import MemoryStore


class _Recording:
    """A program that remembers what it found for each event, and otherwise is the one that it wraps."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self.found: list[tuple[Case, Outcome]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._program, name)

    def forget(self) -> None:
        self.found = []

    @property
    def last(self) -> tuple[Case, Outcome] | None:
        """The last that fired, else the last."""
        telling = (each for each in reversed(self.found) if any(not one.rule.quiet for one in each[1].fired))
        return next(telling, self.found[-1] if self.found else None)

    def about(self, event: str) -> tuple[Case, Outcome] | None:
        """What was found last for this event itself, else what that is best told by."""
        return next((each for each in reversed(self.found) if each[0].event.id == event), self.last)

    def decide(self, prepared: Prepared, observed: Observed | None) -> Outcome:
        outcome = self._program.decide(prepared, observed)
        ask = observe_for(prepared, "", self._program.revision)
        self.found.append((Case(ask, prepared.event, self._program, prepared, observed), outcome))
        return outcome


class _Stop(Exception):
    """The test ends here, with this failure."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure


class Run:
    """Adds to `covered` every branch that the test fires."""

    def __init__(self, program: Program, test: Test, covered: set[Branch]) -> None:
        self.policies: PolicySet = program.policy_set
        self.test = test
        self.covered = covered
        self.program = _Recording(program)
        self.store = MemoryStore(virtual=True)
        self.engine = Engine(self.program, self.store)
        self.world = World(self.policies, test.span.source)
        self.past = Past(self.store)
        self.events = Events(self.world, self.past)
        self.answer: Answer | None = None

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
                self._clock(step)
            case Does() | RawEvent():
                self._introduce(self.world.now)
                event = self.events.of(step) if isinstance(step, Does) else self.events.raw(step)
                self.answer = self._evaluate(event, step.span, self.engine)
                self.past.last_event = event.id
            case Expect():
                self._expect(step, step.span, self.answer)
            case Each():
                self._each(step)
            case Has():
                self._has(step)

    def _introduce(self, since: int) -> None:
        introduce(self.engine, self.store, self.world, since)

    def _clock(self, step: Clock) -> None:
        """Moves the clock on, and carries out what comes due on the way. A first `at` only says when the test begins:
        what comes due at that very instant is carried out too."""
        begins = step.after is None and not self.world.has_started
        start = self.world.now
        if not self.world.set_clock(step):
            self._fail(step.span, _BACKWARDS)
        end = self.world.now
        start = end - 1 if begins else start
        self.program.forget()
        if self._keeps_time():
            self._introduce(start)
            self.world.start()
        decisions = []
        for tick in ticks(self.engine, self.store, self.world, start, end):
            decisions.append(finish(self.engine.evaluate(tick)))
            self.covered |= stepped(decisions[-1])
        whole = Event(f"until {end}", "tick", EVERY_GROUP, NOBODY, end)
        self.answer = Answer(
            step.span, whole, united(decisions, whole, self.policies.revision), *(self.program.last or ())
        )  # fmt: skip
        self._cover()

    def _keeps_time(self) -> bool:
        return any(keeps_members(policy) for policy in self.policies.policies)

    def _evaluate(self, event: Event, span: Span, engine: Engine) -> Answer:
        self.program.forget()
        decision = finish(engine.evaluate(event))
        self._cover()
        self.covered |= stepped(decision)
        return Answer(span, event, decision, *(self.program.about(event.id) or ()))

    def _cover(self) -> None:
        for _, outcome in self.program.found:
            self.covered |= fired(outcome, self.policies)

    def _expect(self, expect: Expect, span: Span, answer: Answer | None) -> None:
        if answer is None:
            self._fail(span, _NO_EVENT)
        elif mismatch := compare(expect, answer.decision, self.policies, self.test.span.source):
            self._fail(span, mismatch.summary, answer, expect.because)

    def _each(self, step: Each) -> None:
        for number, text in enumerate(step.texts, 1):
            event = self.events.fresh(f"each{number}", text)
            answer = self._evaluate(event, step.span, Engine(self.program, copy.deepcopy(self.store)))
            mismatch = compare(step.expect, answer.decision, self.policies, self.test.span.source)
            if mismatch:
                summary = Phrase(f'"{text}": {mismatch.summary.en}', f"“{text}”:{mismatch.summary.zh}")
                self._fail(step.expect.span, summary, answer, step.expect.because)

    def _has(self, step: Has) -> None:
        name = find(step.ladder.text, declared(self.policies), self.policies, self.test.span.source)
        if name is None:
            self._fail(step.ladder.span, _nothing_named(step.ladder.text))
        found = standing(self.store, self.policies, name, self.world.group(), step.member, self.world.now)
        if step.tier is not None and found != step.tier.text:
            self._fail(step.span, _elsewhere(step.member, name, step.tier.text, str(found)), self.answer)
        if step.tier is None and found != step.strikes:
            summary = Phrase(
                f"expected {step.strikes} of `{name}` for {step.member}, but there are {found}",
                f"{step.member} 的 `{name}` 应为 {step.strikes},实际为 {found}",
            )
            self._fail(step.span, summary, self.answer)

    def _fail(
        self, span: Span, summary: Phrase, answer: Answer | None = None, because: tuple[Name, ...] = ()
    ) -> NoReturn:
        names = of_workflows([name.text for name in because], self.policies, self.test.span.source)
        raise _Stop(Failure(span, summary, answer, tuple(sorted(names))))


def _nothing_named(name: str) -> Phrase:
    return Phrase(
        f"there is no ladder, tally, streak or tiers `{name}`", f"没有名为 `{name}` 的阶梯、积分、连续记录或等级"
    )


def _elsewhere(member: str, tiers: str, expected: str, found: str) -> Phrase:
    return Phrase(
        f"expected {member} to be `{expected}` in `{tiers}`, but it is {f'`{found}`' if found else 'in no tier yet'}",
        f"{member} 在 `{tiers}` 应为 `{expected}`,实际{f'为 `{found}`' if found else '还没有等级'}",
    )


_BACKWARDS = Phrase("the clock of a test cannot go back", "测试里的时间不能倒退")
_OUT_OF_TIME = Phrase("a time in this step is outside the years 1 to 9999", "这一步里的时间不在公元 1 到 9999 年之间")
_NO_EVENT = Phrase("no event stands before this `expect`", "这个 `expect` 前面没有事件")
