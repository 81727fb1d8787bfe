"""A master that Sentinels watch: its address is asked for at every connection, so that a failover is followed."""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import unquote, urlsplit

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

from policyd.model.state import StoreUnavailable
from policyd.state.connecting import Connector, abandon, ask

SCHEME: Final = ("redis+sentinel://", "rediss+sentinel://")
_PATIENCE: Final = 0.2


class SentinelConnector(Connector):
    """By the URL `redis+sentinel://[USER:PASSWORD@]HOST:PORT[,HOST:PORT]/MASTER[/DB]`; user and password are those of
    the master. With `rediss+sentinel://` master and Sentinels are spoken to by TLS. Raises `ValueError` for another."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        user, _, hosts = parts.netloc.rpartition("@")
        name, _, database = parts.path.strip("/").partition("/")
        if not hosts or not name:
            raise ValueError("it must name the Sentinels and the master: redis+sentinel://HOST:PORT,HOST:PORT/MASTER")
        scheme = parts.scheme.partition("+")[0]
        super().__init__(f"{scheme}://{user + '@' if user else ''}localhost/{database}?{parts.query}")
        self._master = unquote(name)
        self._sentinels = [addressed(host, 26379) for host in hosts.split(",")]

    def __str__(self) -> str:
        return f"{self._master} of {', '.join(f'{host}:{port}' for host, port in self._sentinels)}"

    async def connect(self) -> AbstractConnection:
        connection = await self.at(*await self._address()).connect_as_master()
        return connection

    async def connect_as_master(self) -> AbstractConnection:
        """To a server that is a master now. Raises `StoreUnavailable` where it is none."""
        connection = await super().connect()
        if b"role:master" not in await ask(connection, "INFO", "replication"):
            await abandon(connection)
            raise StoreUnavailable(f"the server that the Sentinels name for `{self._master}` is no master (yet)")
        return connection

    async def _address(self) -> tuple[str, int]:
        said = []
        for sentinel in self._sentinels:
            try:
                async with asyncio.timeout(_PATIENCE):
                    found = await self._ask(*sentinel)
            except (RedisError, OSError) as error:
                said.append(f"{sentinel[0]}:{sentinel[1]}: {str(error) or 'it does not answer'}")
                continue
            if found is not None:
                self._sentinels.remove(sentinel)
                self._sentinels.insert(0, sentinel)
                return found
            said.append(f"{sentinel[0]}:{sentinel[1]} does not know it")
        raise StoreUnavailable(f"no Sentinel tells where `{self._master}` is: {'; '.join(said)}")

    async def _ask(self, host: str, port: int) -> tuple[str, int] | None:
        found = await self.without_login().at(host, port).ask_alone("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self._master)
        return None if found is None else (found[0].decode(), int(found[1]))


def addressed(host: str, port: int) -> tuple[str, int]:
    """`HOST[:PORT]`. Raises `ValueError`."""
    parts = urlsplit(f"//{host}")
    if not parts.hostname:
        raise ValueError(f"`{host}` is no address of a server")
    return parts.hostname, parts.port or port
