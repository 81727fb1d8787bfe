"""Many at the same time, on a real server: numbers are kept exactly, and the history of a group is the same as in
memory."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
import redis

from policyd.engine.embedded import finish
from policyd.engine.pipeline import Engine
from policyd.engine.undo import undo
from policyd.model.codec import event_from
from policyd.model.decision import Decision
from policyd.model.event import Event
from policyd.model.problem import EventError
from policyd.state.embedded import EmbeddedServer
from policyd.state.redis import RedisStore
from tests.engine.community import POLICY, play
from tests.engine.scene import Scene, compiled, done

HEADER = 'policy club { for every group  timezone "Asia/Shanghai"  brake at most 5 remove within 1h }\n'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    with EmbeddedServer(tmp_path_factory.mktemp("valkey")) as running:
        yield running


@pytest.fixture
def run(server: EmbeddedServer) -> Iterator[Callable[[str, Callable[[Engine], Awaitable[Any]]], Any]]:
    """Does something with an engine on the empty server."""
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        client.flushall()

    def run(policy: str, work: Callable[[Engine], Awaitable[Any]]) -> Any:
        async def main() -> Any:
            store = RedisStore(server.url, virtual=True, deadline=5.0)
            try:
                return await work(Engine(compiled(policy), store))
            finally:
                await store.close()

        return asyncio.run(main())

    yield run


def event(number: int, kind: str = "message", member: str | None = "u1", **parts: Any) -> Event:
    tree = {"id": f"e{number}", "kind": kind, "time": "2026-03-02T12:00:00+08:00", "group": {"id": "g1"}, **parts}
    return event_from(tree if member is None else {**tree, "member": {"id": member}})


def says(number: int, text: str, member: str = "u1") -> Event:
    return event(number, member=member, message={"id": f"m{number}", "text": text})


async def answers(engine: Engine, events: list[Event]) -> list[Decision | EventError]:
    """Of all, sent at the same time; a repeat of each is answered alike."""
    found = await asyncio.gather(*map(engine.evaluate, events), return_exceptions=True)
    for sent, first in zip(events, found, strict=True):
        if isinstance(first, Decision):
            again = await engine.evaluate(sent)
            assert (again.replayed, done(again), again.tickets) == (True, done(first), first.tickets)
        else:
            assert isinstance(first, EventError), first
    return found  # type: ignore[return-value]


def test_the_history_of_a_group_is_the_same_as_in_memory(run: Any) -> None:
    events, decisions = play(Scene(POLICY))

    async def follow(engine: Engine) -> None:
        for sent, expected in zip(events, decisions, strict=True):
            assert await engine.evaluate(sent) == expected, sent.id

    run(POLICY, follow)


def test_what_a_rule_did_is_taken_back_as_in_memory(run: Any) -> None:
    club = Scene(POLICY)
    events, _ = play(club)
    program = club.engine.program
    expected = [finish(undo(club.store, program, "", rule, 0, "g1", False)) for rule in ("words", "club.propose")]

    async def follow(engine: Engine) -> None:
        for sent in events:
            await engine.evaluate(sent)
        found = [await undo(engine.store, program, "", rule, 0, "g1", False) for rule in ("words", "club.propose")]
        assert found == expected

    run(POLICY, follow)


def test_a_brake_lets_exactly_its_number_through(run: Any) -> None:
    async def work(engine: Engine) -> None:
        found = await answers(engine, [says(number, "out", f"u{number}") for number in range(30)])
        counts = Counter(action.do for one in found if isinstance(one, Decision) for action in one.actions)
        assert counts == {"remove": 5, "propose": 25, "notify": 25}

    run(HEADER + 'rule out { when message.text contains "out"  then remove }', work)


def test_an_approval_lets_exactly_its_number_through(run: Any) -> None:
    async def work(engine: Engine) -> None:
        first = await engine.evaluate(says(100, "advert"))
        ticket = first.tickets[0].ticket
        await engine.evaluate(
            event(101, "verdict", None, verdict={"ticket": ticket, "by": "mod", "decision": "approve"})
        )
        found = await answers(engine, [says(number, "advert") for number in range(20)])
        verdicts = Counter(one.verdict for one in found if isinstance(one, Decision))
        assert verdicts == {"allow": 3, "delete": 17}
        assert (await engine.evaluate(says(102, "advert"))).verdict == "delete"

    review = 'review ads { when message.text contains "advert"  approve at most 3 per week  pending then hold }'
    run(HEADER + review, work)


def test_one_proposal_for_a_member_is_open_at_a_time(run: Any) -> None:
    async def work(engine: Engine) -> None:
        found = await answers(engine, [says(number, "spam") for number in range(15)])
        assert Counter(len(one.actions) for one in found if isinstance(one, Decision)) == {1: 1, 0: 14}
        assert len({ticket.ticket for one in found if isinstance(one, Decision) for ticket in one.tickets}) == 1

    run(HEADER + 'rule spam { when message.text contains "spam"  then propose ban }', work)


def test_votes_at_the_same_time_settle_once(run: Any) -> None:
    async def work(engine: Engine) -> None:
        first = await engine.evaluate(says(100, "spam"))
        ticket = first.tickets[0].ticket
        votes = [
            event(number, "verdict", None, verdict={"ticket": ticket, "by": f"mod{number % 4}", "decision": "approve"})
            for number in range(8)
        ]
        found = await answers(engine, votes)
        decisions = [one for one in found if isinstance(one, Decision)]
        assert sorted(done(one) for one in decisions) == [[], ["ban"]]
        (problem,) = {one.problem.code for one in found if isinstance(one, EventError)}
        assert problem == "invalid_event"

    run(HEADER + 'rule spam { when message.text contains "spam"  then propose ban by 2 moderators }', work)
