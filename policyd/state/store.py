"""The protocol of a store. `MemoryStore` is the plain one; `RedisStore` speaks to Redis and Valkey in every form."""

from __future__ import annotations

from typing import Protocol

from policyd.model.state import Commit, Committed, Observe, Observed


class Store(Protocol):
    """Raises `EventIdReused` from `observe`, `StoreUnavailable` from both."""

    async def observe(self, ask: Observe) -> Observed: ...

    async def commit(self, change: Commit) -> Committed: ...

    async def ready(self) -> None:
        """Returns if the store answers now, else raises `StoreUnavailable`."""
        ...

    async def close(self) -> None: ...
