"""A load generator over plain sockets: `python -m bench.load URL --requests 20000 --connections 16 --array 1`.

Prints one line of JSON: requests and events a second, and the latency of a request in ms at the median and the 99th
percentile. A client library would cost more than the service that it measures. Texts are real messages of chats where
the data are beside the repository (`bench/data.py`).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from collections.abc import Sequence
from functools import partial
from typing import cast
from urllib.parse import urlsplit

from bench.data import messages, present

TEXTS = ("今天的作业在哪里交?", "老师好,第三章的例题没有看懂", "晚上一起讨论项目吗", "收到,谢谢!", "hello everyone")
CHAT = "spam_zh_telegram.dev.jsonl"


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

    def _send(self) -> None:
        following = next(self._requests, None)
        if following is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._started = time.perf_counter()
        self._transport.write(following)


def _same(client: Client) -> Client:
    return client


def _length(head: bytes) -> int:
    """Of the body that follows; RuntimeError where the answer is not 200."""
    if b" 200 " not in head[:16]:
        raise RuntimeError(head.decode())
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


async def load(url: str, requests: int, connections: int, array: int) -> dict[str, float]:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 80
    each = requests // connections
    start = random.randrange(10**6)
    prepared = [
        [request(host, parts.path, start + (one * each + i) * array, array) for i in range(each)]
        for one in range(connections)
    ]
    took: list[float] = []
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    clients = [Client(mine, took) for mine in prepared]
    for client in clients:
        await loop.create_connection(partial(_same, client), host, port)
    await asyncio.gather(*(client.done for client in clients))
    seconds = time.perf_counter() - started
    took.sort()
    return {
        "requests_per_second": round(len(took) / seconds),
        "events_per_second": round(len(took) * array / seconds),
        "p50_ms": round(took[len(took) // 2] * 1000, 2),
        "p99_ms": round(took[len(took) * 99 // 100] * 1000, 2),
    }


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("url")
    options.add_argument("--requests", type=int, default=20_000)
    options.add_argument("--connections", type=int, default=16)
    options.add_argument("--array", type=int, default=1)
    asked = options.parse_args()
    try:
        import uvloop
    except ImportError:
        new_loop = asyncio.new_event_loop
    else:
        new_loop = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=new_loop) as runner:
        print(json.dumps(runner.run(load(asked.url, asked.requests, asked.connections, asked.array))))


if __name__ == "__main__":
    main()
