"""A connection to a server that is read and written without tasks: each would cost a turn of the event loop a call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

import hiredis
from redis._parsers import BaseParser
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import BusyLoadingError, InvalidResponse, ResponseError

from policyd.state.wire import Reply

Raw = Reply | ResponseError | BusyLoadingError
"""A reply, or the error that came in its place."""

_NOTHING: Final = object()


class Link(asyncio.Protocol):
    """Takes a connection over on which every answer has been read. `heard` gets each reply as it comes, `rested` is
    called when those that came together have been told. What is written waits in the transport: callers bound it."""

    def __init__(
        self, connection: AbstractConnection, heard: Callable[[Raw], None], rested: Callable[[], None]
    ) -> None:
        assert connection._writer is not None
        self._heard = heard
        self._rested = rested
        self._replies = hiredis.Reader(
            protocolError=InvalidResponse, replyError=BaseParser.parse_error, notEnoughData=_NOTHING
        )
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport = connection._writer.transport
        self._transport.set_protocol(self)

    async def ended(self) -> None:
        """Raises why it is of no use any more, once it is."""
        await self._ended

    def end(self, error: Exception) -> None:
        """Nothing is heard any more. The first error counts."""
        if not self._ended.done():
            self._ended.set_exception(error)

    def send(self, commands: Iterable[bytes]) -> None:
        """All of them in one write."""
        if self._ended.done():
            return
        try:
            if command := b"".join(commands):
                self._transport.write(command)
        except Exception as error:
            self.end(error)

    def data_received(self, data: bytes) -> None:
        try:
            self._replies.feed(data)
            while not self._ended.done() and (reply := self._replies.gets()) is not _NOTHING:
                self._heard(reply)
            self._rested()
        except Exception as error:
            self.end(error)

    def connection_lost(self, exc: Exception | None) -> None:
        self.end(exc or ConnectionResetError("the server closed it"))
