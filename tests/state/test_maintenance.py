"""A Cluster is looked after as a single server is."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
import redis

from policyd.model.state import StoreUnavailable
from policyd.state.backup import back_up, restore
from policyd.state.census import take_census
from policyd.state.cluster import CELLS
from policyd.state.embedded import EmbeddedServer, find_server
from policyd.state.erase import Whom, erase, forget_traces
from policyd.state.maintenance import reach
from policyd.state.redis import RedisStore
from tests.faults.servers import SLOTS, free_ports

from .conftest import Run, flush
from .test_backup import image, silent
from .test_erase import GROUPS, IDS, populate


def start(stack: ExitStack, folder: Path) -> redis.Redis:
    """A node, ready to join a Cluster."""
    folder.mkdir()
    (port,) = free_ports(1)
    arguments = {
        "port": port,
        "bind": "127.0.0.1",
        "cluster-enabled": "yes",
        "dir": folder,
        "save": "",
        "appendonly": "yes",
    }
    command = [str(find_server()), *(word for name, value in arguments.items() for word in (f"--{name}", str(value)))]
    process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.DEVNULL))
    stack.callback(process.kill)
    client = redis.Redis(port=port)
    stack.callback(client.close)
    wait_for(lambda: answers(client))
    return client


def answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


def is_whole(node: redis.Redis) -> bool:
    facts: dict[str, str] = node.cluster("info")
    return facts["cluster_state"] == "ok"


def wait_for(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.02)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of three masters."""
    folder = tmp_path_factory.mktemp("cluster")
    with ExitStack() as stack:
        nodes = [start(stack, folder / str(place)) for place in range(3)]
        ports = [node.connection_pool.connection_kwargs["port"] for node in nodes]
        for place, node in enumerate(nodes):
            first, after = SLOTS * place // 3, SLOTS * (place + 1) // 3
            node.execute_command("CLUSTER", "ADDSLOTSRANGE", first, after - 1)  # type: ignore[no-untyped-call]
            nodes[0].execute_command("CLUSTER", "MEET", "127.0.0.1", ports[place])  # type: ignore[no-untyped-call]
        for node in nodes:
            wait_for(partial(is_whole, node))
        yield f"redis+cluster://127.0.0.1:{ports[0]}"


def test_there_and_back_over_a_cluster(cluster: str, valkey: EmbeddedServer, run: Run, tmp_path: Path) -> None:
    flush(valkey)
    store = RedisStore(valkey.url, deadline=10.0)
    populate(store, run, tuple(f"tenant{number}" for number in range(9)))
    run(store.close())
    before = image(valkey)
    with reach(valkey.url, tmp_path) as single:
        back_up(single, tmp_path / "single", silent)
        counted = take_census(single).kinds
    flush(valkey)
    with reach(cluster, tmp_path) as many:
        assert len(many.nodes) == 3
        assert many.is_empty()
        restored = restore(many, tmp_path / "single", silent).keys
        assert all(node.dbsize() for node in many.nodes)
        census = take_census(many).kinds
        assert sum(count.keys for count in census.values()) == restored
        assert census["standing"].keys == counted["standing"].keys
        assert census["receipts"].keys == counted["receipts"].keys * CELLS
        back_up(many, tmp_path / "many", silent)
        assert restore(many, tmp_path / "many", silent, replace=True).keys == restored
    with reach(valkey.url, tmp_path) as single:
        restore(single, tmp_path / "many", silent)
        assert image(valkey) == before
        erased = erase(single, Whom(IDS[0]))
        assert len(erased) == 9 * len(GROUPS)
    with reach(cluster, tmp_path) as many:
        assert erase(many, Whom(IDS[0])) == erased
        assert forget_traces(many, IDS[0]) == []
        assert erase(many, Whom(IDS[0])) == []


def test_a_node_that_is_away_is_said(tmp_path: Path) -> None:
    for url in ("redis+cluster://127.0.0.1:1", "redis://127.0.0.1:1", f"unix://{tmp_path}/nowhere"):
        with pytest.raises(StoreUnavailable, match="cannot be used"), reach(url, tmp_path):
            pass


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mysql://u:secret@localhost", r"^store `\(hidden\)@localhost`: (?!.*secret).*redis://"),
        ("redis://u:sec/ret@localhost", r"^store `\(hidden\)@localhost`: (?!.*sec/|.*'sec).*%2F"),
        ("redis+cluster://u:sec/ret@localhost", r"^store `\(hidden\)@localhost`: (?!.*sec)"),
        ("redis://u:secret@127.0.0.1:1?password=secret", r"^store `\(hidden\)@127.0.0.1:1`: (?!.*secret)"),
        ("redis://u:secret@127.0.0.1:1", r"^the store at 127.0.0.1:1 cannot be used: (?!.*secret)"),
    ],
)
def test_no_part_of_a_password_is_shown(url: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=why) as raised, reach(url, tmp_path):
        pass
    assert raised.value.__cause__ is None or "sec" not in str(raised.value.__cause__)
