"""Opens the store that the settings name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from policyd.model.state import StoreUnavailable
from policyd.state.embedded import EmbeddedServer
from policyd.state.memory import MemoryStore
from policyd.state.redis import RedisStore
from policyd.state.store import Store

_WATCH: Final = 0.2
_LONGEST_PAUSE: Final = 5.0


@asynccontextmanager
async def open_store(url: str | None, data_dir: Path) -> AsyncIterator[Store]:
    """`memory`; None for a server of our own that keeps its data in `data_dir`; or where a Redis or Valkey listens:
    `redis://`, `rediss://`, `unix://`. Raises `StoreUnavailable` where it cannot be used, and says why."""
    if url == "memory":
        yield MemoryStore()
    elif url is not None:
        async with _remote(url) as store:
            yield store
    else:
        with EmbeddedServer(data_dir) as server:
            watching = asyncio.create_task(_keep_alive(server))
            try:
                async with _remote(server.url) as store:
                    yield store
            finally:
                watching.cancel()


@asynccontextmanager
async def _remote(url: str) -> AsyncIterator[Store]:
    try:
        store = RedisStore(url)
    except ValueError as error:
        raise StoreUnavailable(f"store `{url}`: {error}") from error
    await store.open()
    try:
        yield store
    finally:
        await store.close()


async def _keep_alive(server: EmbeddedServer) -> None:
    """A server that was killed is started again, ever more rarely if it does not stay."""
    pause = _WATCH
    while True:
        await asyncio.sleep(pause)
        pause = _WATCH if server.pid is not None else min(_LONGEST_PAUSE, 2 * pause)
        if server.pid is None:
            server.relaunch()
