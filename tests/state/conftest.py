"""Stores to test, and a bot that speaks to one."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from msgspec.structs import replace

from policyd.model.state import Commit, Committed, Observe, Observed
from policyd.state.connecting import PERMISSIONS
from policyd.state.embedded import EmbeddedServer
from policyd.state.memory import MemoryStore
from policyd.state.redis import RedisStore
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


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    with EmbeddedServer(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture(scope="session")
def redis7(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    binary = shutil.which("redis-server")
    if binary is None:
        pytest.skip("no redis-server is installed")
    with EmbeddedServer(tmp_path_factory.mktemp("redis"), Path(binary)) as server:
        yield server


def restricted(server: EmbeddedServer) -> str:
    """The URL of the server for a user who may do no more than the service needs."""
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        client.execute_command("ACL", "SETUSER", "policyd", "reset", "on", ">secret", *PERMISSIONS.split())
    return server.url.replace("unix://", "unix://policyd:secret@")


def flush(server: EmbeddedServer) -> None:
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        client.flushall()


@pytest.fixture(params=["memory", "valkey", "redis7"])
def store(request: pytest.FixtureRequest, run: Run) -> Iterator[Store]:
    """Every kind of store in turn, empty and on virtual time; servers as a user of few permissions."""
    opened: MemoryStore | RedisStore
    if request.param == "memory":
        opened = MemoryStore(virtual=True)
    else:
        server: EmbeddedServer = request.getfixturevalue(request.param)
        flush(server)
        opened = RedisStore(restricted(server), virtual=True, deadline=5.0)
    yield opened
    run(opened.close())


@pytest.fixture
def bot(store: Store, run: Run) -> Bot:
    return Bot(store, run)
