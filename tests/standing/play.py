"""One history through the whole engine and through the model, compared decision by decision."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any, Final

from msgspec import UNSET

from policyd.check.load import load_texts
from policyd.compile.load import compile_policies
from policyd.compile.program import Program
from policyd.engine.pipeline import Engine
from policyd.engine.undo import undo
from policyd.model.decision import Action, Decision, Undone
from policyd.model.problem import EventError
from policyd.state.memory import MemoryStore
from policyd.state.store import Store
from tests.standing.clocks import DAY
from tests.standing.happenings import Happening, event_of
from tests.standing.histories import Historian
from tests.standing.kept import Answer, TakenBack
from tests.standing.model import Model
from tests.standing.plans import Plan, plan, text

HISTORIES = 20
"""For each policy."""
DAYS: Final = (8, 20, 45)
Run = Callable[[Coroutine[Any, Any, Any]], Any]


@dataclass
class Found:
    """`reached`: how often something happened, so that agreement says something."""

    histories: int = 0
    reached: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def add(self, other: Found) -> None:
        self.histories += other.histories
        self.reached += other.reached
        self.differences += other.differences


def program_of(chosen: Plan) -> Program:
    """Raises `ValueError` where the checker has something against it."""
    written = text(chosen)
    policies, findings = load_texts({"p.policy": written})
    if policies is None:
        raise ValueError(f"{written}\n" + "\n".join(f"{each.code} {each.message()}" for each in findings))
    return compile_policies(policies)


def search(seed: int, histories: int = HISTORIES, days: Sequence[int] = DAYS) -> Found:
    """Histories of one random policy, each of so many `days`, on a store in memory."""
    random = Random(seed)
    chosen = plan(random)
    program, found = program_of(chosen), Found()
    for number in range(histories):
        history = Historian(random, chosen, random.choice(days)).history()
        store = MemoryStore(virtual=True)
        said = compare(chosen, program, store, history, found, by_hand)
        found.histories += 1
        if said is not None:
            small = shrink(chosen, program, history)
            found.differences.append(report(f"seed {seed}, history {number}", chosen, program, small))
            break
    return found


def compare(
    chosen: Plan, program: Program, store: Store, history: Sequence[Happening], found: Found, run: Run, tenant: str = ""
) -> str | None:  # fmt: skip
    """The first difference in words, None where there is none."""
    engine, model = Engine(program, store), Model(chosen)
    for it in history:
        expected = model.tell(it)
        found.reached.update(_reached(it, expected))
        try:
            got = _told_by(engine, program, store, it, run, tenant)
        except Exception as error:
            return f"{it}: {type(error).__name__}: {error}"
        lines = _differences(expected, got)
        if lines:
            return "\n  ".join([str(it), *lines])
    return None


def _told_by(engine: Engine, program: Program, store: Store, it: Happening, run: Run, tenant: str) -> Answer:
    if it.kind == "undo":
        done = run(undo(store, program, tenant, "harsh", it.at - 2 * DAY, it.group, False))
        return Answer(undone=_taken_back(done.undone))
    try:
        return answer_of(run(engine.evaluate(event_of(it), tenant)), it.kind == "tick")
    except EventError as error:
        assert error.problem.code == "invalid_event", error
        return Answer(refused=True)


def _taken_back(undone: Iterable[Undone]) -> list[TakenBack]:
    return [
        (each.event, tally.removeprefix("p."), member, amount)
        for each in undone
        for tally, amounts in (each.awards or {}).items()
        for member, amount in amounts.items()
    ]


def by_hand(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine that never suspends."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("a store in memory never waits")


def answer_of(decision: Decision, tick: bool) -> Answer:
    assert not decision.degraded and not decision.unasked, decision
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


def _told(value: object) -> str:
    assert isinstance(value, str), value
    return value


def _tally(action: Action) -> str:
    return _told(action.to).removeprefix("p.")


def _amount(action: Action) -> int:
    assert action.amount is not UNSET
    return action.amount


def _differences(expected: Answer, got: Answer) -> list[str]:
    lines = []
    for name in ("verdict", "replayed", "refused"):
        if getattr(expected, name) != getattr(got, name):
            lines.append(f"{name}: expected {getattr(expected, name)}, got {getattr(got, name)}")
    for name in ("adds", "replies", "missed", "undone"):
        wanted, told = Counter(getattr(expected, name)), Counter(getattr(got, name))
        if wanted != told:
            less, more = sorted((wanted - told).elements()), sorted((told - wanted).elements())
            lines.append(f"{name}: expected {less}, got {more}")
    in_order = sorted(got.adds, key=lambda add: (add[0], add[1], add[2]))
    if got.verdict and not lines and got.adds != in_order and ":" not in got.adds[0][0]:
        lines.append(f"adds are not in order: {got.adds}")
    return lines


def _reached(it: Happening, answer: Answer) -> list[str]:
    names = [it.kind, *(f"says {rule}" for rule, _ in answer.replies)]
    names += (
        ["add"] * len(answer.adds)
        + ["replayed"] * answer.replayed
        + ["missed"] * len(answer.missed)
        + ["undone"] * len(answer.undone)
    )
    return [*names, f"verdict {answer.verdict}"]


# ---------------------------------------------------------------- smaller


def shrink(chosen: Plan, program: Program, history: Sequence[Happening]) -> list[Happening]:
    """As few happenings as still differ."""
    small, size = list(history), max(1, len(history) // 2)
    while size:
        place = 0
        while place < len(small):
            fewer = small[:place] + small[place + size :]
            if compare(chosen, program, MemoryStore(virtual=True), fewer, Found(), by_hand) is not None:
                small = fewer
            else:
                place += size
        size //= 2
    return small


def report(where: str, chosen: Plan, program: Program, small: Sequence[Happening]) -> str:
    said = compare(chosen, program, MemoryStore(virtual=True), small, Found(), by_hand)
    lines = [where, text(chosen), *(f"{it}" for it in small), f"DIFFERS {said}"]
    return "\n".join(lines)


def on_server(store: Store, seed: int, histories: int, runner: asyncio.Runner) -> Found:
    """The same on a real server, each history under a tenant of its own."""
    random, found = Random(seed), Found()
    for number in range(histories):
        chosen = plan(random)
        history = Historian(random, chosen, random.choice((8, 20))).history()
        said = compare(chosen, program_of(chosen), store, history, found, runner.run, f"{seed}-{number}")
        found.histories += 1
        if said is not None:
            found.differences.append(f"on a server, seed {seed}, history {number}\n{text(chosen)}\n{said}")
            break
    return found
