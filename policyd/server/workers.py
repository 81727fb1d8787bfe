"""Several processes that share a listening socket and a store. Each decides alike, as all state is in the store."""

from __future__ import annotations

import asyncio
import pickle
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from policyd.compile.program import Program
from policyd.server.reload import Reloader
from policyd.server.settings import Settings

_PAUSE: Final = 0.2
_LONGEST_PAUSE: Final = 30.0
_STAYED: Final = 10.0
"""Seconds after which a worker that dies was not dying of its start."""
_GRACE: Final = 15.0
"""Seconds that workers have to finish what they are doing; longer than a service takes to stop."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Orders:
    """`store_url` as `open_store` takes it; `listener` is a file descriptor."""

    settings: Settings
    store_url: str
    listener: int


class Workers:
    """Starts the workers, starts again those that die, and ends them all. It speaks for them: at SIGHUP it looks at the
    policies first, and tells the workers where they are good."""

    def __init__(self, settings: Settings, program: Program, store_url: str, listener: socket.socket, say: Say) -> None:
        self.program = program
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
        reloader = Reloader(self, self._settings.policies, self._say, partial(self._pass_on, signal.SIGHUP))
        loop.add_signal_handler(signal.SIGHUP, reloader.request)
        keepers = [loop.create_task(self._keep(number)) for number in range(self._settings.workers)]
        await self._ending.wait()
        self._pass_on(signal.SIGTERM)
        _, late = await asyncio.wait(keepers, timeout=_GRACE)
        if late:
            self._pass_on(signal.SIGKILL)
            await asyncio.wait(late)
        return self._code

    async def _keep(self, number: int) -> None:
        """Keeps one worker running, until all end. A worker that takes the place of another is patient where it cannot
        start, such as while a policy is being edited, as long as others go on deciding."""
        loop, pause, again = asyncio.get_running_loop(), _PAUSE, False
        while not self._ending.is_set():
            began = loop.time()
            code = await self._one(number)
            if self._ending.is_set():
                return
            if code > 0 and not (again and self._processes):
                self._code = code
                self._ending.set()
                return
            pause, again = _PAUSE if loop.time() - began > _STAYED else min(_LONGEST_PAUSE, 2 * pause), True
            self._say(f"worker {number + 1} {_how_it_ended(code)}; it is started again in {pause:g} s")
            await self._sleep(pause)

    async def _one(self, number: int) -> int:
        """Starts a worker and waits for its end."""
        orders = Orders(self._settings, self._store_url, self._listener.fileno())
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

    def swap(self, program: Program) -> None:
        """The program that the workers are to decide by."""
        self.program = program

    def _pass_on(self, number: signal.Signals) -> None:
        for process in self._processes.values():
            if process.returncode is None:
                process.send_signal(number)

    async def _sleep(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._ending.wait(), seconds)
        except TimeoutError:
            return


def _how_it_ended(code: int) -> str:
    """`code` as a process has it: negative for a signal."""
    if code < 0:
        return f"was ended by signal {-code}"
    return f"could not start (exit code {code}, see above); the others go on" if code else "has stopped"
