"""The store on Redis or Valkey, embedded or remote."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import Final

from redis.exceptions import RedisError

from policyd.model.state import Commit, Committed, Observe, Observed, StoreUnavailable
from policyd.state import keys, wire
from policyd.state.batcher import Batcher
from policyd.state.calls import Batch
from policyd.state.connecting import COMMIT, OBSERVE, Connector
from policyd.state.retention import GIVEN, RECEIPTS

DEADLINE: Final = 0.05
MOST_WAITING: Final = 10_000

_OPEN_PATIENCE: Final = 5.0
_MOST_BATCHES: Final = 1_000
_PERIODS: Final = (RECEIPTS // 2, GIVEN // 2)
_COMMITTING: Final = Batch(COMMIT.digest, (), (*_PERIODS, b""), alone=True)


class RedisStore:
    """Use it inside one event loop. `deadline` in seconds bounds every answer, retries included.

    `virtual` is for tests: the clock then shows the `at` of the event last observed, not the server's TIME."""

    def __init__(
        self, url: str, *, deadline: float = DEADLINE, most_waiting: int = MOST_WAITING, virtual: bool = False
    ) -> None:
        self._connector = Connector(url)
        self._deadline = deadline
        self._most_waiting = most_waiting
        self._virtual = virtual
        self._instant = 0
        self._batches: dict[tuple[str, str], Batch] = {}
        self._batcher: Batcher | None = None

    async def open(self) -> None:
        """Raises `StoreUnavailable` where the server cannot be used, and says why."""
        try:
            connection = await asyncio.wait_for(self._connector.connect(), _OPEN_PATIENCE)
        except TimeoutError as error:
            raise StoreUnavailable(f"the store at {self._connector} does not answer") from error
        except (RedisError, OSError) as error:
            raise StoreUnavailable(f"the store at {self._connector} cannot be used: {error}") from error
        await connection.disconnect()
        self._batcher = self._start()

    async def observe(self, ask: Observe) -> Observed:
        prefix = _prefix(ask.tenant, ask.group)
        named, blob = wire.pack_observe(prefix, ask)
        instant, reply = await self._calls().ask(self._observing(prefix, ask), named, (blob,))
        return wire.unpack_observed(ask, instant, reply)

    async def commit(self, change: Commit) -> Committed:
        named, words = wire.pack_commit(_prefix(change.tenant, change.group), change)
        _, reply = await self._calls().ask(self._committing(), named, words)
        if reply == wire.GONE:
            raise StoreUnavailable(f"the store no longer knows that event `{change.event}` was observed; send it again")
        return wire.unpack_committed(reply)

    async def ready(self) -> None:
        """Asks for an event that nobody sent, and changes nothing."""
        named, words = wire.pack_commit(_prefix("", ""), Commit("", "", "", "", b"ready?", 0))
        await self._calls().ask(self._committing(), named, words)

    async def close(self) -> None:
        if self._batcher is not None:
            await self._batcher.close()
            self._batcher = None

    def _calls(self) -> Batcher:
        self._batcher = self._batcher or self._start()
        return self._batcher

    def _start(self) -> Batcher:
        return Batcher(self._connector.connect, deadline=self._deadline, most_waiting=self._most_waiting)

    def _observing(self, prefix: str, ask: Observe) -> Batch:
        if self._virtual:
            self._instant = self._instant if ask.at is None else ask.at
            return Batch(OBSERVE.digest, keys.rings(prefix), (*_PERIODS, self._instant, ask.revision))
        batch = self._batches.get((prefix, ask.revision))
        if batch is None:
            if len(self._batches) >= _MOST_BATCHES:
                self._batches.clear()
            batch = Batch(OBSERVE.digest, keys.rings(prefix), (*_PERIODS, b"", ask.revision))
            self._batches[prefix, ask.revision] = batch
        return batch

    def _committing(self) -> Batch:
        return Batch(COMMIT.digest, (), (*_PERIODS, self._instant), alone=True) if self._virtual else _COMMITTING


@lru_cache(65_536)
def _prefix(tenant: str, group: str) -> str:
    return keys.cell_prefix(tenant, keys.cell_of(group, 1))
