"""A Cluster of Redis or Valkey: each cell of groups lives in one slot, and goes to the master that has it now."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from redis.crc import key_slot
from redis.exceptions import AskError, MovedError, RedisError

from policyd.model.state import StoreUnavailable
from policyd.state.batcher import Batcher
from policyd.state.calls import Limits, Request
from policyd.state.connecting import Connector, abandon
from policyd.state.sentinel import addressed

SCHEME: Final = ("redis+cluster://", "rediss+cluster://")
CELLS: Final = 16
"""In how many parts a tenant's groups are cut. Fixed: another number would look for state where it is not."""

_LOOK_AGAIN: Final = 0.2
_PATIENCE: Final = 0.5

Node = tuple[str, int]


class Cluster:
    """By the URL `redis+cluster://[USER:PASSWORD@]HOST:PORT[,HOST:PORT]`, any nodes of it, or `rediss+cluster://` for
    TLS. Raises `ValueError` for another. It asks which master has which slot when it begins, when one says `MOVED`, and
    while one is away."""

    def __init__(self, url: str, limits: Limits) -> None:
        parts = urlsplit(url)
        user, _, hosts = parts.netloc.rpartition("@")
        if not hosts:
            raise ValueError("it must name a node: redis+cluster://HOST:PORT")
        scheme = parts.scheme.partition("+")[0]
        self._connector = Connector(f"{scheme}://{user + '@' if user else ''}localhost?{parts.query}", "cluster")
        self._seeds = [addressed(host, 6379) for host in hosts.split(",")]
        self._limits = limits
        self._slots: dict[int, Node] = {}
        self._nodes: dict[Node, Batcher] = {}
        self._stale = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None

    def __str__(self) -> str:
        return ", ".join(f"{host}:{port}" for host, port in self._seeds)

    async def open(self) -> None:
        """Raises `StoreUnavailable` where no node tells the slots, or a master cannot be used."""
        await self._learn()
        for node in set(self._slots.values()):
            connection = await self._connector.at(*node).connect()
            await abandon(connection)
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        await asyncio.gather(*(batcher.close() for batcher in self._nodes.values()))

    def batcher(self, prefix: str) -> Batcher:
        """That of the master that has the keys with this prefix. Raises `StoreUnavailable` where none has."""
        node = self._slots.get(_slot(prefix))
        if node is None:
            self._stale.set()
            raise StoreUnavailable("no node of the Cluster has the slot of this group")
        batcher = self._batcher(node)
        if batcher.away:
            self._stale.set()
        return batcher

    def _batcher(self, node: Node) -> Batcher:
        batcher = self._nodes.get(node)
        if batcher is None:
            batcher = self._nodes[node] = Batcher(
                self._connector.at(*node).connect, self._limits, redirect=self._redirect, several=True
            )
        return batcher

    def _redirect(self, requests: list[Request], error: AskError) -> None:
        """Sends on what came to the wrong node: for good (`MOVED`), or this once (`ASK`)."""
        node = (error.host, error.port)
        moved = isinstance(error, MovedError)
        if moved:
            self._slots[error.slot_id] = node
            self._stale.set()
        self._batcher(node).take_over(requests, asking=not moved)

    async def _watch(self) -> None:
        while True:
            await self._stale.wait()
            try:
                await self._learn()
            except StoreUnavailable:
                await asyncio.sleep(_LOOK_AGAIN)
                continue
            self._stale.clear()
            await asyncio.sleep(_LOOK_AGAIN)

    async def _learn(self) -> None:
        """Asks the nodes in turn which master has which slot; the first that answers is believed."""
        said = []
        for node in dict.fromkeys([*self._slots.values(), *self._seeds]):
            try:
                async with asyncio.timeout(_PATIENCE):
                    slots = await self._slots_by(node)
            except (RedisError, OSError) as error:
                said.append(f"{node[0]}:{node[1]}: {str(error) or 'it does not answer'}")
                continue
            self._slots = slots
            gone = [known for known in self._nodes if known not in set(slots.values())]
            await asyncio.gather(*(self._nodes.pop(known).close() for known in gone))
            return
        raise StoreUnavailable(f"no node of the Cluster tells who has which slot: {'; '.join(said)}")

    async def _slots_by(self, node: Node) -> dict[int, Node]:
        ranges = await self._connector.at(*node).ask_alone("CLUSTER", "SLOTS")
        return {
            slot: (master[0].decode() or node[0], int(master[1]))
            for first, last, master, *_ in ranges
            for slot in range(first, last + 1)
        }


@lru_cache(65_536)
def _slot(prefix: str) -> int:
    return int(key_slot(prefix.encode()))
