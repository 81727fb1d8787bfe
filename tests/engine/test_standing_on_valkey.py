"""Standing on a real server: as in memory, and exact where many engines award the same member at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
import redis

from policyd.engine.pipeline import Engine
from policyd.model.codec import event_from
from policyd.model.decision import Decision
from policyd.model.event import Event
from policyd.model.records import STAMP, Account, MemberFile, Record, unpack
from policyd.state.embedded import EmbeddedServer
from policyd.state.redis import RedisStore
from tests.engine.scene import compiled
from tests.engine.standing import POLICY, Club
from tests.engine.test_standing_cut_off import files, play

_PROGRAM = compiled(POLICY)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    with EmbeddedServer(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture
def server(running: EmbeddedServer) -> EmbeddedServer:
    """Empty."""
    with redis.Redis(unix_socket_path=str(running.socket)) as client:
        client.flushall()
    return running


async def read(store: RedisStore, member: str) -> MemberFile:
    (stored,) = await store.read("", store.cell_of("g1"), (Record("file", "g1", member),))
    return unpack(MemberFile, stored[STAMP:]) or MemberFile()


def test_the_history_of_a_group_is_the_same_as_in_memory(server: EmbeddedServer) -> None:
    club = Club()
    events, decisions = play(club)

    async def main() -> None:
        store = RedisStore(server.url, virtual=True, deadline=5.0)
        engine = Engine(_PROGRAM, store)
        assert [await engine.evaluate(event) for event in events] == decisions
        assert [await read(store, member) for member in ("u1", "u2")] == files(club)
        await store.close()

    asyncio.run(main())


def test_awards_to_one_inviter_at_once_are_all_counted(server: EmbeddedServer) -> None:
    def joins(number: int) -> Event:
        return event_from({
            "id": f"e{number}", "kind": "join", "time": "2026-03-02T12:00:00+08:00", "group": {"id": "g1"},
            "member": {"id": f"u{number}"}, "join": {"inviter": "host"},
        })  # fmt: skip

    async def main() -> tuple[list[Decision], Account]:
        stores = [RedisStore(server.url, virtual=True, deadline=5.0) for _ in range(2)]
        engines = [Engine(_PROGRAM, store) for store in stores]
        twice = [joins(number) for number in range(20)] * 2
        told = await asyncio.gather(*(engines[place % 2].evaluate(each) for place, each in enumerate(twice)))
        account = (await read(stores[0], "host")).accounts["club.points"]
        for store in stores:
            await store.close()
        return told, account

    told, account = asyncio.run(main())
    assert all(decision.actions[0].amount == 7 for decision in told)
    assert (account.total, list(account.days.values())) == (140, [140])


def test_a_step_that_two_messages_come_to_at_once_is_told_once(server: EmbeddedServer) -> None:
    def says(day: int, number: int) -> Event:
        return event_from({
            "id": f"e{day}.{number}", "kind": "message", "time": f"2026-03-0{day}T12:00:00+08:00",
            "group": {"id": "g1"}, "member": {"id": "u1"}, "message": {"id": f"m{day}.{number}", "text": "#in"},
        })  # fmt: skip

    async def main() -> tuple[list[str], MemberFile]:
        store = RedisStore(server.url, virtual=True, deadline=5.0)
        engine = Engine(_PROGRAM, store)
        await engine.evaluate(says(2, 0))
        told = await asyncio.gather(*(engine.evaluate(says(3, number)) for number in range(8)))
        file = await read(store, "u1")
        await store.close()
        return [action.text or "" for decision in told for action in decision.actions if action.do == "reply"], file

    texts, file = asyncio.run(main())
    assert texts == ["two 2"]
    assert (file.runs["club.checkin"].length, file.accounts["club.points"].total) == (2, 21)
