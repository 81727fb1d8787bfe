"""The policies that are shipped mean the same to both evaluators: their own scenarios, and random events among them."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from policyd.check.load import load
from policyd.check.resolved import PolicySet
from policyd.compile.load import compile_policies
from policyd.engine.pipeline import Engine
from policyd.engine.scenario import run_tests
from policyd.model.decision import Decision
from policyd.model.event import Event
from policyd.state.memory import MemoryStore
from tests.equivalence.compare import Pair
from tests.equivalence.events import FAILURES, Step

FOLDERS = sorted({path.parent for path in (Path(__file__).parents[2] / "policies").glob("*/*.policy")})
SEQUENCES = 60
PAUSES = (0, 1_000, 20_000, 60_000, 600_000)


def scenarios(policies: PolicySet, monkeypatch: pytest.MonkeyPatch) -> list[list[Event]]:
    """The events of each of the folder's own tests."""
    found: list[list[Event]] = [[]]
    run = Engine.evaluate

    def evaluate(self: Engine, event: Event, *rest: Any, **options: Any) -> Any:
        found[-1].append(event)
        return run(self, event, *rest, **options)

    class Stores(MemoryStore):
        def __init__(self, *rest: Any, **options: Any) -> None:
            super().__init__(*rest, **options)
            found.append([])

    monkeypatch.setattr(Engine, "evaluate", evaluate)
    monkeypatch.setattr("policyd.engine.scenario_run.MemoryStore", Stores)
    run_tests(compile_policies(policies))
    monkeypatch.undo()
    return [events for events in found if events]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_shipped_policies(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policies, _ = load(folder)
    assert policies is not None
    pair = Pair(policies)
    told = scenarios(policies, monkeypatch)
    fired: set[str] = set()
    for events in told:
        answers: list[Any] = []
        assert pair.difference([Step(event) for event in events], answers) is None
        fired |= {
            because.rule
            for answer in answers
            if isinstance(answer, Decision)
            for action in answer.actions
            for because in action.because
        }
    live = {rule.name for rule in policies.rules.values() if not (rule.shadow or rule.quiet)}
    assert len(fired) > 0.9 * len(live), live - fired  # the scenarios are what brings rules to fire
    random = Random(folder.name)
    for _ in range(SEQUENCES):
        assert pair.difference(mixed(random, [event for events in told for event in events])) is None


def mixed(random: Random, events: list[Event]) -> list[Step]:
    """Events of several scenarios in one, some more than once, a store that sometimes fails."""
    clock = events[0].time or 0
    steps: list[Step] = []
    for number in range(15):
        event = random.choice(events)
        clock += random.choice(PAUSES)
        again = random.random() < 0.1 and steps
        event = random.choice(steps).event if again else replace(event, id=f"mixed {number}")
        fails = random.choice(FAILURES) if random.random() < 0.05 else "none"
        steps.append(Step(replace(event, time=clock), fails))
    return steps


def test_there_are_policies() -> None:
    assert len(FOLDERS) >= 3
