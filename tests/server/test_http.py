"""The short way of requests that arrive whole, and all that goes uvicorn's way, over bare sockets."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Callable, Iterator, Sequence

import pytest
import uvicorn
from uvicorn.server import ServerState

from policyd.server.http import EventProtocol, Exchange, Inbox
from policyd.server.settings import Limits, Settings
from tests.server.service import Service, event, running


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with running() as service:
        yield service


@pytest.fixture(autouse=True)
def read(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What the service has read, piece by piece."""
    found: list[bytes] = []
    received = EventProtocol.data_received

    def data_received(self: EventProtocol, data: bytes) -> None:
        received(self, data)
        found.append(data)

    monkeypatch.setattr(EventProtocol, "data_received", data_received)
    return found


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The bodies that went the short way."""
    found: list[bytes] = []
    finished = EventProtocol.on_message_complete

    def on_message_complete(self: EventProtocol) -> None:
        if self._short is not None:
            found.append(self._short.body)
        finished(self)

    monkeypatch.setattr(EventProtocol, "on_message_complete", on_message_complete)
    return found


def request(
    number: int | str, target: str = "/v1/evaluate", version: str = "HTTP/1.1", text: str = "hello", **headers: str
) -> bytes:
    body = json.dumps(event(number, text)).encode()
    head = {"host": "localhost", "content-type": "application/json", "content-length": str(len(body)), **headers}
    lines = [f"POST {target} {version}", *[f"{name.replace('_', '-')}: {value}" for name, value in head.items()]]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Talk:
    """One connection."""

    def __init__(self, service: Service) -> None:
        host, port = service.url.removeprefix("http://").split(":")
        self._socket = socket.create_connection((host, int(port)), timeout=10)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read = b""

    def __enter__(self) -> Talk:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, *pieces: bytes, read: list[bytes] | None = None) -> None:
        """One piece after the other; where the service's readings are told, each only when the one before is `read`."""
        for piece in pieces:
            before = len(read or ())
            self._socket.sendall(piece)
            deadline = time.monotonic() + 10
            while read is not None and len(read) == before:
                assert time.monotonic() < deadline, "the service reads nothing"
                time.sleep(0.001)

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        while b"\r\n\r\n" not in self._read:
            self._more()
        head, _, rest = self._read.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        length = int(headers.get("content-length", 0))
        while len(rest) < length:
            self._more()
            rest = self._read.partition(b"\r\n\r\n")[2]
        self._read = rest[length:]
        return int(first.split()[1]), headers, rest[:length]

    def is_closed(self) -> bool:
        return self._socket.recv(1) == b""

    def _more(self) -> None:
        piece = self._socket.recv(65536)
        assert piece, f"the connection was closed after {self._read!r}"
        self._read += piece


WAYS = {
    "whole": ([request("w1")], True),
    "two requests, one after the other": ([request("t1"), request("t2")], True),
    "in two pieces, within the headers": ([request("p1")[:40], request("p1")[40:]], True),
    "in two pieces, within the body": ([request("b1")[:-20], request("b1")[-20:]], False),
    "the body later": ([request("l1")[: -len(json.dumps(event("l1")))], json.dumps(event("l1")).encode()], False),
    "byte by byte at the end": ([request("y1")[:-2], request("y1")[-2:-1], request("y1")[-1:]], False),
    "with a query": ([request("q1", "/v1/evaluate?explain=1")], False),
    "closing": ([request("c1", connection="close")], False),
    "of HTTP/1.0": ([request("o1", version="HTTP/1.0")], False),
    "of HTTP/1.0 that goes on": ([request("k1", version="HTTP/1.0", connection="keep-alive")], False),
    "of HTTP/1.0 that a proxy sends": ([request("k2", version="HTTP/1.0", proxy_connection="keep-alive")], False),
    "that says it goes on": ([request("g1", connection="Keep-Alive")], True),
    "that expects something else": ([request("e2", expect="a miracle")], True),
    "that expects to go on": ([request("e1", expect="100-continue")], False),
}  # fmt: skip


@pytest.mark.parametrize(("pieces", "is_short"), WAYS.values(), ids=WAYS)
def test_every_way_gives_the_same_answer(
    service: Service, read: list[bytes], short: list[bytes], pieces: Sequence[bytes], is_short: bool
) -> None:
    with Talk(service) as talk:
        talk.send(*pieces, read=read)
        status, headers, body = talk.answer()
        if status == 100:
            status, headers, body = talk.answer()
    assert bool(short) is is_short
    decided = json.loads(body)
    assert (status, headers["content-type"], decided["verdict"]) == (200, "application/json", "allow")
    assert decided["event"].startswith("e")


