"""A backup gives back what was there, or nothing is touched."""

from __future__ import annotations

import asyncio
import io
import time
import tracemalloc
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

import msgspec
import pytest
import redis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from policyd.model.state import Commit, LadderRead, Observe, Strike, Window
from policyd.state import backup, maintenance
from policyd.state.backup import Interrupted, NotEmpty, back_up, restore
from policyd.state.backup_format import VERSION, DamagedBackup, Entry, Head, Writer
from policyd.state.embedded import EmbeddedServer
from policyd.state.maintenance import Reached, reach
from policyd.state.redis import RedisStore

from .conftest import DAY, HOUR, Run, flush
from .test_agreement import Agreement

Image = dict[bytes, tuple[object, int]]
RING = b"pd:{/0}:r1"


def silent(_: int) -> None:
    """Nobody looks at the progress."""


def image(server: EmbeddedServer) -> Image:
    """Every key with its value and the instant at which it expires."""
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        found: Image = {}
        for key in client.keys():
            match client.type(key):
                case b"hash":
                    value: object = client.hgetall(key)
                case b"zset":
                    value = client.zrange(key, 0, -1, withscores=True)
                case _:
                    value = client.get(key)
            found[key] = (value, client.pexpiretime(key))
        return found


@pytest.fixture(params=["valkey", "redis7"])
def server(request: pytest.FixtureRequest) -> EmbeddedServer:
    """Each kind of server in turn, empty."""
    found: EmbeddedServer = request.getfixturevalue(request.param)
    flush(found)
    return found


@pytest.fixture
def reached(server: EmbeddedServer, tmp_path: Path) -> Iterator[Reached]:
    with reach(server.url, tmp_path) as store:
        yield store


@pytest.fixture
def client(server: EmbeddedServer) -> Iterator[redis.Redis]:
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        yield client


def fill(client: redis.Redis) -> None:
    """A small store, and a key of somebody else."""
    soon = int(time.time() * 1000) + DAY
    client.set("pd:{/0}:s:g1/u1", bytes(range(256)), pxat=soon)
    client.set("pd:{/0}:g:g1", b"", pxat=soon + 1)
    client.set("pd:{t/3}:k:g1:0123456789abcdef", b"kept for ever")
    client.hset(RING.decode(), items=[b"", b"7\nsha256:1\n", b"\0\1", b"receipt", b"w:g1/u1", b"window"])
    client.pexpireat(RING.decode(), soon + 2)
    client.hset("pd:{/0}:q:g1", items=[b"t1", b"ticket", b"t2", b""])
    client.pexpireat("pd:{/0}:q:g1", soon + 3)
    client.zadd("pd:{/0}:u:g1", {"file/u1": 1_772_400_000_001, "ticket/t1": 7})
    client.zadd("pd:{/0}:u", {"g1": 7})
    client.pexpireat("pd:{/0}:u", soon + 4)
    client.hset("pd:{/0}:o:g1", items=[b"20516:m05", b"3", b"20516:a", b"1", b"20523:x7", b"-1"])
    client.pexpireat("pd:{/0}:o:g1", soon + 5)
    client.hset("pd:{/0}:h:g1", items=[b"", b"20515 20515 20454 0 0", b"20515", b"\x81\xa1j\x01"])
    client.pexpireat("pd:{/0}:h:g1", soon + 6)
    client.zadd("pd:{/0}:j:g1", {b"\0\xff": 1_772_400_000_001})
    client.set("pd:{/0}:x:g1:0123456789abcdef01234567", b"filed", pxat=soon)
    client.set("other", "theirs")


# ---------------------------------------------------------------- there and back


class Moves(Agreement):
    """As if nothing had happened, the store moves to a server of another kind now and then, and into other cells."""

    other: EmbeddedServer
    file: Path
    cells = 1

    @rule(cells=st.sampled_from([1, 1, 3, 16]))
    def move(self, cells: int) -> None:
        flush(self.other)
        with reach(self.server.url, self.file) as store:
            store.cells = self.cells
            back_up(store, self.file, silent)
        before = image(self.server)
        with reach(self.other.url, self.file) as store:
            store.cells = cells
            restore(store, self.file, silent)
        assert cells != self.cells or image(self.other) == before
        flush(self.server)
        self.server, self.other, self.cells = self.other, self.server, cells
        self.runner.run(self.packed.close())
        self.packed = RedisStore(self.server.url, virtual=True, deadline=10.0)
        self.packed._cells = cells
        self.runner.run(self.packed.now(0, self.runner.run(self.plain.now(0))))


