"""Stores by the names that the settings give them, and why some cannot be used."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest
import redis
from msgspec.structs import replace

from policyd.model.state import Observe, StoreUnavailable
from policyd.state.connecting import PERMISSIONS, Connector, check_server
from policyd.state.embedded import EmbeddedServer
from policyd.state.memory import MemoryStore
from policyd.state.opening import open_store
from policyd.state.redis import RedisStore

from .conftest import DAY, T0, restricted

ASK = Observe("", "g", "u", "e", b"8 bytes.", "r")


def test_memory(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_store("memory", tmp_path) as store:
            assert isinstance(store, MemoryStore)
            await store.ready()

    asyncio.run(scenario())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["memory", None, "valkey"])
def test_the_clock_of_the_events(url: str | None, valkey: EmbeddedServer, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_store(valkey.url if url == "valkey" else url, tmp_path, virtual=True, deadline=5.0) as store:
            assert abs(await store.now(0) - time.time() * 1000) < 60_000
            for at in (T0, T0 + DAY, T0 - DAY):
                assert (await store.observe(replace(ASK, event=f"{url}{at}", at=at))).now == at
                assert await store.now(0) == at
            assert await store.now(0, T0) == T0
            assert (await store.observe(replace(ASK, event=f"{url}none"))).now == T0

    asyncio.run(scenario())


def test_embedded_is_kept_and_restarted(tmp_path: Path) -> None:
    said: list[str] = []

    async def scenario(*, replayed: bool) -> None:
        async with open_store(None, tmp_path, say=said.append) as store:
            assert (await store.observe(ASK)).replayed is replayed

    async def killed() -> None:
        async with open_store(None, tmp_path, say=said.append) as store:
            assert isinstance(store, RedisStore)
            with redis.Redis(unix_socket_path=str(tmp_path / "store.sock")) as client:
                os.kill(int(client.info("server")["process_id"]), signal.SIGKILL)
            async with asyncio.timeout(20):
                while not said:
                    await asyncio.sleep(0.01)
                await answering(store)
            assert (await store.observe(ASK)).replayed

    asyncio.run(scenario(replayed=False))
    asyncio.run(scenario(replayed=True))
    assert said == []
    asyncio.run(killed())
    assert "started again" in said[0]


async def answering(store: RedisStore) -> None:
    """Returns when it does."""
    while True:
        try:
            return await store.ready()
        except StoreUnavailable:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("unix:///nowhere/at/all", r"^the store at /nowhere/at/all cannot be used"),
        ("redis://:secret@127.0.0.1:1", r"^the store at 127\.0\.0\.1:1 cannot be used"),
        ("mysql://localhost", r"^store `mysql://localhost`: .*redis://"),
        ("mysql://u:secret@localhost", r"^store `\(hidden\)@localhost`: (?!.*secret).*redis://"),
        ("redis://u:sec/ret@localhost", r"^store `\(hidden\)@localhost`: (?!.*sec/|.*'sec).*%2F"),
    ],
)
def test_what_cannot_be_reached_says_so(url: str, why: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_store(url, tmp_path):
            pass

    with pytest.raises(StoreUnavailable, match=why) as raised:
        asyncio.run(scenario())
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("server", "memory", "why"),
    [
        (b"redis_version:6.2.14", b"maxmemory_policy:noeviction", r"version 6\.2\.14; policyd needs Redis 7\.0"),
        (b"redis_version:7.0.0", b"maxmemory_policy:allkeys-lru", r"maxmemory-policy allkeys-lru.*noeviction"),
        (b"redis_version:7.0.0", b"maxmemory_policy:noeviction", None),
        (b"redis_version:7.2.4\r\nvalkey_version:9.1.2", b"", None),
        (b"", b"", "version 0.0"),
    ],
)
def test_unsuitable_servers_are_refused(server: bytes, memory: bytes, why: str | None) -> None:
    if why is None:
        check_server(server, memory)
    else:
        with pytest.raises(StoreUnavailable, match=why):
            check_server(server, memory)


def test_server_that_throws_state_away_is_refused(tmp_path: Path) -> None:
    async def scenario(url: str) -> None:
        async with open_store(url, tmp_path):
            pass

    with EmbeddedServer(tmp_path) as server, redis.Redis(unix_socket_path=str(server.socket)) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        with pytest.raises(StoreUnavailable, match="may throw state away"):
            asyncio.run(scenario(server.url))


@pytest.mark.parametrize("word", ["+fcall", "+function|load", "+info", "+hmget", "+hset"])
def test_missing_permission_is_said(word: str, valkey: EmbeddedServer) -> None:
    url = restricted(valkey)
    with redis.Redis(unix_socket_path=str(valkey.socket)) as client:
        client.execute_command("ACL", "SETUSER", "policyd", word.replace("+", "-"))

    async def scenario() -> None:
        store = RedisStore(url, deadline=5.0)
        try:
            await store.open()
            await store.observe(ASK)
        finally:
            await store.close()

    with pytest.raises(StoreUnavailable, match="permission"):
        asyncio.run(scenario())


def test_the_documents_name_the_permissions() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "reliability.md").read_text(encoding="utf-8")
    assert f"ACL SETUSER policyd on >PASSWORD resetkeys {PERMISSIONS}" in text


def test_no_password_is_shown() -> None:
    assert str(Connector("redis://user:secret@example.org:6380/0")) == "example.org:6380"