PIPELINES = {
    "short ones": [request("1a"), request("1b"), request("1c")],
    "a short one before others": [request("2a"), request("2b", "/v1/evaluate?explain=0"), request("2c")],
    "a short one behind another": [request("3a", "/v1/evaluate?explain=0"), request("3b"), request("3c")],
    "the last in pieces": [request("4a"), request("4b")[:-9]],
}


@pytest.mark.parametrize("requests", PIPELINES.values(), ids=PIPELINES)
def test_requests_sent_ahead_are_answered_in_order(service: Service, requests: list[bytes]) -> None:
    with Talk(service) as talk:
        talk.send(b"".join(requests))
        if len(requests) == 2:
            talk.send(request("4b")[-9:])
        answered = [json.loads(talk.answer()[2])["event"] for _ in requests]
    first = json.loads(requests[0].partition(b"\r\n\r\n")[2])["id"][:-1]
    assert answered == [f"{first}{letter}" for letter in "abc"[: len(requests)]]


REFUSED = {
    "no JSON": (request("x").partition(b"\r\n\r\n")[0].replace(b"content-length: ", b"content-length: 3 \r\nx: ")
                + b"\r\n\r\n{..", 400),
    "no event": (b"POST /v1/evaluate HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}", 422),
    "no content type": (b"POST /v1/evaluate HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}", 415),
    "another method": (b"PUT /v1/evaluate HTTP/1.1\r\ncontent-length: 0\r\n\r\n", 405),
    "another path": (b"POST /v2/evaluate HTTP/1.1\r\ncontent-length: 0\r\n\r\n", 404),
    "an upgrade, which leaves no body": (request("u1", connection="upgrade", upgrade="h2c"), 400),
    "no HTTP": (b"\x16\x03\x01\x02\x00 hello\r\n\r\n", 400),
}  # fmt: skip


