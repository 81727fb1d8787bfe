"""`policyd undo`, as an operator runs it beside a service."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from policyd.check.load import load
from policyd.compile.load import compile_policies
from policyd.engine.pipeline import Engine
from policyd.model.codec import decode, encode
from policyd.model.decision import Decision
from policyd.state.embedded import EmbeddedServer
from policyd.state.redis import RedisStore
from tests.cli.conftest import Run

POLICY = """policy small { for every group  timezone "Asia/Shanghai" }
ladder conduct { at 1 warn "first"  at 2 mute 1h }
rule bad { on message  when message.text contains "bad"  then delete, strike conduct }
rule worse { on message  when message.text contains "worse"  then mute 2h }
"""


async def happen(server: EmbeddedServer, folder: Path, *events: dict[str, Any], tenant: str = "") -> list[Decision]:
    """What a service on this store decides."""
    policies = load(folder)[0]
    assert policies
    store = RedisStore(server.url, deadline=10.0)
    try:
        engine = Engine(compile_policies(policies), store)
        return [await engine.evaluate(decode(encode(event)), tenant) for event in events]
    finally:
        await store.close()


def says(number: int, text: str, member: str = "u1", group: str = "g1") -> dict[str, Any]:
    return {
        "id": f"e{number}", "kind": "message", "group": {"id": group}, "member": {"id": member},
        "message": {"id": f"m{number}", "text": text},
    }  # fmt: skip


def happened(server: EmbeddedServer, folder: Path, *events: dict[str, Any], tenant: str = "") -> list[Decision]:
    return asyncio.run(happen(server, folder, *events, tenant=tenant))


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedServer]:
    """That of a service which has been wrong about two members."""
    (folder / "small.policy").write_text(POLICY, encoding="utf-8")
    with EmbeddedServer(folder.parent / ".policyd") as server:
        happened(server, folder, says(1, "bad"), says(2, "worse", "u2"), says(3, "bad", "u3", "群 2"))
        yield server


def test_what_a_rule_has_done_is_shown_and_taken_back(run: Run, server: EmbeddedServer, folder: Path) -> None:
    would = run("undo", "--rule", "bad", "--since", "1h", "--dry-run")
    assert (would.code, would.err) == (0, "")
    lines = would.out.splitlines()
    assert lines[0] == "g1"
    assert lines[1] == "  u1  e1  1 strike of small.conduct; stays: delete, warn"
    assert lines[2] == "群 2"
    assert lines[-1].startswith("2 decisions since 2")
    assert lines[-1].endswith(" would be taken back")
    assert run("undo", "--rule", "small.bad", "--since", "1h", "--dry-run").out.splitlines()[:3] == lines[:3]
    done = run("undo", "--rule", "bad", "--since", "1h", "--group", "g1", "--lang", "zh").out.splitlines()
    assert done[1] == "  u1  e1  small.conduct 减 1 次;无法撤销:delete、warn"
    assert "起共 1 个决定已撤销" in done[-1]
    assert "has done nothing since" in run("undo", "--rule", "bad", "--since", "1h", "--group", "g1").out
    (again,) = happened(server, folder, says(4, "bad"))
    assert again.ladders["small.conduct"].strikes == 1, "the strike was given back"
    (other,) = happened(server, folder, says(5, "bad", "u3", "群 2"))
    assert other.ladders["small.conduct"].strikes == 2


def test_what_was_added_is_taken_back_from_whom_it_was_added_for(run: Run, folder: Path) -> None:
    (folder / "small.policy").write_text(
        "policy small { for every group }\ntally points by member\n"
        'rule raid { on join  then warn "why so many?", add 5 to points of join.inviter, add -2 to points }\n'
    )
    with EmbeddedServer(folder.parent / ".policyd") as server:
        event = {
            "id": "e1", "kind": "join", "group": {"id": "g1"}, "member": {"id": "u1"}, "join": {"inviter": "host"}
        }  # fmt: skip
        happened(server, folder, event)
        told = json.loads(run("undo", "--rule", "raid", "--since", "1h", "--dry-run", "--format", "json").out)
        assert told["groups"][0]["undone"][0]["awards"] == {"small.points": {"host": 5, "u1": -2}}
        english = run("undo", "--rule", "raid", "--since", "1h", "--dry-run").out.splitlines()
        assert english[1] == "  u1  e1  small.points of host -5; small.points of u1 +2; stays: warn"
        chinese = run("undo", "--rule", "raid", "--since", "1h", "--lang", "zh").out.splitlines()
        assert chinese[1] == "  u1  e1  host 的 small.points 减 5;u1 的 small.points 加 2;无法撤销:warn"
        assert "has done nothing since" in run("undo", "--rule", "raid", "--since", "1h").out


def test_a_mute_is_ended_by_the_bot_with_its_next_tick(run: Run, server: EmbeddedServer, folder: Path) -> None:
    told = json.loads(run("undo", "--rule", "worse", "--since", "2020-01-01", "--format", "json").out)
    assert (told["rule"], told["since"], told["dry_run"]) == ("worse", "2019-12-31T16:00:00+00:00", False)
    (group,) = told["groups"]
    assert group["group"] == "g1"
    assert group["undone"] == [{"event": "e2", "member": "u2", "strikes": {}, "cannot": []}]
    assert [(action["do"], action["member"]) for action in group["actions"]] == [("unmute", "u2")]
    (tick,) = happened(server, folder, {"id": f"t{time.time_ns()}", "kind": "tick"})
    assert [(action.do, action.member, action.group) for action in tick.actions] == [("unmute", "u2", "g1")]


def test_since_when(run: Run, server: EmbeddedServer) -> None:
    assert "has done nothing since 2099-01-01 00:00" in run("undo", "--rule", "bad", "--since", "2099-01-01").out
    assert run("undo", "--rule", "bad", "--since", "2099-01-01", "-q").out == ""
    ran = run("undo", "--rule", "bad", "--since", "yesterday")
    assert (ran.code, ran.out) == (2, "")
    assert "`--since yesterday` is no time like 2026-03-02" in ran.err
    assert "Missing option '--since'" in run("undo", "--rule", "bad").err


def test_a_rule_that_is_gone_can_be_taken_back(run: Run, server: EmbeddedServer, folder: Path) -> None:
    (folder / "small.policy").write_text(POLICY.replace("rule bad", "rule good"), encoding="utf-8")
    ran = run("undo", "--rule", "bad", "--since", "1h", "--group", "g1")
    assert ran.code == 0
    assert "there is no rule `bad` in the policies now" in ran.err
    assert ran.out.splitlines()[1].startswith("  u1  e1  1 strike")


def test_tenants_are_kept_apart(run: Run, server: EmbeddedServer, folder: Path) -> None:
    happened(server, folder, says(9, "bad", "u9"), tenant="t")
    assert "u9" not in run("undo", "--rule", "bad", "--since", "1h", "--dry-run").out
    shown = run("undo", "--rule", "bad", "--since", "1h", "--tenant", "t", "--dry-run").out
    assert [line.split()[0] for line in shown.splitlines()[:2]] == ["t/g1", "u9"]


def test_policies_with_errors_undo_nothing(run: Run, server: EmbeddedServer, folder: Path) -> None:
    (folder / "small.policy").write_text("policy small {", encoding="utf-8")
    ran = run("undo", "--rule", "bad", "--since", "1h")
    assert (ran.code, ran.out) == (3, "")
