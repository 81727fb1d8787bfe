"""The service that the simulation asks: started, killed without warning, started again on the same data."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any, Final

from tests.e2e.command import PATIENCE, Served, command, environment
from tests.simulation.wire import Wire

POLICIES: Final = Path(__file__).with_name("policies")
_MOST_TRIES: Final = 200
_PATIENCE: Final = 60.0
"""In seconds, for an answer."""


class Service:
    """`policyd serve` in `folder`, on the events' own clock. `degraded` counts answers given without the store, `again`
    requests that had to be sent again."""

    def __init__(self, folder: Path, store: str) -> None:
        self.folder, self.store = folder, store
        self.degraded = 0
        self.again = 0
        self.kills = 0
        self._busy = asyncio.Event()
        self._arguments = ("policies", "--listen", "127.0.0.1:0", "--store", store, "--clock", "event")
        shutil.copytree(POLICIES, folder / "policies")
        (folder / "policyd.toml").write_text("store_deadline_ms = 10000\n", encoding="utf-8")

    async def start(self) -> None:
        self._process = subprocess.Popen(
            command(*self._arguments), cwd=self.folder, env=environment(), text=True, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self._served = await asyncio.to_thread(Served, self._process)
        self._wire = Wire(self._served.url)

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Waits until it has ended."""
        if number == signal.SIGTERM:
            self._wire.close()
        self._process.send_signal(number)
        await asyncio.to_thread(self._process.wait, PATIENCE)
        self._wire.close()
        assert self._process.stdout is not None
        self._process.stdout.close()

    async def kill_and_start(self, after: float) -> None:
        """So many seconds after it has something to do."""
        self.kills += 1
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._busy.wait()
        await asyncio.sleep(after)
        await self.stop(signal.SIGKILL)
        await self.start()

    async def ask(self, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The answers, however often that takes: the same events are sent again until there is one, and those that
        were decided without the store as well."""
        answers: list[dict[str, Any]] = []
        for _ in range(_MOST_TRIES):
            got = await self._post(events)
            if got is not None:
                answers = got
                degraded = sum(bool(answer.get("degraded")) for answer in answers)
                if not degraded and not any(_is_passing(answer) for answer in answers):
                    return answers
                self.degraded += degraded
            self.again += 1
            await asyncio.sleep(0.05)
        raise AssertionError(f"{events[0]['id']} and what came with it was never answered: {answers[:1]}")

    async def _post(self, events: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
        self._busy.set()
        try:
            async with asyncio.timeout(_PATIENCE):
                status, answer = await self._wire.post(events)
        except (OSError, EOFError, TimeoutError):
            return None
        finally:
            self._busy.clear()
        if status != 200:
            assert status in (429, 503), answer
            return None
        found: list[dict[str, Any]] = answer
        return found


def _is_passing(answer: dict[str, Any]) -> bool:
    problem = answer.get("problem")
    return problem is not None and (problem["status"] == 429 or problem["status"] >= 500)