def test_a_restored_store_answers_as_the_one_that_was_backed_up(
    valkey: EmbeddedServer, redis7: EmbeddedServer, tmp_path: Path
) -> None:
    with asyncio.Runner() as runner:
        Moves.runner, Moves.file = runner, tmp_path / "backup"
        Moves.server, Moves.other = valkey, redis7
        run_state_machine_as_test(
            Moves,
            settings=settings(
                max_examples=30,
                stateful_step_count=40,
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )


def test_all_bytes_and_instants_come_back_and_others_stay(
    reached: Reached, server: EmbeddedServer, client: redis.Redis, tmp_path: Path
) -> None:
    fill(client)
    before = image(server)
    file = tmp_path / "backup"
    assert back_up(reached, file, silent) == 11
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(NotEmpty):
        restore(reached, file, silent)
    client.set("pd:{/0}:s:g1/u2", "came later")
    client.hset(RING.decode(), "came later", "too")
    restored = restore(reached, file, silent, replace=True)
    assert (restored.keys, restored.expired) == (11, 0)
    assert image(server) == before
    client.delete(*(key for key in before if key.startswith(b"pd:")))
    assert restore(reached, file, silent).keys == 11
    assert image(server) == before


def test_what_has_expired_is_not_restored(reached: Reached, client: redis.Redis, tmp_path: Path) -> None:
    now = int(time.time() * 1000)
    written(tmp_path / "backup", [
        Entry(b"pd:{/0}:s:g/over", "string", now - 1, True, [b"x"]),
        Entry(RING, "hash", now - 1, True, [b"", b"1\n"]),
        Entry(RING, "hash", now - 1, False, [b"a", b"b"]),
        Entry(b"pd:{/0}:s:g/runs", "string", now + HOUR, True, [b"x"]),
    ])  # fmt: skip
    restored = restore(reached, tmp_path / "backup", silent)
    assert (restored.keys, restored.expired) == (1, 2)
    assert client.keys() == [b"pd:{/0}:s:g/runs"]


def test_a_large_ring_goes_through_in_parts(
    reached: Reached, server: EmbeddedServer, client: redis.Redis, tmp_path: Path
) -> None:
    fields: list[bytes] = []
    for number in range(30_000):
        fields += (blake2b(number.to_bytes(4), digest_size=12).digest(), number.to_bytes(13))
    client.hset(RING.decode(), items=[b"", b"7\nsha256:1\n", *fields])
    before = image(server)
    assert back_up(reached, tmp_path / "backup", silent) == 1
    flush(server)
    assert restore(reached, tmp_path / "backup", silent).keys == 1
    assert image(server) == before


def test_neither_way_holds_the_store_in_memory(reached: Reached, client: redis.Redis, tmp_path: Path) -> None:
    size = 8 << 20
    with client.pipeline(transaction=False) as pipe:
        for number in range(size // 1024):
            pipe.set(f"pd:{{/0}}:s:g/{number}", blake2b(number.to_bytes(4)).digest() * 16)
        pipe.execute()
    tracemalloc.start()
    try:
        back_up(reached, tmp_path / "backup", silent)
        restore(reached, tmp_path / "backup", silent, replace=True)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < size // 3


# ---------------------------------------------------------------- while a service decides


def test_nothing_counts_twice_that_happens_meanwhile(
    reached: Reached,
    server: EmbeddedServer,
    client: redis.Redis,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever is between two parts of a backup: when every event is repeated on the restored store, each strike is
    there once, and no window has counted an event twice."""
    monkeypatch.setattr(maintenance, "PAGE", 1)
    config = "hash-max-listpack-entries"
    usual = str(client.config_get(config)[config])
    client.config_set(config, 0)
    sent: list[int] = []

    def event(number: int) -> tuple[int, int]:
        member, name = f"u{number % 3}", f"e{number}"
        windows = (
            Window("p.short#", "member", HOUR, 300, "always"),
            Window("p.long#", "member", 40 * DAY, 300, "always"),
        )
        ask = Observe("", "g1", member, name, b"8 bytes.", "sha256:1", windows=windows, ladders=(LadderRead("p.l", 0),))
        seen = run(store.observe(ask))
        strike = Strike("p.l", 1, 0, 0, ((1, 0),))
        done = run(store.commit(Commit("", "g1", member, name, b"8 bytes.", seen.now, strikes=(strike,))))
        return max(seen.counts), done.steps[0].strikes

    def meanwhile(_: int) -> None:
        if len(sent) < 200:
            sent.append(len(sent))
            event(sent[-1])

    try:
        store = RedisStore(server.url, deadline=10.0)
        for _ in range(60):
            meanwhile(0)
        back_up(reached, tmp_path / "backup", meanwhile)
        assert len(sent) > 100
        flush(server)
        restore(reached, tmp_path / "backup", silent)
        for number in sent:
            event(number)
        each = [sum(1 for number in sent if number % 3 == member) for member in range(3)]
        last = [event(10_000 * 3 + member) for member in range(3)]
        assert [strikes for _, strikes in last] == [number + 1 for number in each]
        assert all(count <= number + 1 for (count, _), number in zip(last, each, strict=True))
        run(store.close())
    finally:
        client.config_set(config, usual)


def test_a_ring_that_turns_meanwhile_is_read_anew(
    reached: Reached, client: redis.Redis, server: EmbeddedServer, tmp_path: Path
) -> None:
    client.hset(RING.decode(), items=[b"", b"7\nold\n", b"old", b"receipt"])

    told: list[int] = []

    def turns(keys: int) -> None:
        told.append(keys)
        if len(told) == 2:
            client.delete(RING.decode())
            client.hset(RING.decode(), items=[b"", b"10\nnew\n", b"new", b"receipt"])

    back_up(reached, tmp_path / "backup", turns)
    assert len(told) > 2
    after = image(server)
    flush(server)
    restore(reached, tmp_path / "backup", silent)
    assert image(server) == after


# ---------------------------------------------------------------- damage


def written(file: Path, entries: list[Entry], head: Head | None = None) -> bytes:
    """A whole backup of these entries."""
    buffer = io.BytesIO()
    writer = Writer(buffer, head or Head(VERSION, "2026-03-02T12:00:00+00:00", "valkey 9.1.2", 1))
    for entry in entries:
        writer.add(entry)
    writer.finish()
    file.write_bytes(buffer.getvalue())
    return buffer.getvalue()


def test_no_changed_byte_and_no_missing_end_gets_through(valkey: EmbeddedServer, tmp_path: Path) -> None:
    flush(valkey)
    with redis.Redis(unix_socket_path=str(valkey.socket)) as client:
        fill(client)
    file = tmp_path / "backup"
    with reach(valkey.url, tmp_path) as store:
        back_up(store, file, silent)
        whole, before = file.read_bytes(), image(valkey)
        damaged = [whole[:place] for place in range(len(whole))]
        damaged += [
            whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :] for place in range(len(whole))
        ]
        damaged += [whole + b"\0", whole + whole, whole[:-1] + b"", b"\0" * 9000]
        for content in damaged:
            file.write_bytes(content)
            with pytest.raises(DamagedBackup):
                restore(store, file, silent, replace=True)
    assert image(valkey) == before


@pytest.mark.parametrize(
    ("entries", "head", "said"),
    [
        ([Entry(b"other", "string", 0, True, [b"x"])], None, "not of policyd's state"),
        ([Entry(b"pd:x", "hash", 0, True, [b"x"])], None, "not of policyd's state"),
        ([Entry(b"pd:x", "string", 0, True, [])], None, "not of policyd's state"),
        ([Entry(b"pd:x", "string", -5, True, [b"x"])], None, "not of policyd's state"),
        ([], Head(VERSION + 1, "", "", 1), f"has format {VERSION + 1}, of a later policyd"),
    ],
)  # fmt: skip
def test_what_is_whole_but_not_ours_is_refused(
    valkey: EmbeddedServer, tmp_path: Path, entries: list[Entry], head: Head | None, said: str
) -> None:
    flush(valkey)
    written(tmp_path / "backup", entries, head)
    with reach(valkey.url, tmp_path) as store, pytest.raises(DamagedBackup, match=said):
        restore(store, tmp_path / "backup", silent)
    assert image(valkey) == {}


def test_a_backup_that_fails_leaves_the_older_one(reached: Reached, client: redis.Redis, tmp_path: Path) -> None:
    fill(client)
    file = tmp_path / "backup"
    file.write_text("the older one")
    client.lpush("pd:{/0}:l:g1", "a list, of which no backup knows")
    with pytest.raises(Exception, match=r"pd:\{/0\}:l:g1 is of a type"):
        back_up(reached, file, silent)
    assert [path.name for path in tmp_path.iterdir()] == ["backup"]
    assert file.read_text() == "the older one"


def test_a_restore_that_breaks_off_says_so(
    reached: Reached, client: redis.Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(client)
    back_up(reached, tmp_path / "backup", silent)

    def fails(*_: object) -> None:
        raise redis.ConnectionError("gone")

    monkeypatch.setattr(backup, "_put", fails)
    with pytest.raises(Interrupted, match="gone"):
        restore(reached, tmp_path / "backup", silent, replace=True)


def test_the_first_line_says_what_it_is(reached: Reached, client: redis.Redis, tmp_path: Path) -> None:
    fill(client)
    back_up(reached, tmp_path / "backup", silent)
    with (tmp_path / "backup").open("rb") as file:
        head = msgspec.json.decode(file.readline(), type=Head)
    assert (head.policyd_backup, head.store) == (VERSION, reached.version)
