"""Ticks on a real server answer what they answer in memory, also where two engines tick at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from policyd.engine.pipeline import Engine
from policyd.model.decision import Decision
from policyd.model.event import Tick
from policyd.state.embedded import EmbeddedServer
from policyd.state.redis import RedisStore
from tests.engine.scene import compiled
from tests.engine.test_ticking import HISTORY, HOUR, MINUTE, POLICY, TICKS, plain, tick, told, usual, what


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with EmbeddedServer(tmp_path) as server:
        yield server.url


async def played(url: str, engines: int) -> list[list[Decision]]:
    """What each of the ticks was answered, by each of the engines; all are sent it at the same time."""
    program, stores = compiled(POLICY), [RedisStore(url, virtual=True, deadline=5.0) for _ in range(engines)]
    try:
        for event in HISTORY:
            await Engine(program, stores[0]).evaluate(event)
        answers = []
        for event in TICKS:
            asked = [
                Engine(program, store).evaluate(replace(event, id=f"{event.id} {n}")) for n, store in enumerate(stores)
            ]
            answers.append(list(await asyncio.gather(*asked)))
        return answers
    finally:
        for store in stores:
            await store.close()


def test_a_server_answers_what_memory_answers(url: str) -> None:
    answers = asyncio.run(played(url, 1))
    for (answer,), expected in zip(answers, usual(), strict=True):
        assert replace(answer, event=expected.event) == expected


def test_two_engines_share_what_comes_due(url: str) -> None:
    for answers, expected in zip(asyncio.run(played(url, 2)), usual(), strict=True):
        assert what(answers) == what([expected])


def test_ticks_of_groups_have_desks_of_their_own(url: str) -> None:
    async def run() -> None:
        store = RedisStore(url, virtual=True, deadline=5.0)
        engine = Engine(compiled(POLICY), store)
        for event in HISTORY:
            await engine.evaluate(event)
        said = [await engine.evaluate(tick("t", 22 * HOUR + 1, Tick(None), group)) for group in ("g1", "g2", "")]
        assert [action.group for action in said[1].actions] == ["g2"] * len(said[1].actions)
        assert what(said[:2]).total() == what(usual()[:5]).total()
        assert said[2].actions == ()
        await store.close()

    asyncio.run(run())


def test_answers_are_kept_for_a_bot_that_dies(url: str) -> None:
    async def run() -> None:
        store = RedisStore(url, virtual=True, deadline=5.0)
        engine = Engine(compiled(POLICY), store)
        await engine.evaluate(told("join", "u1", 0))
        first = await engine.evaluate(tick("a", 25 * HOUR, Tick(None)))
        again = await engine.evaluate(tick("a", 25 * HOUR, Tick(None)))
        assert [action.do for action in first.actions] == ["lock", "reply", "propose", "call_out"]
        assert plain(again) == first
        assert (await engine.evaluate(tick("b", 70 * HOUR + MINUTE, Tick(None)))).actions[:4] == first.actions
        assert (await engine.evaluate(tick("c", 70 * HOUR + 2 * MINUTE, Tick("b")))).actions == ()
        await store.close()

    asyncio.run(run())
