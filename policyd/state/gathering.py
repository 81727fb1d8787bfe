"""What comes for several requests of one turn, each at its own time."""

from __future__ import annotations

import asyncio
from typing import Generic, TypeVar

T = TypeVar("T")


class Gathering(Generic[T]):
    """One task may wait for so many; what comes between two turns of the event loop wakes it once. `closed`: nobody
    waits any more."""

    def __init__(self, missing: int) -> None:
        self.closed = False
        self._missing = missing
        self._come: list[T] = []
        self._waiting: asyncio.Future[None] | None = None

    def take(self, number: int, it: T) -> None:
        """What comes for so many of them. Nothing after `close`."""
        if not self.closed:
            self._missing -= number
            self._come.append(it)
            if self._waiting is not None and not self._waiting.done():
                self._waiting.set_result(None)

    async def come(self) -> list[T]:
        """What has come since the last time, once there is something; nothing where all has come."""
        if not self._come and self._missing:
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        come, self._come = self._come, []
        return come

    def close(self) -> None:
        self.closed = True
