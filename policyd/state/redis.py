"""The store on Redis or Valkey: embedded, remote, watched by Sentinels, or a Cluster."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from redis.exceptions import RedisError

from policyd.model.state import Commit, Committed, Observe, Observed, StoreUnavailable
from policyd.state import cluster, keys, sentinel, wire
from policyd.state.batcher import Batcher
from policyd.state.calls import Answer, Batch, Durability, Limits
from policyd.state.cluster import Cluster
from policyd.state.connecting import COMMIT, OBSERVE, Connector
from policyd.state.retention import GIVEN, RECEIPTS
from policyd.state.sentinel import SentinelConnector

DEADLINE: Final = 0.05
MOST_WAITING: Final = 10_000

_OPEN_PATIENCE: Final = 5.0
_MOST_BATCHES: Final = 1_000
_PERIODS: Final = (RECEIPTS // 2, GIVEN // 2)
_COMMITTING: Final = Batch(COMMIT.digest, (), (*_PERIODS, b""), alone=True)


class Single:
    """One server, to which every key goes."""

    def __init__(self, connector: Connector, limits: Limits) -> None:
        self._connector = connector
        self._limits = limits
        self._batcher: Batcher | None = None

    def __str__(self) -> str:
        return str(self._connector)

    async def open(self) -> None:
        """Raises `StoreUnavailable`, and what redis-py raises, where the server cannot be used."""
        connection = await self._connector.connect()
        await connection.disconnect()

    async def close(self) -> None:
        if self._batcher is not None:
            await self._batcher.close()
            self._batcher = None

    def ask(
        self, prefix: str, batch: Batch, keys: Sequence[bytes], words: Sequence[wire.Word]
    ) -> asyncio.Future[Answer]:
        """As `Batcher.ask`; all keys begin with `prefix`."""
        if self._batcher is None:
            self._batcher = Batcher(self._connector.connect, self._limits)
        return self._batcher.ask(batch, keys, words)


class RedisStore:
    """Use it inside one event loop. URLs are `redis://`, `rediss://`, `unix://`, `redis+sentinel://` and
    `redis+cluster://`; raises `ValueError` for others. `deadline` in seconds bounds every answer, retries included.
    With `durability` `replica` nothing is answered before a replica has it.

    `virtual` is for tests: the clock then shows the `at` of the event last observed, not the server's TIME."""

    def __init__(
        self,
        url: str,
        *,
        deadline: float = DEADLINE,
        most_waiting: int = MOST_WAITING,
        durability: Durability = "memory",
        virtual: bool = False,
    ) -> None:
        limits = Limits(deadline, most_waiting, durability)
        self._servers: Single | Cluster
        if url.startswith(cluster.SCHEME):
            self._servers = Cluster(url, limits)
        else:
            connector = SentinelConnector(url) if url.startswith(sentinel.SCHEME) else Connector(url)
            self._servers = Single(connector, limits)
        self._cells = cluster.CELLS if isinstance(self._servers, Cluster) else 1
        self._virtual = virtual
        self._instant = 0
        self._batches: dict[tuple[str, str], Batch] = {}

    async def open(self) -> None:
        """Raises `StoreUnavailable` where the store cannot be used, and says why."""
        try:
            async with asyncio.timeout(_OPEN_PATIENCE):
                await self._servers.open()
        except TimeoutError as error:
            raise StoreUnavailable(f"the store at {self._servers} does not answer") from error
        except (RedisError, OSError) as error:
            raise StoreUnavailable(f"the store at {self._servers} cannot be used: {error}") from error

    async def observe(self, ask: Observe) -> Observed:
        prefix = _prefix(ask.tenant, ask.group, self._cells)
        named, blob = wire.pack_observe(prefix, ask)
        instant, reply = await self._servers.ask(prefix, self._observing(prefix, ask), named, (blob,))
        return wire.unpack_observed(ask, instant, reply)

    async def commit(self, change: Commit) -> Committed:
        prefix = _prefix(change.tenant, change.group, self._cells)
        named, words = wire.pack_commit(prefix, change)
        _, reply = await self._servers.ask(prefix, self._committing(), named, words)
        if reply == wire.GONE:
            raise StoreUnavailable(f"the store no longer knows that event `{change.event}` was observed; send it again")
        return wire.unpack_committed(reply)

    async def ready(self) -> None:
        """Asks every cell for an event that nobody sent, and changes nothing."""
        change = Commit("", "", "", "", b"ready?", 0)
        for cell in range(self._cells):
            prefix = keys.cell_prefix("", cell)
            named, words = wire.pack_commit(prefix, change)
            await self._servers.ask(prefix, self._committing(), named, words)

    async def close(self) -> None:
        await self._servers.close()

    def _observing(self, prefix: str, ask: Observe) -> Batch:
        clock = self._virtual_clock(ask.at) if self._virtual else b""
        batch = self._batches.get((prefix, ask.revision))
        if batch is None or batch.arguments[2] != clock:
            if len(self._batches) >= _MOST_BATCHES:
                self._batches.clear()
            batch = Batch(OBSERVE.digest, keys.rings(prefix), (*_PERIODS, clock, ask.revision))
            self._batches[prefix, ask.revision] = batch
        return batch

    def _virtual_clock(self, at: int | None) -> int:
        """What tells the scripts the instant."""
        self._instant = self._instant if at is None else at
        return self._instant

    def _committing(self) -> Batch:
        return Batch(COMMIT.digest, (), (*_PERIODS, self._instant), alone=True) if self._virtual else _COMMITTING


@lru_cache(65_536)
def _prefix(tenant: str, group: str, cells: int) -> str:
    return keys.cell_prefix(tenant, keys.cell_of(group, cells))
