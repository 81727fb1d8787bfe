"""Whatever befalls the store, every answer is the one that the policy declares for it, and none hangs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from policyd.check.load import load
from policyd.compile.load import compile_policies
from policyd.engine.pipeline import Engine
from policyd.model.decision import Decision
from policyd.model.event import Event, Group, Member, Message
from policyd.model.state import Commit, Observe, StoreUnavailable
from policyd.state.batcher import Batcher
from policyd.state.calls import Answer, Asked, Batch, Limits
from policyd.state.connecting import Connector
from policyd.state.embedded import EmbeddedServer
from policyd.state.library import COMMIT, READ, reading
from policyd.state.redis import RedisStore

from .load import answered, kill
from .proxy import FaultProxy
from .scripted import REFUSALS, ScriptedServer

HANG = 20.0
FIRST = Observe("", "matrix", "u", "first", b"8 bytes.", "r")
DECLARED = {"allow": "allow", "hold": "hold", "deny": "delete"}
NETWORK = ("slow", "black hole", "reset", "half a reply", "lost reply")
POLICY = """
policy p {{
  for every group
  if store fails {fails}
}}
lexicon words {{ words "badword" }}
limit flood {{ at most 100 messages by member within 10s  then delete }}
rule bad {{ when message.text matches words  then mask }}
"""


def events(number: int, text: str = "hello") -> list[Event]:
    return [
        Event(f"e{n}", "message", Group("g1"), Member(f"u{n % 7}"), message=Message(f"m{n}", text))
        for n in range(number)
    ]


async def answers(engine: Engine, asked: list[Event]) -> list[Decision]:
    async with asyncio.timeout(HANG):
        return list(await asyncio.gather(*(engine.evaluate(event) for event in asked)))


@contextlib.asynccontextmanager
async def store_with(fault: str, folder: Path, server: EmbeddedServer) -> AsyncIterator[RedisStore]:
    """A store that was fine when it was opened, and on which `fault` then sets in."""
    listen = folder / "s"
    if fault in REFUSALS:
        async with ScriptedServer(listen, fault) as scripted:
            store = RedisStore(scripted.url)
            await store.open()
            yield store
            assert scripted.asked
            await store.close()
    elif fault == "killed":
        async with _killed(folder) as store:
            yield store
    else:
        async with FaultProxy(server.socket, listen) as proxy:
            store = RedisStore(proxy.url)
            await store.open()
            await answered(store, FIRST)
            proxy.delay = (0.3, 0.4)
            proxy.fault = fault  # type: ignore[assignment]
            yield store
            await store.close()


@contextlib.asynccontextmanager
async def _killed(folder: Path) -> AsyncIterator[RedisStore]:
    with EmbeddedServer(folder / "own") as server:
        store = RedisStore(server.url)
        await store.open()
        await answered(store, FIRST)
        await kill(server)
        yield store
        await store.close()


@pytest.mark.parametrize("fails", sorted(DECLARED))
@pytest.mark.parametrize("fault", [*NETWORK, "killed", *sorted(REFUSALS)])
def test_fault_gives_the_declared_answer(fault: str, fails: str, tmp_path: Path, valkey: EmbeddedServer) -> None:
    (tmp_path / "p.policy").write_text(POLICY.format(fails=fails), encoding="utf-8")
    policies, findings = load(tmp_path)
    assert policies is not None, findings
    program = compile_policies(policies)

    async def scenario() -> None:
        async with store_with(fault, tmp_path, valkey) as store:
            engine = Engine(program, store)
            for decision in await answers(engine, events(50)):
                assert (decision.degraded, decision.verdict) == (True, DECLARED[fails])
                assert decision.unasked == ("p.flood",)
            for decision in await answers(engine, events(5, "a badword")):
                assert decision.degraded
                assert decision.verdict == ("mask" if fails == "allow" else DECLARED[fails])

    asyncio.run(scenario())


@pytest.mark.parametrize("refusal", ["LOADING", "forgotten", "another's answer"])
def test_what_is_refused_for_a_moment_is_asked_again_in_its_order(refusal: str, tmp_path: Path) -> None:
    """Calls that were under way together, so that what one member did first is recorded first; on another connection
    where this one is of no use any more."""

    async def scenario() -> list[list[bytes]]:
        async with ScriptedServer(tmp_path / "s", refusal) as scripted:
            store = RedisStore(scripted.url)
            await store.open()
            commits = (store.commit(Commit("", "g", "u", f"e{number}", b"8 bytes.", 1)) for number in range(3))
            for failed in await asyncio.gather(*commits, return_exceptions=True):
                assert isinstance(failed, StoreUnavailable)
            await store.close()
            return scripted.asked

    asked = [[word for place, word in enumerate(call) if place != 3 + int(call[2])] for call in asyncio.run(scenario())]
    assert asked[0] != asked[1] != asked[2]
    assert asked[3:6] == asked[:3]


@pytest.mark.parametrize(("refusal", "reason"), [("OOM", "maxmemory"), ("MISCONF", "MISCONF")])
def test_a_server_that_takes_no_writes_is_asked_once_for_what_needs_none(
    refusal: str, reason: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> list[bytes]:
        async with ScriptedServer(tmp_path / "s", refusal) as scripted:
            store = RedisStore(scripted.url, deadline=5.0)
            await store.open()
            for event in ("e1", "e2"):
                with pytest.raises(StoreUnavailable, match=f"the store refused: .*{reason}"):
                    await store.commit(Commit("", "g", "u", event, b"8 bytes.", 1))
            with pytest.raises(StoreUnavailable, match=f"the store refused: .*{reason}"):
                await store.now(0)
            await store.close()
            return [call[1] for call in scripted.asked]

    assert asyncio.run(scenario()) == [COMMIT, reading(COMMIT), COMMIT, reading(COMMIT), READ]
    [told] = [record.getMessage() for record in caplog.records if "takes no writes" in record.getMessage()]
    assert reason in told


def test_what_several_calls_bring_from_another_node_stays_in_its_order(tmp_path: Path) -> None:
    """Nodes of a Cluster send away each call for itself."""

    async def scenario() -> list[list[bytes]]:
        async with ScriptedServer(tmp_path / "s", "NOPERM") as scripted:
            batcher = Batcher(Connector(scripted.url).connect, Limits(deadline=5.0))
            batch, loop = Batch(b"script", (), (), alone=True), asyncio.get_running_loop()
            futures = [asyncio.Future[Answer]() for _ in range(3)]
            for number, future in enumerate(futures):
                moved = Asked(batch, (), (b"%d" % number,), 1, loop.time() + 5.0, False, future)
                batcher.take_over([moved], asking=False)
            await asyncio.gather(*futures, return_exceptions=True)
            await batcher.close()
            return scripted.asked

    assert [call[-1] for call in asyncio.run(scenario())] == [b"0", b"1", b"2"]
