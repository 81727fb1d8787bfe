"""Requests that come at a rate of their own, whatever the service does: what `bench/load.py --rate` sends.

They come at instants that know nothing of each other, each on a connection that is free; one that finds none waits, and
its time counts from when it came. Between two the generator sleeps, to the microsecond, as the service and its store
may need the core.
"""

from __future__ import annotations

import contextlib
import ctypes
import random
import socket
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from select import select
from typing import Final, NamedTuple

from bench.answers import Answers

_PR_SET_TIMERSLACK: Final = 29
_PATIENCE: Final = 30.0
"""Seconds without any answer after which it is given up."""


class Taken(NamedTuple):
    """How long each answered request took, how many were refused, and the seconds of all."""

    took: list[float]
    refused: int
    seconds: float


class Connection(Answers):
    """`came`: from when the time of the request counts that is under way."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__()
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.came = 0.0

    def fileno(self) -> int:
        return self.socket.fileno()

    def send(self, request: bytes, came: float) -> None:
        self.came = came
        self.socket.sendall(request)

    def is_answered(self) -> bool:
        """Whether the answer is whole with what is there to be read."""
        data = self.socket.recv(65_536)
        if not data:
            raise RuntimeError("the service closed the connection")
        return self.is_whole(data)


def paced(requests: Sequence[bytes], rate: float, host: str, port: int, connections: int) -> Taken:
    """`rate`: requests a second."""
    _sleep_exactly()
    with contextlib.ExitStack() as stack:
        free = deque(Connection(host, port) for _ in range(connections))
        for each in free:
            stack.enter_context(each.socket)
        return _run(_arrivals(requests, rate), free)


def _arrivals(requests: Sequence[bytes], rate: float) -> Iterator[tuple[bytes, float]]:
    chance, at = random.Random(11), time.perf_counter()
    for request in requests:
        at += chance.expovariate(rate)
        yield request, at


def _run(arrivals: Iterator[tuple[bytes, float]], free: deque[Connection]) -> Taken:
    took: list[float] = []
    refused = 0
    waiting: deque[tuple[bytes, float]] = deque()
    busy: set[Connection] = set()
    began = time.perf_counter()
    following = next(arrivals, None)
    while following or waiting or busy:
        while following and following[1] <= time.perf_counter():
            waiting.append(following)
            following = next(arrivals, None)
        while waiting and free:
            connection = free.popleft()
            connection.send(*waiting.popleft())
            busy.add(connection)
        left = max(0.0, following[1] - time.perf_counter()) if following else _PATIENCE
        answered, _, _ = select(busy, (), (), left)
        if not (answered or following):
            raise TimeoutError("the service does not answer")
        now = time.perf_counter()
        for connection in answered:
            if connection.is_answered():
                if connection.is_refusal:
                    refused += 1
                else:
                    took.append(now - connection.came)
                busy.remove(connection)
                free.append(connection)
    return Taken(took, refused, time.perf_counter() - began)


def _sleep_exactly() -> None:
    """Linux wakes a thread up to 50 us late, to wake several at once, unless it asks for better."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_TIMERSLACK, 1)
