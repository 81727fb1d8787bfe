"""Stores to test, and a bot that speaks to one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from policyd.model.state import Commit, Committed, Observe, Observed
from policyd.state.memory import MemoryStore
from policyd.state.store import Store

T0 = 1_772_400_000_000
SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000

Run = Callable[[Coroutine[Any, Any, Any]], Any]


class Bot:
    """Asks for one member of one group, unless told otherwise; ids are made up where none is given."""

    def __init__(self, store: Store, run: Run) -> None:
        self.store = store
        self.now = T0
        self._run = run
        self._sent = 0

    def sees(self, event: str | None = None, **asked: Any) -> Observed:
        """One event observed, at `self.now`."""
        if event is None:
            self._sent += 1
            event = f"e{self._sent}"
        ask = Observe("", "g1", "u1", event, b"8 bytes.", "sha256:1", at=self.now)
        observed: Observed = self._run(self.store.observe(replace(ask, **asked)))
        return observed

    def commits(self, event: str, **changed: Any) -> Committed:
        """The commit of an event that was observed at `self.now`."""
        change = Commit("", "g1", "u1", event, b"8 bytes.", self.now)
        committed: Committed = self._run(self.store.commit(replace(change, **changed)))
        return committed

    def does(self, event: str, **changed: Any) -> Committed:
        """Both."""
        self.sees(event, **{name: value for name, value in changed.items() if name in ("group", "member", "message")})
        return self.commits(event, **changed)


@pytest.fixture
def run() -> Iterator[Run]:
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture(params=["memory"])
def bot(request: pytest.FixtureRequest, run: Run) -> Iterator[Bot]:
    """Speaks to every kind of store in turn, on virtual time."""
    store = MemoryStore(virtual=True)
    yield Bot(store, run)
    run(store.close())
