"""Ticks that are cut off between any two calls of the store, and ticks that come at the same time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from typing import Any, cast

import pytest

from policyd.engine.embedded import Embedded, finish
from policyd.engine.pipeline import Engine
from policyd.engine.tick_plan import desk_record
from policyd.model.decision import Decision
from policyd.model.problem import EventError
from policyd.model.records import STAMP, unpack
from policyd.model.records import Desk as TickDesk
from policyd.state.memory import MemoryStore
from tests.engine.scene import Scene, compiled
from tests.engine.test_ticking import HISTORY, HOUR, NOON, POLICY, TICKS, lived, plain, says, tick, told, usual, what

# ---------------------------------------------------------------- the store fails


@pytest.mark.parametrize("once", [False, True], ids=["down", "blip"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("place", range(len(TICKS)))
def test_a_repeat_repairs_what_was_cut_off(place: int, after: bool, once: bool) -> None:
    cut = 0
    while _is_cut(place, cut, after, once):
        cut += 1
    assert cut > 3


def _is_cut(place: int, cut: int, after: bool, once: bool) -> bool:
    """Whether the tick makes so many calls that the one at `cut` could be cut off."""
    scene = lived()
    for event in TICKS[:place]:
        scene.tell(event)
    store, before = scene.store, len(scene.store.calls)
    store.cut, store.after, store.once = cut, after, once
    try:
        answer = scene.tell(TICKS[place])
    except EventError as error:
        assert error.problem.code == "store_unavailable"
    else:
        assert plain(answer) == usual()[place]
    calls, store.cut = store.calls[before:], None
    if len(calls) <= cut:
        return False
    for event, decision in zip(TICKS[place:], usual()[place:], strict=True):
        assert plain(scene.tell(event)) == decision, f"cut at {calls[: cut + 1]}, seen by {event.id}"
    return True


# ---------------------------------------------------------------- at the same time


class YieldingStore:
    """A memory store that gives others a turn before and after each call."""

    def __init__(self, inner: MemoryStore, chance: random.Random) -> None:
        self.inner = inner
        self.chance = chance

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.inner, name)
        if name in ("cells", "cell_of"):
            return found

        async def call(*arguments: Any, **named: Any) -> Any:
            await self._turns()
            answer = await found(*arguments, **named)
            await self._turns()
            return answer

        return call

    async def _turns(self) -> None:
        for _ in range(self.chance.randrange(4)):
            await asyncio.sleep(0)


@pytest.mark.parametrize("seed", range(30))
def test_engines_tick_at_the_same_time(seed: int) -> None:
    """Two engines on one store, each with ticks of its own and one that both are sent."""
    scene, chance = lived(), random.Random(seed)
    program = compiled(POLICY)
    engines = [Engine(program, cast(Any, YieldingStore(scene.store.inner, chance))) for _ in range(2)]

    async def all_at(at: int) -> dict[str, Decision]:
        names = [(number % 2, f"{at} {number // 2}") for number in range(4)] + [(0, f"{at} one"), (1, f"{at} two")]
        answers = await asyncio.gather(*[engines[which].evaluate(tick(name, at)) for which, name in names])
        by_name: dict[str, Decision] = {}
        for (_, name), answer in zip(names, answers, strict=True):
            assert plain(by_name.setdefault(name, answer)) == plain(answer)
        return by_name

    for number, event in enumerate(TICKS):
        answers = asyncio.run(all_at(cast(int, event.time) - NOON))
        assert what(answers.values()) == what([usual()[number]]), event.id
        (desk,) = finish(scene.store.inner.read("", 0, [desk_record("")]))
        counter = unpack(TickDesk, desk[STAMP:])
        assert counter is not None
        assert all(each.done for each in counter.ticks)


@pytest.mark.parametrize("seed", range(10))
def test_events_change_what_comes_due_at_the_same_time(seed: int) -> None:
    """A duty is either late or closed in time, never both and never neither."""
    scene, chance = Scene(POLICY), random.Random(seed)
    members = [f"u{number}" for number in range(20)]
    for member in members:
        scene.tell(told("join", member, 0))
    engine = Engine(compiled(POLICY), cast(Any, YieldingStore(scene.store.inner, chance)))

    async def race() -> Sequence[Decision]:
        events = [says(member, "hello everybody", 24 * HOUR) for member in members] + [tick("t", 24 * HOUR)]
        chance.shuffle(events)
        return await asyncio.gather(*[engine.evaluate(event) for event in events])

    late = {action.member for answer in asyncio.run(race()) for action in answer.actions if action.do == "call_out"}
    later = scene.tell(tick("later", 30 * HOUR))
    assert not [action for action in later.actions if action.do == "call_out"]
    assert late <= set(members)


def test_an_embedded_engine_ticks_inside_a_loop() -> None:
    """Its caller may have a loop of its own, of which it knows nothing."""

    async def run() -> Decision:
        embedded = Embedded(compiled(POLICY))
        for event in HISTORY:
            embedded.evaluate(event)
        return embedded.evaluate(TICKS[4])

    assert what([asyncio.run(run())]).total() > 5
