"""`policyd tickets`, as an operator runs it beside a service."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from policyd.cli.table import width
from policyd.model.records import STAMP, Evidence, PlannedAction, Record, Ticket, Vote, pack
from policyd.model.state import Filing, Put
from policyd.state.embedded import EmbeddedServer
from policyd.state.redis import RedisStore
from tests.cli.conftest import Run

NOON = 1_772_424_000_000
"""2026-03-02, noon in the zone of the policy `small`."""
HOUR = 3_600_000
HELD = Ticket(
    "k7m2q9xa4b", "hold", "g1", "u1", "telegram:1", NOON, rules=("small.many",), name="小明", message="m1",
    text="看\n图片", deadline=NOON + 30 * HOUR, expire=(PlannedAction("delete"),),
    approve=(PlannedAction("release"),), refuse=(PlannedAction("delete"), PlannedAction("warn", "不行")),
)  # fmt: skip
REVIEW = Ticket(
    "rev1234567", "review", "g1", "u2", "telegram:2", NOON + HOUR, rules=("small.ads",), review="small.ads",
    needs=("licence", "photo", "menu"), needed=2, decided_by="admins",
    evidence={"licence": Evidence("file:9", NOON + 10**11), "photo": Evidence("file:8", NOON)},
)  # fmt: skip
PROPOSED = Ticket(
    "pro1234567", "proposal", "群 2", "u3", "telegram:3", NOON, rules=("gone.silent",), needed=2,
    approve=(PlannedAction("mute", duration=86_400_000),), votes=(Vote("m1", "approve", "v1", "ok"),),
)  # fmt: skip
SETTLED = Ticket("old1234567", "request", "g1", "u4", "telegram:4", NOON - HOUR, status="refused", settled=NOON)
ALL = (HELD, REVIEW, PROPOSED, SETTLED)


async def put(server: EmbeddedServer, tenant: str, tickets: tuple[Ticket, ...]) -> None:
    store = RedisStore(server.url, deadline=10.0)
    try:
        for ticket in tickets:
            record = Record("ticket", ticket.group, ticket.id)
            puts = (Put(record, b"", pack(ticket), 10**10),)
            filing = Filing(tenant, store.cell_of(ticket.group), ticket.group, ticket.event, bytes(STAMP), puts)
            assert (await store.file(filing)).answer is not None
    finally:
        await store.close()


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedServer]:
    """That of a service which runs in the working folder."""
    with EmbeddedServer(folder.parent / ".policyd") as server:
        asyncio.run(put(server, "", ALL))
        yield server


def test_what_is_open_is_listed_in_columns(run: Run, server: EmbeddedServer) -> None:
    ran = run("tickets")
    assert (ran.code, ran.err) == (0, "")
    head, *lines = ran.out.splitlines()
    assert head.split() == ["TICKET", "GROUP", "KIND", "MEMBER", "OPENED", "UNTIL", "STATUS", "RULES"]
    assert [line.split()[0] for line in lines] == [HELD.id, REVIEW.id, PROPOSED.id]
    assert "u1 小明" in lines[0]
    assert "2026-03-02 12:00  2026-03-03 18:00  open" in lines[0]
    assert "waits for photo, menu" in lines[1]
    assert "1 of 2" in lines[2]
    rules = [width(line[: line.index("small.")]) for line in lines[:2]]
    assert rules == [width(head[: head.index("RULES")])] * 2
    assert max(width(line) for line in lines) > 80, "nothing is wrapped"


def test_a_group_and_the_settled_ones(run: Run, server: EmbeddedServer) -> None:
    assert [line.split()[0] for line in run("tickets", "群 2").out.splitlines()[1:]] == [PROPOSED.id]
    listed = run("tickets", "g1", "--all", "--lang", "zh").out.splitlines()
    assert listed[0].split() == ["工单", "群", "种类", "成员", "开启", "截止", "状态", "规则"]
    assert [line.split()[0] for line in listed[1:]] == [SETTLED.id, HELD.id, REVIEW.id]
    assert "已拒绝" in listed[1]
    assert run("tickets", "g7").out == "nothing waits for a human\n"
    assert run("tickets", "g7", "-q").out == ""


def test_one_ticket_is_told_in_full(run: Run, server: EmbeddedServer) -> None:
    lines = [line.split(maxsplit=1) for line in run("tickets", "g1", HELD.id).out.splitlines()]
    assert lines == [
        [HELD.id, "· held · open"],
        ["group", "g1"],
        ["member", "u1 小明"],
        ["rules", "small.many"],
        ["opened", "2026-03-02 12:00 · telegram:1"],
        ["message", "m1"],
        ["text", "看 图片"],
        ["decided", "by   moderators"],
        ["if", "approved  release"],
        ["if", 'refused   delete, warn "不行"'],
        ["until", "2026-03-03 18:00 → delete"],
    ]
    review = run("tickets", "g1", REVIEW.id).out
    assert "licence: file:9 … 2029-05-02" in review
    assert "menu: —\n" in review
    assert "admins × 2" in review
    assert "m1 · approve · ok" in run("tickets", "群 2", PROPOSED.id).out


def test_as_json(run: Run, server: EmbeddedServer) -> None:
    found = json.loads(run("tickets", "g1", "--format", "json").out)["tickets"]
    assert [each["ticket"] for each in found] == [HELD.id, REVIEW.id]
    assert found[0] == {
        "ticket": HELD.id, "kind": "hold", "status": "open", "tenant": "", "group": "g1", "member": "u1",
        "name": "小明",
        "because": ["small.many"], "event": "telegram:1", "message": "m1", "text": "看\n图片", "appealed": None,
        "opened": "2026-03-02T04:00:00+00:00", "until": "2026-03-03T10:00:00+00:00", "settled": None,
        "decided_by": "moderators", "needed": 1, "votes": [], "needs": [], "missing": [], "evidence": {},
        "approve": [{"do": "release"}], "refuse": [{"do": "delete"}, {"do": "warn", "text": "不行"}],
        "expire": [{"do": "delete"}],
    }  # fmt: skip
    assert found[1]["missing"] == ["photo", "menu"]
    (proposed,) = json.loads(run("tickets", "群 2", PROPOSED.id, "--format", "json").out)["tickets"]
    assert proposed["approve"] == [{"do": "mute", "seconds": 86_400}]
    assert proposed["votes"] == [{"by": "m1", "decision": "approve", "event": "v1", "reason": "ok"}]


def test_tenants_are_those_of_the_bots(run: Run, server: EmbeddedServer) -> None:
    asyncio.run(put(server, "t", (HELD,)))
    assert len(run("tickets", "g1").out.splitlines()) == 3
    assert [line.split()[1] for line in run("tickets", "--tenant", "t").out.splitlines()] == ["GROUP", "t/g1"]
    token = "0" * 64
    Path("policyd.toml").write_text(f'[[bot]]\nname = "b"\ntoken_sha256 = "{token}"\ntenant = "t"\n', encoding="utf-8")
    assert len(run("tickets", "g1").out.splitlines()) == 4


def test_a_group_whose_name_no_key_tells(run: Run, server: EmbeddedServer) -> None:
    name = "群" * 20
    asyncio.run(put(server, "", (Ticket("long123456", "hold", name, "u", "e", NOON),)))
    ran = run("tickets")
    assert len(ran.out.splitlines()) == 4
    assert "1 more group with long ids cannot be listed" in ran.err
    assert "long123456" in run("tickets", name).out


def test_what_cannot_be_told_says_why(run: Run, server: EmbeddedServer) -> None:
    ran = run("tickets", "g1", "nosuch")
    assert (ran.code, ran.out) == (2, "")
    assert "there is no ticket `nosuch` in group g1" in ran.err
    assert "no store in the data folder nowhere" in run("tickets", "--data-dir", "nowhere").err
