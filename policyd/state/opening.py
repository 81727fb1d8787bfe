"""Opens the store that the settings name."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from policyd.model.state import StoreUnavailable
from policyd.state.calls import Durability
from policyd.state.embedded import EmbeddedServer
from policyd.state.memory import MemoryStore
from policyd.state.redis import DEADLINE, RedisStore
from policyd.state.store import Store
from policyd.state.urls import why_unreadable

_LOG: Final = logging.getLogger("policyd.state")
_WATCH: Final = 0.2
_LONGEST_PAUSE: Final = 5.0


@asynccontextmanager
async def open_store(
    url: str | None,
    data_dir: Path,
    *,
    deadline: float = DEADLINE,
    durability: Durability = "memory",
    virtual: bool = False,
    say: Callable[[str], None] = _LOG.warning,
) -> AsyncIterator[Store]:
    """`memory`; None for a server of our own that keeps its data in `data_dir`; or where a Redis or Valkey listens:
    `redis://`, `rediss://`, `unix://`, `redis+sentinel://`, `redis+cluster://`. `deadline` in seconds bounds every
    answer; with `durability` `replica` (not for a server of our own) nothing is answered before a replica has it.
    With `virtual` the clock is that of the events: it shows the `at` of the one last observed. `say` is told what an
    operator should know. Raises `StoreUnavailable` where the store cannot be used, and says why.
    """
    if url == "memory":
        yield MemoryStore(virtual=virtual)
    elif url is not None:
        async with _remote(url, deadline, durability, virtual) as store:
            yield store
    else:
        async with open_server(data_dir, say) as url, _remote(url, deadline, "memory", virtual) as store:
            yield store


@asynccontextmanager
async def open_server(data_dir: Path, say: Callable[[str], None] = _LOG.warning) -> AsyncIterator[str]:
    """The URL of a server of our own, which is started again where it dies. Raises `StoreUnavailable`."""
    with EmbeddedServer(data_dir) as server:
        for note in server.notes:
            say(note)
        watching = asyncio.create_task(_keep_alive(server, say))
        try:
            yield server.url
        finally:
            watching.cancel()


@asynccontextmanager
async def _remote(url: str, deadline: float, durability: Durability, virtual: bool) -> AsyncIterator[Store]:
    try:
        store = RedisStore(url, deadline=deadline, durability=durability, virtual=virtual)
    except ValueError as error:
        raise StoreUnavailable(why_unreadable(url, error)) from None
    await store.open()
    try:
        yield store
    finally:
        await store.close()


async def _keep_alive(server: EmbeddedServer, say: Callable[[str], None]) -> None:
    """A server that was killed is started again, ever more rarely if it does not stay."""
    pause = _WATCH
    while True:
        await asyncio.sleep(pause)
        pause = _WATCH if server.pid is not None else min(_LONGEST_PAUSE, 2 * pause)
        if server.pid is None:
            say("the embedded store has died and is started again; until it answers, policies decide without state")
            server.relaunch()
