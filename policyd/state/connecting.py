"""Connections to Redis and Valkey, and what a server must be to keep policyd's state."""

from __future__ import annotations

from collections.abc import Awaitable
from copy import copy
from typing import Any, Final, Literal, Self

import redis
from redis.asyncio.connection import (
    AbstractConnection,
    Connection,
    SSLConnection,
    UnixDomainSocketConnection,
    parse_url,
)
from redis.exceptions import ResponseError

from policyd.model.state import StoreUnavailable
from policyd.state.calls import refuses_writes
from policyd.state.library import LIBRARY, READ, is_forgotten
from policyd.state.tls import HANDSHAKE_PATIENCE, check_options, explain

Mode = Literal["standalone", "cluster"]

_URLS: Final = {
    "cluster": "name it as redis+cluster://HOST:PORT",
    "sentinel": "name it as redis+sentinel://HOST:PORT/MASTER",
    "standalone": "name it as redis://HOST:PORT",
}
_LOGIN: Final = ("username", "password", "db")
OLDEST: Final = (7, 0)

PERMISSIONS: Final = (
    "~pd:* resetchannels -@all +fcall +function|load +info +time"
    " +get +mget +set +hget +hmget +hset +hdel +hgetall +hincrby +hscan +hrandfield +del +unlink +pexpire +pttl"
    " +zadd +zrem +zremrangebyscore +zrange +zscore"
)
"""What the service needs of a server, as rules of `ACL SETUSER`."""


class Connector:
    """Makes connections to one server, by its URL: `redis://`, `rediss://` or `unix://`. Raises `ValueError` for
    another."""

    def __init__(self, url: str, mode: Mode = "standalone") -> None:
        check_options(url)
        options: dict[str, Any] = dict(parse_url(url))
        self._kind: type[AbstractConnection] = options.pop("connection_class", Connection)
        self._tls = self._kind is SSLConnection
        if self._tls:
            options["socket_connect_timeout"] = HANDSHAKE_PATIENCE
        self._options = options
        self._mode = mode

    def __str__(self) -> str:
        """Where the server is; no password."""
        path = self._options.get("path")
        return path or f"{self._options.get('host', 'localhost')}:{self._options.get('port', 6379)}"

    def at(self, host: str, port: int) -> Self:
        """The same for a server at another address."""
        other = copy(self)
        other._options = self._options | {"host": host, "port": port}
        return other

    def without_login(self) -> Self:
        """The same for servers of which neither user nor database is known."""
        other = copy(self)
        other._options = {name: value for name, value in self._options.items() if name not in _LOGIN}
        return other

    async def connect(self) -> AbstractConnection:
        """A connection to a server that has the library. Raises `StoreUnavailable` where the server is not suitable,
        and what redis-py raises where there is none."""
        connection = await self.connect_plainly()
        try:
            server = await self._first(ask(connection, "INFO", "server"))
            check_server(server, await ask(connection, "INFO", "memory"), self._mode)
            await _load(connection)
        except BaseException:
            await abandon(connection)
            raise
        return connection

    async def connect_plainly(self) -> AbstractConnection:
        """A connection on which nothing was checked or loaded."""
        connection = self._kind(**self._options, protocol=2, driver_info=None, socket_timeout=None)
        try:
            await self._first(connection.connect())  # type: ignore[no-untyped-call]
        except BaseException:
            await abandon(connection)
            raise
        return connection

    async def ask_alone(self, *words: str | bytes) -> Any:
        """The answer to one command, on a connection of its own. Raises what redis-py raises."""
        connection = await self.connect_plainly()
        try:
            return await self._first(ask(connection, *words))
        finally:
            await abandon(connection)

    async def _first(self, words: Awaitable[Any]) -> Any:
        """The first words with a server, where it shows whether both speak TLS or neither does."""
        try:
            return await words
        except (redis.ConnectionError, redis.TimeoutError, redis.InvalidResponse) as error:
            said = explain(error, tls=self._tls)
            if self._kind is UnixDomainSocketConnection or said == str(error):
                raise
            raise redis.ConnectionError(said) from error


async def abandon(connection: AbstractConnection) -> None:
    """Closes a connection at once. One of TLS would otherwise stay until both sides have said goodbye, which the end of
    the event loop may cut short."""
    writer = connection._writer
    await connection.disconnect(nowait=True)
    if writer is not None:
        writer.transport.abort()


async def ask(connection: AbstractConnection, *words: str | bytes) -> Any:
    """The answer to one command. Raises what redis-py raises."""
    await connection.send_command(*words)
    return await connection.read_response(disable_decoding=True)


async def _load(connection: AbstractConnection) -> None:
    """Raises what redis-py raises where the server does not take the library."""
    try:
        await ask(connection, "FUNCTION", "LOAD", LIBRARY)
    except ResponseError as error:
        if not (str(error).endswith("already exists") or (refuses_writes(error) and await _is_loaded(connection))):
            raise


async def _is_loaded(connection: AbstractConnection) -> bool:
    """A server that takes no writes takes no library, but what it keeps may be read where the library is there."""
    try:
        await ask(connection, "FCALL", READ, "0", "loaded?", "")
    except ResponseError as error:
        return not is_forgotten(error)
    return True


def check_server(server: bytes, memory: bytes, expected: Mode = "standalone") -> None:
    """Looks at what `INFO` says of the server and of its memory. Raises `StoreUnavailable` where state would be lost
    or the scripts would not run."""
    facts = dict(line.split(":", 1) for line in (server + b"\n" + memory).decode().splitlines() if ":" in line)
    version = facts.get("valkey_version") or facts.get("redis_version", "0.0")
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        raise StoreUnavailable(f"the server is of version {version}; policyd needs Redis 7.0 or Valkey or newer")
    mode = facts.get("server_mode") or facts.get("redis_mode", expected)
    if mode != expected:
        raise StoreUnavailable(f"the server runs as {mode}, not as {expected}: {_URLS.get(mode, '')}")
    policy = facts.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        raise StoreUnavailable(
            f"the server may throw state away when its memory is full (maxmemory-policy {policy}): strikes would be"
            " forgotten in silence; set `maxmemory-policy noeviction`"
        )
