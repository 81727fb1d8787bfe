"""Sliding windows against every instant remembered: exact at random times, also in one batch."""

from __future__ import annotations

import asyncio
import random
from bisect import bisect_right
from collections import defaultdict

import pytest

from policyd.model.state import Observe, Window
from policyd.state.embedded import EmbeddedServer
from policyd.state.redis import RedisStore

from .conftest import DAY, HOUR, SECOND, T0, flush

WINDOWS = (
    Window("p.flood#1", "member", 10 * SECOND, 6, "new"),
    Window("p.hourly#2", "member", HOUR, 40, "new"),
    Window("p.busy#3", "group", 30 * SECOND, 300, "new"),
    Window("p.weekly#4", "member", 7 * DAY, 25, "new"),
)
MEMBERS = 50


class Oracle:
    """All instants of every cell."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], list[int]] = defaultdict(list)

    def counts(self, member: str, now: int) -> tuple[int, ...]:
        found = []
        for window in WINDOWS:
            seen = self._seen[window.cell, member if window.scope == "member" else ""]
            seen.append(now)
            found.append(min(window.cap, len(seen) - bisect_right(seen, now - window.span)))
        return tuple(found)


@pytest.mark.parametrize("which", ["valkey", "redis7"])
def test_counts_are_exact_at_random_times(which: str, request: pytest.FixtureRequest, long: bool) -> None:
    events = 500_000 if long else 8_000
    server: EmbeddedServer = request.getfixturevalue(which)
    chance = random.Random(11)

    async def scenario() -> None:
        flush(server)
        store = RedisStore(server.url, virtual=True, deadline=10.0)
        oracle, now, sent = Oracle(), T0, 0
        while sent < events:
            now += chance.choice((0, 1, 40, 999, SECOND, 10 * SECOND, chance.randrange(HOUR)))
            asks = []
            for _ in range(chance.randrange(1, 64)):
                sent += 1
                asks.append(
                    Observe(
                        "", "g", f"u{chance.randrange(MEMBERS)}", f"e{sent}", b"8 bytes.", "r", now, windows=WINDOWS
                    )
                )
            answers = await asyncio.gather(*(store.observe(ask) for ask in asks))
            assert [answer.counts for answer in answers] == [oracle.counts(ask.member, now) for ask in asks]
        await store.close()

    asyncio.run(scenario())
