"""The functions that servers keep: several versions side by side, what a call leaves behind, and full memory."""

from __future__ import annotations

from hashlib import sha1

import pytest
import redis

from policyd.model.records import Record
from policyd.model.state import Commit, Observe, Observed, StoreUnavailable, Window
from policyd.state import keys, library, wire, zones
from policyd.state.embedded import EmbeddedServer
from policyd.state.redis import RedisStore

from .conftest import HOUR, T0, Run, flush, restricted

DIGEST = b"8 bytes."
WINDOWS = (Window("flood", "member", 10_000, 9, "new"),)


@pytest.fixture(params=["valkey", "redis7"])
def server(request: pytest.FixtureRequest) -> EmbeddedServer:
    found: EmbeddedServer = request.getfixturevalue(request.param)
    flush(found)
    return found


def client_of(server: EmbeddedServer) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(server.socket))


def seen_by(store: RedisStore, run: Run, event: str, revision: str = "r", zone: str = "UTC") -> tuple[int, str]:
    """How many events of the member there were within the window; and the revision that is told."""
    ask = Observe(
        "", "g", "u", event, DIGEST, revision, at=T0, message=event, windows=WINDOWS, presence="message", zone=zone
    )  # fmt: skip
    observed = run(store.observe(ask))
    return observed.counts[0], observed.revision


def test_a_library_is_named_after_all_that_is_in_it() -> None:
    """Not its sources alone: how its functions are registered is a part of what a server would not take anew."""
    nameless = library.LIBRARY.replace(library.NAME.encode(), b"")
    assert library.NAME == f"policyd_{sha1(nameless, usedforsecurity=False).hexdigest()[:16]}"


def test_versions_do_not_disturb_each_other(server: EmbeddedServer, run: Run) -> None:
    """And one that is there already is no mistake."""
    early, late = (RedisStore(restricted(server), virtual=True, deadline=5.0) for _ in range(2))
    assert seen_by(early, run, "1") == (1, "r")
    with client_of(server) as client:
        client.function_load(library.LIBRARY.decode().replace(library.NAME, "policyd_before"))
        assert seen_by(late, run, "2") == (2, "r")
        names = [found[1] for found in client.function_list("policyd_*")]
        assert sorted(names) == sorted([b"policyd_before", library.NAME.encode()])
        client.function_delete("policyd_before")
    assert seen_by(early, run, "3") == (3, "r")
    run(early.close())
    run(late.close())


def test_a_call_that_breaks_off_leaves_nothing_to_the_next(server: EmbeddedServer, run: Run) -> None:
    """The function that observes is made once. What it has read of a call that breaks off is of no consequence."""
    store = RedisStore(restricted(server), virtual=True, deadline=5.0)
    assert seen_by(store, run, "1", "r1", "Asia/Shanghai") == (1, "r1")
    names = keys.of_group("", "g", 1)
    ask = Observe("", "g", "u", "2", DIGEST, "r2", message="2", windows=WINDOWS)
    named, packed = wire.pack_observe(names, ask)
    common = wire.pack_common(T0 + 1, "r2", zones.table(T0))
    with client_of(server) as client:
        for broken in (packed[:-1], packed[:9]):
            words = (*keys.rings(names.prefix), *named, *named, b"nonce", common, packed, broken)
            with pytest.raises(redis.ResponseError):
                client.execute_command("FCALL", library.OBSERVE, 6 + 2 * len(named), *words)
    assert seen_by(store, run, "2", "r3", "America/Lima") == (2, "r3")
    assert [seen_by(store, run, event, "r4") for event in "12"] == [(1, "r1"), (2, "r3")]
    run(store.close())


def test_a_ring_that_says_nonsense_is_refused_until_it_says_sense(server: EmbeddedServer, run: Run) -> None:
    store = RedisStore(restricted(server), virtual=True, deadline=5.0)
    assert seen_by(store, run, "1") == (1, "r")
    ring = keys.rings(keys.cell_prefix("", 0))[T0 // (12 * HOUR) % 3]
    with client_of(server) as client:
        said = client.hget(ring, b"")
        client.hset(ring, b"", b"nonsense")
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match="the store refused"):
                seen_by(store, run, "2")
        client.hset(ring, b"", said)
    assert seen_by(store, run, "2") == (2, "r")
    run(store.close())


def test_a_call_may_name_more_fields_than_lua_hands_over_at_once(server: EmbeddedServer, run: Run) -> None:
    store = RedisStore(restricted(server), virtual=True, deadline=5.0)

    def own(event: int) -> tuple[Window, ...]:
        cells = (f"p.c{number}:{1000 * event + number:016x}" for number in range(130))
        return tuple([Window(cell, "group", 10_000, 9, "new") for cell in cells])

    async def observed(round: str) -> list[tuple[int, ...]]:
        found: dict[int, tuple[int, ...]] = {}
        asks = [Observe("", "g", "u", f"{round}{n}", DIGEST, "r", at=T0, windows=own(n)) for n in range(64)]
        async for part in store.observe_many(asks):
            found |= {place: seen.counts for place, seen in part if isinstance(seen, Observed)}
        return [found[place] for place in range(len(asks))]

    for count, round in enumerate("ab", 1):
        assert run(observed(round)) == [(count,) * 130] * 64
    run(store.close())


@pytest.mark.parametrize("setting", ["maxmemory", "min-replicas-to-write"])
@pytest.mark.parametrize("is_connected", [True, False])
def test_a_server_that_takes_no_writes_tells_what_it_knows(
    server: EmbeddedServer, run: Run, is_connected: bool, setting: str
) -> None:
    """Who connected before, and who connects now: what is kept can be read, and what is repeated is told the same."""
    before, store = (RedisStore(restricted(server), virtual=True, deadline=5.0) for _ in range(2))
    mute = Commit("", "g", "u", "1", DIGEST, T0, mute=HOUR)
    look = Observe("", "g", "u", "", DIGEST, "r", at=T0, windows=WINDOWS, mute=True)
    seen_by(store if is_connected else before, run, "1")
    committed = run((store if is_connected else before).commit(mute))
    with client_of(server) as client:
        client.config_set(setting, "1")
        try:
            run(store.open())
            run(store.ready())
            with pytest.raises(StoreUnavailable, match=r"maxmemory|NOREPLICAS"):
                seen_by(store, run, "2")
            assert seen_by(store, run, "1") == (1, "r")
            assert run(store.commit(mute)) == committed
            [looked] = run(store.look([look]))
            assert (looked.counts, looked.mute_until) == ((1,), T0 + HOUR)
            assert run(store.read("", 0, [Record("board", "g", "")])) == (b"",)
            assert run(store.listed("", 0, "ticket", "g", 0, 10)) == (0, ())
            assert run(store.due("", 0, "g", T0, 10)) == ()
            assert run(store.journal("", "g", 0)) == ()
        finally:
            client.config_set(setting, "0")
    assert seen_by(store, run, "2") == (2, "r")
    run(before.close())
    run(store.close())


def test_a_full_server_without_the_functions_says_so(server: EmbeddedServer, run: Run) -> None:
    store = RedisStore(restricted(server), virtual=True, deadline=5.0)
    with client_of(server) as client:
        client.function_flush()
        client.config_set("maxmemory", "1")
        try:
            with pytest.raises(StoreUnavailable, match="maxmemory"):
                run(store.open())
        finally:
            client.config_set("maxmemory", "0")
    assert seen_by(store, run, "1") == (1, "r")
    run(store.close())
