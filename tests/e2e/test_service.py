"""The service as an operator meets it: started, used, reloaded, stopped, killed."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from policyd.state.embedded import EmbeddedServer
from tests.e2e.command import PATIENCE, POLICY, command, environment, folder_with, serving, wait_until


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), cwd=folder, env=environment(), capture_output=True, text=True, encoding="utf-8",
        timeout=PATIENCE,
    )  # fmt: skip


def test_strikes_survive_a_restart(tmp_path: Path) -> None:
    folder = folder_with(tmp_path)
    with serving(folder) as first:
        assert first.decide(1)["ladders"]["club.conduct"]["strikes"] == 1
        assert first.stop() == 0
    with serving(folder) as second:
        assert second.ask(1)["replayed"] is True
        decision = second.decide(2)
        assert decision["ladders"]["club.conduct"]["strikes"] == 2
        assert [action["do"] for action in decision["actions"]] == ["delete", "call_out"]
        assert second.stop(signal.SIGINT) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="children are looked up in /proc")
def test_kill_leaves_no_child_and_loses_no_strike(tmp_path: Path) -> None:
    folder = folder_with(tmp_path)
    with serving(folder) as first:
        first.decide(1)
        children = first.children()
        assert children
        first.stop(signal.SIGKILL)
    assert wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))
    with serving(folder) as second:
        assert second.decide(2)["ladders"]["club.conduct"]["strikes"] == 2


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_curl_line_that_is_printed_works_when_pasted(tmp_path: Path) -> None:
    with serving(folder_with(tmp_path), "--store", "memory") as service:
        line = next(line for line in service.lines if "curl" in line).partition("try it")[2].strip()
        shown = subprocess.run(line, shell=True, capture_output=True, timeout=PATIENCE, check=True)
        assert json.loads(shown.stdout)["verdict"] == "delete"
        assert any("club (1 rule, 1 word)" in line for line in service.lines)
        assert any("memory" in line for line in service.lines)


def test_a_good_reload_takes_effect_and_a_bad_one_does_not(tmp_path: Path) -> None:
    folder = folder_with(tmp_path)
    with serving(folder, "--store", "memory") as service:
        folder_with(folder, POLICY.replace("delete", "hold"))
        service.process.send_signal(signal.SIGHUP)
        service.line_with("policies reloaded: sha256:")
        assert service.ask(1)["verdict"] == "hold"
        folder_with(folder, POLICY.replace("delete", "deleet"))
        service.process.send_signal(signal.SIGHUP)
        service.line_with("club.policy:4")
        service.line_with("the ones before stay in force")
        assert service.ask(2)["verdict"] == "hold"


def test_invalid_policies_are_all_shown_and_nothing_starts(tmp_path: Path) -> None:
    folder = folder_with(
        tmp_path, POLICY.replace("delete", "deleet") + "rule b { when message.lenght > 3 then hold }\n"
    )
    done = run(folder, "policies", "--listen", "127.0.0.1:0")
    assert done.returncode == 3
    assert "club.policy:4" in done.stderr and "club.policy:5" in done.stderr and "2 errors" in done.stderr
    assert "listens" not in done.stdout
    assert not (folder / ".policyd").exists()


def test_a_folder_without_policies_is_an_error_that_says_so(tmp_path: Path) -> None:
    done = run(tmp_path, "nowhere")
    assert done.returncode == 3
    assert "nowhere" in done.stderr and "Traceback" not in done.stderr


def test_a_port_in_use_is_said_clearly(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = run(folder_with(tmp_path), "policies", "--listen", address)
    assert done.returncode == 2
    assert f"cannot listen on {address}: Address already in use; stop what listens there" in done.stderr


def test_two_services_on_one_data_folder_are_refused(tmp_path: Path) -> None:
    folder = folder_with(tmp_path)
    with serving(folder):
        done = run(folder, "policies", "--listen", "127.0.0.1:0")
    assert done.returncode == 2
    assert "is in use by another policyd" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_redis_that_is_not_there_is_said_clearly(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    done = run(folder_with(tmp_path), "policies", "--listen", "127.0.0.1:0", "--redis", f"redis://127.0.0.1:{port}")
    assert done.returncode == 2
    assert str(port) in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(("durability", "degraded"), [("memory", False), ("replica", True)])
def test_a_replica_is_waited_for_where_that_is_asked_for(tmp_path: Path, durability: str, degraded: bool) -> None:
    """The server has none, so that no answer counts."""
    folder = folder_with(tmp_path)
    (folder / "policyd.toml").write_text("store_deadline_ms = 1000\n", encoding="utf-8")
    with EmbeddedServer(tmp_path / "redis") as server:
        with serving(folder, "--redis", server.url, "--durability", durability) as service:
            assert bool(service.ask(1)["degraded"]) is degraded
            ready = httpx.get(f"{service.url}/readyz", timeout=PATIENCE)
            assert ("within 1000 ms" in ready.text) is degraded


def test_listening_to_the_world_without_a_token_is_refused(tmp_path: Path) -> None:
    done = run(folder_with(tmp_path), "policies", "--listen", "0.0.0.0:0")
    assert done.returncode == 2
    assert "without a token" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="children are looked up in /proc")
def test_a_store_that_dies_is_started_again_and_has_lost_nothing(tmp_path: Path) -> None:
    with serving(folder_with(tmp_path)) as service:
        service.decide(1)
        (store,) = service.children()
        os.kill(store, signal.SIGKILL)
        service.line_with("the embedded store has died and is started again")
        numbers = itertools.count(2)
        answers: list[dict[str, Any]] = []

        def answered() -> bool:
            answers.append(service.ask(next(numbers)))
            return not answers[-1]["degraded"]

        assert wait_until(answered)
        assert answers[-1]["ladders"]["club.conduct"]["strikes"] >= 2
        assert all(answer["verdict"] == "delete" for answer in answers)
