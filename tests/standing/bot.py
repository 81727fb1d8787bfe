"""A bot that sends what happens to the engine, again where the store failed, and reads the answers."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime
from typing import Any, Final

from msgspec import UNSET

from policyd.compile.program import Program
from policyd.engine.pipeline import Engine
from policyd.engine.undo import undo
from policyd.model.decision import Action, Decision, Undone
from policyd.model.problem import EventError
from policyd.model.state import StoreUnavailable
from policyd.state.store import Store
from tests.standing.clocks import DAY
from tests.standing.happenings import Happening, event_of
from tests.standing.kept import Answer, TakenBack

Run = Callable[[Coroutine[Any, Any, Any]], Any]
RESTARTED: Final = 29
"""After so many events the engine is a new one, that has to read everything from the store."""
MOST_TRIES: Final = 100


class Bot:
    """`again`: how often something was sent once more."""

    def __init__(self, program: Program, store: Store, run: Run, tenant: str = "") -> None:
        self._program, self._store, self._run, self._tenant = program, store, run, tenant
        self._engine = Engine(program, store)
        self._sent = 0
        self.again = 0

    def tell(self, it: Happening) -> Answer:
        """The answer that the store had its part in."""
        self._sent += 1
        if self._sent % RESTARTED == 0:
            self._engine = Engine(self._program, self._store)
        for _ in range(MOST_TRIES):
            try:
                return self._undo(it) if it.kind == "undo" else self._send(it)
            except StoreUnavailable:
                self.again += 1
        raise AssertionError(f"{it} is never answered")

    def _undo(self, it: Happening) -> Answer:
        since = it.at - 2 * DAY
        done = self._run(undo(self._store, self._program, self._tenant, "harsh", since, it.group, False))
        return Answer(undone=_taken_back(done.undone))

    def _send(self, it: Happening) -> Answer:
        try:
            decision = self._run(self._engine.evaluate(event_of(it), self._tenant))
        except EventError as error:
            if error.problem.code == "store_unavailable":
                raise StoreUnavailable from error
            assert error.problem.code == "invalid_event", error
            return Answer(refused=True)
        if decision.degraded:
            raise StoreUnavailable
        return answer_of(decision, it.kind == "tick")


def by_hand(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine that never suspends."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("a store in memory never waits")


def answer_of(decision: Decision, tick: bool) -> Answer:
    answer = Answer(decision.verdict, undone=_taken_back(decision.undone or ()), replayed=decision.replayed)
    for action in decision.actions:
        where = f"{action.group}: " if tick else ""
        rules = [each.rule.removeprefix("p.") for each in action.because]
        if action.do == "add":
            assert len(rules) == 1, action
            answer.adds.append((where + _tally(action), _told(action.member), rules[0], _amount(action)))
        elif action.do == "reply":
            answer.replies += [(rule, where + _told(action.text)) for rule in rules]
    for missed in decision.missed or ():
        at = int(datetime.fromisoformat(missed.at).timestamp() * 1000)
        answer.missed.append((missed.rule.removeprefix("p."), missed.group, at))
    return answer


def _taken_back(undone: Iterable[Undone]) -> list[TakenBack]:
    return [
        (each.event, tally.removeprefix("p."), member, amount)
        for each in undone
        for tally, amounts in (each.awards or {}).items()
        for member, amount in amounts.items()
    ]


def _told(value: object) -> str:
    assert isinstance(value, str), value
    return value


def _tally(action: Action) -> str:
    return _told(action.to).removeprefix("p.")


def _amount(action: Action) -> int:
    assert action.amount is not UNSET
    return action.amount
