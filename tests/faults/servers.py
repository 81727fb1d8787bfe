"""Sentinel pairs and Clusters of our own, on free ports, that end with the test."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import redis

from policyd.state.connecting import PERMISSIONS
from policyd.state.embedded import find_server, launcher

SLOTS = 16_384
LOGIN = "policyd:secret@"
CLUSTER_PERMISSIONS = "+cluster|slots +asking"
"""What a Cluster needs besides."""

PATIENCE = 30.0
FIRST_PORT = 11_000
PARTS = 40
PORTS_OF_A_PART = 250


class Server:
    """One process on a port of its own. `words` are its settings."""

    def __init__(self, binary: Path, folder: Path, port: int, words: list[str]) -> None:
        self.port = port
        folder.mkdir()
        common = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", ""]
        self._command = [*launcher(), str(binary), *words, *common]
        self.client = redis.Redis(port=port, socket_timeout=5.0)
        self.start()

    def start(self) -> None:
        """Also again after a kill; then it knows nothing."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        wait_until(self._answers)

    def asked(self, *words: str | int | bytes) -> Any:
        """The answer to a command."""
        return self.client.execute_command(*words)  # type: ignore[no-untyped-call]

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        self.client.close()
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        try:
            found: dict[str, Any] = self.client.info("server")
        except redis.ConnectionError:
            return False
        assert found["process_id"] == self._process.pid, "another server has taken the port meanwhile"
        return True


def permit(servers: list[Server], permissions: str = PERMISSIONS) -> None:
    """There is a user of `LOGIN` from now on, who may do no more than this."""
    for server in servers:
        server.asked("ACL", "SETUSER", "policyd", "reset", "on", ">secret", *permissions.split())


def wait_until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up, "it did not come about"
        time.sleep(0.02)


def free_ports(number: int) -> list[int]:
    """Below those that systems give to connections; those of a Cluster's bus are 10,000 above. Tests that run at the
    same time, in processes of their own, draw from different parts."""
    part = FIRST_PORT + os.getpid() % PARTS * PORTS_OF_A_PART
    found: list[int] = []
    with contextlib.ExitStack() as held:
        while len(found) < number:
            port = part + secrets.randbelow(PORTS_OF_A_PART)
            with contextlib.suppress(OSError):
                held.enter_context(socket.create_server(("127.0.0.1", port)))
                held.enter_context(socket.create_server(("127.0.0.1", port + 10_000)))
                found.append(port)
    return found


@contextlib.contextmanager
def sentinel_pair(folder: Path, binary: Path | None = None) -> Iterator[tuple[list[Server], str]]:
    """A master, a replica, and three Sentinels that agree by two; and the URL."""
    binary = binary or find_server()
    ports = free_ports(5)
    with contextlib.ExitStack() as stack:

        def started(name: str, port: int, *words: str) -> Server:
            server = Server(binary, folder / name, port, list(words))
            stack.callback(server.stop)
            return server

        master = started("master", ports[0], "--repl-diskless-sync-delay", "0")
        replica = started("replica", ports[1], "--replicaof", "127.0.0.1", str(ports[0]))
        for number, port in enumerate(ports[2:]):
            file = folder / f"sentinel{number}.conf"
            file.write_text(
                f"port {port}\nsentinel monitor pd 127.0.0.1 {ports[0]} 2\n"
                "sentinel down-after-milliseconds pd 500\nsentinel failover-timeout pd 5000\n",
                encoding="utf-8",
            )
            watching = started(f"sentinel{number}", port, str(file), "--sentinel")
        wait_until(lambda: _ready(watching))
        wait_until(lambda: _replicates(replica))
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports[2:])
        yield [master, replica], f"redis+sentinel://{hosts}/pd"


def _ready(sentinel: Server) -> bool:
    facts: Any = sentinel.client.sentinel_master("pd")
    return int(facts["num-slaves"]) == 1 and int(facts["num-other-sentinels"]) == 2


@contextlib.contextmanager
def cluster(folder: Path, masters: int = 3, replicas: int = 0, binary: Path | None = None) -> Iterator[list[Server]]:
    """Masters with the slots in equal parts, and then `replicas` of each."""
    binary = binary or find_server()
    with contextlib.ExitStack() as stack:
        nodes = []
        for number, port in enumerate(free_ports(masters * (1 + replicas))):
            words = ["--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--appendonly", "no"]
            nodes.append(Server(binary, folder / f"node{number}", port, words))
            stack.callback(nodes[-1].stop)
        for number, node in enumerate(nodes[:masters]):
            first, after = SLOTS * number // masters, SLOTS * (number + 1) // masters
            node.asked("CLUSTER", "ADDSLOTSRANGE", first, after - 1)
        for node in nodes[1:]:
            nodes[0].asked("CLUSTER", "MEET", "127.0.0.1", node.port)
        wait_until(lambda: all(_knows(node, len(nodes)) for node in nodes))
        for number, node in enumerate(nodes[masters:]):
            of = nodes[number % masters].asked("CLUSTER", "MYID")
            node.asked("CLUSTER", "REPLICATE", of)
        wait_until(lambda: all(_is_whole(node) for node in nodes))
        wait_until(lambda: all(_replicates(node) for node in nodes[masters:]))
        yield nodes


def _knows(node: Server, number: int) -> bool:
    return int(node.client.cluster("info")["cluster_known_nodes"]) == number


def _is_whole(node: Server) -> bool:
    return bool(node.client.cluster("info")["cluster_state"] == "ok")


def _replicates(node: Server) -> bool:
    info: dict[str, Any] = node.client.info("replication")
    return bool(info["role"] == "slave" and info["master_link_status"] == "up")
