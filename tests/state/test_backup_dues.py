"""What comes due survives a backup that is made while a service files."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest
import redis

from policyd.model.records import Record
from policyd.model.state import Due, Filing, Put
from policyd.state import keys, maintenance
from policyd.state.backup import back_up, restore
from policyd.state.embedded import EmbeddedServer
from policyd.state.maintenance import Reached
from policyd.state.redis import RedisStore

from .conftest import DAY, Run, flush
from .test_backup import client, reached, server, silent

__all__ = ["client", "reached", "server"]


def test_nothing_open_is_without_its_instant(
    reached: Reached,
    server: EmbeddedServer,
    client: redis.Redis,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Things are opened and closed while a backup is made: whatever a record says is open comes due, unless it was
    closed while the backup was made, and whatever a receipt says is filed stands in the record."""
    monkeypatch.setattr(maintenance, "PAGE", 1)
    chance = random.Random(3)
    opened: dict[str, int] = {}
    closed: dict[str, int] = {}
    groups = [f"g{number}" for number in range(5)] + ["长" * 40]
    events = itertools.count()
    store = RedisStore(server.url, deadline=10.0)

    def files(_: int) -> None:
        """Opens what is closed in a group, or closes it; the record says which event did."""
        number, group = next(events), chance.choice(groups)
        if number > 300:
            return
        at = 0 if opened.get(group) else number + 1
        puts = (Put(Record("board", group), None, b"%d %d" % (number, at), DAY),)
        dues = (Due(group, "d", at), Due(group, "later", 1000))
        assert run(store.file(Filing("", 0, group, f"e{number}", bytes(8), puts, dues))).answer == b""
        opened[group] = at
        if not at:
            closed[group] = number

    for _ in range(30):
        files(0)
    back_up(reached, tmp_path / "backup", files)
    assert next(events) > 60
    flush(server)
    restore(reached, tmp_path / "backup", silent)
    due = {(each.group, each.name): each.at for each in run(store.due("", 0, None, 2000, 99))}
    for group in groups:
        [stored] = run(store.read("", 0, [Record("board", group)]))
        number, at = map(int, stored[8:].split())
        assert not at or (group, "d") in due or number < closed[group]
        assert due[group, "later"] == 1000
        filed = [n for n in range(302) if client.exists(keys.filing("pd:{/0}:", group, f"e{n}"))]
        assert max(filed) <= number
    run(store.close())


def test_a_group_that_comes_between_two_reads_is_known_to_its_cell(
    reached: Reached, server: EmbeddedServer, client: redis.Redis, run: Run, tmp_path: Path
) -> None:
    client.zadd("pd:{/0}:u:%E7%BB%84", {"file/u1": 7, "file/u2": 5})
    client.zadd("pd:{/0}:u:g1", {"file/u1": 9})
    client.zadd("pd:{/0}:u", {"g1": 9})
    back_up(reached, tmp_path / "backup", silent)
    flush(server)
    restore(reached, tmp_path / "backup", silent)
    store = RedisStore(server.url, deadline=10.0)
    due = run(store.due("", 0, None, 99, 9))
    assert [(each.group, each.name, each.at) for each in due] == [
        ("组", "file/u2", 5), ("组", "file/u1", 7), ("g1", "file/u1", 9),
    ]  # fmt: skip
    run(store.close())
