"""One server of Redis or Valkey, to which every key goes."""

from __future__ import annotations

from policyd.state.batcher import Batcher
from policyd.state.calls import Limits
from policyd.state.connecting import Connector


class Single:
    """The one that `connector` leads to. It is asked on one connection, which is made when it is first needed."""

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

    def batcher(self, prefix: str) -> Batcher:
        """For all keys."""
        if self._batcher is None:
            self._batcher = Batcher(self._connector.connect, self._limits)
        return self._batcher
