"""A network between a store and its server that misbehaves when told to."""

from __future__ import annotations

import asyncio
import contextlib
import random
from pathlib import Path
from typing import Literal, Self

Fault = Literal["none", "slow", "black hole", "reset", "half a reply", "lost reply"]


class FaultProxy:
    """Listens on a unix socket and forwards to another. `fault` may change at any time:

    slow: every answer takes `delay` seconds (lowest, highest); black hole: nothing comes back any more; reset: closes
    instead of forwarding; half a reply: the server acts, half of the answer arrives, then the connection closes; lost
    reply: the same with nothing of the answer. `every`: how many answers pass between two faults of the last two kinds.
    """

    def __init__(self, target: Path, listen: Path) -> None:
        self.url = f"unix://{listen}"
        self.fault: Fault = "none"
        self.delay = (0.002, 0.005)
        self.every = 0
        self.connections = 0
        self.faults = 0
        self._target = target
        self._listen = listen
        self._answers = 0
        self._random = random.Random(7)
        self._open: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_unix_server(self._accept, self._listen)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.drop_connections()
        await asyncio.gather(*self._open, return_exceptions=True)

    def drop_connections(self) -> None:
        for task in self._open:
            task.cancel()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        self.connections += 1
        try:
            await self._forward(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        except asyncio.CancelledError:
            pass
        finally:
            self._open.discard(task)
            writer.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind, ahead = await asyncio.open_unix_connection(self._target)
        asked = asyncio.create_task(self._requests(reader, ahead))
        answered = asyncio.create_task(self._answer(behind, writer))
        try:
            await asyncio.wait((asked, answered), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (asked, answered):
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(asked, answered, return_exceptions=True)
            ahead.close()

    async def _requests(self, reader: asyncio.StreamReader, ahead: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 16):
            if self.fault == "reset":
                self.faults += 1
                return
            ahead.write(data)
            await ahead.drain()

    async def _answer(self, behind: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await behind.read(1 << 16):
            if self.fault == "black hole":
                continue
            if self.fault == "slow":
                await asyncio.sleep(self._random.uniform(*self.delay))
            self._answers += 1
            if self.fault in ("half a reply", "lost reply") and (not self.every or self._answers % self.every == 0):
                self.faults += 1
                writer.write(data[: len(data) // 2] if self.fault == "half a reply" else b"")
                return
            writer.write(data)
            await writer.drain()
