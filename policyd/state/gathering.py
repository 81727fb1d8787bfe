"""What comes for several requests of one turn, each at its own time."""

from __future__ import annotations

import asyncio
from typing import Generic, TypeVar

T = TypeVar("T")


class Gathering(Generic[T]):
    """Of so many places, those that are `missing` still wait. One task may wait for them; what comes between two turns
    of the event loop wakes it once."""

    def __init__(self, places: int) -> None:
        self.missing = set(range(places))
        self._come: list[tuple[int, T]] = []
        self._waiting: asyncio.Future[None] | None = None

    def take(self, place: int, it: T) -> None:
        """What comes for a place; only the first counts, and nothing after `close`."""
        if place in self.missing:
            self.missing.discard(place)
            self._come.append((place, it))
            if self._waiting is not None and not self._waiting.done():
                self._waiting.set_result(None)

    async def part(self) -> list[tuple[int, T]]:
        """What has come since the last part, once there is something; nothing where all has come."""
        if not self._come and self.missing:
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        part, self._come = self._come, []
        return part

    def close(self) -> None:
        """Nobody waits any more."""
        self.missing.clear()
