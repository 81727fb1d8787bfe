"""A bot that does not give up: it sends an event again until the store has acknowledged it."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Final
from zlib import crc32

from policyd.model.state import Commit, Committed, LadderRead, Observe, Observed, StoreUnavailable, Strike, Window
from policyd.state.embedded import EmbeddedServer
from policyd.state.redis import RedisStore

LADDER: Final = "p.conduct"
WINDOW: Final = Window("p.all#1", "group", 3_600_000, 60_000, "always")
STEPS: Final = ((1, 0), (2, 0), (3, 86_400_000))
DIGEST: Final = b"12345678"
MOST_DELIVERIES: Final = 2_000


class Bot:
    """Every event strikes its member once. `acknowledged` is what the first answer to a commit said; `deliveries`
    counts all attempts."""

    def __init__(self, store: RedisStore, members: int = 20, group: str = "g") -> None:
        self.acknowledged: dict[str, Committed] = {}
        self.sent: dict[str, str] = {}
        self.deliveries = 0
        self._group = group
        self._asked = 0
        self._store = store
        self._members = members

    async def sends(self, event: str) -> None:
        member = f"u{crc32(event.encode()) % self._members}"
        self.sent[event] = member
        for _ in range(MOST_DELIVERIES):
            self.deliveries += 1
            try:
                self.acknowledged[event] = await self.deliver(event, member)
                return
            except StoreUnavailable:
                await asyncio.sleep(0.01)
        raise AssertionError(f"{event} was never acknowledged")

    async def again(self, event: str) -> Committed | None:
        """What a repeat of an event is told."""
        observed = await answered(self._store, self._ask(event, self.sent[event]))
        assert observed.replayed
        return observed.committed

    async def strikes(self) -> dict[str, int]:
        """Of every member, as the store tells."""
        found = {}
        for number in range(self._members):
            self._asked += 1
            read = (LadderRead(LADDER, 0),)
            ask = Observe("", self._group, f"u{number}", f"count-{self._asked}", DIGEST, "r", ladders=read)
            found[f"u{number}"] = (await answered(self._store, ask)).strikes[0]
        return found

    def expected(self) -> dict[str, int]:
        """The same, by what was sent."""
        members = list(self.sent.values())
        return {f"u{number}": members.count(f"u{number}") for number in range(self._members)}

    async def counted(self) -> int:
        """How many events the group's window has counted."""
        ask = Observe("", self._group, "u0", "count", DIGEST, "r", windows=(WINDOW,))
        return (await answered(self._store, ask)).counts[0] - 1

    async def deliver(self, event: str, member: str) -> Committed:
        observed = await self._store.observe(self._ask(event, member))
        strike = Strike(LADDER, 1, 0, 0, STEPS)
        change = Commit("", self._group, member, event, DIGEST, observed.now, strikes=(strike,))
        return await self._store.commit(change)

    def _ask(self, event: str, member: str) -> Observe:
        return Observe("", self._group, member, event, DIGEST, "r", windows=(WINDOW,), ladders=(LadderRead(LADDER, 0),))


async def answered(store: RedisStore, ask: Observe) -> Observed:
    """What the store answers when it does, however busy the machine is."""
    for _ in range(MOST_DELIVERIES):
        try:
            return await store.observe(ask)
        except StoreUnavailable:
            await asyncio.sleep(0.01)
    raise AssertionError(f"{ask.event} was never answered")


async def load(bot: Bot, events: int, at_once: int = 32) -> None:
    """Sends so many events, some at the same time."""
    numbers = iter(range(events))

    async def sender() -> None:
        for number in numbers:
            await bot.sends(f"e{number}")

    await asyncio.gather(*(sender() for _ in range(at_once)))


async def kill(server: EmbeddedServer) -> None:
    """Without warning, and returns when it is dead."""
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while server.pid == pid:
        await asyncio.sleep(0.001)
