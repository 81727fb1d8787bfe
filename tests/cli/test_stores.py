"""The commands that look after a store, as an operator runs them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
import redis

from policyd.check.load import load
from policyd.compile.load import compile_policies
from policyd.engine.pipeline import Engine
from policyd.model.codec import decode, encode
from policyd.state.embedded import EmbeddedServer
from policyd.state.redis import RedisStore
from tests.cli.conftest import Run

POLICY = """policy small { for every group }
counter brought counts join by join.inviter within 1h
rule many { on join  when brought > 5  then notify moderators "many" }
"""
KEYS = {
    "pd:{/0}:s:g1/u1": bytes(6) + b"L" + bytes(14) + b"\0\0\0\x19" + bytes(18) + b"\0\0\0\3" + bytes(3),
    "pd:{/0}:w:g1/u1": b"windows",
    "pd:{/0}:w:g2/u1": b"windows",
    "pd:{t/0}:w:g1/u1": b"windows",
    "pd:{/0}:w:g1/u2": b"windows",
}


def fill(server: EmbeddedServer) -> None:
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        for key, value in KEYS.items():
            client.set(key, value, pxat=int(time.time() * 1000) + 3_600_000)


def keys_of(server: EmbeddedServer) -> set[str]:
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        return {key.decode() for key in client.keys() if isinstance(key, bytes)}


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedServer]:
    """That of a service which runs in the working folder."""
    with EmbeddedServer(folder.parent / ".policyd") as server:
        fill(server)
        yield server


# ---------------------------------------------------------------- beside a service, and without one


def test_a_running_service_is_backed_up_and_looked_at(run: Run, server: EmbeddedServer) -> None:
    ran = run("backup", "all.policyd", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    told = json.loads(ran.out)
    assert (told["file"], told["keys"]) == ("all.policyd", 5)
    assert told["bytes"] == Path("all.policyd").stat().st_size
    census = json.loads(run("stats", "--keys", "--format", "json").out)
    assert census["kinds"]["member windows"]["keys"] == 4
    shown = run("stats", "--keys").out.splitlines()
    assert len({line.index("B  ") for line in shown[1:4]}) == 1
    assert shown[-1].startswith("valkey 9.") or shown[-1].startswith("redis 7.")
    refused = run("restore", "all.policyd")
    assert (refused.code, refused.out) == (2, "")
    assert "keeps state in this store already. Nothing was changed; --replace" in refused.err
    assert run("restore", "all.policyd", "--replace").out == "5 keys restored from all.policyd\n"
    assert keys_of(server) == set(KEYS)


def test_without_a_service_the_data_folder_is_opened_for_as_long_as_it_takes(run: Run, folder: Path) -> None:
    with EmbeddedServer(folder.parent / ".policyd") as server:
        fill(server)
    assert run("backup", "all").out.startswith("all: 5 keys, ")
    restored = run("restore", "all", "--data-dir", "new", "--lang", "zh")
    assert (restored.code, restored.out) == (0, "已从 all 恢复 5 个键\n")
    assert not list(folder.parent.rglob("*.sock"))
    with EmbeddedServer(Path("new")) as server:
        assert keys_of(server) == set(KEYS)


def test_another_store_is_named_as_for_serve(run: Run, server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYD_DATA_DIR", "elsewhere")
    assert "no store in the data folder elsewhere" in run("backup", "all").err
    assert run("backup", "all", "--redis", server.url).code == 0
    Path("my.toml").write_text(f'redis = "{server.url}"\n', encoding="utf-8")
    assert run("stats", "--keys", "--config", "my.toml", "--format", "json").code == 0
    Path("policyd.toml").write_text('redsi = "x"\n', encoding="utf-8")
    assert "did you mean `redis`?" in run("stats", "--keys").err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["backup", "all"], "no store in the data folder .policyd"),
        (["backup", "all", "--redis", "redis://:secret@127.0.0.1:1"], "the store at 127.0.0.1:1 cannot be used"),
        (["backup", "all", "--redis", "http://x"], "Redis URL must specify"),
        (["backup"], "Missing argument 'FILE'"),
        (["restore", "nofile"], "nofile"),
        (["restore", "policies/small.policy"], "does not begin like a backup of policyd. Nothing was changed"),
        (["stats"], "no store in the data folder .policyd"),
        (["stats", "--keys"], "no store in the data folder .policyd"),
        (["erase", "u1"], "no store in the data folder .policyd"),
    ],
)
def test_what_cannot_be_done_says_why(run: Run, line: list[str], said: str) -> None:
    ran = run(*line)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert "secret" not in ran.err


def test_a_store_in_memory_has_nothing_to_look_after(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYD_STORE", "memory")
    for line in (["backup", "x"], ["erase", "u1"], ["stats", "--keys"]):
        ran = run(*line)
        assert (ran.code, ran.out) == (2, "")
        assert "nothing is kept" in ran.err


@pytest.mark.parametrize("file", [".", "/dev/null", "nowhere/file"])
def test_only_a_file_is_written(run: Run, server: EmbeddedServer, file: str) -> None:
    ran = run("backup", file)
    assert (ran.code, ran.out) == (2, "")
    assert "is a directory" in ran.err or "no file that can be replaced" in ran.err or "no such folder" in ran.err


def test_a_damaged_backup_says_so(run: Run, server: EmbeddedServer) -> None:
    run("backup", "all")
    Path("all").write_bytes(Path("all").read_bytes()[:-40])
    ran = run("restore", "all", "--replace")
    assert (ran.code, ran.out) == (2, "")
    assert "all cannot be restored: it ends too early" in ran.err
    assert keys_of(server) == set(KEYS)


# ---------------------------------------------------------------- erase


def test_a_member_is_erased_where_it_is_asked(run: Run, server: EmbeddedServer, folder: Path) -> None:
    would = run("erase", "u1", "--dry-run")
    assert would.out.splitlines() == [
        "u1 would be removed from 3 groups:",
        "  g1: 1 key of windows, standing (3 strikes)",
        "  g2: 1 key of windows",
        "  t/g1: 1 key of windows",
    ]
    assert keys_of(server) == set(KEYS)
    assert run("erase", "u1", "--tenant", "", "--group", "g2").out.startswith("u1 was removed from 1 group:\n  g2: ")
    ran = run("erase", "u1", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    told = json.loads(ran.out)
    assert [(each["tenant"], each["group"], each["strikes"]) for each in told["erased"]] == [
        ("", "g1", 3),
        ("t", "g1", 0),
    ]
    assert (told["dry_run"], told["problems"]) == (False, [])
    assert keys_of(server) == {"pd:{/0}:w:g1/u2"}
    assert run("erase", "u1").out == "nothing is kept of u1\n"
    assert run("erase", "u1", "--quiet").out == ""


def test_counters_by_a_text_are_those_of_the_policies(run: Run, server: EmbeddedServer, folder: Path) -> None:
    """Windows by inviter are found through the policies that the settings name; without these it says so."""
    (folder / "small.policy").write_text(POLICY, encoding="utf-8")
    asyncio.run(join(server, folder))
    before = fields_of(server)
    (folder / "small.policy").rename(folder / "small.txt")
    ran = run("erase", "u7")
    assert (ran.code, ran.out) == (0, "nothing is kept of u7\n")
    assert "no valid policies in policies" in ran.err
    assert fields_of(server) == before
    (folder / "small.txt").rename(folder / "small.policy")
    ran = run("erase", "u7")
    assert (ran.out.splitlines()[1], ran.err) == ("  g9: 1 key of windows", "")
    (window,) = before - fields_of(server)
    assert window.startswith(b"k:g9:")


async def join(server: EmbeddedServer, folder: Path) -> None:
    """Someone joins whom u7 has invited."""
    policies = load(folder)[0]
    assert policies
    store = RedisStore(server.url, deadline=10.0)
    try:
        event = {
            "id": "e1", "kind": "join", "group": {"id": "g9"}, "member": {"id": "u8"}, "join": {"inviter": "u7"},
        }  # fmt: skip
        decision = await Engine(compile_policies(policies), store).evaluate(decode(encode(event)))
        assert not decision.degraded
    finally:
        await store.close()


def fields_of(server: EmbeddedServer) -> set[bytes]:
    """Of all rings."""
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        rings = [key for key in client.keys() if client.type(key) == b"hash"]
        return {field for key in rings for field in cast(dict[bytes, bytes], client.hgetall(cast(str, key)))}
