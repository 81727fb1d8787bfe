"""Stores as commands reach them, also while a service is running on them: key by key, in pages, by a plain client."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import unquote, urlsplit

import redis
from redis.asyncio.connection import parse_url
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.exceptions import RedisClusterException
from redis.retry import Retry
from redis.sentinel import Sentinel

from policyd.model.state import StoreUnavailable
from policyd.state import cluster, sentinel
from policyd.state.census_layout import EVERYTHING
from policyd.state.embedded import EmbeddedServer
from policyd.state.sentinel import addressed
from policyd.state.tls import check_options, explain, is_tls
from policyd.state.urls import shown_server, why_unreadable

PAGE: Final = 500
"""Keys or fields that are asked for at once."""

ERRORS: Final = (redis.RedisError, RedisClusterException, ConnectionError, TimeoutError)
"""What a server that cannot be used any more makes the client raise."""

_CONNECT_PATIENCE: Final = 5.0
_PATIENCE: Final = 60.0


class Reached:
    """`nodes` are the servers that keep a part of the keys each: one, or the masters of a Cluster. `cells`: into how
    many groups are cut there. `version` is that of the server, with its name."""

    def __init__(self, client: redis.Redis | RedisCluster) -> None:
        self._client = client
        if isinstance(client, RedisCluster):
            self.nodes: list[redis.Redis] = [node.redis_connection for node in client.get_primaries()]  # type: ignore[no-untyped-call]
        else:
            self.nodes = [client]
        self.cells = cluster.CELLS if isinstance(client, RedisCluster) else 1
        facts: dict[str, Any] = self.nodes[0].info("server")
        valkey = facts.get("valkey_version")
        self.version = f"valkey {valkey}" if valkey else f"redis {facts['redis_version']}"
        if not valkey and int(facts["redis_version"].split(".")[0]) < 7:
            raise StoreUnavailable(f"the server is {self.version}; policyd needs Redis 7.0 or Valkey or newer")

    def node_of(self, key: bytes) -> redis.Redis:
        """The server that keeps this key."""
        if isinstance(self._client, RedisCluster):
            return cast(redis.Redis, self._client.get_node_from_key(key).redis_connection)  # type: ignore[no-untyped-call]
        return self._client

    def now(self) -> int:
        """The store's clock, ms since the epoch."""
        seconds, micros = self.nodes[0].time()
        return int(seconds) * 1000 + int(micros) // 1000

    def size(self) -> int:
        """How many keys there are, policyd's or not."""
        return sum(int(node.dbsize()) for node in self.nodes)

    def is_empty(self) -> bool:
        """Whether policyd keeps nothing there."""
        return next((False for node in self.nodes for page in pages(node, EVERYTHING) if page), True)


def pages(node: redis.Redis, pattern: bytes) -> Iterator[list[bytes]]:
    """Keys of one server. Each that is there all the time is given at least once."""
    cursor = 0
    while True:
        cursor, found = cast(tuple[int, list[bytes]], node.scan(cursor, match=pattern, count=PAGE))
        yield found
        if not cursor:
            return


def field_pages(node: redis.Redis, key: bytes, pattern: bytes | None = None) -> Iterator[dict[bytes, bytes]]:
    """Fields of a hash, likewise."""
    cursor = 0
    while True:
        cursor, found = cast(tuple[int, dict[bytes, bytes]], node.hscan(key, cursor, match=pattern, count=PAGE))
        yield found
        if not cursor:
            return


def member_pages(node: redis.Redis, key: bytes) -> Iterator[list[tuple[bytes, float]]]:
    """Members of a sorted set with their scores, likewise."""
    cursor = 0
    while True:
        cursor, found = cast(tuple[int, list[tuple[bytes, float]]], node.zscan(key, cursor, count=PAGE))
        yield found
        if not cursor:
            return


