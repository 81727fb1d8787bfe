"""`policyd serve` as a process of its own."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20.0
POLICY = """policy club { for every group  timezone "UTC" }
ladder conduct { at 1 warn "first"  at 2 call out "second"  at 3 mute 24h }
lexicon bad { words "spamword" }
rule words { on message, edit  when message.text matches bad  then delete, strike conduct }
"""


class Served:
    """A running service; its output is read aside, so that it never blocks."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._fresh: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.url = self.line_with("listens on").split()[-1]
        self.line_with("stop with")

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._fresh.put(line.rstrip("\n"))
        self._fresh.put(None)

    def line_with(self, words: str) -> str:
        """The next line of output that holds `words`."""
        deadline = time.monotonic() + PATIENCE
        while True:
            line = self._fresh.get(timeout=max(0.0, deadline - time.monotonic()))
            if line is None:
                raise AssertionError(f"the service ended with {self.process.wait()}: {self.lines}")
            self.lines.append(line)
            if words in line:
                return line

    def ask(self, number: int, text: str = "spamword") -> dict[str, Any]:
        event = {
            "id": f"e{number}", "kind": "message", "group": {"id": "g"}, "member": {"id": "u"},
            "message": {"id": f"m{number}", "text": text},
        }  # fmt: skip
        answer = httpx.post(f"{self.url}/v1/evaluate", json=event, timeout=PATIENCE)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def decide(self, number: int) -> dict[str, Any]:
        """As a bot asks: again, where a slow disk left the decision degraded."""
        answers: list[dict[str, Any]] = []

        def decided() -> bool:
            answers.append(self.ask(number))
            return not answers[-1]["degraded"]

        assert wait_until(decided)
        return answers[-1]

    def children(self) -> list[int]:
        """Process ids of the service's children (Linux)."""
        text = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in text.split()]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "policyd", "serve", *arguments]


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("POLICYD_")}
    return {**kept, "PYTHONPATH": str(ROOT)}


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[Served]:
    """Serves the policies in `folder / "policies"` until the block ends, if it has not ended before."""
    process = subprocess.Popen(
        command("policies", "--listen", "127.0.0.1:0", *arguments),
        cwd=folder, env=environment(), text=True, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        yield Served(process)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)
        if process.stdout is not None:
            process.stdout.close()


def wait_until(holds: Callable[[], bool]) -> bool:
    """Whether it came to hold in time."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def folder_with(folder: Path, policy: str = POLICY) -> Path:
    (folder / "policies").mkdir(exist_ok=True)
    (folder / "policies" / "club.policy").write_text(policy, encoding="utf-8")
    return folder
