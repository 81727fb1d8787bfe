"""A load generator over plain sockets: `python -m bench.load URL --requests 20000 --connections 16 --array 1`.

Prints one line of JSON: requests and events a second, and the latency of a request in ms at the median, the 99th and
other percentiles. A client library would cost more than the service that it measures. Texts are real messages of chats
where the data are beside the repository (`bench/data.py`).

With `-` for the URL it stays, reads jobs from its input, each a line of JSON with the arguments of `load` and the
`seconds` after which it gives up, and prints a line for each.

With `--rate N` requests come N a second whatever the service does, at instants that know nothing of each other, each on
a connection that is free; one that finds none waits, and its time counts from when it came.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, cast
from urllib.parse import urlsplit

from bench.data import messages, present

TEXTS = ("今天的作业在哪里交?", "老师好,第三章的例题没有看懂", "晚上一起讨论项目吗", "收到,谢谢!", "hello everyone")
CHAT = "spam_zh_telegram.dev.jsonl"
PERCENTILES: Final = (10, 25, 50, 75, 90, 95, 99, 99.9)


def texts() -> Sequence[str]:
    """What members say: ordinary messages of real chats, or a few of our own."""
    return messages(CHAT, 0) if present() else TEXTS


def event(number: int, text: str) -> dict[str, object]:
    """A message of one of a million members, so that hardly any comes twice, in 50 groups."""
    return {
        "id": f"{time.time_ns()}-{number}", "kind": "message", "time": "2026-03-02T12:00:00+08:00",
        "group": {"id": f"g{number % 50}", "tags": ["course", "community"]},
        "member": {"id": f"u{number % 10**6}", "name": "小明", "role": "member"},
        "message": {"id": f"m{time.time_ns()}-{number}", "text": text, "images": 0},
    }  # fmt: skip


def request(host: str, path: str, first: int, array: int) -> bytes:
    """One HTTP request with the events `first` and following."""
    said = texts()
    events = [event(number, said[number % len(said)]) for number in range(first, first + array)]
    body = json.dumps(events[0] if array == 1 else events, ensure_ascii=False, separators=(",", ":")).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Client(asyncio.Protocol):
    """Sends its requests one after the other on one connection; `done` when all are answered."""

    def __init__(self, requests: Sequence[bytes], took: list[float]) -> None:
        self._requests = iter(requests)
        self._took = took
        self._buffer = b""
        self._whole = 0
        self._started = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        if not self._whole and (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            self._whole = end + 4 + _length(self._buffer[:end])
        if self._whole and len(self._buffer) >= self._whole:
            self._took.append(time.perf_counter() - self._started)
            self._buffer, self._whole = b"", 0
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or RuntimeError("the service closed the connection"))

    def send(self, request: bytes, came: float) -> None:
        """`came`: from when its time counts."""
        self._started = came
        self._transport.write(request)

    def finish(self) -> None:
        self.done.set_result(None)
        self._transport.close()

    def _send(self) -> None:
        following = next(self._requests, None)
        if following is None:
            self.finish()
        else:
            self.send(following, time.perf_counter())


class Paced(Client):
    """Sends what it is given, one at a time, and says when it is free."""

    def __init__(self, took: list[float], free: Callable[[Paced], None]) -> None:
        super().__init__((), took)
        self._free = free

    def _send(self) -> None:
        self._free(self)


class Arrivals:
    """Sends requests when they come, as many a second as `rate`, by free clients."""

    def __init__(self, requests: Sequence[bytes], rate: float) -> None:
        chance = random.Random(11)
        self._requests = requests
        self._gaps = [chance.expovariate(rate) for _ in requests]
        self._waiting: deque[tuple[bytes, float]] = deque()
        self._clients: deque[Paced] = deque()

    def free(self, client: Paced) -> None:
        if self._waiting:
            client.send(*self._waiting.popleft())
        else:
            self._clients.append(client)

    async def run(self) -> None:
        """Looks again and again, as timers of milliseconds would send in bursts."""
        at = time.perf_counter()
        for request, gap in zip(self._requests, self._gaps, strict=True):
            at += gap
            while time.perf_counter() < at:
                await asyncio.sleep(0)
            if self._clients:
                self._clients.popleft().send(request, at)
            else:
                self._waiting.append((request, at))

    async def finish(self, connections: int) -> None:
        """Once everything is answered."""
        while self._waiting or len(self._clients) < connections:
            await asyncio.sleep(0.001)
        for client in self._clients:
            client.finish()


def _same(client: Client) -> Client:
    return client


def _length(head: bytes) -> int:
    """Of the body that follows; RuntimeError where the answer is not 200."""
    if b" 200 " not in head[:16]:
        raise RuntimeError(head.decode())
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


async def load(url: str, requests: int, connections: int, array: int, rate: float = 0.0) -> dict[str, float]:
    """`rate`: requests a second, 0 as many as are answered."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 80
    each = requests // connections
    start = random.randrange(10**6)
    prepared = [
        [request(host, parts.path, start + (one * each + i) * array, array) for i in range(each)]
        for one in range(connections)
    ]
    took: list[float] = []
    run = _paced(prepared, rate, host, port, took) if rate else closed(prepared, host, port, took)
    return _told(await run, took, array)


async def closed(prepared: Sequence[Sequence[bytes]], host: str, port: int, took: list[float]) -> float:
    """Every connection sends when it has its answer; how many seconds it took."""
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    clients = [Client(mine, took) for mine in prepared]
    for client in clients:
        await loop.create_connection(partial(_same, client), host, port)
    await asyncio.gather(*(client.done for client in clients))
    return time.perf_counter() - started


async def _paced(prepared: list[list[bytes]], rate: float, host: str, port: int, took: list[float]) -> float:
    loop = asyncio.get_running_loop()
    arrivals = Arrivals([one for each in zip(*prepared, strict=True) for one in each], rate)
    clients = [Paced(took, arrivals.free) for _ in prepared]
    for client in clients:
        await loop.create_connection(partial(_same, client), host, port)
    started = time.perf_counter()
    everything = asyncio.gather(*(client.done for client in clients))
    sending = asyncio.ensure_future(arrivals.run())
    await asyncio.wait((everything, sending), return_when=asyncio.FIRST_COMPLETED)
    if everything.done():
        sending.cancel()
        everything.result()
    seconds = time.perf_counter() - started
    ending = asyncio.ensure_future(arrivals.finish(len(clients)))
    await everything
    await ending
    return seconds


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
    asked = options.parse_args()
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
