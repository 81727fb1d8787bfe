"""An erased member is in no key, no value and no file of the store."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple, cast

import pytest
import redis
from msgspec.structs import replace

from policyd.model.state import Commit, Committed, LadderRead, Observe, Observed, Strike, Throttle, Window
from policyd.state import keys
from policyd.state.census_layout import read_standing, window_of_text
from policyd.state.embedded import EmbeddedServer
from policyd.state.erase import Erased, Whom, erase, forget_traces
from policyd.state.maintenance import reach
from policyd.state.redis import RedisStore

from .conftest import DAY, HOUR, MINUTE, Run, flush

IDS = ["u1", "u1-more", "小明", "a*b[c]?", "x" * 100, "用户" * 40, "g1", "%41", "!u"]
GROUPS = ["g1", "组/2"]
INVITERS = "0123456789abcdef"
"""The identity of a counter by a text."""


@pytest.fixture(params=["valkey", "redis7"])
def server(request: pytest.FixtureRequest) -> EmbeddedServer:
    """Each kind of server in turn, empty."""
    found: EmbeddedServer = request.getfixturevalue(request.param)
    flush(found)
    return found


@pytest.fixture
def client(server: EmbeddedServer) -> Iterator[redis.Redis]:
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        yield client


@pytest.fixture
def store(server: EmbeddedServer, run: Run) -> Iterator[RedisStore]:
    store = RedisStore(server.url, deadline=10.0)
    yield store
    run(store.close())


def by_text(text: str) -> str:
    """The cell of a window whose key is a text, as `Window.cell` spells it."""
    return f"{INVITERS}:{blake2b(text.encode(), digest_size=8).hexdigest()}"


class Seen(NamedTuple):
    observed: Observed
    committed: Committed


async def live(store: RedisStore, tenant: str, group: str, member: str, event: str, inviter: str) -> Seen:
    """An event that leaves something of every kind behind: long and short windows, a strike, a mute, a text said."""
    windows = [
        Window("p.a#" + name, scope, span, 5, "always")
        for name in ("", ":0123456789abcdef")
        for scope in ("member", "group")
        for span in (HOUR, 40 * DAY)
    ]
    windows = [replace(window, cell=f"{window.span}{window.cell}") for window in windows]
    windows += [Window(by_text(inviter), "group", span, 5, "always") for span in (HOUR, 20 * DAY)][:1]
    ask = Observe(
        tenant, group, member, event, b"8 bytes.", "sha256:1", message=f"m{event}", windows=tuple(windows),
        ladders=(LadderRead("p.l", 0),), mute=True, silence=True, spoke=True, presence="message", zone="UTC",
    )  # fmt: skip
    observed = await store.observe(ask)
    change = Commit(
        tenant, group, member, event, b"8 bytes.", observed.now, ask.message, given=("p.rule",), mute=DAY,
        strikes=(Strike("p.l", 2, 0, 0, ((1, HOUR),)),), throttles=(Throttle("p.r#0", MINUTE),),
    )  # fmt: skip
    return Seen(observed, await store.commit(change))


def populate(store: RedisStore, run: Run, tenants: tuple[str, ...] = ("",)) -> None:
    async def all_of_them() -> None:
        await asyncio.gather(
            *(
                live(store, tenant, group, member, f"{group}{place}", "nobody")
                for tenant in tenants
                for group in GROUPS
                for place, member in enumerate(IDS)
            )
        )

    run(all_of_them())


def held(client: redis.Redis) -> dict[bytes, bytes]:
    """Every key and, of rings, every field."""
    found: dict[bytes, bytes] = {}
    for key in cast(list[bytes], client.keys()):
        if client.type(key) == b"hash":
            found |= {
                key + b" " + field: value for field, value in cast(dict[bytes, bytes], client.hgetall(key)).items()
            }
        else:
            found[key] = cast(bytes, client.get(key))
    return found


def names_of(client: redis.Redis, member: str) -> set[bytes]:
    """All that stands under the id, and all that holds it in any spelling that is long enough to tell."""
    encoded = keys.encode(member).encode()
    spellings = [text for text in (encoded, member.encode()) if len(text) > 4]
    return {
        name
        for name, value in held(client).items()
        if re.search(b"/" + re.escape(encoded) + rb"(:|$)", name)
        or any(text in name or text in value for text in spellings)
    }


# ---------------------------------------------------------------- the keyspace


@pytest.mark.parametrize("member", IDS, ids=range(len(IDS)))
def test_nothing_stands_under_the_id_and_everything_else_stays(
    server: EmbeddedServer, client: redis.Redis, store: RedisStore, run: Run, tmp_path: Path, member: str
) -> None:
    populate(store, run)
    before, mine = held(client), names_of(client, member)
    assert len(mine) == 2 * 5, mine
    with reach(server.url, tmp_path) as reached:
        looked = erase(reached, Whom(member), only_look=True)
        assert held(client) == before
        assert erase(reached, Whom(member)) == looked
        assert erase(reached, Whom(member)) == []
    assert names_of(client, member) == set()
    assert held(client) == {name: value for name, value in before.items() if name not in mine}
    counted = {"member windows": 2, "standing": 1, "text windows": 2}
    assert looked == [Erased("", group, counted, strikes=2, muted=True) for group in sorted(GROUPS)]  # type: ignore[arg-type]


def test_an_erased_member_is_as_new_and_its_neighbours_are_not(
    server: EmbeddedServer, store: RedisStore, run: Run, tmp_path: Path
) -> None:
    populate(store, run)
    with reach(server.url, tmp_path) as reached:
        erase(reached, Whom("u1"))
    erased = run(live(store, "", "g1", "u1", "again", "nobody"))
    neighbour = run(live(store, "", "g1", "u1-more", "again2", "nobody"))
    own = [place for place in range(8) if place % 4 < 2]
    assert [erased.observed.counts[place] for place in own] == [1] * 4
    assert [neighbour.observed.counts[place] for place in own] == [2] * 4
    assert (erased.observed.strikes, erased.observed.mute_until, erased.observed.last_seen) == ((0,), 0, 0)
    assert neighbour.observed.strikes == (2,)
    assert neighbour.observed.mute_until > time.time() * 1000
    assert (erased.committed.steps[0].strikes, neighbour.committed.steps[0].strikes) == (2, 4)


@pytest.mark.parametrize(
    ("whom", "places"),
    [
        (Whom("u1"), {("", "g1"), ("", "组/2"), ("t/1", "g1"), ("t/1", "组/2")}),
        (Whom("u1", group="g1"), {("", "g1"), ("t/1", "g1")}),
        (Whom("u1", tenant="t/1"), {("t/1", "g1"), ("t/1", "组/2")}),
        (Whom("u1", tenant="", group="组/2"), {("", "组/2")}),
        (Whom("u1", group="nowhere"), set()),
    ],
)
def test_group_and_tenant_limit_it(
    server: EmbeddedServer,
    client: redis.Redis,
    store: RedisStore,
    run: Run,
    tmp_path: Path,
    whom: Whom,
    places: set[object],
) -> None:
    populate(store, run, ("", "t/1"))
    mine = len(names_of(client, "u1"))
    with reach(server.url, tmp_path) as reached:
        assert {(erased.tenant, erased.group) for erased in erase(reached, whom)} == places
    assert len(names_of(client, "u1")) == mine - 5 * len(places)


def test_windows_whose_text_is_the_member_go_where_the_counters_are_named(
    server: EmbeddedServer, client: redis.Redis, store: RedisStore, run: Run, tmp_path: Path
) -> None:
    for place, inviter in enumerate(["u1", "u2"]):
        run(live(store, "", "g1", "someone", f"e{place}", inviter))
    by_u1, by_u2 = (window_of_text(INVITERS, inviter) for inviter in ("u1", "u2"))
    assert [name for name in held(client) if by_u1 in name] != []
    with reach(server.url, tmp_path) as reached:
        assert erase(reached, Whom("u1")) == []
        (erased,) = erase(reached, Whom("u1", counters=[INVITERS, "another"]))
    assert erased.removed == {"text windows": 1}
    assert [name for name in held(client) if by_u1 in name] == []
    assert [name for name in held(client) if by_u2 in name] != []


# ---------------------------------------------------------------- beside the keyspace


def test_neither_files_nor_slow_log_name_the_member(tmp_path: Path, run: Run) -> None:
    """Values are written as they are, so that what is looked for would be seen."""
    member = "member-to-forget-小明"
    encoded = keys.encode(member).encode()
    with EmbeddedServer(tmp_path / "data") as server, reach(server.url, tmp_path) as reached:
        client = reached.nodes[0]
        client.config_set("rdbcompression", "no")
        client.config_set("slowlog-log-slower-than", 0)
        store = RedisStore(server.url, deadline=10.0)
        run(live(store, "", "g1", member, "e1", "nobody"))
        run(live(store, "", "g1", "who-stays", "e2", "nobody"))
        run(store.close())
        client.bgrewriteaof()
        assert in_files(tmp_path, encoded)
        assert any(encoded in entry["command"] for entry in client.slowlog_get(-1))
        erase(reached, Whom(member))
        assert forget_traces(reached, member) == []
        assert not any(encoded in entry["command"] for entry in client.slowlog_get(-1))
        give_up = time.monotonic() + 10
        while in_files(tmp_path, encoded) and time.monotonic() < give_up:
            time.sleep(0.01)
        assert not in_files(tmp_path, encoded)
        assert not in_files(tmp_path, member.encode())
        assert in_files(tmp_path, b"who-stays")


def in_files(folder: Path, text: bytes) -> bool:
    """The server removes its old file in the background, maybe right now."""
    for path in folder.rglob("*"):
        try:
            if path.is_file() and text in path.read_bytes():
                return True
        except FileNotFoundError:
            continue
    return False


def test_snapshots_are_written_anew(server: EmbeddedServer, client: redis.Redis, tmp_path: Path) -> None:
    client.config_set("save", "3600 1")
    try:
        saved = client.info("persistence")["rdb_saves"]
        with reach(server.url, tmp_path) as reached:
            assert forget_traces(reached, "u1") == []
        assert client.info("persistence")["rdb_saves"] > saved
    finally:
        client.config_set("save", "")


def test_what_a_server_does_not_allow_is_said(server: EmbeddedServer, client: redis.Redis, tmp_path: Path) -> None:
    client.acl_setuser(
        "narrow", True, passwords=["+secret"], keys=["*"], categories=["+all"], commands=["-bgrewriteaof", "-slowlog"]
    )
    try:
        with reach(server.url.replace("unix://", "unix://narrow:secret@"), tmp_path) as reached:
            slow_log, files = forget_traces(reached, "u1")
    finally:
        client.acl_deluser("narrow")
    assert "slow log may name the member" in slow_log
    assert "BGREWRITEAOF" in files


def test_a_standing_that_cannot_be_read_holds_nothing() -> None:
    assert read_standing(b"") == read_standing(b"\0" * 6 + b"L" + b"\xff" * 9) == (0, 0, 0)
