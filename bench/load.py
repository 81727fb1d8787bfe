"""A load generator over plain sockets: `python -m bench.load URL --requests 20000 --connections 16 --array 1`.

Prints one line of JSON: requests and events a second, and the latency of a request in ms at the median and the 99th
percentile. A client library would cost more than the service that it measures.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from urllib.parse import urlsplit

TEXTS = ("今天的作业在哪里交?", "老师好,第三章的例题没有看懂", "晚上一起讨论项目吗", "收到,谢谢!", "hello everyone")


def request(host: str, path: str, first: int, array: int) -> bytes:
    """One HTTP request with the events `first` and following."""
    events = [event(number) for number in range(first, first + array)]
    body = json.dumps(events[0] if array == 1 else events, ensure_ascii=False, separators=(",", ":")).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def event(number: int) -> dict[str, object]:
    """A message of one of a million members, so that hardly any comes twice, in 50 groups."""
    return {
        "id": f"{time.time_ns()}-{number}", "kind": "message",
        "group": {"id": f"g{number % 50}", "tags": ["community"]},
        "member": {"id": f"u{number % 10**6}", "name": "小明", "role": "member"},
        "message": {"id": f"m{time.time_ns()}-{number}", "text": TEXTS[number % len(TEXTS)], "images": 0},
    }  # fmt: skip


async def client(host: str, port: int, requests: list[bytes], took: list[float]) -> None:
    """Sends one after the other on one connection."""
    reader, writer = await asyncio.open_connection(host, port)
    for each in requests:
        started = time.perf_counter()
        writer.write(each)
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head[:16]:
            raise RuntimeError(head.decode())
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length[15:]))
        took.append(time.perf_counter() - started)
    writer.close()


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
    started = time.perf_counter()
    await asyncio.gather(*(client(host, port, mine, took) for mine in prepared))
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
