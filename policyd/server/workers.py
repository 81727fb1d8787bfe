"""Several processes that share a listening socket and a store. Each decides alike, as all state is in the store."""

from __future__ import annotations

import asyncio
import pickle
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from policyd.server.settings import Settings

_PAUSE: Final = 0.2
_LONGEST_PAUSE: Final = 5.0
_STAYED: Final = 10.0
"""Seconds after which a worker that dies was not dying of its start."""
_GRACE: Final = 15.0
"""Seconds that workers have to finish what they are doing; longer than a service takes to stop."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Orders:
    """`store_url` as `open_store` takes it; `listener` is a file descriptor. One worker `speaks` for all."""

    settings: Settings
    store_url: str
    listener: int
    speaks: bool


class Workers:
    """Starts the workers, starts again those that die, and ends them all. Signals are passed on to them."""

    def __init__(self, settings: Settings, store_url: str, listener: socket.socket, say: Say) -> None:
        self._settings = settings
        self._store_url = store_url
        self._listener = listener
        self._say = say
        self._processes: dict[int, asyncio.subprocess.Process] = {}
        self._ending = asyncio.Event()
        self._code = 0

    async def run(self) -> int:
        """Until SIGTERM or SIGINT, or until a worker cannot start; its exit code, 0 otherwise."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._ending.set)
        loop.add_signal_handler(signal.SIGHUP, self._pass_on, signal.SIGHUP)
        keepers = [loop.create_task(self._keep(number)) for number in range(self._settings.workers)]
        await self._ending.wait()
        self._pass_on(signal.SIGTERM)
        _, late = await asyncio.wait(keepers, timeout=_GRACE)
        if late:
            self._pass_on(signal.SIGKILL)
            await asyncio.wait(late)
        return self._code

    async def _keep(self, number: int) -> None:
        """Keeps one worker running, until all end."""
        loop, pause = asyncio.get_running_loop(), _PAUSE
        while not self._ending.is_set():
            began = loop.time()
            code = await self._one(number)
            if self._ending.is_set():
                return
            if code > 0:
                self._code = code
                self._ending.set()
                return
            pause = _PAUSE if loop.time() - began > _STAYED else min(_LONGEST_PAUSE, 2 * pause)
            self._say(f"worker {number + 1} was ended by signal {-code} and is started again")
            await self._sleep(pause)

    async def _one(self, number: int) -> int:
        """Starts a worker and waits for its end."""
        orders = Orders(self._settings, self._store_url, self._listener.fileno(), speaks=number == 0)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "policyd.server.worker",
            stdin=asyncio.subprocess.PIPE, pass_fds=(self._listener.fileno(),), start_new_session=True,
        )  # fmt: skip
        self._processes[number] = process
        assert process.stdin is not None
        process.stdin.write(pickle.dumps(orders))
        try:
            return await process.wait()
        finally:
            del self._processes[number]

    def _pass_on(self, number: signal.Signals) -> None:
        for process in self._processes.values():
            if process.returncode is None:
                process.send_signal(number)

    async def _sleep(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._ending.wait(), seconds)
        except TimeoutError:
            return