@pytest.mark.parametrize(("sent", "status"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_says_why(service: Service, sent: bytes, status: int) -> None:
    with Talk(service) as talk:
        talk.send(sent)
        answered, headers, body = talk.answer()
        assert answered == status
        if headers["content-type"] == "application/problem+json":
            assert json.loads(body)["detail"]
            talk.send(request(f"after-{status}"))
            assert talk.answer()[0] == 200, "the connection can still be used"


def test_a_body_over_the_limit_is_refused_either_way(read: list[bytes]) -> None:
    long = request("z", text="x" * 700)
    with running(Settings(limits=Limits(body=600, event=600))) as service:
        for pieces in ([long], [long[:-9], long[-9:]]):
            with Talk(service) as talk:
                talk.send(*pieces, read=read)
                status, _, body = talk.answer()
                assert (status, json.loads(body)["code"]) == (413, "too_large")


def test_who_goes_away_harms_nobody(service: Service) -> None:
    for cut in (10, 200, None):
        with Talk(service) as talk:
            talk.send(request(f"gone-{cut}")[:cut])
    with Talk(service) as talk:
        talk.send(request("still-there"))
        assert talk.answer()[0] == 200


def test_idle_connections_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policyd.server.serve._KEEP_ALIVE_SECONDS", 0.05)
    with running() as service, Talk(service) as talk:
        talk.send(request("idle"))
        assert talk.answer()[0] == 200
        assert talk.is_closed()


class Clock:
    """A loop's clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0
        self.calls: list[tuple[float, Callable[[], None]]] = []

    def time(self) -> float:
        return self.now

    def call_later(self, seconds: float, call: Callable[[], None]) -> object:
        self.calls.append((self.now + seconds, call))
        return call

    def pass_until(self, instant: float) -> None:
        while self.calls and self.calls[0][0] <= instant:
            self.now, call = self.calls.pop(0)
            call()
        self.now = instant


def test_a_connection_in_use_is_not_idle() -> None:
    config = uvicorn.Config(echo, http="httptools", lifespan="off", log_config=None, timeout_keep_alive=10)
    config.load()
    clock, transport = Clock(), Closing()
    protocol = EventProtocol(
        config=config, server_state=ServerState(), app_state={}, _loop=clock, inbox=Inbox(Never()), path=b"/"
    )
    protocol.connection_made(transport)
    for answered in (100.0, 106.0, 112.0, 118.0):
        clock.pass_until(answered)
        protocol.data_received(b"")
        protocol.on_response_complete()
        assert not transport.closed
    clock.pass_until(127.9)
    assert not transport.closed
    clock.pass_until(128.1)
    assert transport.closed


class Told(Exchange):
    """One whose response is told to a list instead of a connection."""

    def __init__(self, number: int, told: list[tuple[int, bytes]]) -> None:
        self.number = number
        self._told = told

    def finish(self, response: bytes) -> None:
        self._told.append((self.number, response))


class RoomForTwo:
    """Answers the first two requests, and turns all others away."""

    def __init__(self) -> None:
        self.waiting = 0

    def admit(self) -> bytes | None:
        self.waiting += 1
        return b"full" if self.waiting > 2 else None

    async def respond_together(self, requests: Sequence[Exchange], respond: Callable[[int, bytes], None]) -> None:
        for place in range(len(requests)):
            respond(place, b"decided")


def test_requests_that_wait_for_their_turn_take_room() -> None:
    told: list[tuple[int, bytes]] = []

    async def scenario() -> None:
        inbox = Inbox(RoomForTwo())
        for number in range(4):
            inbox.add(Told(number, told))
        while len(told) < 4:
            await asyncio.sleep(0)

    asyncio.run(scenario())
    assert dict(told) == {0: b"decided", 1: b"decided", 2: b"full", 3: b"full"}


class Pending:
    """Answers when it is told to."""

    def __init__(self) -> None:
        self.turns: list[tuple[int, Callable[[int, bytes], None]]] = []

    def admit(self) -> None: ...

    async def respond_together(self, requests: Sequence[Exchange], respond: Callable[[int, bytes], None]) -> None:
        self.turns.append((len(requests), respond))

    async def sees(self, *sizes: int) -> None:
        """Waits until turns of these sizes have begun, and no more with them."""
        while len(self.turns) < len(sizes):
            await asyncio.sleep(0)
        assert [size for size, _ in self.turns] == [*sizes]


def test_requests_gather_while_two_turns_have_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(patience: float, *, answers: bool) -> None:
        monkeypatch.setattr("policyd.server.http._PATIENCE", patience)
        endpoint, told = Pending(), list[tuple[int, bytes]]()
        inbox = Inbox(endpoint)
        inbox.add(Told(0, told))
        await endpoint.sees(1)
        inbox.add(Told(1, told))
        await endpoint.sees(1, 1)
        for number in (2, 3, 4):
            inbox.add(Told(number, told))
            await asyncio.sleep(0)
        if answers:
            await endpoint.sees(1, 1)
            endpoint.turns[0][1](0, b"decided")
        await endpoint.sees(1, 1, 3)

    asyncio.run(scenario(600, answers=True))
    asyncio.run(scenario(0.001, answers=False))


def test_patience_that_ends_as_a_turn_is_answered_begins_one_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policyd.server.http._PATIENCE", 0.0)

    async def scenario() -> None:
        endpoint, told = Pending(), list[tuple[int, bytes]]()
        inbox = Inbox(endpoint)
        for number, sizes in enumerate([(1,), (1, 1)]):
            inbox.add(Told(number, told))
            await endpoint.sees(*sizes)
        asyncio.get_running_loop().call_later(0, endpoint.turns[0][1], 0, b"decided")
        inbox.add(Told(2, told))
        for _ in range(5):
            await asyncio.sleep(0)
        await endpoint.sees(1, 1, 1)

    asyncio.run(scenario())


def test_a_whole_turn_need_not_wait_for_others() -> None:
    async def scenario() -> None:
        endpoint, told = Pending(), list[tuple[int, bytes]]()
        inbox = Inbox(endpoint)
        for number in range(200):
            inbox.add(Told(number, told))
        await endpoint.sees(64, 64, 64)

    asyncio.run(scenario())


async def echo(scope: object, receive: object, send: object) -> None:
    raise AssertionError("nothing is asked")


class Never:
    def admit(self) -> bytes | None:
        raise AssertionError("nothing is asked")

    async def respond_together(self, requests: object, respond: object) -> None:
        raise AssertionError("nothing is asked")


class Closing(asyncio.Transport):
    closed = False

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...