@contextmanager
def reach(url: str | None, data_dir: Path, *, create: bool = False) -> Iterator[Reached]:
    """The store that the settings name: by its URL, or None for that of the data folder, through its socket where a
    service runs on it, else started for as long as this takes. `create`: the folder may be new. Raises
    `StoreUnavailable`, also for what happens on the way."""
    if url is not None:
        with _connected(url) as store:
            yield store
        return
    socket = f"unix://{data_dir.absolute() / 'store.sock'}"
    if _answers(socket):
        with _connected(socket) as store:
            yield store
        return
    if not create and not (data_dir / "appendonlydir").is_dir():
        raise StoreUnavailable(
            f"there is no store in the data folder {data_dir}: name the one that the service uses with --data-dir,"
            " or its Redis with --redis"
        )
    with EmbeddedServer(data_dir) as server, _connected(server.url) as store:
        yield store


@contextmanager
def _connected(url: str) -> Iterator[Reached]:
    shown = shown_server(url)
    try:
        client = _client(url)
    except ValueError as error:
        raise StoreUnavailable(why_unreadable(url, error)) from None
    except ERRORS as error:
        raise StoreUnavailable(f"the store at {shown} cannot be used: {explain(error, tls=is_tls(url))}") from error
    try:
        store = Reached(client)
    except ERRORS as error:
        client.close()
        raise StoreUnavailable(f"the store at {shown} cannot be used: {explain(error, tls=is_tls(url))}") from error
    try:
        yield store
    except ERRORS as error:
        raise StoreUnavailable(f"the store at {shown} cannot be used: {error}") from error
    finally:
        client.close()


def _client(url: str) -> redis.Redis | RedisCluster:
    """Raises `ValueError` for a URL of another kind."""
    check_options(url)
    options: dict[str, Any] = {"socket_timeout": _PATIENCE, "socket_connect_timeout": _CONNECT_PATIENCE, "protocol": 2}
    parts = urlsplit(url)
    user, _, hosts = parts.netloc.rpartition("@")
    if url.startswith((*cluster.SCHEME, *sentinel.SCHEME)):
        options |= _tls_options(url)
    if url.startswith(cluster.SCHEME):
        nodes = [ClusterNode(*addressed(host, 6379)) for host in hosts.split(",")]  # type: ignore[no-untyped-call]
        return RedisCluster(startup_nodes=nodes, **_login(user), **options)
    options["retry"] = Retry(NoBackoff(), 0)
    if url.startswith(sentinel.SCHEME):
        master, _, database = parts.path.strip("/").partition("/")
        if not master:
            raise ValueError("it must name the Sentinels and the master: redis+sentinel://HOST:PORT,HOST:PORT/MASTER")
        hosts_of = [addressed(host, 26379) for host in hosts.split(",")]
        watching: Any = Sentinel(hosts_of, sentinel_kwargs=options, **options)  # type: ignore[no-untyped-call]
        return cast(redis.Redis, watching.master_for(unquote(master), db=int(database or 0), **_login(user), **options))
    return redis.Redis.from_url(url, **options)


def _tls_options(url: str) -> dict[str, Any]:
    """What the URL says of TLS, as a client takes it."""
    if not is_tls(url):
        return {}
    read = parse_url(f"rediss://localhost?{urlsplit(url).query}")
    return {"ssl": True} | {name: value for name, value in read.items() if name.startswith("ssl_")}


def _login(user: str) -> dict[str, Any]:
    """`USER:PASSWORD` of a URL, either of which may be left out."""
    name, _, password = user.partition(":")
    return {key: unquote(text) for key, text in (("username", name), ("password", password)) if text}


def _answers(url: str) -> bool:
    """Whether a server listens there, be it still loading."""
    with redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0), socket_connect_timeout=_CONNECT_PATIENCE) as client:
        try:
            client.ping()
        except redis.BusyLoadingError:
            return True
        except redis.RedisError:
            return False
        return True
