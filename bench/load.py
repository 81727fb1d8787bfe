"""A load generator over plain sockets: `python -m bench.load URL --requests 20000 --connections 16 --array 1`.

Prints one line of JSON: requests and events a second, and the latency of a request in ms at the median, the 99th and
other percentiles. A client library would cost more than the service that it measures. Texts are real messages of chats
where the data are beside the repository (`bench/data.py`).

With `-` for the URL it stays, reads jobs from its input, each a line of JSON with the arguments of `load` and the
`seconds` after which it gives up, and prints a line for each.

With `--rate N` requests come N a second whatever the service does (`bench/paced.py`). A request that the service
refuses, as it cannot do more in time, ends the run; with `--refusals` those that come at a rate are counted instead.

Who speaks is drawn from 200,000 members of 50 groups, with a seed: a service that decides 13,000 messages a second at
four a minute from each member has so many. From fewer, limits would be broken all the time, which nobody reaches in
usual groups. With `--members 0` every message is the first of its member: the most that a message can ask of a store.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Sequence
from functools import partial
from typing import Any, Final, cast
from urllib.parse import urlsplit

from bench.answers import Answers
from bench.data import messages, present
from bench.paced import paced

TEXTS = ("今天的作业在哪里交?", "老师好,第三章的例题没有看懂", "晚上一起讨论项目吗", "收到,谢谢!", "hello everyone")
CHAT = "spam_zh_telegram.dev.jsonl"
MEMBERS: Final = 200_000
GROUPS: Final = 50
PERCENTILES: Final = (10, 25, 50, 75, 90, 95, 99, 99.9)


def texts() -> Sequence[str]:
    """What members say: ordinary messages of real chats, or a few of our own."""
    return messages(CHAT, 0) if present() else TEXTS


_chance: Final = random.Random(7)


def event(number: int, text: str, member: int) -> dict[str, object]:
    """A message of a member, who is in one group."""
    return {
        "id": f"{time.time_ns()}-{number}", "kind": "message", "time": "2026-03-02T12:00:00+08:00",
        "group": {"id": f"g{member % GROUPS}", "tags": ["course", "community"]},
        "member": {"id": f"u{member}", "name": "小明", "role": "member"},
        "message": {"id": f"m{time.time_ns()}-{number}", "text": text, "images": 0},
    }  # fmt: skip


def drawn(number: int, members: int) -> int:
    """Who says the message with this number, in the groups one after the other; 0 members: somebody new."""
    return number % GROUPS + GROUPS * _chance.randrange(members // GROUPS) if members else number


def request(host: str, path: str, first: int, array: int, members: int = MEMBERS, *, each: bool = False) -> bytes:
    """One HTTP request with the events `first` and following. `each`: of the members with these numbers."""
    said = texts()
    events = [
        event(number, said[number % len(said)], number if each else drawn(number, members))
        for number in range(first, first + array)
    ]
    body = json.dumps(events[0] if array == 1 else events, ensure_ascii=False, separators=(",", ":")).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Refused(RuntimeError):
    """How many requests the service refused; what it reached or how long it took would say nothing."""

    def __str__(self) -> str:
        return f"the service refused {self.args[0]} of the requests: more came than it could do in time"


class Client(Answers, asyncio.Protocol):
    """Sends its requests one after the other on one connection; `done` when all are answered."""

    def __init__(self, requests: Sequence[bytes], took: list[float]) -> None:
        super().__init__()
        self._requests = iter(requests)
        self._took = took
        self._started = 0.0
        self._transport: asyncio.WriteTransport | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        if self.is_whole(data):
            if self.is_refusal:
                raise Refused(1)
            self._took.append(time.perf_counter() - self._started)
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or RuntimeError("the service closed the connection"))

    def close(self) -> None:
        if self._transport:
            self._transport.close()
        elif not self.done.done():
            self.done.cancel()

    def _send(self) -> None:
        following = next(self._requests, None)
        if following is None:
            self.done.set_result(None)
            self.close()
        else:
            assert self._transport is not None
            self._started = time.perf_counter()
            self._transport.write(following)


def _same(client: Client) -> Client:
    return client


async def load(
    url: str,
    requests: int,
    connections: int,
    array: int,
    rate: float = 0.0,
    members: int = MEMBERS,
    *,
    each: bool = False,
    refusals: bool = False,
) -> dict[str, float]:
    """`rate`: requests a second, 0 as many as are answered. `each`: of every member one message, in their order.
    `refusals`: those of requests at a rate are counted, as `refused`; `Refused` is raised where not."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 80
    share = requests // connections
    start = 0 if each else _chance.randrange(10**12)
    prepared = [
        [request(host, parts.path, start + (one * share + i) * array, array, members, each=each) for i in range(share)]
        for one in range(connections)
    ]
    if rate:
        in_turns = [one for together in zip(*prepared, strict=True) for one in together]
        found = await asyncio.to_thread(paced, in_turns, rate, host, port, connections)
        if found.refused and not (refusals and found.took):
            raise Refused(found.refused)
        return {**_told(found.seconds, found.took, array), "refused": found.refused}
    took: list[float] = []
    return _told(await closed(prepared, host, port, took), took, array)


async def closed(prepared: Sequence[Sequence[bytes]], host: str, port: int, took: list[float]) -> float:
    """Every connection sends when it has its answer; how many seconds it took."""
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    clients = [Client(mine, took) for mine in prepared]
    try:
        for client in clients:
            await loop.create_connection(partial(_same, client), host, port)
        await asyncio.gather(*(client.done for client in clients))
        return time.perf_counter() - started
    finally:
        for client in clients:
            client.close()
        await asyncio.gather(*(client.done for client in clients), return_exceptions=True)


def _told(seconds: float, took: list[float], array: int) -> dict[str, float]:
    took.sort()
    latency = {
        f"p{percent:g}_ms": round(took[min(len(took) - 1, int(len(took) * percent / 100))] * 1000, 3)
        for percent in PERCENTILES
    }
    rates = {
        "requests_per_second": round(len(took) / seconds),
        "events_per_second": round(len(took) * array / seconds),
    }
    return {**rates, **latency}


async def _job(url: str, seconds: float, **asked: Any) -> dict[str, float]:
    async with asyncio.timeout(seconds):
        return await load(url, **asked)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("url")
    options.add_argument("--requests", type=int, default=20_000)
    options.add_argument("--connections", type=int, default=16)
    options.add_argument("--array", type=int, default=1)
    options.add_argument("--rate", type=float, default=0.0, help="requests a second; all it can where not told")
    options.add_argument("--refusals", action="store_true", help="count requests that are refused, at a rate")
    options.add_argument("--members", type=int, default=MEMBERS, help="who speaks; 0: somebody new each time")
    asked = options.parse_args()
    if 0 < asked.members < GROUPS:
        options.error(f"--members: there are {GROUPS} groups, each needs one; 0: somebody new each time")
    try:
        import uvloop
    except ImportError:
        new_loop = asyncio.new_event_loop
    else:
        new_loop = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=new_loop) as runner:
        if asked.url != "-":
            print(json.dumps(runner.run(load(**vars(asked)))))
            return
        for line in sys.stdin:
            print(json.dumps(runner.run(_job(**json.loads(line)))), flush=True)


if __name__ == "__main__":
    main()
