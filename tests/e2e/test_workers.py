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
        folder_with(tmp_path, "policy club {")
        os.kill(victim, signal.SIGKILL)
        assert "was ended by signal 9; it is started again" in service.line_with("started again")
        assert "could not start (exit code 3, see above); the others go on" in service.line_with("started again")
        assert service.decide(19)["ladders"]["club.conduct"]["strikes"] > 0
        service.process.send_signal(signal.SIGHUP)
        service.line_with("policies not reloaded: the ones before stay in force")
        folder_with(tmp_path)
        assert wait_until(lambda: len(workers(service)) == 3 and victim not in workers(service))
        assert service.decide(20)["ladders"]["club.conduct"]["strikes"] > 0

        before = revisions(service)
        folder_with(tmp_path, POLICY.replace("spamword", "scamword"))
        service.process.send_signal(signal.SIGHUP)
        service.line_with("policies reloaded: ")
        assert wait_until(lambda: len(revisions(service)) == 1 and revisions(service) != before)

        children = service.children()
        assert service.stop() == 0
        assert sum("listens on" in line for line in service.lines) == 1
    assert wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))


def test_none_is_left_when_the_first_process_is_killed(tmp_path: Path) -> None:
    with serving(folder_with(tmp_path), "--workers", "2") as service:
        assert wait_until(lambda: len(workers(service)) == 2)
        children = service.children()
        service.stop(signal.SIGKILL)
        assert wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))


REFUSED = {
    "memory": (("--store", "memory"), 'do not go with store = "memory"'),
    "more than there may be": (("--config", "many.toml"), "`workers` is a whole number from 1 to 256, not 300"),
    "no store": (("--redis", "redis://127.0.0.1:1/0"), "the store at 127.0.0.1:1 cannot be used"),
    "event clock": (("--clock", "event"), 'do not go with clock = "event"'),
}


@pytest.mark.parametrize(("options", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_refused_once(tmp_path: Path, options: tuple[str, ...], says: str) -> None:
    (tmp_path / "many.toml").write_text("workers = 300\n", encoding="utf-8")
    number = () if "--config" in options else ("--workers", "2")
    ran = subprocess.run(
        command("policies", "--listen", "127.0.0.1:0", *number, *options), cwd=folder_with(tmp_path),
        env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout, ran.stderr.count(says), ran.stderr.count("\n")) == (2, "", 1, 1)
