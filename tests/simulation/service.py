"""The service that the simulation asks: started, killed without warning, started again on the same data."""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any, Final

import httpx

from tests.e2e.command import PATIENCE, Served, command, environment

POLICIES: Final = Path(__file__).with_name("policies")
_CONNECTIONS: Final = httpx.Limits(max_connections=8)
_MOST_TRIES: Final = 200


class Service:
    """`policyd serve` in `folder`, on the events' own clock. `degraded` counts answers given without the store, `again`
    requests that had to be sent again."""

    def __init__(self, folder: Path, store: str) -> None:
        self.folder, self.store = folder, store
        self.degraded = 0
        self.again = 0
        self.kills = 0
        self._arguments = ("policies", "--listen", "127.0.0.1:0", "--store", store, "--clock", "event")
        shutil.copytree(POLICIES, folder / "policies")
        (folder / "policyd.toml").write_text("store_deadline_ms = 10000\n", encoding="utf-8")

    async def start(self) -> None:
        self._process = subprocess.Popen(
            command(*self._arguments), cwd=self.folder, env=environment(), text=True, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self._served = await asyncio.to_thread(Served, self._process)
        self._client = httpx.AsyncClient(base_url=self._served.url, timeout=60.0, limits=_CONNECTIONS)

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Waits until it has ended."""
        self._process.send_signal(number)
        await asyncio.to_thread(self._process.wait, PATIENCE)
        await self._client.aclose()
        assert self._process.stdout is not None
        self._process.stdout.close()

    async def kill_and_start(self) -> None:
        self.kills += 1
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
        try:
            answer = await self._client.post("/v1/evaluate", json=events)
        except (httpx.TransportError, RuntimeError):
            return None
        if answer.status_code != 200:
            assert answer.status_code in (429, 503), answer.text
            return None
        found: list[dict[str, Any]] = answer.json()
        return found


def _is_passing(answer: dict[str, Any]) -> bool:
    problem = answer.get("problem")
    return problem is not None and (problem["status"] == 429 or problem["status"] >= 500)
