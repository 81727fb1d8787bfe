"""`policyd serve --workers`: several processes that decide as one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.e2e.command import PATIENCE, POLICY, Served, command, environment, folder_with, serving, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")


def workers(service: Served) -> list[int]:
    return [pid for pid in service.children() if b"policyd.server.worker" in _command(pid)]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def revisions(service: Served) -> set[str]:
    """What each of many new connections is answered."""
    return {httpx.get(service.url, timeout=PATIENCE).json()["policy"] for _ in range(20)}


def test_they_decide_as_one_and_are_replaced(tmp_path: Path) -> None:
    with serving(folder_with(tmp_path), "--workers", "3") as service:
        assert wait_until(lambda: len(workers(service)) == 3)
        with ThreadPoolExecutor(8) as asking:
            answers = list(asking.map(service.ask, [number for number in range(1, 9) for _ in range(3)]))
        decided = [answer for answer in answers if not answer["degraded"]]
        strikes = sorted({(answer["event"], answer["ladders"]["club.conduct"]["strikes"]) for answer in decided})
        assert len({event for event, _ in strikes}) == len(strikes), "each event has one answer"
        assert len({count for _, count in strikes}) == len(strikes), "each strike has a number of its own"

        victim = workers(service)[0]
        os.kill(victim, signal.SIGKILL)
        assert "ended by signal 9 and is started again" in service.line_with("started again")
        assert wait_until(lambda: len(workers(service)) == 3 and victim not in workers(service))
        assert service.decide(20)["ladders"]["club.conduct"]["strikes"] > 0

        before = revisions(service)
        folder_with(tmp_path, POLICY.replace("spamword", "scamword"))
        service.process.send_signal(signal.SIGHUP)
        assert wait_until(lambda: len(revisions(service)) == 1 and revisions(service) != before)

        children = service.children()
        assert service.stop() == 0
    assert wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))


def test_none_is_left_when_the_first_process_is_killed(tmp_path: Path) -> None:
    with serving(folder_with(tmp_path), "--workers", "2") as service:
        assert wait_until(lambda: len(workers(service)) == 2)
        children = service.children()
        service.stop(signal.SIGKILL)
        assert wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))


REFUSED = {
    "memory": (("--store", "memory"), 'do not go with store = "memory"'),
    "event clock": (("--clock", "event"), 'do not go with clock = "event"'),
}


@pytest.mark.parametrize(("options", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_shared_is_refused(tmp_path: Path, options: tuple[str, ...], says: str) -> None:
    ran = subprocess.run(
        command("policies", "--workers", "2", *options), cwd=folder_with(tmp_path), env=environment(),
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert ran.returncode == 2 and says in ran.stderr
